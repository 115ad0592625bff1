import { z } from 'zod';

/** What of the answers of Nagios' JSON CGIs is used, with texts for states. https://github.com/NagiosEnterprises/nagioscore/tree/master/cgi (`statusjson.c`, `archivejson.c`) */

/** Milliseconds since 1970; 0 if it has never been. */
const moment = z.number();

/** Every answer has this, whatever it's about. Errors come with HTTP 200, too. */
export const Answer = z.object({
  result: z.object({
    query_time: moment,
    program_start: moment.default(0),
    last_data_update: moment.default(0),
    /** 0 if it worked. */
    type_code: z.number(),
    message: z.string().default(''),
  }),
  data: z.unknown(),
});
export type Answer = z.output<typeof Answer>;

const state = {
  status: z.string(),
  /** `hard`, or `soft` while a problem may still be a single bad check. */
  state_type: z.string(),
  last_hard_state: z.string(),
  last_hard_state_change: moment,
  plugin_output: z.string().default(''),
  perf_data: z.string().default(''),
  last_check: moment,
  should_be_scheduled: z.boolean().default(true),
  checks_enabled: z.boolean().default(true),
  notifications_enabled: z.boolean().default(true),
  problem_has_been_acknowledged: z.boolean(),
  is_flapping: z.boolean().default(false),
};

export const Host = z.object({ name: z.string(), ...state });
export type Host = z.output<typeof Host>;

/** `description` is empty if its name has letters beyond ASCII, which these CGIs can't write. */
export const Service = z.object({ host_name: z.string(), description: z.string(), ...state });
export type Service = z.output<typeof Service>;

export const HostList = z.object({ hostlist: z.record(z.string(), Host) });
export const ServiceList = z.object({ servicelist: z.record(z.string(), z.record(z.string(), Service)) });
export const OneService = z.object({ service: Service });
export const OneHost = z.object({ host: Host });

/** All names without their states. */
export const Names = z.object({ servicelist: z.record(z.string(), z.record(z.string(), z.unknown())) });
export const HostNames = z.object({ hostlist: z.record(z.string(), z.unknown()) });

const place = { host_name: z.string(), service_description: z.string().optional() };

const Comment = z.object({ ...place, entry_time: moment, author: z.string(), comment_data: z.string() });
export type Comment = z.output<typeof Comment>;
export const CommentList = z.object({ commentlist: z.record(z.string(), Comment) });

export const Downtime = z.object({
  ...place,
  downtime_id: z.number(),
  type: z.enum(['host', 'service']),
  start_time: moment,
  end_time: moment,
  is_in_effect: z.boolean(),
  author: z.string(),
  comment: z.string(),
});
export type Downtime = z.output<typeof Downtime>;
export const DowntimeList = z.object({ downtimelist: z.record(z.string(), Downtime) });

const LogLine = z.object({
  timestamp: moment,
  host_name: z.string(),
  /** The service, if it's about one. */
  description: z.string().optional(),
  state: z.string(),
});
export type LogLine = z.output<typeof LogLine>;
export const AlertList = z.object({ alertlist: z.array(LogLine) });

/** Moments as the server's own clock shows them, in the form that was asked for. */
const localTime = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
export const LocalTimes = z.object({
  data: z.object({ selectors: z.object({ starttime: localTime, endtime: localTime }) }),
});

export const ProgramStatus = z.object({ programstatus: z.object({ version: z.string() }) });

/** What `deploy/nagios-notify` posts. */
export const HookBody = z.object({
  tool: z.literal('nagios'),
  type: z.string(),
  host: z.string().min(1),
  service: z.string().optional(),
  state: z.string(),
  output: z.string().default(''),
  /** Seconds since 1970 of the last change of state, and of the notification. */
  since: z.number(),
  at: z.number(),
});
