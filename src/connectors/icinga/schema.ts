import { z } from 'zod';

/** What of Icinga's answers is used. https://icinga.com/docs/icinga-2/latest/doc/12-icinga2-api/ */

/** Seconds since 1970, as milliseconds; 0 if it has never been. */
const moment = z.number().transform((seconds) => Math.round(seconds * 1_000));

const state = {
  name: z.string(),
  /** Of a service 0 to 3, of a host 0 or 1. */
  state: z.number(),
  /** 1 if it's hard, 0 while a problem may still be a single bad check. */
  state_type: z.number(),
  last_hard_state: z.number(),
  last_hard_state_change: moment,
  /** 0 if nobody has. */
  acknowledgement: z.number(),
  acknowledgement_expiry: moment.default(0),
  enable_active_checks: z.boolean().default(true),
  enable_notifications: z.boolean().default(true),
  flapping: z.boolean().default(false),
  /** Null if it has never been checked. */
  last_check_result: z.object({ output: z.string().default('') }).nullish(),
};

const resultsOf = <T>(attrs: z.ZodType<T>) => z.object({ results: z.array(z.object({ attrs })) });

const Host = z.object(state);
export type Host = z.output<typeof Host>;
export const HostsAnswer = resultsOf(Host);

const Service = z.object({ host_name: z.string(), ...state });
export type Service = z.output<typeof Service>;
export const ServicesAnswer = resultsOf(Service);

export const attributesOfState = Object.keys(state);

const place = { host_name: z.string(), service_name: z.string().default('') };

const Comment = z.object({ ...place, entry_time: moment, author: z.string(), text: z.string() });
export type Comment = z.output<typeof Comment>;
export const CommentsAnswer = resultsOf(Comment);

const Downtime = z.object({
  ...place,
  __name: z.string().min(1),
  author: z.string(),
  comment: z.string(),
  end_time: moment,
  fixed: z.boolean(),
  /** How long a flexible one lasts once it has begun, in milliseconds. */
  duration: moment,
  /** When it began; 0 if it hasn't. */
  trigger_time: moment,
});
export type Downtime = z.output<typeof Downtime>;
export const DowntimesAnswer = resultsOf(Downtime);

export const HostNames = resultsOf(z.object({ name: z.string() }));
export const ServiceNames = resultsOf(z.object({ name: z.string(), host_name: z.string() }));

/** What an action did to each object. */
export const ActionAnswer = z.object({ results: z.array(z.object({ code: z.number(), status: z.string() })) });

/** Who is signed in, and what that user may do. */
export const UserAnswer = z.object({ results: z.array(z.object({ permissions: z.array(z.string()) })).min(1) });

export const StatusAnswer = z.object({
  results: z
    .array(
      z.object({ status: z.object({ icingaapplication: z.object({ app: z.object({ program_start: moment }) }) }) }),
    )
    .min(1),
});
