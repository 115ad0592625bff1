import type { Person } from '../../../chat/contract';
import { defineWorkflow } from '../../../workflows';
import type { Change } from '../../../workflows';

/** Who decides for whom until when: one for each person who delegates. Its id is theirs. */

/** Somebody who decides for another until then. */
export interface Delegation {
  readonly from: Person;
  readonly to: Person;
  readonly until: number;
  /** When it was taken back. */
  readonly endedAt?: number;
}

export type DelegationEvent =
  | { readonly type: 'give'; readonly from: Person; readonly to: Person; readonly until: number }
  | { readonly type: 'take back' };

export type DelegationEffect =
  /** The other person, of a new delegation or its end. */
  | {
      readonly kind: 'tell';
      readonly key: string;
      readonly what: 'given' | 'taken back';
      readonly delegation: Delegation;
      readonly turn: string;
    }
  /** What waits for them: others may decide now. */
  | { readonly kind: 'redraw'; readonly key: string; readonly turn: string };

interface DelegationContext {
  /** Everything that is given away now. */
  readonly active: readonly Delegation[];
  readonly correlationId: string;
}

export type DelegationVerdict =
  Change<Delegation, DelegationEffect> | { readonly refusal: 'to oneself' | 'circle' | 'nothing given' };

export const delegationWorkflow = defineWorkflow({
  name: 'delegations',
  keyPrefix: 'delegation',
  collection: {
    name: 'delegations',
    schema: 2,
    indexes: { until: ({ until, endedAt }) => (endedAt === undefined ? until : undefined) },
    queries: [{ orderBy: 'until' }],
    expiresAt: ({ until, endedAt }) => endedAt ?? until,
  },
  transition: delegationTransition,
});

/** What becomes of a delegation. */
export function delegationTransition(
  record: Delegation | undefined,
  event: DelegationEvent,
  { now, active, correlationId: turn }: DelegationContext & { readonly now: number },
): DelegationVerdict {
  if (event.type === 'take back') {
    if (!record || record.endedAt !== undefined || record.until <= now) return { refusal: 'nothing given' };
    return changeOf({ ...record, endedAt: now }, 'taken back', turn);
  }
  const { from, to, until } = event;
  if (to.id === from.id) return { refusal: 'to oneself' };
  if (wouldCircle(active, from, to)) return { refusal: 'circle' };
  return changeOf({ from, to, until }, 'given', turn);
}

function changeOf(record: Delegation, what: 'given' | 'taken back', turn: string): DelegationVerdict {
  const { from, to, until } = record;
  return {
    record,
    effects: [
      { kind: 'tell', key: `tell:${turn}`, what, delegation: { from, to, until }, turn },
      { kind: 'redraw', key: `redraw:${turn}`, turn },
    ],
  };
}

/** Whether giving it away would end where it began, by whatever way. */
function wouldCircle(delegations: readonly Delegation[], from: Person, to: Person): boolean {
  const next = new Map(delegations.map((each) => [each.from.id, each.to.id]));
  // Two who delegate at the same moment can make a circle of their own, which leads nowhere else.
  const passed = new Set<string>();
  for (let id: string | undefined = to.id; id !== undefined && !passed.has(id); id = next.get(id)) {
    if (id === from.id) return true;
    passed.add(id);
  }
  return false;
}
