import { z } from 'zod';

/** What of the answers of Alertmanager's API is used. https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */

const Labels = z.record(z.string(), z.string());
const moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const Ids = z.array(z.string()).nullish();

const KnownAlert = z.object({
  fingerprint: z.string().min(1),
  labels: Labels,
  annotations: Labels.default({}),
  startsAt: moment,
  status: z.object({
    silencedBy: Ids,
    inhibitedBy: Ids,
    /** The names of time intervals; earlier versions don't say. */
    mutedBy: Ids,
  }),
});
export type KnownAlert = z.output<typeof KnownAlert>;
export const AlertsAnswer = z.array(KnownAlert);

const Matcher = z.object({
  name: z.string(),
  value: z.string(),
  isRegex: z.boolean(),
  isEqual: z.boolean().default(true),
});
export type Matcher = z.output<typeof Matcher>;

export const SilenceAnswer = z.object({
  id: z.string().min(1),
  status: z.object({ state: z.string() }),
  matchers: z.array(Matcher),
  /** As it was written: changed by a millisecond, it would be another silence. */
  startsAt: z.string(),
  endsAt: moment,
  createdBy: z.string(),
  comment: z.string(),
});
export type StoredSilence = z.output<typeof SilenceAnswer>;
export const SilencesAnswer = z.array(SilenceAnswer);

export const SavedAnswer = z.object({ silenceID: z.string().min(1) });

/** What it posts. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export const HookBody = z.object({
  version: z.string(),
  truncatedAlerts: z.number().default(0),
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      fingerprint: z.string().min(1),
      labels: Labels,
      annotations: Labels.default({}),
      startsAt: moment,
      /** Year 1 while it fires. */
      endsAt: moment,
    }),
  ),
});
