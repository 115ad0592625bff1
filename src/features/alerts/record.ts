import type { Person } from '../../chat/contract';
import { severities } from '../../core/severity';
import type { SourceAlert } from '../../connectors/contract';
import type { Severity } from '../../core/severity';
import { idFrom } from '../../core/keys';
import type { SignalMoment } from './told/facts';

/** One problem of a service in an environment, with everything that sources say about it and what people do about it. Pure. */

/** The name of the problem that a source no longer reports. */
export const silentSource = 'no heartbeat';

/** Alerts of the same problem are one record and one card. */
export interface Problem {
  /** `unknown` if no binding matches the alert. */
  readonly service: string;
  readonly environment: string;
  /** The rule or check that says so. */
  readonly name: string;
}

/** One problem as its source counts it. */
export interface Signal {
  readonly connection: string;
  readonly alert: SourceAlert;
  /** A complete reading didn't list it: since that reading, and when it was last seen. */
  readonly missing?: { readonly since: number; readonly seenAt: number | undefined };
  readonly ended?: SignalEnd;
  /** When it began and ended before; omitted until it comes back. */
  readonly moments?: readonly SignalMoment[];
}

export interface SignalEnd {
  /** At the latest. */
  readonly at: number;
  /** The last moment at which it certainly fired; undefined if `at` is exact. */
  readonly notBefore?: number;
}

/** Somebody works on it. */
interface Acknowledged {
  /** Without an id if it was done at the source. */
  readonly by: { readonly id?: string; readonly name: string };
  readonly at: number;
  readonly comment: string;
  /** Undefined: until it ends at the source. */
  readonly until: number | undefined;
  readonly severity: Severity;
  /** The connection where it was done; omitted if it was done in Gavel. */
  readonly source?: string;
}

/** Nobody is notified until then. */
interface Silenced {
  readonly by: Person;
  readonly at: number;
  readonly comment: string;
  readonly until: number;
}

/** A planned time in which a service may fail. */
export interface InMaintenance {
  readonly id: string;
  readonly by: string;
  readonly reason: string;
  readonly until: number;
}

/** What a source was told to do, and whether it is true there. */
export interface Carried {
  readonly what: 'acknowledge' | 'silence';
  readonly connection: string;
  readonly key: string;
  readonly state: 'waiting' | 'done' | 'failed';
  readonly at: number;
  /** The id of the silence there. */
  readonly id?: string;
  /** When to try again. */
  readonly retryAt?: number;
  readonly failures?: number;
  /** Whether the source has such a thing at all; undefined until it is done. */
  readonly isThere?: boolean;
  /** A reading has shown it, or came so late that it would have. Its absence means that somebody removed it there. */
  readonly isSeen?: true;
}

/** What a person ended in Gavel, and a source may still have. */
export interface Leftover {
  readonly what: Carried['what'];
  readonly connection: string;
  readonly key: string;
  /** The id of the silence there. */
  readonly id?: string;
  readonly by: string;
  /** When it ends there anyway; undefined if it doesn't. */
  readonly until?: number;
  readonly state: 'waiting' | 'failed';
  readonly failures: number;
  readonly retryAt?: number;
}

/** Its channel hears nothing about it until then. */
export interface HeldInChannel {
  readonly placeId: string;
  readonly why: 'quiet hours' | 'muted';
  readonly until: number;
}

/** Why nobody is notified now. */
type Quiet = 'silenced' | 'maintenance' | 'flapping' | 'held';

type AlertState = 'firing' | 'acknowledged' | 'resolved';

/** How an alert ended. */
export interface Resolution {
  readonly at: number;
  readonly how: 'by source' | 'absent at source';
  /** The last moment at which it certainly fired; undefined if `at` is exact. */
  readonly notBefore?: number;
}

/** An alert from its first signal until ten minutes after its end. */
export interface Alert extends Problem {
  /** People type it: `A-101` for 101. */
  readonly number: number;
  readonly state: AlertState;
  readonly stateSince: number;
  readonly openedAt: number;
  /** The worst of its open signals; once they have ended, the last known. */
  readonly severity: Severity;
  readonly signals: readonly Signal[];
  readonly acknowledged?: Acknowledged | undefined;
  readonly silenced?: Silenced | undefined;
  readonly maintenance?: InMaintenance | undefined;
  /** The latest changes between firing and not firing, oldest first. */
  readonly changes: readonly number[];
  readonly flappingSince?: number | undefined;
  /** Connections that don't answer, so nobody knows whether their signals still fire. */
  readonly lost?: readonly { readonly connection: string; readonly since: number }[] | undefined;
  /** Since when no signal fires; it counts as resolved once that has lasted. */
  readonly quietSince?: number | undefined;
  readonly resolved?: Resolution | undefined;
  /** How often it came back within ten minutes. */
  readonly reopened: number;
  /** It can't come back anymore: what fires next is another alert. */
  readonly closed?: true;
  readonly carried: readonly Carried[];
  readonly leftovers?: readonly Leftover[] | undefined;
  /** Its card is held back by a storm. */
  readonly heldBack?: boolean;
  /** Its card waits: the channel was quiet when it was due. */
  readonly waiting?: HeldInChannel | undefined;
  /** Somebody was notified about it, so its end is told, too. */
  readonly told?: true;
  readonly quiet?: Quiet | undefined;
  readonly wakeAt?: number | undefined;
}

