import { isDeepStrictEqual } from 'node:util';
import type { MetricPoint, Probe } from '../../connectors/contract';
import type { HealthLimits } from '../../core/catalog';
import { enumerate, plainText } from '../../core/text';
import type { Store } from '../../store/contract';
import type { HealthReport, HealthState, LiveRelease, NamedReading, SilentSource } from './contract';
import { recordFromOlder } from './older';
import { describeMissing, describeNamedTrouble, describeTrouble } from './text';

/**
 * The health of a service in an environment: one record that every person, verification and instance reads and writes, so that no two cards disagree about a
 * moment. Pure functions judge what was seen and decide what it changes.
 */

export interface HealthRecord {
  readonly state: HealthState;
  /** When this state began, in milliseconds since 1970. */
  readonly since: number;
  /** When the latest check that changed the record was made; 0 if there was none. */
  readonly seenAt: number;
  /** The last time that anybody saw it degraded or down. */
  readonly troubledAt?: number;
  /** The latest numbers from a time at which it responded. */
  readonly numbers?: MetricPoint;
  /** The states before this one, oldest first. */
  readonly changes: readonly { readonly state: HealthState; readonly since: number }[];
  /** A verification in progress: until it ends, everybody uses the numbers since it began. */
  readonly watch?: Watch;
  /** The connections that measure it and gave no answer, each with the moment of its first silence. */
  readonly silent?: readonly SilentSource[];
}

interface Watch {
  readonly from: number;
  readonly until: number;
}

/** What one check saw, with what the connector knows about the time before. */
export interface Sight {
  readonly at: number;
  readonly state: HealthState;
  /** The numbers of a service that responds. */
  readonly numbers: MetricPoint | undefined;
  /** When the live release went live; undefined if nobody knows. */
  readonly liveSince: number | undefined;
  readonly past: Past;
  /** The connections that gave no answer this time. */
  readonly silent?: readonly string[];
}

/** What a connector measured before the check. */
export interface Past {
  /** Oldest first. */
  readonly history: readonly MetricPoint[];
  readonly limits: HealthLimits;
  readonly answering: { readonly well: boolean; readonly since: number; readonly unwellAt?: number } | undefined;
}

/** Checks by several instances can be out of order by this much; anything more means that a clock was set back. */
const disorderMs = 60_000;
const keptChanges = 50;

/** The record after a check. A check that a later one has overtaken changes nothing. */
export function noteSight(record: HealthRecord | undefined, sight: Sight): HealthRecord {
  const { at, state } = sight;
  if (record && record.seenAt > at && record.seenAt - at < disorderMs) return record;
  const changes = record?.changes ?? [];
  const hasChanged = record !== undefined && record.seenAt > 0 && record.state !== state;
  const troubledAt = isTrouble(state) ? at : record?.troubledAt;
  const numbers = sight.numbers ?? record?.numbers;
  const silent = (sight.silent ?? []).map(
    (connection) => record?.silent?.find((each) => each.connection === connection) ?? { connection, since: at },
  );
  return {
    state,
    since: Math.min(at, sinceOf(record, sight)),
    seenAt: at,
    changes: hasChanged ? [...changes, { state: record.state, since: record.since }].slice(-keptChanges) : changes,
    ...(troubledAt !== undefined && { troubledAt }),
    ...(numbers && { numbers }),
    ...(record?.watch && { watch: record.watch }),
    ...(silent.length > 0 && { silent }),
  };
}

const isTrouble = (state: HealthState): boolean => state === 'degraded' || state === 'down';

/** A service is healthy since its release went live or since anybody last saw it unhealthy: the later of these. */
function sinceOf(record: HealthRecord | undefined, { state, at, liveSince = 0, past }: Sight): number {
  const began = record?.state === state && record.seenAt > 0 ? record.since : beganAt(state, past, at);
  return state === 'healthy' ? Math.max(began, liveSince, record?.troubledAt ?? 0, lastTroubleIn(past)) : began;
}

/** Whether the check has to be stored. One that only repeats what is known doesn't; otherwise, each view of the fleet would write once for each service. */
function isNews(record: HealthRecord | undefined, next: HealthRecord): boolean {
  if (!record || record.state !== next.state || record.since !== next.since) return true;
  if (!isDeepStrictEqual(record.silent, next.silent)) return true;
  return isTrouble(next.state) || (next.numbers?.at ?? 0) - (record.numbers?.at ?? 0) > 30_000;
}

/** A verification checks again within seconds; this long after its last check, it is over. */
const watchEndsAfterMs = 30_000;
/** A beginning that is computed at each check can differ by a few milliseconds. */
const sameBeginningMs = 1_000;

