import type { AuditEffect } from '../../workflows';
import {
  acknowledgedForMs,
  isFlapping,
  isFiring,
  alertLabel,
  openSignals,
  reopensWithinMs,
  say,
  settleMs,
} from './record';
import type { Alert, Carried, Resolution, Signal } from './record';
import {
  endAtSource,
  isSameMatter,
  leftoversAfter,
  leftoversOf,
  carryAgainAfterMs,
  retryLeftovers,
  settleLeftover,
  silencesLeft,
  withoutLeftovers,
} from './leftovers/transitions';
import { retryCarrying, takeBack } from './carrying/transitions';
import { mergeSignals, tellSignal } from './told/transitions';
import { withoutAcknowledgement } from './following/transitions';
import type { AlertChange, AlertEffect, AlertEvent, AlertVerdict, Begin, ByPerson } from './workflow';

/** One function for each event of an alert. Pure. */

type Effects = (AlertEffect | AuditEffect)[];

type EventOf<Type extends AlertEvent['type']> = Extract<AlertEvent, { readonly type: Type }>;
type Step<Type extends AlertEvent['type']> = (
  alert: Alert | undefined,
  event: EventOf<Type>,
  now: number,
) => AlertVerdict;

export const alertSteps: { readonly [Type in AlertEvent['type']]: Step<Type> } = {
  observe(known, { connection, alerts, isComplete, at, seenAt, begin }, now) {
    const alert = known ?? (begin && alerts.length > 0 ? newAlert(begin, now) : undefined);
    if (!alert) return undefined;
    const signals = mergeSignals(alert.signals, { connection, alerts, isComplete, at, seenAt });
    const lost = alert.lost?.filter((each) => each.connection !== connection);
    const carried = alert.carried.map((each) =>
      isDueThere(each, connection, at) ? { ...each, isSeen: true as const } : each,
    );
    const seen = { ...alert, signals, carried, lost: lost?.length ? lost : undefined };
    return {
      record: withoutLeftovers({ ...seen, leftovers: leftoversAfter(alert, { connection, alerts }) }),
      effects: [],
    };
  },
  end(alert, { connection, keys, at }) {
    if (!alert) return undefined;
    const hasEnded = (signal: Signal): boolean =>
      isFiring(signal) && signal.connection === connection && keys.includes(signal.alert.key);
    const signals = alert.signals.map((each) => (hasEnded(each) ? { ...each, ended: { at } } : each));
    return { record: { ...alert, signals }, effects: [] };
  },
  tell(alert, told) {
    return alert && tellSignal(alert, told);
  },
  past(known, { connection, alert, to, begin }, now) {
    if (known) return undefined;
    const record = newAlert(begin, Math.min(alert.since, now));
    const ended = { connection, alert, ended: { at: to } };
    const over = { state: 'resolved', stateSince: to, resolved: { at: to, how: 'by source' } } as const;
    return {
      record: {
        ...record,
        ...over,
        ...(now >= to + reopensWithinMs && { closed: true }),
        ...{ severity: alert.severity, signals: [ended], changes: [record.openedAt, to] },
      },
      effects: [],
    };
  },
  lose(alert, { connection, since }) {
    if (!alert || !openSignals(alert).some((each) => each.connection === connection)) return undefined;
    if (alert.lost?.some((each) => each.connection === connection)) return undefined;
    return { record: { ...alert, lost: [...(alert.lost ?? []), { connection, since }] }, effects: [] };
  },
  acknowledge(alert, { by, comment, ...turn }, now) {
    if (!alert || alert.state === 'resolved') return { refusal: 'resolved' };
    if (alert.state === 'acknowledged' && alert.acknowledged?.by.id === by.id)
      return { refusal: 'acknowledged already' };
    const until = now + acknowledgedForMs;
    const acknowledged = { by: { id: by.id, name: by.name }, at: now, comment, until, severity: alert.severity };
    const carried = alert.carried.filter(({ what }) => what !== 'acknowledge');
    const leftovers = leftoversOf(alert, 'silence');
    return {
      record: { ...alert, state: 'acknowledged', stateSince: now, acknowledged, carried, leftovers },
      effects: [
        say({ what: 'acknowledged', at: now, by: by.name, comment }),
        auditLine(alert, 'acknowledged', { by, comment, ...turn }, now),
      ],
    };
  },
  unacknowledge(alert, event, now) {
    if (alert?.state !== 'acknowledged')
      return { refusal: alert?.state === 'firing' ? 'not acknowledged' : 'resolved' };
    const fired = { ...alert, state: 'firing', stateSince: now, acknowledged: undefined } as const;
    return takeBack(fired, 'acknowledge', event.by.name, {
      effects: [
        say({ what: 'acknowledgement taken back', at: now, by: event.by.name }),
        auditLine(alert, 'unacknowledged', event, now),
      ],
      until: alert.acknowledged?.until,
    });
  },
  silence(alert, event, now) {
    if (!alert || alert.state === 'resolved') return { refusal: 'resolved' };
    const { by, comment, until } = event;
    if (until <= now) return { refusal: 'in the past' };
    // What a source still has of an earlier silence is extended there.
    const carried = [...alert.carried, ...silencesLeft(alert)].map((each) =>
      each.what === 'silence' ? { ...each, state: 'waiting' as const, retryAt: now } : each,
    );
    const leftovers = leftoversOf(alert, 'acknowledge');
    return {
      record: { ...alert, silenced: { by, at: now, comment, until }, carried, leftovers },
      effects: [
        say({ what: 'silenced', at: now, by: by.name, comment, until }),
        auditLine(alert, 'silenced', event, now, { until }),
      ],
    };
  },
  'end silence'(alert, event, now) {
    if (!alert?.silenced || alert.silenced.until <= now) return { refusal: 'not silenced' };
    return takeBack({ ...alert, silenced: undefined }, 'silence', event.by.name, {
      effects: [
        say({ what: 'silence ended', at: now, by: event.by.name }),
        auditLine(alert, 'silence ended', event, now),
      ],
      until: alert.silenced.until,
    });
  },
  maintain(alert, { maintenance }, now) {
    if (!alert || alert.state === 'resolved' || alert.maintenance?.id === maintenance.id) return undefined;
    const { by, reason, until } = maintenance;
    return {
      record: { ...alert, maintenance },
      effects: [say({ what: 'maintenance', at: now, by, comment: reason, until })],
    };
  },
  'end maintenance'(alert, { id }, now) {
    if (alert?.maintenance?.id !== id) return undefined;
    return { record: { ...alert, maintenance: undefined }, effects: [say({ what: 'maintenance ended', at: now })] };
  },
  carried(alert, { what, connection, key, id, result }, now) {
    if (!alert) return undefined;
    const carried = alert.carried.map((each) => {
      if (!isSameMatter(each, { what, connection, key })) return each;
      const { retryAt: _retryAt, failures = 0, ...known } = each;
      if (result !== 'failed')
        return {
          ...known,
          ...(id !== undefined && { id }),
          state: 'done' as const,
          at: now,
          isThere: result === 'done',
        };
      return { ...known, state: 'failed' as const, failures: failures + 1, retryAt: now + carryAgainAfterMs(failures) };
    });
    const late = alert.carried.some((each) => isSameMatter(each, { what, connection, key })) ? undefined : id;
    if (what !== 'silence' || late === undefined || result !== 'done')
      return { record: { ...alert, carried }, effects: [] };
    // It was ended in Gavel before its source had it.
    const leftover = { what, connection, key, id: late, by: 'Gavel', state: 'waiting', failures: 0 } as const;
    const leftovers = [...(alert.leftovers ?? []), leftover];
    return { record: { ...alert, leftovers }, effects: [endAtSource(leftover)] };
  },
  'taken back'(alert, event, now) {
    return alert?.leftovers && { record: { ...alert, leftovers: settleLeftover(alert, event, now) }, effects: [] };
  },
  wait(alert, { waiting }) {
    return alert && { record: { ...alert, waiting }, effects: [] };
  },
  'stop waiting'(alert) {
    // What ended while its channel was quiet isn't told there afterward.
    return alert?.waiting && !alert.resolved ? { record: { ...alert, waiting: undefined }, effects: [] } : undefined;
  },
  redraw(alert) {
    return alert && { record: alert, effects: [{ kind: 'card', topic: 'card' }] };
  },
  release(alert) {
    return alert?.heldBack ? { record: { ...alert, heldBack: false }, effects: [] } : undefined;
  },
  time(alert, _event, now) {
    return alert && passTime(alert, now);
  },
};

