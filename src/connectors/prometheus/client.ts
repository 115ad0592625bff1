import { ConnectorError } from '../../core/errors';
import type { HttpClient } from '../http';
import { BuildAnswer, InstantAnswer, RangeAnswer, RulesAnswer, RuntimeAnswer } from './schema';
import type { RuleGroup } from './schema';

/** The calls of Prometheus that Gavel makes. All of them are reads. */

/** A series at one moment; undefined for what is no number, such as NaN. */
export interface InstantSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | undefined;
}

/** A series over time: its numbers by the moment, in milliseconds since 1970. What isn't there is a gap. */
export interface RangeSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: ReadonlyMap<number, number>;
}

/** The moments `fromMs`, `fromMs + stepMs` and so on, up to `toMs`. */
export interface Grid {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** At least one. */
export function momentsOf({ fromMs, toMs, stepMs }: Grid): number[] {
  return Array.from({ length: Math.floor((toMs - fromMs) / stepMs) + 1 }, (_, index) => fromMs + index * stepMs);
}

export type PrometheusClient = ReturnType<typeof createPrometheusClient>;

/** Every method rejects with `ConnectorError`. */
export function createPrometheusClient(http: HttpClient) {
  return {
    /** As of now, by Prometheus' own clock. */
    async instant(query: string): Promise<InstantSeries[]> {
      // As a form, because an address has no room for a long query.
      const { data } = await http.json(
        { kind: 'read', path: 'api/v1/query', body: { form: { query } } },
        InstantAnswer,
      );
      if (data.resultType === 'scalar') return [{ labels: {}, value: readNumber(data.result[1]) }];
      return data.result.map(({ metric, value }) => ({ labels: metric, value: value && readNumber(value[1]) }));
    },
    async range(query: string, { fromMs, toMs, stepMs }: Grid, maxBytes?: number): Promise<RangeSeries[]> {
      const form = { query, start: inSeconds(fromMs), end: inSeconds(toMs), step: inSeconds(stepMs) };
      const { data } = await http.json(
        {
          kind: 'read',
          path: 'api/v1/query_range',
          body: { form },
          ...(maxBytes !== undefined && { limits: { maxBytes } }),
        },
        RangeAnswer,
      );
      return data.result.map(({ metric, values = [] }) => ({
        labels: metric,
        values: new Map(
          values.flatMap(([seconds, text]) => {
            const value = readNumber(text);
            return value === undefined ? [] : [[Math.round(seconds * 1_000), value] as const];
          }),
        ),
      }));
    },
    /** The rules that raise alerts, in their groups. */
    async rules(): Promise<RuleGroup[]> {
      const { data } = await http.json({ kind: 'read', path: 'api/v1/rules', query: { type: 'alert' } }, RulesAnswer);
      return data.groups;
    },
    /** Undefined if it doesn't say, as systems that only resemble Prometheus. */
    async startedAt(): Promise<number | undefined> {
      try {
        return (await http.json({ kind: 'read', path: 'api/v1/status/runtimeinfo' }, RuntimeAnswer)).data.startTime;
      } catch (error) {
        if (error instanceof ConnectorError && error.failure === 'not found') return undefined;
        throw error;
      }
    },
    async version(): Promise<string> {
      return (await http.json({ kind: 'read', path: 'api/v1/status/buildinfo' }, BuildAnswer)).data.version;
    },
  };
}

const inSeconds = (ms: number): string => String(ms / 1_000);

/** Undefined for `NaN`, `+Inf` and `-Inf`, which nothing can be drawn or compared with. */
function readNumber(text: string): number | undefined {
  const value = text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}
