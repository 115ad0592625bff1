import { collectionOf, defaultRetentionMs } from '../../core/catalog/retention';
import type { Person } from '../../chat/contract';
import type { CollectionSpec } from '../../store/contract';
import { kindOf } from './scope';

/** Something that was put down under a name, in a scope. Pure, but for being stored. */
export interface Entry {
  readonly scope: string;
  /** As it was typed; it is looked up in small letters. */
  readonly name: string;
  readonly text: string;
  /** Without an id: somebody who had their data deleted. */
  readonly by: Person;
  readonly at: number;
  readonly placeName: string;
  /** The turn that made it what it is: the same message delivered again changes nothing more. */
  readonly turn: string;
  /** Whether that turn put it in the place of something else. */
  readonly replaced: boolean;
  /** Removed: nothing of it is kept but that this turn has removed it. */
  readonly gone?: boolean;
}

/** Longer than any chat tool delivers a message again. */
const goneKeptMs = 86_400_000;

export const entriesSpec = (kind: 'aliases' | 'memories'): CollectionSpec<Entry> => ({
  name: collectionOf(kind),
  schema: 1,
  indexes: {
    scope: ({ scope, gone }) => (gone ? undefined : scope),
    by: ({ by }) => (by.id === '' ? undefined : by.id),
    name: ({ name }) => name.toLowerCase(),
  },
  queries: [{ where: ['scope'] }, { where: ['scope'], orderBy: 'name' }, { where: ['by'] }],
  expiresAt: ({ gone, at }) => at + (gone ? goneKeptMs : defaultRetentionMs(kind)),
});

export interface Writing {
  readonly scope: string;
  readonly name: string;
  readonly text: string;
  readonly by: Person;
  readonly at: number;
  readonly placeName: string;
  readonly turn: string;
}

/** The entry as it is to be, or as it stays because it belongs to somebody else. */
export type ScopedChange = { readonly next: Entry } | { readonly stays: Entry };

/** Who made something may change it, but for what everybody uses; `free` is whoever may change what others made. */
function mayChange({ scope, by }: Entry, personId: string, free: boolean): boolean {
  return free || (kindOf(scope) !== 'everybody' && by.id === personId);
}

/** Puts it down, in the place of what was there under that name. */
export function written(known: Entry | undefined, writing: Writing, free: boolean): ScopedChange {
  if (known?.turn === writing.turn) return { next: known };
  const before = known?.gone ? undefined : known;
  if (before && !mayChange(before, writing.by.id, free)) return { stays: before };
  return { next: { ...writing, replaced: before !== undefined } };
}

/** Removes it, so that nothing of it is left; undefined when there is nothing. */
export function removed(
  known: Entry,
  { by, at, turn }: { readonly by: string; readonly at: number; readonly turn: string },
  free: boolean,
): ScopedChange | undefined {
  if (known.gone) return known.turn === turn ? { next: known } : undefined;
  if (!mayChange(known, by, free)) return { stays: known };
  const nothing = { name: '', text: '', placeName: '', replaced: false, by: { id: by, name: '' } };
  return { next: { ...nothing, scope: known.scope, at, turn, gone: true } };
}
