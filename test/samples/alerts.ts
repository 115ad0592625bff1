import { parseCatalog } from '../../src/core/catalog';
import type { Catalog } from '../../src/core/catalog';
import type { SourceAlert } from '../../src/connectors/contract';
import { questionCard } from '../../src/chat/router/questions';
import { alertCard, askMore } from '../../src/features/alerts/cards';
import type { AlertEvidence, AlertGraph } from '../../src/features/alerts/facts';
import { problemOfSilent, silentSource } from '../../src/features/alerts/record';
import type { Alert } from '../../src/features/alerts/record';
import { stormCard } from '../../src/features/alerts/storms/cards';
import type { Storm } from '../../src/features/alerts/storms/workflow';
import { describeGraph, drawGraph } from '../../src/features/health/graph';
import { dataUri, rasterize } from '../../src/core/card/picture';
import { capitalize } from '../../src/core/text';
import { people, sampleCatalogText } from '../features/fakes';
import { hostileName, hostileText } from './contract';
import type { DrawnSample } from './contract';

/** The card of an alert, from its first signal to its end. */

const { dana, noor } = people;
const openedAt = Date.parse('2026-11-20T14:43:00Z');
const minuteMs = 60_000;

const catalog: Catalog = (() => {
  const parsed = parseCatalog(sampleCatalogText);
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.catalog;
})();

const systems = { titleOf: capitalize };

const signal: SourceAlert = {
  key: 'd3b07384',
  name: 'LatencyHigh',
  severity: 'critical',
  summary: 'p95 is 412 ms (limit 300 ms)',
  since: openedAt,
  url: 'https://prometheus.example/alerts',
  runbook: 'https://runbooks.example/latency',
  labels: { alertname: 'LatencyHigh', service: 'shop' },
  silences: [],
};

const firing: Alert = {
  service: 'shop',
  environment: 'production',
  name: 'LatencyHigh',
  number: 318,
  state: 'firing',
  stateSince: openedAt,
  openedAt,
  severity: 'critical',
  signals: [{ connection: 'prometheus', alert: signal }],
  changes: [openedAt],
  reopened: 0,
  carried: [],
  told: true,
};

const resolved: Alert = {
  ...firing,
  state: 'resolved',
  signals: [{ connection: 'prometheus', alert: signal, ended: { at: openedAt + 25 * minuteMs } }],
  resolved: { at: openedAt + 25 * minuteMs, how: 'by source' },
  acknowledged: {
    by: { id: noor.id, name: noor.name },
    at: openedAt + 11 * minuteMs,
    comment: '',
    until: openedAt + 251 * minuteMs,
    severity: 'critical',
  },
};

const acknowledged: Partial<Alert> = {
  state: 'acknowledged',
  acknowledged: {
    by: { id: noor.id, name: noor.name },
    at: openedAt + 11 * minuteMs,
    comment: 'Looking at the connection pool',
    until: openedAt + 251 * minuteMs,
    severity: 'critical',
  },
};

const silenced: Partial<Alert> = {
  silenced: {
    by: noor,
    at: openedAt + minuteMs,
    comment: 'Cluster upgrade, expected',
    until: openedAt + 60 * minuteMs,
  },
};

const carriedTo = (state: 'done' | 'failed'): Pick<Alert, 'carried'> => ({
  carried: [
    {
      what: 'silence',
      connection: 'prometheus',
      key: signal.key,
      state,
      at: openedAt,
      ...(state === 'done' && { isThere: true }),
    },
  ],
});

const watched = (name: string, summary: string): Partial<Alert> => ({
  name,
  signals: [
    {
      connection: 'Gavel',
      alert: {
        key: `shop/production/${name}`,
        name,
        severity: 'critical',
        summary,
        since: openedAt,
        labels: {},
        silences: [],
      },
    },
  ],
});

const silent: Partial<Alert> = {
  ...problemOfSilent('alertmanager'),
  signals: [
    {
      connection: 'Gavel',
      alert: {
        ...{ key: 'alertmanager', name: silentSource, severity: 'critical', since: openedAt, labels: {}, silences: [] },
        summary:
          'Gavel isn’t receiving the Watchdog heartbeat from Alertmanager, so you might not hear about new alerts from it',
      },
    },
  ],
};

const hostile: Partial<Alert> = {
  name: hostileText,
  signals: [
    {
      connection: 'prometheus',
      alert: {
        ...signal,
        name: hostileText,
        summary: hostileText,
        labels: { [hostileText]: hostileText },
        url: 'javascript:alert(1)',
      },
    },
  ],
  state: 'acknowledged',
  acknowledged: {
    ...acknowledged.acknowledged,
    by: { name: hostileName },
    comment: hostileText,
  } as Alert['acknowledged'],
};