/** The records of all services, shared by all instances. */
export function openHealthRecords(store: Store) {
  const records = store.collection<HealthRecord>({
    name: 'health-states',
    schema: 3,
    upgrade: recordFromOlder,
    indexes: {},
    queries: [],
  });
  return {
    read: async (target: string): Promise<HealthRecord | undefined> => (await records.get(target))?.value,

    /** Makes everybody use the numbers since `from`, like the verification in progress. */
    async watch(target: string, from: number, now: number): Promise<void> {
      const nothingSeen: HealthRecord = { state: 'unknown', since: now, seenAt: 0, changes: [] };
      await records.upsert(target, (record = nothingSeen) => {
        const begun = record.watch && Math.abs(record.watch.from - from) < sameBeginningMs ? record.watch.from : from;
        return { ...record, watch: { from: begun, until: now + watchEndsAfterMs } };
      });
    },

    /** The record with this check; `known`: what was read before it. Undefined if somebody saw something different in the meantime: check again. */
    async note(target: string, known: HealthRecord | undefined, sight: Sight): Promise<HealthRecord | undefined> {
      const next = noteSight(known, sight);
      if (!isNews(known, next)) return next;
      const { value } = await records.upsert(target, (record) => noteSight(record, sight));
      return value.state === sight.state && value.watch?.from === known?.watch?.from ? value : undefined;
    },
  };
}

/** When this state began, as far as the numbers go back; `now` if they say nothing. */
export function beganAt(state: HealthState, past: Past, now: number): number {
  const { answering } = past;
  if (state === 'unknown') return now;
  if (state === 'down') return answering && !answering.well ? answering.since : now;
  const degraded = state === 'degraded';
  const { began, isBroken } = stretchOf(past, (figures) => figures.length > 0 === degraded);
  if (!isBroken && !degraded && answering?.well) return answering.since;
  return began ?? now;
}

/** The latest stretch of numbers of which this is true. */
function stretchOf({ history, limits, answering }: Past, isSo: (passed: readonly Figure[]) => boolean) {
  const started = answering?.well ? answering.since : 0;
  let began: number | undefined;
  for (const point of byMinute(history).reverse()) {
    if (point.requestsPerSecond === undefined || point.at < started) break;
    if (!isSo(passedAt(point, limits, history))) return { began, isBroken: true };
    began = point.at;
  }
  return { began, isBroken: false };
}

/** The last time that the connector saw a number beyond its limit, or no good answer; 0 if it saw none. */
function lastTroubleIn({ history, limits, answering }: Past): number {
  const last = byMinute(history).findLast((point) => passedAt(point, limits, history).length > 0);
  return Math.max(last ? last.at + spacingMs(history) / 2 : 0, answering?.unwellAt ?? 0);
}

const minuteMs = 60_000;

/** Errors and traffic are judged over a minute, as everywhere: two failures in ten seconds may be one in a hundred over the minute. */
function byMinute(points: readonly MetricPoint[]): MetricPoint[] {
  return points.map((point, index) => {
    const minute = points
      .slice(Math.max(0, index - 30), index + 1)
      .filter(({ at, requestsPerSecond }) => at > point.at - minuteMs && requestsPerSecond !== undefined);
    const requests = minute.reduce((sum, { requestsPerSecond = 0 }) => sum + requestsPerSecond, 0);
    const errors = minute.reduce(
      (sum, { requestsPerSecond = 0, errorPercent = 0 }) => sum + requestsPerSecond * errorPercent,
      0,
    );
    if (point.requestsPerSecond === undefined || requests === 0) return point;
    return { ...point, requestsPerSecond: requests / minute.length, errorPercent: errors / requests };
  });
}

function passedAt(point: MetricPoint, limits: HealthLimits, history: readonly MetricPoint[]): Figure[] {
  return passedLimits(point, limits, Math.max(minuteMs, spacingMs(history)));
}

/** The time that one point covers. */
function spacingMs([first, second]: readonly MetricPoint[]): number {
  return first && second ? second.at - first.at : minuteMs;
}

/** Judges a service's health by what was seen. Pure. */

/** What is known about a service at one moment. `undefined` means that it couldn't be read. */
export interface Evidence {
  /** `not offered`: nothing that measures the service can tell whether it responds. */
  readonly probe: Probe | 'not offered' | undefined;
  readonly figures: MetricPoint | undefined;
  readonly limits: HealthLimits;
  /** The queries with a limit. */
  readonly named?: readonly NamedReading[];
  readonly live: LiveRelease;
  readonly now: number;
  /** The period that the metrics cover. */
  readonly overMs: number;
  /** Gavel hasn't run for as long as one measurement takes, so missing metrics say nothing about the service. */
  readonly hasJustStarted?: boolean;
}

