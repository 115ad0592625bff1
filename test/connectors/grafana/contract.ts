import { z } from 'zod';

/**
 * The operations of Grafana that Gavel uses, with the fields that it uses, written down from what Grafana publishes. Requests are strict: a field or a
 * parameter that isn't here is a mistake of Gavel's.
 */

/** One operation. `path`: parts of the address; `*` stands for one. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Where Grafana says so. */
  readonly source: string;
  /** Each parameter as a list of its values. */
  readonly query: z.ZodType;
  readonly body: z.ZodType;
  readonly status: number;
  readonly response: z.ZodType;
}

const docs = 'https://grafana.com/docs/grafana/v12.4/developer-resources/api-reference/http-api';
const code = 'https://github.com/grafana/grafana/blob/main/pkg/services/ngalert/api';

const nothing = z.strictObject({});
const noBody = z.literal('');
const one = <T extends z.ZodType>(value: T) => z.tuple([value]);
const digits = z.string().regex(/^\d+$/);
const flag = one(z.enum(['true', 'false']));
const moment = z.iso.datetime({ offset: true });
const labels = z.record(z.string(), z.string());

const matcher = z.strictObject({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean() });
const silence = z.strictObject({
  ...{ id: z.string().optional(), matchers: z.array(matcher).min(1), startsAt: moment, endsAt: moment },
  ...{ createdBy: z.string().min(1), comment: z.string() },
});
const knownSilence = silence.extend({
  ...{ id: z.string(), updatedAt: moment },
  status: z.strictObject({ state: z.enum(['active', 'pending', 'expired']) }),
});

const alertmanager = 'api/alertmanager/grafana/api/v2';

const knownAlert = z.looseObject({
  ...{ fingerprint: z.string(), labels, annotations: labels, startsAt: moment, endsAt: moment, updatedAt: moment },
  generatorURL: z.string(),
  receivers: z.array(z.looseObject({ name: z.string() })),
  status: z.strictObject({
    state: z.enum(['active', 'suppressed', 'unprocessed']),
    ...{ silencedBy: z.array(z.string()), inhibitedBy: z.array(z.string()) },
  }),
});

const panel = z.looseObject({ id: z.number().int(), type: z.string(), title: z.string().optional() });
const dashboard = z.looseObject({ uid: z.string(), title: z.string(), panels: z.array(panel) });
const field = z.looseObject({
  ...{ name: z.string(), type: z.enum(['time', 'number', 'string', 'boolean', 'other']) },
  ...{ labels: labels.optional(), config: z.looseObject({}).optional() },
});

/** What Grafana answers when it did something. */
const told = z.looseObject({ message: z.string() });

