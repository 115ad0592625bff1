import { idFrom, lookUp } from '../../core/keys';
import { cleanText } from '../../core/text';
import type { AlertReading, AlertSource, PastAlert, SourceAlert } from '../contract';
import { nameLabel, wordsOfAlert } from '../labels/alert-words';
import type { Clock } from '../../core/time/clock';
import type { Grid, PrometheusClient, RangeSeries } from './client';
import type { RuleGroup } from './schema';

/** What the alerting rules of Prometheus say, without an Alertmanager. */

type Rule = RuleGroup['rules'][number];
type Labels = Readonly<Record<string, string>>;

const minuteMs = 60_000;
/**
 * After its start an alert of before is pending again for as long as its rule's `for`, or for ten minutes if that is longer.
 * https://prometheus.io/docs/prometheus/latest/command-line/prometheus/ (`rules.alert.for-grace-period`)
 */
const settleMs = 11 * minuteMs;

/** An alert changes only when its rule is evaluated, so the history is read as often: as exactly as there is something to know. */
const defaultStepMs = 15_000;
const minStepMs = 1_000;
const maxStepMs = 60_000;
const pointsInPiece = 1_440;
const maxPieces = 28;
const maxPieceBytes = 50_000_000;

interface AlertParts {
  readonly client: PrometheusClient;
  readonly clock: Clock;
  /** The address of its pages. */
  readonly url: string;
}

export function createAlertSource({ client, clock, url }: AlertParts): AlertSource {
  return {
    async read() {
      const [rules, startedAt] = await Promise.all([client.rules(), client.startedAt()]);
      return alertReadingOf(rules, { url, isSettled: startedAt === undefined || clock.now() - startedAt > settleMs });
    },
    async history(fromMs, toMs) {
      const grid = historyGrid(fromMs, toMs, await client.rules());
      const found: RangeSeries[] = [];
      for (const piece of piecesOf(grid)) found.push(...(await client.range(firing, piece, maxPieceBytes)));
      return pastAlertsIn(found, grid);
    },
  };
}

const firing = 'ALERTS{alertstate="firing"}';

/** As often as the quickest rules are evaluated; less often over a long time, so that it ends. */
export function historyGrid(fromMs: number, toMs: number, groups: readonly RuleGroup[]): Grid {
  const intervals = groups.flatMap(({ interval }) => (interval === undefined ? [] : [interval * 1_000]));
  const quickest = Math.max(minStepMs, Math.min(maxStepMs, ...(intervals.length > 0 ? intervals : [defaultStepMs])));
  const longest = (toMs - fromMs) / (pointsInPiece * maxPieces - 1);
  const stepMs = Math.ceil(Math.max(quickest, longest) / 1_000) * 1_000;
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  return { fromMs: first, toMs: Math.max(first, Math.floor(toMs / stepMs) * stepMs), stepMs };
}

function piecesOf({ fromMs, toMs, stepMs }: Grid): Grid[] {
  const pieces: Grid[] = [];
  const pieceMs = pointsInPiece * stepMs;
  for (let at = fromMs; at <= toMs; at += pieceMs)
    pieces.push({ fromMs: at, toMs: Math.min(toMs, at + pieceMs - stepMs), stepMs });
  return pieces;
}

/** What the rules say is wrong. `isSettled`: it has run for so long that what isn't listed isn't wrong. */
export function alertReadingOf(
  groups: readonly RuleGroup[],
  { url, isSettled }: { readonly url: string; readonly isSettled: boolean },
): AlertReading {
  const rules = groups.flatMap((group) => group.rules);
  const alerts = rules.flatMap((rule) => rule.alerts);
  const areEvaluated = rules.every(({ lastEvaluation }) => lastEvaluation === undefined || lastEvaluation > 0);
  return {
    alerts: alerts.filter(({ state }) => state === 'firing').map((alert) => alertOf(alert, url)),
    isComplete: isSettled || (areEvaluated && alerts.every(({ state }) => state === 'firing')),
  };
}

function alertOf({ labels, annotations, activeAt }: Rule['alerts'][number], url: string): SourceAlert {
  const words = wordsOfAlert(labels, annotations);
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

/** When each alert fired: what is missing for a step has ended. */
export function pastAlertsIn(found: readonly RangeSeries[], { toMs, stepMs }: Grid): PastAlert[] {
  const byKey = new Map<string, { readonly labels: Labels; readonly moments: number[] }>();
  for (const { labels, values } of found) {
    const own = ownLabels(labels);
    const key = keyOf(own);
    const known = byKey.get(key) ?? { labels: own, moments: [] };
    byKey.set(key, known);
    known.moments.push(...values.keys());
  }
  return [...byKey].flatMap(([key, { labels, moments }]) => {
    const name = cleanText(lookUp(labels, nameLabel) ?? '', 200) || 'unnamed alert';
    return runsOf(moments, stepMs).map(([from, last]) => ({
      ...{ key, name, labels, from },
      to: last >= toMs ? undefined : last + stepMs,
    }));
  });
}

/** Those that the series of Prometheus adds to an alert's own. */
const added: readonly string[] = ['__name__', 'alertstate'];

const ownLabels = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !added.includes(name)));

function runsOf(moments: readonly number[], stepMs: number): (readonly [from: number, last: number])[] {
  const runs: [number, number][] = [];
  for (const at of [...moments].sort((one, other) => one - other)) {
    const run = runs.at(-1);
    if (run && at - run[1] <= stepMs) run[1] = at;
    else runs.push([at, at]);
  }
  return runs;
}
