import { cleanText } from '../../core/text';
import type { Severity } from '../../core/severity';
import type { Acknowledgement, PastAlert, Silence, SourceAlert } from '../contract';
import { keyIn } from '../monitored/comments';
import { monitoredKey, nameOf } from '../monitored/objects';
import type { Monitored } from '../monitored/objects';
import type { Problems } from './client';
import type { Comment, Downtime, Host, LogLine, Service } from './schema';
import { authorOf } from './commands/words';

/** What Nagios says is wrong, in Gavel's words. Pure. */

interface Known extends Problems {
  readonly acknowledgements: readonly Comment[];
  readonly downtimes: readonly Downtime[];
  /** The address of its pages. */
  readonly url: string;
}

/** What is wrong for sure: a problem that Nagios still checks again doesn't count. */
export function alertsOf(known: Known): SourceAlert[] {
  const down = new Set(known.hosts.filter((host) => problemOf(host) !== undefined).map(({ name }) => name));
  return [
    ...known.hosts.map((host) => alertOf({ host: host.name }, host, known)),
    ...known.services.map((service) => {
      const alert = alertOf({ host: service.host_name, service: service.description }, service, known);
      const isOnDownHost = alert !== undefined && down.has(service.host_name);
      return isOnDownHost ? { ...alert, heldBackBy: cleanText(`the host ${service.host_name}, which is down`) } : alert;
    }),
  ].filter((alert) => alert !== undefined);
}

const minuteMs = 60_000;
/** A Nagios that doesn't retain its state begins without any. */
const settleMs = 15 * minuteMs;

/** Whether what isn't listed isn't wrong: not so while checks of before a restart are missing. */
export function isSettled({ services, hosts, startedAt, readAt }: Problems): boolean {
  const isAwaited = ({ status, should_be_scheduled: isPlanned, checks_enabled: isActive }: Host | Service): boolean =>
    status === 'pending' && isPlanned && isActive;
  return readAt - startedAt > settleMs || ![...services, ...hosts].some(isAwaited);
}

const severityByState: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['down', 'critical'],
  ['warning', 'warning'],
  ['unknown', 'warning'],
  ['unreachable', 'warning'],
]);

/** Undefined for a state that isn't a problem. */
export const severityOf = (state: string): Severity | undefined => severityByState.get(state);

/** The state that Nagios is sure of, if it's a problem. */
function problemOf({ status, state_type: type, last_hard_state: last }: Host | Service): string | undefined {
  if (!severityByState.has(status)) return undefined;
  const state = type === 'hard' ? status : last;
  return severityByState.has(state) ? state : undefined;
}

function alertOf(monitored: Monitored, found: Host | Service, known: Known): SourceAlert | undefined {
  const state = problemOf(found);
  if (state === undefined) return undefined;
  const { host, service } = monitored;
  const acknowledgement = found.problem_has_been_acknowledged
    ? acknowledgementOf(known.acknowledgements.filter((comment) => isAbout(comment, monitored)))
    : undefined;
  const output = cleanText(found.plugin_output) || `it is ${state}`;
  return {
    key: monitoredKey(monitored),
    name: cleanText(nameOf(monitored), 200) || 'a service whose name Nagios doesn’t report',
    severity: severityOf(state) ?? 'warning',
    summary: cleanText(`${host}: ${output}`),
    since: found.last_hard_state_change,
    labels: { host, ...(service !== undefined && { service }) },
    url: pageOf(known.url, monitored),
    isFlapping: found.is_flapping,
    ...(acknowledgement && { acknowledgement }),
    silences: silencesOf(known.downtimes, monitored),
    ...(!found.notifications_enabled && { heldBackBy: 'Nagios, where its notifications are turned off' }),
  };
}

const isAbout = (
  { host_name: host, service_description: service }: Pick<Comment, 'host_name' | 'service_description'>,
  monitored: Monitored,
): boolean => host === monitored.host && service === monitored.service;

function acknowledgementOf(comments: readonly Comment[]): Acknowledgement {
  const newest = [...comments].sort((one, other) => other.entry_time - one.entry_time)[0];
  const { name, comment } = authorOf({ author: newest?.author ?? '', comment: newest?.comment_data ?? '' });
  return { by: name || 'someone', comment };
}

/** A host that is in a downtime silences the services on it, too. */
export function silencesOf(downtimes: readonly Downtime[], { host, service }: Monitored): Silence[] {
  const found = downtimes.filter(
    (each) =>
      each.is_in_effect && each.host_name === host && (each.type === 'host' || each.service_description === service),
  );
  const byId = new Map(found.map((each) => [idOf(each), each]));
  return [...byId].map(([id, { author, comment, end_time: until }]) => {
    const by = authorOf({ author, comment });
    return { id, by: by.name || 'someone', comment: by.comment, until };
  });
}

/** The key that Gavel gave it, or what Nagios knows it by. */
export const idOf = ({ type, downtime_id: id, comment }: Downtime): string => keyIn(comment) ?? `${type}-${id}`;

/** Its page in Nagios. */
export function pageOf(url: string, { host, service }: Monitored): string {
  const wanted = new URLSearchParams({
    ...{ type: service === undefined ? '1' : '2', host },
    ...(service !== undefined && { service }),
  });
  return `${url.replace(/\/$/, '')}/cgi-bin/extinfo.cgi?${wanted.toString()}`;
}

/** The times in which something was wrong, by what the log says of changes between two moments. */
export function pastProblemsIn(log: readonly LogLine[], fromMs: number): PastAlert[] {
  const begun = new Map<string, { readonly monitored: Monitored; readonly from: number }>();
  const seen = new Set<string>();
  const past: PastAlert[] = [];
  const alert = (monitored: Monitored, from: number, to: number | undefined): PastAlert => ({
    ...{ key: monitoredKey(monitored), name: cleanText(nameOf(monitored), 200), from, to },
    labels: { host: monitored.host, ...(monitored.service !== undefined && { service: monitored.service }) },
  });
  for (const { host_name: host, description: service, state, timestamp } of log) {
    const monitored = { host, ...(service !== undefined && { service }) };
    const key = monitoredKey(monitored);
    const open = begun.get(key);
    if (severityByState.has(state)) {
      if (!open) begun.set(key, { monitored, from: timestamp });
    } else if (open || !seen.has(key)) {
      // What ends without a beginning began earlier.
      past.push(alert(monitored, open?.from ?? fromMs, timestamp));
      begun.delete(key);
    }
    seen.add(key);
  }
  return [...past, ...[...begun.values()].map(({ monitored, from }) => alert(monitored, from, undefined))];
}
