import { cleanText } from '../../core/text';
import type { Severity } from '../../core/severity';
import type { Acknowledgement, Silence, SourceAlert } from '../contract';
import { keyIn, withoutKey } from '../monitored/comments';
import { monitoredKey, nameOf } from '../monitored/objects';
import type { Monitored } from '../monitored/objects';
import type { Comment, Downtime, Host, Service } from './schema';

/** What Icinga says is wrong, in Gavel's words. Pure. */

interface Known {
  readonly services: readonly Service[];
  readonly hosts: readonly Host[];
  readonly acknowledgements: readonly Comment[];
  readonly downtimes: readonly Downtime[];
  readonly now: number;
}

interface State {
  readonly word: string;
  readonly severity: Severity;
}

const serviceStates: ReadonlyMap<number, State> = new Map([
  [1, { word: 'a warning', severity: 'warning' }],
  [2, { word: 'critical', severity: 'critical' }],
  [3, { word: 'unknown', severity: 'warning' }],
]);
const hostStates: ReadonlyMap<number, State> = new Map([[1, { word: 'down', severity: 'critical' }]]);

/** What is wrong for sure: a problem that Icinga still checks again doesn't count. */
export function icingaAlertsOf(known: Known): SourceAlert[] {
  const { hosts, services } = known;
  const down = new Set(hosts.filter((host) => problemOf(host, hostStates)).map(({ name }) => name));
  return [
    ...hosts.map((host) => alertOf({ host: host.name }, host, problemOf(host, hostStates), known)),
    ...services.map((service) => {
      const { host_name: host, name } = service;
      const alert = alertOf({ host, service: name }, service, problemOf(service, serviceStates), known);
      return alert && down.has(host) ? { ...alert, heldBackBy: cleanText(`the host ${host}, which is down`) } : alert;
    }),
  ].filter((alert) => alert !== undefined);
}

/** Whether checks of before a restart are missing, so that what isn't listed may still be wrong. */
export const isAwaited = ({ last_check_result: result, enable_active_checks: isActive }: Host | Service): boolean =>
  !result && isActive;

/** The state that Icinga is sure of, if it's a problem. What was never checked is unknown there, and no problem here. */
function problemOf(found: Host | Service, states: ReadonlyMap<number, State>): State | undefined {
  if (!found.last_check_result || !states.has(found.state)) return undefined;
  return states.get(found.state_type === 1 ? found.state : found.last_hard_state);
}

function alertOf(
  monitored: Monitored,
  found: Host | Service,
  problem: State | undefined,
  { acknowledgements, downtimes, now }: Known,
): SourceAlert | undefined {
  if (!problem) return undefined;
  const { host, service } = monitored;
  const isAbout = (each: Pick<Comment, 'host_name' | 'service_name'>): boolean =>
    each.host_name === host && each.service_name === (service ?? '');
  const output = cleanText(found.last_check_result?.output.split('\n', 1)[0] ?? '') || `it is ${problem.word}`;
  return {
    ...{ key: monitoredKey(monitored), name: cleanText(nameOf(monitored), 200), severity: problem.severity },
    ...{ summary: cleanText(`${host}: ${output}`), since: found.last_hard_state_change, isFlapping: found.flapping },
    labels: { host, ...(service !== undefined && { service }) },
    ...(found.acknowledgement !== 0 && {
      acknowledgement: acknowledgementOf(acknowledgements.filter(isAbout), found.acknowledgement_expiry),
    }),
    silences: silencesIn(downtimes.filter(isAbout), now),
    ...(!found.enable_notifications && { heldBackBy: 'Icinga, where its notifications are turned off' }),
  };
}

function acknowledgementOf(comments: readonly Comment[], until: number): Acknowledgement {
  const newest = [...comments].sort((one, other) => other.entry_time - one.entry_time)[0];
  return {
    ...{ by: cleanText(newest?.author ?? '', 100) || 'someone', comment: withoutKey(newest?.text ?? '') },
    ...(until > 0 && { until }),
  };
}

/** Those that are in effect. */
function silencesIn(downtimes: readonly Downtime[], now: number): Silence[] {
  return downtimes
    .map((each) => ({ ...each, until: each.fixed ? each.end_time : each.trigger_time + each.duration }))
    .filter(({ trigger_time: begun, until }) => begun > 0 && until > now)
    .map((each) => ({
      ...{ id: downtimeIdOf(each), by: cleanText(each.author, 100), until: each.until },
      comment: withoutKey(each.comment),
    }));
}

/** The key that Gavel gave it, or its name in Icinga. */
export const downtimeIdOf = ({ __name: name, comment }: Downtime): string => keyIn(comment) ?? name;
