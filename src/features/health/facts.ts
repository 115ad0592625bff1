import type { Bound, MetricPoint, MetricSource, Running, Series, Systems } from '../../connectors/contract';
import { withFairTimeLimit } from '../../core/concurrency';
import type { FeatureDependencies } from '../contract';
import { assess, openHealthRecords, usualOverMs } from './record';
import type { Figure, HealthRecord, Past } from './record';
import type { HealthReport, LiveRelease, NamedReading } from './contract';
import { limitsOf } from './parse';
import type { ServiceTarget } from './parse';
import { mergeAnswering, mergeHistories, mergePoints, worstProbe } from './sources/facts';

/** Reads a service's health from its connector, and keeps it in the one record that all cards use. */

export interface Reading {
  readonly report: HealthReport;
  /** The metrics beyond their limit, worst first. */
  readonly passed: readonly Figure[];
  /** The numbers to show: current ones, or the last known ones, with their time, of a service that doesn't respond. */
  readonly numbers: MetricPoint | undefined;
  readonly areCurrent: boolean;
}

export type HealthReader = ReturnType<typeof createHealthReader>;

export const hourMs = 3_600_000;
/** A whole card or fleet is answered in 1.5 s, so its reads have this long. */
const answerLimitMs = 1_000;
/** Verification can wait a little longer than a person; a health endpoint that needs this long doesn't respond. */
const verifyLimitMs = 2_500;
const pastLimitMs = 300;
const shortestOverMs = 2_000;
/** How often it is checked again if somebody else saw something different at the same moment. */
const maxLooks = 3;

/** Reads the state of a service from its connector, all parts at once. */
export function createHealthReader({ catalog, clock, systems, logger, outbox, store }: FeatureDependencies) {
  const records = openHealthRecords(store);
  const startedAt = clock.now();

  /** Traffic of the previous release says nothing about the live one: the metrics begin with it, or with its verification. */
  function overMs(running: Running | undefined, watch: HealthRecord['watch']): number {
    const now = clock.now();
    const wantedMs = watch && watch.until > now ? now - watch.from : usualOverMs;
    return Math.max(shortestOverMs, running ? Math.min(wantedMs, now - running.since) : wantedMs);
  }

  const lastHour = (service: string, environment: string, now: number, limitMs?: number) =>
    readHistory(systems, { service, environment }, { fromMs: now - hourMs, toMs: now }, limitMs);

  async function readPast(service: string, environment: string): Promise<Past> {
    const sources = systems.metrics(service, environment);
    const [history, ...said] = await Promise.all([
      lastHour(service, environment, clock.now(), pastLimitMs),
      ...sources.map((each) => valueWithin(pastLimitMs, async () => each.answeringSince?.())),
    ]);
    const [first, ...others] = said.filter((each) => each !== undefined);
    const answering = first && others.length > 0 ? mergeAnswering([first, ...others]) : first;
    return { history, answering, limits: limitsOf(catalog(), service) };
  }

  async function look(service: string, environment: string, limitMs: number, watch: HealthRecord['watch']) {
    const sources = systems.metrics(service, environment);
    const source = systems.running(service, environment);
    const asked = askWithin(limitMs, async () => source?.read());
    const over = async (): Promise<number> => overMs(valueOf(await asked), watch);
    const [past, answer, ...measured] = await Promise.all([
      readPast(service, environment),
      asked,
      ...sources.map((each) => readSource(each, { limitMs, over, now: clock.now() })),
    ]);
    for (const { ok, ...why } of [answer, ...measured.flatMap(({ answers }) => answers)])
      if (!ok) logger.warn({ service, environment, ...why }, 'A part of a health report is missing');
    const live = source ? liveOf(answer) : ({ found: 'cannot tell' } as const);
    const at = clock.now();
    const { probe, figures, named, silent } = joinSources(measured);
    const { state, trouble, passed, loneFailure } = assess({
      ...{ probe, figures, named, limits: past.limits, live, now: at, overMs: overMs(live.running, watch) },
      hasJustStarted: at - startedAt < usualOverMs,
    });
    const isDown = probe !== undefined && probe !== 'not offered' && !probe.answers;
    const numbers = isDown ? undefined : figures;
    const sight = { at, state, numbers, liveSince: live.running?.since, past, silent };
    return { sight, passed, seen: { state, trouble, loneFailure, live, figures, named } };
  }

  /** Never rejects because of a failing service or connector: what doesn't answer in time is unknown. */
  async function read(
    service: string,
    environment: string,
    { limitMs = answerLimitMs, watchedMs }: { readonly limitMs?: number; readonly watchedMs?: number } = {},
  ): Promise<Reading> {
    const target = `${service}/${environment}`;
    const begun = clock.now();
    if (watchedMs !== undefined) await records.watch(target, begun - watchedMs, begun);
    for (let looks = 1; ; looks += 1) {
      const known = await records.read(target);
      const { sight, passed, seen } = await look(service, environment, limitMs, known?.watch);
      const record = await records.note(target, known, sight);
      if (!record && looks < maxLooks) continue;
      if (known && record && known.state !== record.state) await outbox.changed('health');
      const { since, silent = [] } = record ?? {};
      const report = { service, environment, ...seen, since, silent, readAt: sight.at };
      const areCurrent = sight.numbers !== undefined;
      const numbers = sight.numbers ?? lastKnown(record?.numbers, sight.past.history, sight.at);
      return { report, passed, numbers, areCurrent };
    }
  }

  return {
    read,
    lastHour,
    report: async (service: string, environment: string, watchedMs?: number): Promise<HealthReport> =>
      (await read(service, environment, { limitMs: verifyLimitMs, ...(watchedMs !== undefined && { watchedMs }) }))
        .report,
  };
}

