import type { AuditEffect } from '../../../workflows';
import { leftoversWakeAt } from '../leftovers/transitions';
import { absorbFromSources, carryToSources } from '../carrying/transitions';
import {
  flappingEndsAt,
  isFlapping,
  openSignals,
  quietBecause,
  rankOf,
  reopensWithinMs,
  say,
  settleMs,
  withChanges,
  worstOf,
} from '../record';
import type { Alert } from '../record';
import type { AlertChange, AlertEffect } from '../workflow';

/** What follows from every event of an alert. Pure. */

/** What follows from every event: whether it fires, how bad it is, whether it flaps, and what people and sources are told. */
export function finishStep(before: Alert | undefined, change: AlertChange, now: number): AlertChange {
  if (change.record.closed) {
    const wakeAt = leftoversWakeAt(change.record);
    return { ...change, record: { ...change.record, wakeAt } };
  }
  const effects: (AlertEffect | AuditEffect)[] = [...change.effects];
  let alert = followSignals(before, change.record, effects, now);
  alert = followSeverity(before, alert, effects, now);
  alert = followFlapping(alert, effects, now);
  alert = absorbFromSources(alert, effects, now);
  alert = carryToSources(alert, effects, now);
  // Whoever has to act is mentioned below the card, so that comes first.
  if (!isLookSame(before, alert)) effects.push({ kind: 'card', topic: 'card' });
  alert = tellAgain(before, alert, effects, now);
  return { record: { ...alert, wakeAt: nextWakeAt(alert, now) }, effects };
}

type Effects = (AlertEffect | AuditEffect)[];

function followSignals(before: Alert | undefined, alert: Alert, effects: Effects, now: number): Alert {
  const fires = openSignals(alert).length > 0;
  if (!before) return fires ? { ...alert, changes: withChanges(alert.changes, now) } : alert;
  if (fires && alert.resolved) {
    effects.push(say({ what: 'reopened', at: now }));
    const { resolved: _resolved, ...open } = withoutAcknowledgement(alert, now);
    const changes = withChanges(alert.changes, now);
    return { ...open, quietSince: undefined, reopened: alert.reopened + 1, changes };
  }
  if (fires === (alert.quietSince === undefined)) return alert;
  const changes = withChanges(alert.changes, now);
  return { ...alert, changes, quietSince: fires ? undefined : now };
}

function followSeverity(before: Alert | undefined, alert: Alert, effects: Effects, now: number): Alert {
  const severity = worstOf(openSignals(alert).map((signal) => signal.alert.severity)) ?? alert.severity;
  const known = { ...alert, severity };
  if (!before || rankOf(severity) >= rankOf(before.severity)) return known;
  effects.push(say({ what: 'worse', at: now }));
  const told = alert.acknowledged?.severity ?? before.severity;
  // What somebody took on was less than this.
  if (alert.state === 'acknowledged' && rankOf(severity) < rankOf(told)) return withoutAcknowledgement(known, now);
  return known;
}

function followFlapping(alert: Alert, effects: Effects, now: number): Alert {
  const flaps = !alert.resolved && isFlapping(alert, now);
  if (flaps === (alert.flappingSince !== undefined)) return alert;
  effects.push(say({ what: flaps ? 'flapping' : 'stable', at: now }));
  return { ...alert, flappingSince: flaps ? now : undefined };
}

/** Notifies once it matters: when it begins, comes back or gets worse, when it still fires after a quiet time, and when it ends. */
function tellAgain(before: Alert | undefined, decided: Alert, effects: Effects, now: number): Alert {
  const quiet = decided.resolved ? undefined : quietBecause(decided, now);
  const alert = quiet === decided.quiet ? decided : { ...decided, quiet };
  if (alert.resolved) {
    if (!before?.resolved && alert.told) effects.push({ kind: 'notify', what: 'resolved', at: now });
    return alert;
  }
  if (alert.state !== 'firing' || alert.quietSince !== undefined || quiet || alert.heldBack) return alert;
  const isNews =
    !alert.told ||
    before?.resolved !== undefined ||
    before?.quiet !== undefined ||
    (before !== undefined && rankOf(alert.severity) < rankOf(before.severity));
  if (!isNews) return alert;
  effects.push({ kind: 'notify', what: 'alert', at: now });
  return { ...alert, told: true };
}

/** Whether cards show the same for both. */
function isLookSame(before: Alert | undefined, alert: Alert): boolean {
  const look = ({ wakeAt: _wakeAt, changes: _changes, told: _told, quiet: _quiet, ...shown }: Alert): string =>
    JSON.stringify({ ...shown, signals: shown.signals.map(({ moments: _moments, ...signal }) => signal) });
  return before !== undefined && look(before) === look(alert);
}

function nextWakeAt(alert: Alert, now: number): number | undefined {
  if (alert.resolved) return Math.min(alert.stateSince + reopensWithinMs, leftoversWakeAt(alert) ?? Infinity);
  const { quietSince, acknowledged, flappingSince } = alert;
  const settlesAt = quietSince === undefined ? undefined : quietSince + settleMs;
  const stableAt = flappingSince === undefined ? undefined : flappingEndsAt(alert);
  const times = [
    // Flapping holds the end back.
    flappingSince === undefined ? settlesAt : settlesAt && stableAt && Math.max(settlesAt, stableAt),
    stableAt !== undefined && stableAt > now ? stableAt : undefined,
    alert.state === 'acknowledged' ? acknowledged?.until : undefined,
    alert.silenced?.until,
    alert.maintenance?.until,
    alert.waiting?.until,
    ...alert.carried.map(({ retryAt }) => retryAt),
    leftoversWakeAt(alert),
  ].filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** It fires again, and nobody works on it. */
export function withoutAcknowledgement(alert: Alert, now: number): Alert {
  const carried = alert.carried.filter(({ what }) => what !== 'acknowledge');
  return { ...alert, state: 'firing', stateSince: now, acknowledged: undefined, carried };
}
