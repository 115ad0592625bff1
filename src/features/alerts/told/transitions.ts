import type { SourceAlert } from '../../../connectors/contract';
import { isFiring, maxSignals, openSignals, withChanges } from '../record';
import type { Alert, Signal, SignalEnd } from '../record';
import type { AlertChange } from '../workflow';
import { changesOf, momentsOfSignal, withMoments } from './facts';
import type { SignalMoment } from './facts';

/** The signals of an alert after a reading of their source, and after it told what has happened. Pure. */

/** What a reading lists of a problem. */
interface Seen {
  readonly connection: string;
  readonly alerts: readonly SourceAlert[];
  readonly isComplete: boolean;
  readonly at: number;
  /** When the source was read before. */
  readonly seenAt?: number | undefined;
}

/** The signals after a reading: listed ones fire, others of that connection end once two complete readings don't list them. */
export function mergeSignals(
  signals: readonly Signal[],
  { connection, alerts, isComplete, at, seenAt }: Seen,
): readonly Signal[] {
  // A source whose clock is ahead says that an alert is yet to begin.
  const listed = new Map(alerts.map((alert) => [alert.key, { ...alert, since: Math.min(alert.since, at) }]));
  const merged = signals.map((signal): Signal => {
    if (signal.connection !== connection) return signal;
    const alert = listed.get(signal.alert.key);
    listed.delete(signal.alert.key);
    if (alert) return firesNow(signal, alert);
    if (signal.ended || !isComplete) return signal;
    if (!signal.missing) return { ...signal, missing: { since: at, seenAt } };
    if (at <= signal.missing.since) return signal;
    const { missing, ...kept } = signal;
    const notBefore = missing.seenAt !== undefined && { notBefore: missing.seenAt };
    return { ...kept, ended: { at: missing.since, ...notBefore } };
  });
  return bounded([...merged, ...[...listed.values()].map((alert): Signal => ({ connection, alert }))]);
}

/** What was known of its times is kept once they are others. */
function firesNow(signal: Signal, alert: SourceAlert): Signal {
  const { connection, alert: known, ended, moments } = signal;
  const isSameTime = !ended && known.since === alert.since;
  const kept = isSameTime ? moments : momentsOfSignal(signal);
  return { connection, alert, ...(kept && { moments: kept }) };
}

function bounded(all: readonly Signal[]): readonly Signal[] {
  if (all.length <= maxSignals) return all;
  // The ones that have ended go first: what still fires has to be known.
  return [...all.filter(isFiring), ...all.filter((each) => !isFiring(each)).reverse()].slice(0, maxSignals);
}

/** What a source says has happened, which may be over already. */
export interface Told {
  readonly connection: string;
  readonly alert: SourceAlert;
  /** When it began; omitted if the source doesn't say. */
  readonly from?: number;
  readonly to?: SignalEnd;
  /** Whether it fires now, whatever it did in between. */
  readonly isListed: boolean;
}

/** Each change that a source tells is recorded once, in whatever order it's told. What fires now is for readings to say. */
export function tellSignal(alert: Alert, told: Told): AlertChange | undefined {
  const { connection, from, to, isListed } = told;
  const isSame = (each: Signal): boolean => each.connection === connection && each.alert.key === told.alert.key;
  const known = alert.signals.find(isSame);
  if (!known && (!to || isListed)) return undefined;
  const before = known ? momentsOfSignal(known) : [];
  const began = from === undefined ? [] : [{ at: from, fires: true }];
  const moments = withMoments(before, to ? [...began, { at: to.at, fires: false }] : began);
  const ends = to !== undefined && known !== undefined && isFiring(known) && !isListed && to.at >= known.alert.since;
  if (moments === before && !ends) return undefined;
  const signal = signalAfter(known ?? { connection, alert: told.alert }, { moments, ...((ends || !known) && { to }) });
  const signals = known ? alert.signals.map((each) => (isSame(each) ? signal : each)) : [...alert.signals, signal];
  const next = { ...alert, signals: bounded(signals) };
  const news = newChanges(before, moments);
  // That it fires no longer is recorded with everything else that follows from that.
  const isFollowed = openSignals(alert).length > 0 && openSignals(next).length === 0;
  const isAlone = openSignals(alert).every(isSame);
  const added = isAlone ? news.slice(0, isFollowed ? -1 : undefined) : [];
  return { record: { ...next, changes: withChanges(alert.changes, ...added) }, effects: [] };
}

function signalAfter(
  { missing, ...known }: Signal,
  { moments, to }: { readonly moments: readonly SignalMoment[]; readonly to?: SignalEnd | undefined },
): Signal {
  return { ...known, moments, ...(to ? { ended: to } : missing && { missing }) };
}

/** The changes that weren't known before. */
function newChanges(before: readonly SignalMoment[], moments: readonly SignalMoment[]): readonly number[] {
  const known = changesOf(before);
  const all = changesOf(moments);
  return all.filter((at) => !known.includes(at)).slice(0, Math.max(0, all.length - known.length));
}
