import type { AuditEffect } from '../../../workflows';
import { isFiring } from '../record';
import type { Alert, Carried, Leftover, Signal } from '../record';
import type { AlertChange, AlertEffect, AlertEvent, AlertVerdict } from '../workflow';

/** What a person ended in Gavel and a source still has: it's tried again as long as it matters, and cards say so. Pure. */

type Effects = (AlertEffect | AuditEffect)[];
type TakenBack = Extract<AlertEvent, { readonly type: 'taken back' }>;

/** Half a minute, doubled with each failure, at most ten minutes. */
export function carryAgainAfterMs(failures: number): number {
  return Math.min(600_000, 30_000 * 2 ** failures);
}

type Matter = Pick<Carried, 'what' | 'connection' | 'key'>;

/** Whether both are about one matter of one alert at its source. */
export function isSameMatter(one: Matter, other: Matter): boolean {
  return one.what === other.what && one.connection === other.connection && one.key === other.key;
}

/** The leftovers of this kind; undefined if there are none. */
export function leftoversOf({ leftovers = [] }: Alert, what: Carried['what']): Alert['leftovers'] {
  const left = leftovers.filter((each) => each.what === what);
  return left.length > 0 ? left : undefined;
}

/** The silences that sources still have, as if they had just been carried there. */
export function silencesLeft({ leftovers = [] }: Alert): readonly Carried[] {
  return leftovers.flatMap(({ what, connection, key, id }): Carried[] =>
    what === 'silence' && id !== undefined ? [{ what, connection, key, id, state: 'waiting', at: 0 }] : [],
  );
}

/** Tells a source to end it; the result arrives as an event. */
export function endAtSource({ what, connection, key, id, by }: Leftover): AlertEffect {
  return {
    ...{ kind: 'carry', topic: topicOf(what, connection, key) },
    ...{ what: what === 'silence' ? 'end silence' : 'unacknowledge', connection, sourceKey: key, by, comment: '' },
    ...(id !== undefined && { silenceId: id }),
  };
}

/** Only the latest word on one matter of a source counts. */
export function topicOf(what: Carried['what'], connection: string, key: string): string {
  return `${what === 'silence' ? 'silence' : 'acknowledgement'} of ${connection} ${key}`;
}

/** The leftovers after a source was told. */
export function settleLeftover({ leftovers = [] }: Alert, event: TakenBack, now: number): Alert['leftovers'] {
  const left = leftovers.flatMap((each): Leftover[] => {
    if (!isSameMatter(each, event) || each.id !== event.id) return [each];
    if (event.result === 'done') return [];
    const failures = each.failures + 1;
    return [{ ...each, state: 'failed', failures, retryAt: now + carryAgainAfterMs(each.failures) }];
  });
  return left.length > 0 ? left : undefined;
}

/** Tries again what is due, and forgets what no longer matters: a silence that is over, an acknowledgement of what has ended. */
export function retryLeftovers(alert: Alert, effects: Effects, now: number): Alert {
  if (!alert.leftovers) return alert;
  const left = alert.leftovers.flatMap((each): Leftover[] => {
    if (!matters(alert, each, now)) return [];
    if (each.retryAt === undefined || each.retryAt > now) return [each];
    effects.push(endAtSource(each));
    const { retryAt: _retryAt, ...waiting } = each;
    return [waiting];
  });
  return { ...alert, leftovers: left.length > 0 ? left : undefined };
}

function matters({ signals, closed }: Alert, { what, connection, key, until }: Leftover, now: number): boolean {
  if (until !== undefined && until <= now) return false;
  // A silence also hides what fires next.
  if (what === 'silence') return true;
  return closed !== true && signals.some((each) => isFiring(each) && isOf(each, connection, key));
}

/** When the next of them is due or over; undefined if there are none. */
export function leftoversWakeAt({ leftovers = [] }: Alert): number | undefined {
  const times = leftovers.flatMap(({ retryAt, until }) => [retryAt, until].filter((at) => at !== undefined));
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** What a source still says of them doesn't count. */
export function withoutLeftovers(alert: Alert): Alert {
  const { leftovers } = alert;
  if (!leftovers) return alert;
  const signals = alert.signals.map((signal): Signal => {
    const own = leftovers.filter((each) => isOf(signal, each.connection, each.key));
    if (own.length === 0) return signal;
    const { acknowledgement, silences, ...rest } = signal.alert;
    const isTakenBack = own.some(({ what }) => what === 'acknowledge');
    const kept = silences.filter(({ id }) => !own.some((each) => each.id === id));
    return {
      ...signal,
      alert: { ...rest, silences: kept, ...(acknowledgement && !isTakenBack && { acknowledgement }) },
    };
  });
  return { ...alert, signals };
}

/** The leftovers without those that a source, by its own word, no longer has. */
export function leftoversAfter(
  { leftovers = [] }: Alert,
  { connection, alerts }: Pick<Extract<AlertEvent, { readonly type: 'observe' }>, 'connection' | 'alerts'>,
): Alert['leftovers'] {
  const left = leftovers.filter((each) => {
    const said = each.connection === connection ? alerts.find(({ key }) => key === each.key) : undefined;
    if (!said) return true;
    if (each.what === 'acknowledge') return said.acknowledgement !== undefined;
    return each.id === undefined || said.silences.some(({ id }) => id === each.id);
  });
  return left.length > 0 ? left : undefined;
}

/** What can still happen to an alert that can't come back anymore. */
export function followLeftovers(alert: Alert, event: AlertEvent, now: number): AlertVerdict {
  if (!alert.leftovers) return undefined;
  const effects: Effects = [];
  const next =
    event.type === 'taken back'
      ? { ...alert, leftovers: settleLeftover(alert, event, now) }
      : event.type === 'time'
        ? retryLeftovers(alert, effects, now)
        : undefined;
  if (!next) return undefined;
  const change: AlertChange = {
    record: { ...next, wakeAt: leftoversWakeAt(next) },
    effects: [...effects, { kind: 'card', topic: 'card' }],
  };
  return change;
}

const isOf = (signal: Signal, connection: string, key: string): boolean =>
  signal.connection === connection && signal.alert.key === key;