/** What all connections measured between two moments, oldest first; empty if it doesn't arrive in time. */
export async function readHistory(
  systems: Systems,
  { service, environment }: ServiceTarget,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  limitMs = answerLimitMs,
): Promise<readonly MetricPoint[]> {
  const sources = systems.metrics(service, environment);
  const read = sources.map((each) => valueWithin(limitMs, () => each.history(fromMs, toMs)));
  const [first = [], ...others] = await Promise.all(read);
  return others.length === 0 ? first : mergeHistories([first, ...others.map((each = []) => each)]);
}

/** Queries are asked for this long before now: some systems measure only once a minute. */
const namedMs = 300_000;
const maxNamed = 10;

interface Asked {
  readonly limitMs: number;
  /** The period that the figures cover. */
  readonly over: () => Promise<number>;
  readonly now: number;
}

type Measured = Awaited<ReturnType<typeof readSource>>;

/** What one connection measures. Never rejects. */
async function readSource(source: Bound<MetricSource>, { limitMs, over, now }: Asked) {
  const limited = (source.queries ?? []).flatMap(({ name, unit, limit }) =>
    limit === undefined ? [] : [{ name, unit, limit }],
  );
  const [probe, figures, ...values] = await Promise.all([
    askWithin(limitMs, async () => source.probe?.()),
    askWithin(limitMs, async () => source.figures(await over())),
    ...limited
      .slice(0, maxNamed)
      .map(({ name }) => askWithin(limitMs, async () => source.series?.(name, now - namedMs, now))),
  ]);
  const named = limited.slice(0, maxNamed).map((query, index): NamedReading => {
    const answer = values[index];
    return { ...query, value: answer?.ok ? latestOf(answer.value ?? []) : undefined };
  });
  const answers = [probe, figures, ...values];
  return { connection: source.connection, canProbe: source.probe !== undefined, probe, figures, named, answers };
}

/** The highest of the latest values of all lines. */
function latestOf(lines: readonly Series[]): number | undefined {
  const latest = lines.flatMap(({ points }) => points.findLast(({ value }) => value !== undefined)?.value ?? []);
  return latest.length === 0 ? undefined : Math.max(...latest);
}

/** What all connections together say. One that fails hides nothing of the others. */
function joinSources(measured: readonly Measured[]) {
  const probes = measured.flatMap(({ probe }) => valueOf(probe) ?? []);
  const points = measured.map(({ figures }) => valueOf(figures));
  const canProbe = measured.length === 0 || measured.some((each) => each.canProbe);
  return {
    probe: canProbe ? (measured.length > 1 ? worstProbe(probes) : probes[0]) : ('not offered' as const),
    figures: measured.length > 1 ? mergePoints(points) : points[0],
    named: measured.flatMap(({ named }) => named),
    silent: measured.filter(({ answers }) => answers.some(({ ok }) => !ok)).map(({ connection }) => connection),
  };
}

/** The latest numbers from a time at which the service responded. */
function lastKnown(
  seen: MetricPoint | undefined,
  history: readonly MetricPoint[],
  now: number,
): MetricPoint | undefined {
  const measured = history.findLast(({ p95Ms, at }) => p95Ms !== undefined && at <= now);
  return !measured || (seen && seen.at > measured.at) ? seen : measured;
}

/** The result of asking an outside system within its time. */
type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** The answer, or that there was none in time. Never rejects; late work continues and is ignored. */
async function askWithin<T>(limitMs: number, ask: () => Promise<T>): Promise<Answer<T>> {
  const asked = (async () => ({ ok: true, value: await ask() }) as const)();
  try {
    return (
      (await withFairTimeLimit(asked, limitMs)) ?? { ok: false, error: new Error(`No response within ${limitMs} ms`) }
    );
  } catch (error) {
    return { ok: false, error };
  }
}

function liveOf(answer: Answer<Running | undefined>): LiveRelease {
  if (!answer.ok) return { found: 'cannot tell' };
  return answer.value ? { found: 'release', running: answer.value } : { found: 'none' };
}

const valueOf = <T>(answer: Answer<T>): T | undefined => (answer.ok ? answer.value : undefined);

/** The value, or undefined if there was none in time. */
export async function valueWithin<T>(limitMs: number, ask: () => Promise<T>): Promise<T | undefined> {
  return valueOf(await askWithin(limitMs, ask));
}
