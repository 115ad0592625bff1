import { idFrom, lookUp } from '../../core/keys';
import { cleanText } from '../../core/text';
import type { AlertReading, AlertSource, PastAlert, SourceAlert } from '../contract';
import { nameLabel, readAlertWords } from '../labels/alert-words';
import type { Clock } from '../../core/time/clock';
import type { PrometheusClient, RangeSeries } from './client';
import type { RulesAnswer } from './schema';

/** What the alerting rules of Prometheus say, without an Alertmanager. */

type Rule = RulesAnswer['data']['groups'][number]['rules'][number];
type Labels = Readonly<Record<string, string>>;

const minuteMs = 60_000;
/**
 * After its start an alert of before is pending again for as long as its rule's `for`, or for ten minutes if that is longer.
 * https://prometheus.io/docs/prometheus/latest/command-line/prometheus/ (`rules.alert.for-grace-period`)
 */
const settleMs = 11 * minuteMs;

/** How exactly the history says when something began and ended. */
const stepMs = 15_000;
const pieceMs = 360 * minuteMs;
const maxHistoryMs = 7 * 24 * 60 * minuteMs;
const maxHistoryBytes = 50_000_000;

export interface AlertParts {
  readonly client: PrometheusClient;
  readonly clock: Clock;
  /** The address of its pages. */
  readonly url: string;
}

export function createAlertSource({ client, clock, url }: AlertParts): AlertSource {
  return {
    async read() {
      const [rules, startedAt] = await Promise.all([client.rules(), client.startedAt()]);
      return readingOf(rules, { url, isSettled: startedAt === undefined || clock.now() - startedAt > settleMs });
    },
    async history(fromMs, toMs) {
      const from = Math.ceil(Math.max(fromMs, toMs - maxHistoryMs) / stepMs) * stepMs;
      const to = Math.floor(toMs / stepMs) * stepMs;
      const pieces: RangeSeries[] = [];
      for (let at = from; at <= to; at += pieceMs) {
        const grid = { fromMs: at, toMs: Math.min(to, at + pieceMs - stepMs), stepMs };
        pieces.push(...(await client.range('ALERTS{alertstate="firing"}', grid, maxHistoryBytes)));
      }
      return pastAlertsIn(pieces, to);
    },
  };
}

/** What the rules say is wrong. `isSettled`: it has run for so long that what isn't listed isn't wrong. */
export function readingOf(
  rules: readonly Rule[],
  { url, isSettled }: { readonly url: string; readonly isSettled: boolean },
): AlertReading {
  const alerts = rules.flatMap((rule) => rule.alerts);
  const areEvaluated = rules.every(({ lastEvaluation }) => lastEvaluation === undefined || lastEvaluation > 0);
  return {
    alerts: alerts.filter(({ state }) => state === 'firing').map((alert) => alertOf(alert, url)),
    isComplete: isSettled || (areEvaluated && alerts.every(({ state }) => state === 'firing')),
  };
}

function alertOf({ labels, annotations, activeAt }: Rule['alerts'][number], url: string): SourceAlert {
  const words = readAlertWords(labels, annotations);
  return {
    ...{ ...words, key: keyOf(labels), since: activeAt, labels, silences: [] },
    url: `${url.replace(/\/$/, '')}/alerts?search=${encodeURIComponent(words.name)}`,
  };
}

/** The same for the same labels, as Prometheus tells alerts apart. */
function keyOf(labels: Labels): string {
  const sorted = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
  return idFrom(...sorted.flat());
}

/** When each alert fired. Two times with a gap of one step between them are two. */
export function pastAlertsIn(pieces: readonly RangeSeries[], lastMs: number): PastAlert[] {
  const firing = new Map<string, { readonly labels: Labels; readonly moments: number[] }>();
  for (const { labels, values } of pieces) {
    const own = ownLabels(labels);
    const key = keyOf(own);
    const known = firing.get(key) ?? { labels: own, moments: [] };
    firing.set(key, known);
    known.moments.push(...values.keys());
  }
  return [...firing].flatMap(([key, { labels, moments }]) => {
    const name = cleanText(lookUp(labels, nameLabel) ?? '', 200) || 'unnamed alert';
    return runsOf(moments.sort((one, other) => one - other)).map(([from, last]) => ({
      ...{ key, name, labels, from },
      to: last >= lastMs ? undefined : last + stepMs,
    }));
  });
}

/** Those that the series of Prometheus adds to an alert's own. */
const added: readonly string[] = ['__name__', 'alertstate'];

const ownLabels = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !added.includes(name)));

function runsOf(moments: readonly number[]): (readonly [from: number, last: number])[] {
  const runs: [number, number][] = [];
  for (const at of moments) {
    const run = runs.at(-1);
    if (run && at - run[1] <= stepMs) run[1] = at;
    else runs.push([at, at]);
  }
  return runs;
}
