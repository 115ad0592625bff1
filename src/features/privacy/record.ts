import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';

/** Somebody wants what is kept of them deleted. Holds their id and nothing else of them. Pure, but for being stored. */
export interface Deletion {
  readonly personId: string;
  readonly reference: string;
  readonly askedAt: number;
  readonly state: 'asked' | 'deleting' | 'deleted' | 'kept' | 'expired';
  readonly changedAt: number;
  readonly pending: readonly PendingEffect[];
  readonly wakeAt?: number;
}

const confirmWithinMs = 15 * 60_000;
const keptMs = 86_400_000;

export const deletionsSpec: CollectionSpec<Deletion> = {
  name: 'data-deletions',
  schema: 1,
  indexes: { dueAt },
  queries: [{ orderBy: 'dueAt' }],
  expiresAt: ({ state, pending, changedAt }) =>
    state !== 'asked' && state !== 'deleting' && pending.length === 0 ? changedAt + keptMs : undefined,
};

const effect = (kind: string, now: number): PendingEffect => ({ key: kind, kind, attempts: 0, dueAt: now });

/** A question to the person themselves; without an answer nothing is deleted. */
export function askedDeletion(personId: string, reference: string, now: number): Deletion {
  const wakeAt = now + confirmWithinMs;
  return { personId, reference, askedAt: now, state: 'asked', changedAt: now, pending: [effect('ask', now)], wakeAt };
}

/** Decided once, in time; undefined when there is nothing left to decide. */
export function decidedDeletion(deletion: Deletion, deletes: boolean, now: number): Deletion | undefined {
  const { wakeAt = 0, ...rest } = deletion;
  if (deletion.state !== 'asked' || now >= wakeAt) return undefined;
  if (!deletes) return { ...rest, state: 'kept', changedAt: now, pending: [...rest.pending, effect('show', now)] };
  const pending = [...rest.pending, effect('delete', now), effect('show', now)];
  return { ...rest, state: 'deleting', changedAt: now, pending };
}

/** Nobody answered in time. */
export function expiredDeletion(deletion: Deletion, now: number): Deletion | undefined {
  const { wakeAt, ...rest } = deletion;
  if (wakeAt === undefined || now < wakeAt) return undefined;
  return { ...rest, state: 'expired', changedAt: now, pending: [...rest.pending, effect('show', now)] };
}

/** All of it is gone. */
export function doneDeletion(deletion: Deletion, now: number): Deletion | undefined {
  return deletion.state === 'deleting' ? { ...deletion, state: 'deleted', changedAt: now } : undefined;
}

/** Grows with what is to be seen. */
export function revisionOf({ state }: Deletion): number {
  if (state === 'asked') return 1;
  return state === 'deleted' ? 3 : 2;
}
