import type { Person } from '../../chat/contract';
import type { SourceAlert } from '../../connectors/contract';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { defineWorkflow } from '../../workflows';
import type { AuditEffect, Change, Circumstance } from '../../workflows';
import { problemKey, reopensWithinMs, alertTarget } from './record';
import type { Alert, Carried, HeldInChannel, InMaintenance, Problem, Said } from './record';
import { followLeftovers } from './leftovers/transitions';
import type { Told } from './told/transitions';
import { finishStep } from './following/transitions';
import { alertSteps } from './transitions';

/** The life of an alert: `firing -> acknowledged -> resolved`, and back while it is fresh. Pure. */

/** What a new record begins with. */
export interface Begin {
  readonly problem: Problem;
  readonly number: number;
  readonly maintenance?: InMaintenance | undefined;
  /** A storm shows it, so it gets no card of its own yet. */
  readonly isHeldBack?: boolean;
}

/** A person acts, in a turn. */
export interface ByPerson {
  readonly by: Person;
  readonly comment: string;
  readonly correlationId: string;
  readonly placeId: string;
}

export type AlertEvent =
  /** A source was read: what it lists of this problem. `seenAt`: its previous reading. `begin` is for the case that there is no record yet. */
  | {
      readonly type: 'observe';
      readonly connection: string;
      readonly alerts: readonly SourceAlert[];
      readonly isComplete: boolean;
      readonly at: number;
      readonly seenAt?: number | undefined;
      readonly begin?: Begin | undefined;
    }
  /** The source says that these have ended, and when. */
  | { readonly type: 'end'; readonly connection: string; readonly keys: readonly string[]; readonly at: number }
  /** The source says when it began or ended, perhaps long after. */
  | ({ readonly type: 'tell' } & Told)
  /** It began and ended while nobody listened. */
  | {
      readonly type: 'past';
      readonly connection: string;
      readonly alert: SourceAlert;
      readonly to: number;
      readonly begin: Begin;
    }
  /** The source doesn't answer. */
  | { readonly type: 'lose'; readonly connection: string; readonly since: number }
  | ({ readonly type: 'acknowledge' } & ByPerson)
  | ({ readonly type: 'unacknowledge' } & ByPerson)
  | ({ readonly type: 'silence'; readonly until: number } & ByPerson)
  | ({ readonly type: 'end silence' } & ByPerson)
  | { readonly type: 'maintain'; readonly maintenance: InMaintenance }
  | { readonly type: 'end maintenance'; readonly id: string }
  /** What came of telling a source. */
  | ({ readonly type: 'carried' } & Pick<Carried, 'what' | 'connection' | 'key' | 'id'> & {
        readonly result: 'done' | 'failed' | 'not there';
      })
  /** Its card is due, and its channel is quiet. */
  | { readonly type: 'wait'; readonly waiting: HeldInChannel }
  /** Its channel may hear about it now. */
  | { readonly type: 'stop waiting' }
  /** What came of telling a source to end something. */
  | ({ readonly type: 'taken back'; readonly result: 'done' | 'failed' } & Pick<
      Carried,
      'what' | 'connection' | 'key' | 'id'
    >)
  /** The ticket about it has changed. */
  | { readonly type: 'redraw' }
  /** A storm is over: it gets its own card. */
  | { readonly type: 'release' }
  | { readonly type: 'time' };

/** Tells a source what a person did in Gavel. */
export interface Carrying {
  readonly what: 'acknowledge' | 'unacknowledge' | 'silence' | 'end silence';
  readonly connection: string;
  readonly sourceKey: string;
  readonly by: string;
  readonly comment: string;
  readonly until?: number;
  /** The id of the silence there. */
  readonly silenceId?: string;
}

export type AlertEffect =
  | { readonly kind: 'card'; readonly topic: 'card' }
  | ({ readonly kind: 'say' } & Said)
  /** Whoever subscribed is told, unless `what` is nothing that matters to them. */
  | { readonly kind: 'notify'; readonly what: 'alert' | 'resolved'; readonly at: number }
  | ({ readonly kind: 'carry'; readonly topic: string } & Carrying);

export type AlertRefusal = 'resolved' | 'acknowledged already' | 'not acknowledged' | 'not silenced' | 'in the past';

export interface AlertChange extends Change<Alert, AlertEffect> {
  readonly effects: readonly (AlertEffect | AuditEffect)[];
}

/** Undefined: nothing changes. */
export type AlertVerdict = AlertChange | { readonly refusal: AlertRefusal } | undefined;

export const alertWorkflow = defineWorkflow({
  name: 'alerts',
  keyPrefix: 'alert',
  collection: {
    name: 'alerts',
    schema: 1,
    indexes: {
      number: ({ number }: Alert) => number,
      problem: problemKey,
      target: alertTarget,
      state: ({ state, closed }) => (closed ? 'closed' : state),
      openedAt: ({ openedAt }) => openedAt,
    },
    queries: [
      { where: ['number'] },
      { where: ['problem', 'state'] },
      { where: ['state'], orderBy: 'openedAt' },
      { where: ['target'], orderBy: 'openedAt' },
    ],
    unique: {
      number: ({ number }) => String(number),
      current: (alert) => (alert.closed ? undefined : problemKey(alert)),
    },
    expiresAt: ({ closed, stateSince }) => (closed ? stateSince + defaultRetentionMs('alerts') : undefined),
  },
  transition: alertTransition,
  isOver: ({ closed, leftovers }) => closed === true && leftovers === undefined,
});

/** The next state of an alert. */
export function alertTransition(
  alert: Alert | undefined,
  event: AlertEvent,
  { now }: Pick<Circumstance, 'now'>,
): AlertVerdict {
  if (alert?.closed && event.type !== 'redraw') return followLeftovers(alert, event, now);
  const step = alertSteps[event.type] as (alert: Alert | undefined, event: AlertEvent, now: number) => AlertVerdict;
  const verdict = step(alert, event, now);
  if (!verdict || 'refusal' in verdict) return verdict;
  const finished = finishStep(alert, verdict, now);
  const isSame = finished.effects.length === 0 && JSON.stringify(finished.record) === JSON.stringify(alert);
  return isSame && event.type !== 'time' ? undefined : finished;
}

/** How far ahead the next check is at most; undefined while it waits for a time that people were told. */
export function wakesWithinMs({ resolved, quietSince, flappingSince }: Alert): number | undefined {
  return resolved || (quietSince !== undefined && flappingSince === undefined) ? reopensWithinMs : undefined;
}
