import type { Asked } from '../../chat/contract';
import type { Reach } from '../../core/catalog/rights';
import { operationsBehind } from '../../core/operations';
import type { Act } from '../../core/operations';
import type { Bookkeeping, StoredEffect } from '../../workflows';
import type { Confirmation, SecondApproval } from './workflow';

/** What earlier versions stored, when the two kinds of gates were separate features. */

/** Before operations, records named a command or button and its target. */
type OlderAsked = Omit<Asked, 'acts'> & { readonly acts?: readonly Act[]; readonly target?: Reach };

interface OlderConfirmation extends Omit<Confirmation, 'kind' | 'asked' | 'outcome'>, Bookkeeping {
  readonly asked: OlderAsked;
  readonly state: 'open' | 'confirmed' | 'left' | 'expired';
  readonly endedAt?: number;
}

interface OlderSecondApproval
  extends
    Omit<SecondApproval, 'kind' | 'asked' | 'covers' | 'others'>,
    Partial<Pick<SecondApproval, 'covers' | 'others'>> {
  readonly asked: OlderAsked;
}

function askedFromOlder({ target = {}, acts, ...rest }: OlderAsked): Asked {
  return { ...rest, acts: acts ?? operationsBehind(rest.action).map((operation) => ({ operation, reach: target })) };
}

/** A confirmation of schema 1 or 2. */
export function confirmationFromOlder(value: unknown): Confirmation & Bookkeeping {
  const { state, endedAt, ...held } = value as OlderConfirmation;
  const asked = askedFromOlder(held.asked);
  const outcome = state !== 'open' && { outcome: { state, at: endedAt ?? held.askedAt } };
  // These two effects were always numbered 1 and 2.
  return { ...held, kind: 'confirm', asked, ...outcome, effectsMade: 2 };
}

export function effectFromOlder({ kind, ...effect }: StoredEffect): StoredEffect {
  return { ...effect, kind: kind === 'show' ? 'tell' : kind };
}

/** A second approval of schema 1 or 2. */
export function secondApprovalFromOlder(value: unknown): SecondApproval {
  const held = value as OlderSecondApproval;
  const asked = askedFromOlder(held.asked);
  return { ...held, kind: 'four-eyes', asked, covers: held.covers ?? asked.acts, others: held.others ?? [] };
}
