import { defaultRetentionMs } from '../../core/catalog/retention';
import type { Asked, Person, Place, Turn } from '../../chat/contract';
import type { ApprovalRule } from '../../core/catalog';
import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';
import type { ApprovalOutcome } from '../approvals';
import { askedForward } from '../asked';
import type { Act } from '../../core/operations';

/** Something that waits for a second approval before it is done. Pure, but for being stored. */
export interface HeldAction {
  readonly asked: Asked;
  /** What it would change, in sentences with outside words escaped; left out where nobody can say. */
  readonly effect?: string;
  readonly rule: ApprovalRule;
  /** The acts that this rule is about: whoever approves needs its role on all of them. */
  readonly covers: readonly Act[];
  /** The other acts, which other rules can hold once this one is approved. */
  readonly others: readonly Act[];
  readonly person: Person;
  readonly place: Place;
  readonly thread: string | undefined;
  readonly trigger: Turn['trigger'];
  readonly correlationId: string;
  readonly askedAt: number;
  readonly outcome?: ApprovalOutcome;
  readonly pending: readonly PendingEffect[];
}

export const heldActionsSpec: CollectionSpec<HeldAction> = {
  name: 'held-actions',
  schema: 2,
  upgrade(value) {
    const old = value as HeldAction;
    const asked = askedForward(old.asked);
    return { ...old, asked, covers: asked.acts, others: [] };
  },
  indexes: { dueAt },
  queries: [{ orderBy: 'dueAt' }],
  expiresAt: ({ outcome, pending, askedAt }) =>
    outcome && pending.length === 0 ? askedAt + defaultRetentionMs('heldActions') : undefined,
};

type Opening = Omit<HeldAction, 'outcome' | 'pending'>;

export function heldAction(opening: Opening): HeldAction {
  return { ...opening, pending: [effect('ask', opening.askedAt)] };
}

/** The decision counts once; what follows from it is told and, when approved, done. */
export function decidedAction(action: HeldAction, outcome: ApprovalOutcome, now: number): HeldAction | undefined {
  if (action.outcome) return undefined;
  const next = effect(outcome.state === 'approved' ? 'run' : 'tell', now);
  return { ...action, outcome, pending: [...action.pending, next] };
}

const effect = (kind: string, now: number): PendingEffect => ({ key: kind, kind, attempts: 0, dueAt: now });