export const operations = {
  findAnnotations: {
    ...{ method: 'GET', path: 'api/annotations', status: 200, body: noBody },
    source: `${docs}/annotations.md#find-annotations`,
    query: z.strictObject({ from: one(digits), to: one(digits), tags: z.array(z.string()).min(1), limit: one(digits) }),
    response: z.array(
      z.looseObject({ id: z.number().int(), time: z.number().int(), tags: z.array(z.string()), text: z.string() }),
    ),
  },
  createAnnotation: {
    ...{ method: 'POST', path: 'api/annotations', status: 200, query: nothing },
    source: `${docs}/annotations.md#create-annotation`,
    body: z.strictObject({ time: z.number().int(), tags: z.array(z.string()), text: z.string().min(1) }),
    response: z.strictObject({ message: z.literal('Annotation added'), id: z.number().int() }),
  },
  listAlerts: {
    ...{ method: 'GET', path: `${alertmanager}/alerts`, status: 200, body: noBody },
    source: `${code}/tooling/definitions/alertmanager.go (AlertsParams, gettableAlerts)`,
    query: z.strictObject({ active: flag, silenced: flag, inhibited: flag, unprocessed: flag }),
    response: z.array(knownAlert),
  },
  listSilences: {
    ...{ method: 'GET', path: `${alertmanager}/silences`, status: 200, query: nothing, body: noBody },
    source: `${code}/api_alertmanager_silences.go (RouteGetSilences)`,
    response: z.array(knownSilence),
  },
  readSilence: {
    ...{ method: 'GET', path: `${alertmanager}/silence/*`, status: 200, query: nothing, body: noBody },
    source: `${code}/api_alertmanager_silences.go (RouteGetSilence; 404 for an id that isn’t known)`,
    response: knownSilence,
  },
  saveSilence: {
    ...{ method: 'POST', path: `${alertmanager}/silences`, status: 202, query: nothing, body: silence },
    source: `${code}/api_alertmanager_silences.go (RouteCreateSilence)`,
    response: z.strictObject({ silenceID: z.string() }),
  },
  endSilence: {
    ...{ method: 'DELETE', path: `${alertmanager}/silence/*`, status: 200, query: nothing, body: noBody },
    source: `${code}/api_alertmanager_silences.go (RouteDeleteSilence)`,
    response: told,
  },
  listRules: {
    ...{ method: 'GET', path: 'api/prometheus/grafana/api/v1/rules', status: 200, body: noBody },
    source: `${code}/api_prometheus.go (RouteGetRuleStatuses, GetStatesFromQuery)`,
    query: z.strictObject({ state: one(z.literal('firing')) }),
    response: z.looseObject({
      status: z.literal('success'),
      data: z.looseObject({
        groups: z.array(
          z.looseObject({
            ...{ name: z.string(), file: z.string(), interval: z.number() },
            rules: z.array(
              z.looseObject({
                ...{ name: z.string(), state: z.enum(['firing', 'pending', 'inactive', 'recovering']) },
                alerts: z
                  .array(z.looseObject({ labels, annotations: labels, state: z.string(), activeAt: moment }))
                  .optional(),
              }),
            ),
          }),
        ),
      }),
    }),
  },
  readDashboard: {
    ...{ method: 'GET', path: 'api/dashboards/uid/*', status: 200, query: nothing, body: noBody },
    source: `${docs}/dashboard.md#get-dashboard-by-uid`,
    response: z.looseObject({ dashboard, meta: z.looseObject({ slug: z.string() }) }),
  },
  searchDashboards: {
    ...{ method: 'GET', path: 'api/search', status: 200, body: noBody },
    source: `${docs}/folder_dashboard_search.md`,
    query: z.strictObject({
      ...{ type: one(z.literal('dash-db')), limit: one(digits) },
      ...{ tag: one(z.string()).optional(), query: one(z.string()).optional() },
    }),
    response: z.array(
      z.looseObject({
        ...{ id: z.number(), uid: z.string(), title: z.string(), url: z.string(), tags: z.array(z.string()) },
        type: z.enum(['dash-db', 'dash-folder']),
      }),
    ),
  },
  readLibraryPanel: {
    ...{ method: 'GET', path: 'api/library-elements/*', status: 200, query: nothing, body: noBody },
    source: `${docs}/library_element.md#get-library-element-by-uid`,
    response: z.looseObject({ result: z.looseObject({ uid: z.string(), kind: z.literal(1), model: panel }) }),
  },
  readSettings: {
    ...{ method: 'GET', path: 'api/frontend/settings', status: 200, query: nothing, body: noBody },
    source: 'https://github.com/grafana/grafana/blob/main/pkg/api/dtos/frontend_settings.go (FrontendSettingsDTO)',
    response: z.looseObject({
      ...{ defaultDatasource: z.string(), rendererAvailable: z.boolean() },
      datasources: z.record(z.string(), z.looseObject({ uid: z.string(), type: z.string(), name: z.string() })),
    }),
  },
  query: {
    ...{ method: 'POST', path: 'api/ds/query', status: 200, query: nothing },
    source: `${docs}/data_source.md#query-a-data-source`,
    body: z.strictObject({
      ...{ from: digits, to: digits },
      queries: z
        .array(
          z.looseObject({
            ...{ refId: z.string().min(1), intervalMs: z.number().int(), maxDataPoints: z.number().int() },
            datasource: z.strictObject({ uid: z.string().min(1), type: z.string().min(1) }),
          }),
        )
        .min(1),
    }),
    response: z.strictObject({
      results: z.record(
        z.string(),
        z.looseObject({
          ...{ status: z.number().int(), error: z.string().optional() },
          frames: z
            .array(
              z.strictObject({
                schema: z.looseObject({ refId: z.string(), fields: z.array(field) }),
                data: z.looseObject({ values: z.array(z.array(z.union([z.string(), z.number(), z.null()]))) }),
              }),
            )
            .optional(),
        }),
      ),
    }),
  },
  /** Without a renderer, or with too many at work, it answers with a picture that says so, in a size of its own; with 500 if it fails. */
  renderPanel: {
    ...{ method: 'GET', path: 'render/d-solo/*/*', status: 200, body: noBody },
    source: 'https://github.com/grafana/grafana/blob/main/pkg/api/render.go, pkg/services/rendering/rendering.go',
    query: z
      .strictObject({
        ...{ panelId: one(digits), from: one(digits), to: one(digits), width: one(digits), height: one(digits) },
        ...{ theme: one(z.literal('light')), tz: one(z.literal('UTC')), timezone: one(z.literal('utc')) },
      })
      .catchall(one(z.string())),
    response: z.instanceof(Buffer),
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;

/**
 * What Grafana posts to a webhook. https://grafana.com/docs/grafana/v12.4/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 * Labels and annotations whose names begin and end with two underscores are left out.
 */
export const webhook = z.strictObject({
  ...{ receiver: z.string(), status: z.enum(['firing', 'resolved']), orgId: z.number().int() },
  alerts: z.array(
    z.strictObject({
      ...{ status: z.enum(['firing', 'resolved']), labels, annotations: labels, startsAt: moment, endsAt: moment },
      ...{ values: z.record(z.string(), z.number()).nullable(), valueString: z.string() },
      ...{ generatorURL: z.string(), fingerprint: z.string(), silenceURL: z.string() },
      ...{ dashboardURL: z.string(), panelURL: z.string(), imageURL: z.string().optional() },
    }),
  ),
  ...{ groupLabels: labels, commonLabels: labels, commonAnnotations: labels, externalURL: z.string() },
  ...{ version: z.literal('1'), groupKey: z.string(), truncatedAlerts: z.number().int() },
  ...{ title: z.string(), state: z.string(), message: z.string() },
});