const all: readonly (readonly [
  state: string,
  alert: Partial<Alert>,
  more?: { viewer?: string; afterMinutes?: number },
])[] = [
  ['', {}, { viewer: noor.id }],
  ['acknowledged', acknowledged, { viewer: noor.id, afterMinutes: 12 }],
  ['channel', {}],
  ['down', watched('not answering', 'its health check isn’t responding'), { viewer: noor.id }],
  [
    'flapping',
    { flappingSince: openedAt, changes: [1, 4, 7, 12, 18, 21].map((each) => openedAt + each * minuteMs) },
    { afterMinutes: 22 },
  ],
  ['hostile', hostile, { viewer: noor.id, afterMinutes: 12 }],
  [
    'maintenance',
    { maintenance: { id: 'm', by: dana.name, reason: 'new disks', until: openedAt + 120 * minuteMs } },
    { viewer: noor.id },
  ],
  ['not-carried', { ...silenced, ...carriedTo('failed') }, { viewer: noor.id }],
  ['not-heard', { lost: [{ connection: 'prometheus', since: openedAt + 3 * minuteMs }] }, { afterMinutes: 9 }],
  [
    'not-ended',
    {
      leftovers: [
        {
          ...{ what: 'silence', connection: 'prometheus', key: signal.key, id: 's1', by: noor.name },
          ...{ until: openedAt + 60 * minuteMs, state: 'failed', failures: 4 },
        },
      ],
    },
    { viewer: noor.id },
  ],
  ['no-heartbeat', silent, { viewer: noor.id }],
  [
    'quiet-hours',
    { waiting: { placeId: 'p', why: 'quiet hours', until: openedAt + 240 * minuteMs } },
    { viewer: noor.id },
  ],
  ['resolved', resolved, { afterMinutes: 67 }],
  ['silenced', { ...silenced, ...carriedTo('done') }, { viewer: noor.id }],
  ['unknown', { service: 'unknown', environment: 'unknown' }, { viewer: noor.id }],
];

async function sampleGraph(now: number, resolvedAt = Infinity): Promise<AlertGraph> {
  const points = Array.from({ length: 60 }, (_, index) => {
    const at = now - (59 - index) * minuteMs;
    const risen = at > resolvedAt ? 0 : Math.max(0, Math.min(1, (at - openedAt + 8 * minuteMs) / (12 * minuteMs)));
    return { at, p50Ms: 62 + 30 * risen, p95Ms: 125 + 290 * risen, errorPercent: 0.4, requestsPerSecond: 86 };
  });
  const fromMs = now - 60 * minuteMs;
  const deployed = { version: '2.14.0', at: openedAt - 33 * minuteMs, by: dana.name };
  const marks = deployed.at >= fromMs ? [deployed] : [];
  const input = {
    ...{ service: 'shop', points, marks, fromMs, toMs: now, limitMs: 300 },
    ...{ isBeyond: resolvedAt > now, timeZone: 'UTC' },
  };
  return {
    ...describeGraph(input),
    drawn: true,
    marked: marks.length > 0,
    image: dataUri(await rasterize(drawGraph(input))),
  };
}

async function evidenceOf(alert: Alert, now: number): Promise<AlertEvidence> {
  if (alert.service === 'unknown')
    return { graph: undefined, lastChange: undefined, rollbackTo: undefined, canRestart: false, reach: [] };
  return {
    graph: alert.state === 'acknowledged' ? undefined : await sampleGraph(now, alert.resolved?.at),
    lastChange: { version: '2.14.0', at: openedAt - 33 * minuteMs, by: dana.name },
    rollbackTo: '2.13.0',
    canRestart: true,
    reach: [],
  };
}

const id = '4aa0ada37f3e0af250772f22b235d565';

const cards: readonly DrawnSample[] = all.map(([state, more, { viewer, afterMinutes = 9 } = {}]) => ({
  state,
  async draw() {
    const alert = { ...firing, ...more };
    const now = openedAt + afterMinutes * minuteMs;
    return alertCard({ id, alert, evidence: await evidenceOf(alert, now), catalog, systems, now, viewer });
  },
}));

/** What `More…` asks. */
const question: DrawnSample = {
  state: 'alert',
  async draw() {
    const now = openedAt + 9 * minuteMs;
    const evidence = await evidenceOf(firing, now);
    const { card, data } = questionCard(
      'alerts.more',
      id,
      askMore({ id, alert: firing, evidence, catalog, systems, now, viewer: noor.id }),
    );
    return { card, data: { ...data, form: 'f'.repeat(32) } };
  },
};

export const alertSamples: readonly DrawnSample[] = [...cards, question];

const services = ['payments', 'shop', 'search', 'accounts', 'mail', 'basket'];
const stormAlerts: readonly Alert[] = services.flatMap((service, index) =>
  Array.from({ length: 12 - 2 * index }, (_, number): Alert => ({
    ...firing,
    service,
    name: number === 0 ? 'not answering' : `Check${number}`,
    number: 400 + 20 * index + number,
    openedAt: openedAt + (index + number) * 10_000,
    severity: index < 2 ? 'critical' : 'warning',
  })),
);

const storm: Storm = {
  ...{ number: 1, openings: [], state: 'storm', since: openedAt, lastAt: openedAt + 2 * minuteMs },
  ...{ placeIds: ['deployments'], drawnAt: openedAt },
};

const storms: readonly (readonly [state: string, storm: Storm, alerts: readonly Alert[], lastChange: string])[] = [
  ['', storm, stormAlerts, 'shop 2.14.0 in production at 14:10'],
  ['one-service', storm, stormAlerts.slice(0, 12), ''],
  [
    'over',
    { ...storm, state: 'calm', endedAt: openedAt + 21 * minuteMs },
    stormAlerts.map((each, index) => (index === 0 ? each : { ...each, state: 'resolved' })),
    '',
  ],
];

export const stormSamples: readonly DrawnSample[] = storms.map(([state, each, alerts, lastChange]) => ({
  state,
  draw: () =>
    stormCard({
      ...{ id: 'bfb98252df8360cee93f78dfd5a9d6a9', storm: each, alerts, lastChange, systems, timeZone: 'UTC' },
      now: openedAt + 22 * minuteMs,
    }),
}));
