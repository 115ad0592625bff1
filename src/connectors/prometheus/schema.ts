import { z } from 'zod';

/** What of Prometheus' answers is used. https://prometheus.io/docs/prometheus/latest/querying/api/ */

const Labels = z.record(z.string(), z.string());

/** Seconds since 1970, and the value as text, since JSON has no NaN. */
const Point = z.tuple([z.number(), z.string()]);

/** Histograms come without `value` or `values`; nothing here draws them. */
const Vector = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: Labels, value: Point.optional() })),
});
const Scalar = z.object({ resultType: z.literal('scalar'), result: Point });
const Matrix = z.object({
  resultType: z.literal('matrix'),
  result: z.array(z.object({ metric: Labels, values: z.array(Point).optional() })),
});

export const InstantAnswer = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [Vector, Scalar]),
});
export const RangeAnswer = z.object({ status: z.literal('success'), data: Matrix });

const moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const Alert = z.object({
  labels: Labels,
  annotations: Labels.default({}),
  state: z.string(),
  activeAt: moment,
});

const Rule = z.object({
  name: z.string(),
  alerts: z.array(Alert).default([]),
  /** Year 1 before its first evaluation. */
  lastEvaluation: moment.optional(),
});

export const RulesAnswer = z.object({
  status: z.literal('success'),
  data: z.object({
    /** `interval`: how often it is evaluated, in seconds. */
    groups: z.array(z.object({ interval: z.number().positive().optional(), rules: z.array(Rule) })),
  }),
});
export type RuleGroup = z.output<typeof RulesAnswer>['data']['groups'][number];

export const RuntimeAnswer = z.object({ status: z.literal('success'), data: z.object({ startTime: moment }) });

export const BuildAnswer = z.object({ status: z.literal('success'), data: z.object({ version: z.string() }) });