export type Figure = 'p95' | 'p50' | 'errors' | 'traffic' | 'saturation';

interface Assessment extends Pick<HealthReport, 'state' | 'trouble' | 'loneFailure'> {
  /** The metrics beyond their limit, worst first. */
  readonly passed: readonly Figure[];
}

/** What the figures cover unless a verification is in progress. */
export const usualOverMs = 60_000;
/** Numbers that are older than this, beyond the period they cover, say nothing about now. */
export const staleAfterMs = 120_000;

/** The state of a service from its evidence. What wasn't seen is unknown, never healthy. */
export function assess(evidence: Evidence): Assessment {
  const { probe, figures, limits, named = [], live, now, overMs, hasJustStarted = false } = evidence;
  if (live.found === 'none') return became('unknown', 'nothing is deployed there');
  if (!probe) return became('unknown', 'its health check couldn’t be read');
  const canRespond = probe !== 'not offered';
  if (canRespond && probe.complaint)
    return became('down', `its health check reports “${plainText(probe.complaint, 120)}”`);
  if (canRespond && !probe.answers) return became('down', 'its health check isn’t responding');
  const isJudged = Object.keys(limits).length > 0 || named.length > 0;
  if (!figures && named.every(({ value }) => value === undefined))
    return canRespond && !isJudged
      ? became('healthy', '')
      : became('unknown', describeMissing('metrics', canRespond, hasJustStarted));
  if (figures && now - figures.at > overMs + staleAfterMs) return became('unknown', 'its metrics are out of date');
  const passed = figures ? passedLimits(figures, limits, overMs) : [];
  const beyond = named.filter(isOverLimit);
  if (passed.length + beyond.length > 0) {
    const troubles = [
      ...passed.map((each) => describeTrouble(each, figures, limits)),
      ...beyond.map((each) => describeNamedTrouble(each)),
    ];
    return { ...became('degraded', enumerate(troubles)), passed };
  }
  const missing = missingNumbers(figures, limits) ?? named.find(({ value }) => value === undefined)?.name;
  if (missing !== undefined)
    return became('unknown', describeMissing(`metrics for ${plainText(missing, 40)}`, canRespond, hasJustStarted));
  return { ...became('healthy', ''), loneFailure: isOver(figures?.errorPercent, limits.errorPercent) };
}

function became(state: HealthState, trouble: string): Assessment {
  return { state, trouble, passed: [], loneFailure: false };
}

const isOver = (value: number | undefined, limit: number | undefined): boolean =>
  value !== undefined && limit !== undefined && value > limit;

const isOverLimit = ({ value, limit }: NamedReading): boolean => isOver(value, limit);

/**
 * The metrics beyond their limit, the most important first. A missing number is within its limit, and so is one failed request: among thirty, it would be 3
 * %, and it says nothing about the release.
 */
export function passedLimits(figures: MetricPoint, limits: HealthLimits, overMs: number): Figure[] {
  const passed: Figure[] = [];
  if (isOver(figures.errorPercent, limits.errorPercent) && !isLoneFailure(figures, overMs)) passed.push('errors');
  if (isOver(figures.p95Ms, limits.p95Ms)) passed.push('p95');
  if (isOver(figures.p50Ms, limits.p50Ms)) passed.push('p50');
  if (isOver(limits.minimumRequestsPerSecond, figures.requestsPerSecond)) passed.push('traffic');
  if (isOver(figures.saturationPercent, limits.saturationPercent)) passed.push('saturation');
  return passed;
}

function isLoneFailure({ errorPercent = 0, requestsPerSecond }: MetricPoint, overMs: number): boolean {
  if (requestsPerSecond === undefined) return false;
  return Math.round(((errorPercent / 100) * requestsPerSecond * overMs) / 1000) <= 1;
}

/** What has a limit must be measured; without traffic, there is no latency and no error to measure. */
function missingNumbers(figures: Partial<MetricPoint> = {}, limits: HealthLimits): string | undefined {
  const lacks = (value: number | undefined, limit: number | undefined): boolean =>
    limit !== undefined && value === undefined;
  if (lacks(figures.requestsPerSecond, limits.minimumRequestsPerSecond)) return 'traffic';
  if (lacks(figures.saturationPercent, limits.saturationPercent)) return 'saturation';
  if (figures.requestsPerSecond === 0) return undefined;
  if (lacks(figures.p95Ms, limits.p95Ms) || lacks(figures.p50Ms, limits.p50Ms)) return 'latency';
  return lacks(figures.errorPercent, limits.errorPercent) ? 'errors' : undefined;
}
