import { defaultRetentionMs } from '../../core/catalog/retention';
import type { Asked, Person, Place, Turn } from '../../chat/contract';
import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';
import { askedForward } from '../asked';

/** Something that whoever asked for it looks at once more before it is done. Pure, but for being stored. */
export interface Confirmation {
  readonly asked: Asked;
  /** What it would change, in sentences with outside words escaped; left out where nobody can say. */
  readonly effect?: string;
  readonly person: Person;
  readonly place: Place;
  readonly thread: string | undefined;
  readonly trigger: Turn['trigger'];
  readonly correlationId: string;
  readonly askedAt: number;
  readonly state: 'open' | 'confirmed' | 'left' | 'expired';
  readonly endedAt?: number;
  readonly pending: readonly PendingEffect[];
  /** When it expires. */
  readonly wakeAt?: number;
}

export const confirmationsSpec: CollectionSpec<Confirmation> = {
  name: 'confirmations',
  schema: 2,
  upgrade(value) {
    const old = value as Confirmation;
    return { ...old, asked: askedForward(old.asked) };
  },
  indexes: { dueAt, person: ({ person }) => person.id },
  queries: [{ orderBy: 'dueAt' }, { where: ['person'] }],
  expiresAt: ({ askedAt, state, pending }) =>
    state === 'open' || pending.length > 0 ? undefined : askedAt + defaultRetentionMs('confirmations'),
};

type Opening = Omit<Confirmation, 'state' | 'endedAt' | 'pending' | 'wakeAt'>;

export function openConfirmation(opening: Opening, expiresAt: number): Confirmation {
  return { ...opening, state: 'open', pending: [effect('show', opening.askedAt, 1)], wakeAt: expiresAt };
}

/** The first of these counts; undefined for every later one. */
export function endedConfirmation(
  confirmation: Confirmation,
  state: Exclude<Confirmation['state'], 'open'>,
  now: number,
): Confirmation | undefined {
  if (confirmation.state !== 'open') return undefined;
  const run = state === 'confirmed' ? [effect('run', now, 2)] : [];
  return {
    ...confirmation,
    state,
    endedAt: now,
    wakeAt: undefined,
    pending: [...confirmation.pending, effect('show', now, 2), ...run],
  };
}

const effect = (kind: string, now: number, number: number): PendingEffect => ({
  key: `${number}:${kind}`,
  kind,
  attempts: 0,
  dueAt: now,
});