/** An alert that is over within this time comes back as the same alert. */
export const reopensWithinMs = 600_000;
/** It counts as resolved once nothing has fired for this long. */
export const settleMs = 60_000;
export const acknowledgedForMs = 4 * 3_600_000;
const flappingWindowMs = 1_800_000;
const flappingChanges = 4;
const maxChanges = 20;
/** More signals of one problem are counted as one of those that are kept. */
export const maxSignals = 200;

/** One string for the same service, environment and name. */
export function problemKey({ service, environment, name }: Problem): string {
  return idFrom('problem', service, environment, name);
}

/** The problem that this connection no longer reports. No service has it, because it concerns all of them. */
export function problemOfSilent(connection: string): Problem {
  return { service: 'unknown', environment: connection, name: silentSource };
}

/** The connection that no longer reports; undefined for any other problem. */
export function silentConnection({ service, environment, name }: Problem): string | undefined {
  return service === 'unknown' && name === silentSource ? environment : undefined;
}

/** `A-101` */
export function alertLabel({ number }: Pick<Alert, 'number'>): string {
  return `A-${number}`;
}

/** `shop/production`, as records are found by. */
export function alertTarget({ service, environment }: Pick<Problem, 'service' | 'environment'>): string {
  return `${service}/${environment}`;
}

/** 0 for the worst. */
export function rankOf(severity: Severity): number {
  return severities.length - 1 - severities.indexOf(severity);
}

/** The worst of them; undefined if there are none. */
export function worstOf(all: readonly Severity[]): Severity | undefined {
  return severities.findLast((each) => all.includes(each));
}

export const isFiring = (signal: Signal): boolean => signal.ended === undefined;

/** The signals that still fire. */
export function openSignals({ signals }: Pick<Alert, 'signals'>): readonly Signal[] {
  return signals.filter(isFiring);
}

/** The changes with more, oldest first. */
export function withChanges(changes: readonly number[], ...added: readonly number[]): readonly number[] {
  return [...changes, ...added].sort((one, other) => one - other).slice(-maxChanges);
}

/** Whether it comes and goes too often to notify anybody: by the source's own word, otherwise by its changes. */
export function isFlapping({ signals, changes, flappingSince }: Alert, now: number): boolean {
  const flags = signals.filter(isFiring).flatMap(({ alert }) => alert.isFlapping ?? []);
  if (flags.length > 0) return flags.includes(true);
  // Once it flaps, only quiet ends it.
  if (flappingSince !== undefined) return now < flappingEndsAt({ changes, flappingSince });
  return changes.filter((at) => at > now - flappingWindowMs).length >= flappingChanges;
}

/** When flapping ends if nothing changes anymore. */
export function flappingEndsAt({ changes, flappingSince = 0 }: Pick<Alert, 'changes' | 'flappingSince'>): number {
  return Math.max(changes.at(-1) ?? 0, flappingSince) + flappingWindowMs;
}

/** Until when a source itself keeps quiet about every open signal; undefined if it doesn't. */
export function silencedAtSource(alert: Pick<Alert, 'signals'>, now: number): number | undefined {
  const ends = openSignals(alert).map(({ alert: { silences } }) => Math.max(...silences.map(({ until }) => until), 0));
  if (ends.length === 0) return undefined;
  const until = Math.min(...ends);
  return until > now ? until : undefined;
}

/** The alert or rule that holds every open signal back at its source; undefined if nothing does. */
function heldBackBy(alert: Pick<Alert, 'signals'>): string | undefined {
  const open = openSignals(alert).map((signal) => signal.alert.heldBackBy);
  return open.every((by) => by !== undefined) ? open[0] : undefined;
}

/** Why nobody is notified about it now; undefined if people are. */
export function quietBecause(alert: Alert, now: number): Quiet | undefined {
  if ((alert.silenced?.until ?? 0) > now || silencedAtSource(alert, now) !== undefined) return 'silenced';
  if ((alert.maintenance?.until ?? 0) > now) return 'maintenance';
  if (alert.flappingSince !== undefined) return 'flapping';
  return heldBackBy(alert) === undefined ? undefined : 'held';
}

/** A line of its history, which its thread shows. */
export interface Said {
  readonly what:
    | 'acknowledged'
    | 'acknowledgement taken back'
    | 'acknowledgement expired'
    | 'worse'
    | 'silenced'
    | 'silence ended'
    | 'maintenance'
    | 'maintenance ended'
    | 'flapping'
    | 'stable'
    | 'reopened'
    | 'resolved';
  readonly at: number;
  readonly by?: string;
  /** Who has to know. */
  readonly personId?: string;
  readonly comment?: string;
  readonly until?: number;
}

/** Adds a line to its history. */
export const say = (said: Said): { readonly kind: 'say' } & Said => ({ kind: 'say', ...said });
