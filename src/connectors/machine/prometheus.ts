/** Reads what the connector needs from a Prometheus text page, and what happened between two pages. Pure. */

export interface Counters {
  /** Seconds since 1970 at which the process began to count. */
  readonly startedAt: number;
  readonly requests: number;
  readonly errors: number;
  /** Requests up to and including each bound in seconds, ascending; the last bound is Infinity. */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
}

/** How many requests took between two bounds, in seconds. */
export type Bucket = readonly [from: number, to: number, count: number];

interface Delta {
  readonly requests: number;
  readonly errors: number;
  /** Ascending, without empty ones. The open end stands as its lower bound. */
  readonly buckets: readonly Bucket[];
}

const lineForm = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;

/** Undefined when the page lacks the request counters. */
export function readCounters(page: string): Counters | undefined {
  let startedAt = 0;
  let requests: number | undefined;
  let errors = 0;
  const byBound = new Map<number, number>();
  for (const line of page.split('\n')) {
    const [, name, labels = '', text = ''] = lineForm.exec(line) ?? [];
    const value = Number(text);
    if (name === undefined || !Number.isFinite(value)) continue;
    if (name === 'process_start_time_seconds') startedAt = value;
    if (name === 'http_request_duration_seconds_count') requests = (requests ?? 0) + value;
    if (name === 'http_requests_total' && /\bcode="5\d\d"/.test(labels)) errors += value;
    if (name === 'http_request_duration_seconds_bucket') {
      const bound = boundOf(labels);
      if (bound !== undefined) byBound.set(bound, (byBound.get(bound) ?? 0) + value);
    }
  }
  if (requests === undefined) return undefined;
  const buckets = [...byBound].map(([upTo, count]) => ({ upTo, count })).sort((a, b) => a.upTo - b.upTo);
  return { startedAt, requests, errors, buckets };
}

function boundOf(labels: string): number | undefined {
  const [, bound = ''] = /\ble="([^"]+)"/.exec(labels) ?? [];
  const value = bound === '+Inf' ? Infinity : Number(bound);
  return bound === '' || Number.isNaN(value) ? undefined : value;
}

/** What happened since the page before; a process that counts anew began at zero. */
export function deltaBetween(before: Counters, after: Counters): Delta {
  const anew = after.startedAt !== before.startedAt || after.requests < before.requests;
  const earlier = new Map(anew ? [] : before.buckets.map(({ upTo, count }) => [upTo, count]));
  const buckets: Bucket[] = [];
  let from = 0;
  let counted = 0;
  for (const { upTo, count } of after.buckets) {
    const cumulative = count - (earlier.get(upTo) ?? 0);
    if (cumulative > counted) buckets.push([from, upTo === Infinity ? from : upTo, cumulative - counted]);
    counted = Math.max(counted, cumulative);
    from = upTo;
  }
  return {
    requests: after.requests - (anew ? 0 : before.requests),
    errors: Math.max(0, after.errors - (anew ? 0 : before.errors)),
    buckets,
  };
}

/** The time in milliseconds that this share of the requests stayed under, evenly spread inside a bucket; undefined without requests. */
export function quantileMs(buckets: readonly Bucket[], share: number): number | undefined {
  const sorted = merged(buckets);
  const wanted = share * sorted.reduce((sum, bucket) => sum + bucket[2], 0);
  let counted = 0;
  for (const [from, to, count] of sorted) {
    if (counted + count >= wanted) return Math.round((from + (to - from) * ((wanted - counted) / count)) * 1000);
    counted += count;
  }
  return undefined;
}

/** The same bucket of several looks as one; ascending, without empty ones. */
function merged(buckets: readonly Bucket[]): Bucket[] {
  const counts = new Map<string, Bucket>();
  for (const [from, to, count] of buckets) {
    const known = counts.get(`${from} ${to}`)?.[2] ?? 0;
    if (count > 0) counts.set(`${from} ${to}`, [from, to, known + count]);
  }
  return [...counts.values()].sort((one, other) => one[1] - other[1] || one[0] - other[0]);
}
