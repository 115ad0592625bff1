import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import type { Template } from '../../core/catalog/templates';
import { ConnectorError } from '../../core/errors';
import { cleanText } from '../../core/text';
import type { Target } from '../../core/catalog/rights';
import type { Clock } from '../../core/time/clock';
import type { MetricSource } from '../contract';
import { maxPoints, seriesOf } from '../figures/points';
import type { MeasuredLine } from '../figures/points';
import { metricsSchema } from '../figures/schema';
import { measuredSource, scaleLine } from '../figures/source';
import type { GrafanaClient } from './client';
import { linesIn } from './panels/frames';
import { offersIn } from './panels/offers';
import type { PanelOffer } from './panels/offers';
import { needsSettings, requestOf } from './panels/queries';
import { findPanel, panelReference, panelReferenceOf } from './panels/reference';
import type { FoundPanel, PanelReference } from './panels/reference';
import type { Dashboard } from './panels/schema';
import { substitutionOf } from './panels/variables';

/** What is measured of a service, by the panels of Grafana's dashboards. */

export const metricsBinding = metricsSchema(panelReference, { hasPictures: true }).safeExtend({
  /** Values for the variables of the dashboards. */
  variables: z.record(z.string().regex(/^\w{1,100}$/), text).optional(),
  /** Whose panels people can ask for by their titles. */
  dashboards: z
    .strictObject({ tag: text.optional(), search: text.optional() })
    .refine(({ tag, search }) => tag !== undefined || search !== undefined, 'needs a tag, or words to search for')
    .optional(),
});

type MetricsBinding = z.output<typeof metricsBinding>;

/** A figure is the mean of so many points. */
const figurePoints = 20;
const maxOffers = 100;

interface MetricParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: GrafanaClient;
  readonly clock: Clock;
}

export function bindMetrics(parts: MetricParts, binding: MetricsBinding, target: Target): MetricSource {
  const { client } = parts;
  const variables = (): ReadonlyMap<string, string> => fillVariables(parts.name, binding, target);
  const read = (reference: PanelReference, fromMs: number, toMs: number, points: number) =>
    readPanel(parts, { reference, variables: variables(), fromMs, toMs, points });
  const { source, queryNamed } = measuredSource<Template>({
    ...{ ...parts, binding, target, figurePoints },
    read: (query, ...between) => read(panelReferenceOf(query, target), ...between),
  });
  const isBound = (query: string): boolean => source.queries.some((each) => each.name === query);
  const { dashboards } = binding;
  let found: readonly PanelOffer[] = [];

  async function findOffers(): Promise<readonly PanelOffer[]> {
    if (!dashboards) return [];
    const filled = (words: Template | undefined) => words && fillTemplate(words, target);
    const search = { tag: filled(dashboards.tag), words: filled(dashboards.search) };
    const all = await Promise.all((await client.findDashboards(search)).map((uid) => client.dashboard(uid)));
    const between = { fromMs: 0, toMs: 0 };
    const named = all.map((dashboard) => ({
      dashboard,
      substitution: substitutionOf(dashboard, variables(), between),
    }));
    found = offersIn(named)
      .filter(({ name }) => !isBound(name))
      .slice(0, maxOffers);
    return found;
  }

  /** Undefined for a query of the binding. */
  async function offerNamed(query: string): Promise<PanelOffer | undefined> {
    if (isBound(query)) return undefined;
    const named = (offers: readonly PanelOffer[]) => offers.find((each) => each.name === query);
    return named(found) ?? named(await findOffers());
  }

  return {
    ...source,
    ...(dashboards && {
      findQueries: async () => (await findOffers()).map(({ reference: _, factor: __, ...query }) => query),
    }),
    async series(query, fromMs, toMs) {
      const offer = await offerNamed(query);
      if (!offer) return source.series(query, fromMs, toMs);
      const lines = await read(offer.reference, fromMs, toMs, maxPoints);
      return seriesOf(lines.map((line) => scaleLine(line, offer.factor)));
    },
    async picture(query, fromMs, toMs, size) {
      const offer = await offerNamed(query);
      const reference = offer?.reference ?? panelReferenceOf(queryNamed(query), target);
      const { panel, query: letter } = await locatePanel(parts, reference);
      // Grafana draws whole panels only.
      if (letter !== undefined || typeof panel.id !== 'number') return undefined;
      if ((await client.settings()).rendererAvailable !== true) return undefined;
      const wish = { dashboard: reference.dashboard, panel: panel.id, variables: variables(), fromMs, toMs };
      return client.picture(wish, size);
    },
  };
}

/** Which languages the queries of a dashboard are in isn't known, so only values that mean the same in all of them go there. */
function fillVariables(name: string, { variables = {} }: MetricsBinding, target: Target): ReadonlyMap<string, string> {
  const encode = (value: string): string => {
    if (/^[A-Za-z0-9](?:[A-Za-z0-9_.]|-(?!-))*$/.test(value)) return value;
    throw new ConnectorError(name, 'refused', `“${cleanText(value, 40)}” can’t go into a query of Grafana`);
  };
  return new Map(
    Object.entries(variables).map(([variable, template]) => [variable, fillTemplate(template, target, encode)]),
  );
}

interface PanelReading {
  readonly reference: PanelReference;
  readonly variables: ReadonlyMap<string, string>;
  readonly fromMs: number;
  readonly toMs: number;
  readonly points: number;
}

async function readPanel(
  parts: MetricParts,
  { reference, variables, fromMs, toMs, points }: PanelReading,
): Promise<MeasuredLine[]> {
  const { name, client } = parts;
  const located = await locatePanel(parts, reference);
  const { dashboard, panel } = located;
  const request = requestOf(located, {
    substitution: substitutionOf(dashboard, variables, { fromMs, toMs }),
    settings: needsSettings(panel) ? await client.settings() : undefined,
    ...{ intervalMs: Math.max(1_000, Math.ceil((toMs - fromMs) / points)), points },
  });
  if ('problem' in request) throw new ConnectorError(name, 'refused', `${reference.panel}: ${request.problem}`);
  const results = new Map(Object.entries(await client.query(request.queries, fromMs, toMs)));
  const shown = [...request.shown].map((letter) => results.get(letter));
  const error = shown.map((result) => result?.error ?? '').find((each) => each !== '');
  if (error !== undefined)
    throw new ConnectorError(name, 'refused', `the data source refused the query: ${cleanText(error, 200)}`);
  return linesIn(
    shown.flatMap((result) => result?.frames ?? []),
    fromMs,
    toMs,
  );
}

/** Rejects with `not found` if there is no such panel. */
async function locatePanel(
  { name, client }: MetricParts,
  { dashboard: uid, panel: wanted }: PanelReference,
): Promise<FoundPanel & { readonly dashboard: Dashboard }> {
  const dashboard = await client.dashboard(uid);
  const found = findPanel(dashboard, wanted);
  if (!found)
    throw new ConnectorError(name, 'not found', `no panel “${wanted}”, or several, on “${cleanText(dashboard.title)}”`);
  const { panel } = found;
  if (!panel.libraryPanel || panel.targets) return { ...found, dashboard };
  const model = await client.libraryPanel(panel.libraryPanel.uid);
  return { ...found, dashboard, panel: { ...model, id: panel.id } };
}