function newAlert({ problem, number, maintenance, isHeldBack }: Begin, now: number): Alert {
  return {
    ...problem,
    number,
    state: 'firing',
    stateSince: now,
    openedAt: now,
    severity: 'info',
    signals: [],
    changes: [],
    reopened: 0,
    carried: [],
    ...(maintenance && { maintenance }),
    ...(isHeldBack && { heldBack: true }),
  };
}

/** A source shows what it was told at once, or within a minute. */
const shownWithinMs = 60_000;

/** Whether this reading would show what was carried to its source. */
function isDueThere({ connection: to, state, isThere, at: since }: Carried, connection: string, at: number): boolean {
  return to === connection && state === 'done' && isThere === true && at >= since + shownWithinMs;
}

/** Everything whose time has come. */
function passTime(alert: Alert, now: number): AlertChange {
  const effects: Effects = [];
  let next = alert;
  const { acknowledged, silenced, maintenance, resolved } = next;
  if (resolved) {
    const isOld = alert.stateSince + reopensWithinMs <= now;
    return { record: retryLeftovers(isOld ? { ...alert, closed: true } : alert, effects, now), effects };
  }
  if (next.state === 'acknowledged' && acknowledged?.until !== undefined && acknowledged.until <= now) {
    const { id: personId, name: by } = acknowledged.by;
    // Whoever said that they work on it has to know that nobody else does.
    effects.push(say({ what: 'acknowledgement expired', at: now, by, ...(personId !== undefined && { personId }) }));
    next = withoutAcknowledgement(next, now);
  }
  if (silenced && silenced.until <= now) {
    effects.push(say({ what: 'silence ended', at: now }));
    next = { ...next, silenced: undefined, carried: next.carried.filter(({ what }) => what !== 'silence') };
  }
  if (next.waiting && next.waiting.until <= now) next = { ...next, waiting: undefined };
  if (maintenance && maintenance.until <= now) {
    effects.push(say({ what: 'maintenance ended', at: now }));
    next = { ...next, maintenance: undefined };
  }
  next = retryLeftovers(retryCarrying(next, effects, now), effects, now);
  const settles = next.quietSince !== undefined && next.quietSince + settleMs <= now && !isFlapping(next, now);
  if (!settles) return { record: next, effects };
  effects.push(say({ what: 'resolved', at: now }));
  const over = { state: 'resolved', stateSince: now, flappingSince: undefined, lost: undefined } as const;
  return { record: { ...next, ...over, resolved: resolutionOf(next) }, effects };
}

/** When and how its last signal ended. */
function resolutionOf({ signals, quietSince = 0 }: Alert): Resolution {
  const [last] = [...signals].sort((one, other) => (other.ended?.at ?? 0) - (one.ended?.at ?? 0));
  const { at = quietSince, notBefore } = last?.ended ?? {};
  return { at, ...(notBefore === undefined ? { how: 'by source' } : { how: 'absent at source', notBefore }) };
}

function auditLine(
  { number, service, environment, name }: Alert,
  outcome: string,
  { by, comment, correlationId, placeId }: ByPerson,
  now: number,
  more: Readonly<Record<string, number>> = {},
): AuditEffect {
  return {
    kind: 'audit',
    at: now,
    who: by.id,
    what: 'alerts.change',
    target: `${service} in ${environment}`,
    from: placeId,
    outcome,
    detail: { alert: alertLabel({ number }), name, ...(comment !== '' && { comment }), ...more },
    correlationId,
  };
}
