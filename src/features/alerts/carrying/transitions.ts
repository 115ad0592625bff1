import { isFiring, openSignals, say } from '../record';
import type { Alert, Carried, Leftover, Signal } from '../record';
import { endAtSource, isSameMatter, topicOf, withoutLeftovers } from '../leftovers/transitions';
import type { AuditEffect } from '../../../workflows';
import type { AlertChange, AlertEffect, Carrying } from '../workflow';

/** What people do in Gavel is carried to the sources, and what they do there is shown here. Pure. */

type Effects = (AlertEffect | AuditEffect)[];

/** Tells the sources of every open signal what they don't know yet. */
export function carryToSources(alert: Alert, effects: Effects, now: number): Alert {
  let carried = alert.carried;
  for (const { what, by, comment, until } of wishesOf(alert, now))
    for (const { connection, alert: signal } of openSignals(alert)) {
      const known = carried.find((each) => isSameMatter(each, { what, connection, key: signal.key }));
      if (known && !(known.state === 'waiting' && known.retryAt === now)) continue;
      const entry: Carried = { ...known, what, connection, key: signal.key, state: 'waiting', at: now };
      const { retryAt: _retryAt, ...waiting } = entry;
      carried = [...carried.filter((each) => each !== known), waiting];
      const silenceId = known?.id !== undefined && { silenceId: known.id };
      effects.push(carry(what, { connection, sourceKey: signal.key, by, comment, until, ...silenceId }));
    }
  return carried === alert.carried ? alert : { ...alert, carried };
}

/** What every source should know of this alert. */
function wishesOf({ state, acknowledged, silenced }: Alert, now: number) {
  const wishes: { what: Carried['what']; by: string; comment: string; until: number }[] = [];
  if (state === 'acknowledged' && acknowledged?.until !== undefined && acknowledged.source === undefined)
    wishes.push({
      what: 'acknowledge',
      by: acknowledged.by.name,
      comment: acknowledged.comment,
      until: acknowledged.until,
    });
  if (silenced && silenced.until > now)
    wishes.push({ what: 'silence', by: silenced.by.name, comment: silenced.comment, until: silenced.until });
  return wishes;
}

/** Tries again what a source didn't answer. */
export function retryCarrying(alert: Alert, effects: Effects, now: number): Alert {
  const isDue = ({ retryAt }: Carried): boolean => retryAt !== undefined && retryAt <= now;
  if (!alert.carried.some(isDue)) return alert;
  const wished = wishesOf(alert, now).map(({ what }) => what);
  const carried = alert.carried.flatMap((entry): Carried[] => {
    if (!isDue(entry)) return [entry];
    // What has ended needs nothing anymore.
    return wished.includes(entry.what) && signalOf(alert, entry) ? [{ ...entry, state: 'waiting', retryAt: now }] : [];
  });
  return carryToSources({ ...alert, carried }, effects, now);
}

/** Ends at the sources what was carried there, and shows it as ended at once. */
export function takeBack(
  alert: Alert,
  what: Carried['what'],
  by: string,
  { effects, until }: { readonly effects: readonly (AlertEffect | AuditEffect)[]; readonly until: number | undefined },
): AlertChange {
  const there = openSignals(alert).filter((each) => each.alert.acknowledgement !== undefined);
  const known = alert.carried.filter((each) => each.what === what && each.isThere !== false);
  const more = what === 'acknowledge' ? there.filter((each) => !known.some((entry) => isOf(entry, each))) : [];
  const ended = [...known, ...more.map(({ connection, alert: { key } }) => ({ connection, key, id: undefined }))].map(
    ({ connection, key, id }): Leftover => ({
      ...{ what, connection, key, by, state: 'waiting', failures: 0 },
      ...(id !== undefined && { id }),
      ...(until !== undefined && { until }),
    }),
  );
  const carried = alert.carried.filter((each) => each.what !== what);
  const others = (alert.leftovers ?? []).filter((each) => each.what !== what);
  const all = [...others, ...ended];
  const record = withoutLeftovers({ ...alert, carried, leftovers: all.length > 0 ? all : undefined });
  return { record, effects: [...effects, ...ended.map(endAtSource)] };
}

/** What the sources themselves say wins: an acknowledgement made or removed there, a silence ended there. */
export function absorbFromSources(alert: Alert, effects: Effects, now: number): Alert {
  const carried = alert.carried.map((entry) => (isSeen(alert, entry) ? { ...entry, isSeen: true as const } : entry));
  const noted = { ...alert, carried };
  return absorbSilence(absorbAcknowledgement(noted, effects, now), effects, now);
}

function absorbAcknowledgement(alert: Alert, effects: Effects, now: number): Alert {
  const open = openSignals(alert);
  const { state, acknowledged } = alert;
  const [first] = open;
  const made = first?.alert.acknowledgement;
  const isMadeThere = first !== undefined && open.every((each) => each.alert.acknowledgement !== undefined);
  if (state === 'firing' && made && isMadeThere) {
    const { by: name, comment, until } = made;
    effects.push(say({ what: 'acknowledged', at: now, by: name, comment }));
    const there = { by: { name }, at: now, comment, until, severity: alert.severity, source: first.connection };
    return { ...alert, state: 'acknowledged', stateSince: now, acknowledged: there };
  }
  if (state !== 'acknowledged' || open.length === 0) return alert;
  const isGone =
    acknowledged?.source === undefined
      ? wasRemoved(alert, 'acknowledge')
      : open.some((each) => each.connection === acknowledged.source && each.alert.acknowledgement === undefined);
  if (!isGone) return alert;
  effects.push(say({ what: 'acknowledgement taken back', at: now }));
  const kept = alert.carried.filter(({ what }) => what !== 'acknowledge');
  return { ...alert, state: 'firing', stateSince: now, acknowledged: undefined, carried: kept };
}

function absorbSilence(alert: Alert, effects: Effects, now: number): Alert {
  if (!alert.silenced || !wasRemoved(alert, 'silence')) return alert;
  effects.push(say({ what: 'silence ended', at: now }));
  return { ...alert, silenced: undefined, carried: alert.carried.filter(({ what }) => what !== 'silence') };
}

/** Whether a source has shown what was carried there, and shows it no longer. */
function wasRemoved(alert: Alert, what: Carried['what']): boolean {
  return alert.carried.some((entry) => {
    const signal = entry.what === what && entry.isSeen === true ? signalOf(alert, entry) : undefined;
    return signal !== undefined && signal.missing === undefined && !isSeen(alert, entry);
  });
}

const isOf = ({ connection, key }: Carried, signal: Signal): boolean =>
  signal.connection === connection && signal.alert.key === key;

function signalOf({ signals }: Alert, entry: Carried): Signal | undefined {
  return signals.find((each) => isFiring(each) && isOf(entry, each));
}

function isSeen(alert: Alert, entry: Carried): boolean {
  const signal = entry.state === 'done' ? signalOf(alert, entry) : undefined;
  if (!signal) return false;
  if (entry.what === 'acknowledge') return signal.alert.acknowledgement !== undefined;
  return signal.alert.silences.some(({ id }) => id === entry.id);
}

function carry(what: Carried['what'], { until, ...carrying }: Omit<Carrying, 'what'>): AlertEffect {
  const topic = topicOf(what, carrying.connection, carrying.sourceKey);
  return { kind: 'carry', topic, what, ...carrying, ...(until !== undefined && { until }) };
}
