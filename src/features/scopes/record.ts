import { collectionOf, defaultRetentionMs } from '../../core/catalog/retention';
import type { Person, Place } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { everything, mayEverywhere } from '../../core/catalog/rights';
import type { CountStep } from '../../core/text';
import { plainText } from '../../core/text';
import { lineOf, textBetween, textFrom } from '../../core/time/typed/line';
import type { CollectionSpec } from '../../store/contract';

/** Whose something is: one person's, one place's, or everybody's. Pure. */
export type ScopeKind = 'personal' | 'place' | 'everybody';

/** Looked up in this order: what is nearer wins. */
export const scopeKinds: readonly ScopeKind[] = ['personal', 'place', 'everybody'];

const forms: readonly (readonly [ScopeKind, readonly string[]])[] = (
  [
    ['everybody', ['for everybody', 'for everyone', 'for all', 'to everybody', 'to everyone', 'to all', 'team-wide']],
    ['everybody', ['teamwide']],
    ['place', ['in this channel', 'in this place', 'in this chat', 'in this group']],
    ['place', ['for this channel', 'for this place', 'for this chat', 'for this group']],
    ['place', ['for us', 'for here', 'here']],
    ['personal', ['just for me', 'for myself', 'for me']],
  ] as const
).flatMap(([kind, words]) => words.map((form): [ScopeKind, string[]] => [kind, form.split(' ')]));

/** `here ship` and `ship for everybody`: the scope that was named, and the rest to the letter. */
export function readScope(
  text: string,
  count?: CountStep,
): { readonly kind: ScopeKind | undefined; readonly rest: string } {
  const line = lineOf(text, count);
  const { length } = line.words;
  const standsAt = (form: readonly string[], at: number): boolean =>
    at >= 0 && at + form.length <= length && form.every((word, index) => line.wordAt(at + index) === word);
  for (const [kind, form] of forms) {
    const behind = length - form.length;
    if (standsAt(form, 0)) return { kind, rest: textFrom(line, form.length) };
    if (standsAt(form, behind)) return { kind, rest: textBetween(line, 0, behind) };
  }
  return { kind: undefined, rest: text.trim() };
}

/** What entries of that scope are found by. */
export function scopeKey(kind: ScopeKind, person: Pick<Person, 'id'>, place: Pick<Place, 'id'>): string {
  if (kind === 'personal') return `person:${person.id}`;
  return kind === 'place' ? `place:${place.id}` : 'everybody';
}

/** The kind of a stored scope: `person:…`, `place:…` or `everybody`. */
export function kindOf(scope: string): ScopeKind {
  if (scope === 'everybody') return 'everybody';
  return scope.startsWith('person:') ? 'personal' : 'place';
}

/** `just for you`, `here in Deployments`, `for everybody`. */
export function describeScope(kind: ScopeKind, place: Pick<Place, 'kind' | 'name'>): string {
  if (kind === 'personal') return 'just for you';
  if (kind === 'everybody') return 'for everybody';
  return place.kind === 'personal' ? 'here in our chat' : `here in ${plainText(place.name, 60)}`;
}

/** The right that changes what somebody else made in a scope; for everybody it is needed for one's own too. */
export function rightFor(kind: ScopeKind): 'operate' | 'admin' | undefined {
  if (kind === 'everybody') return 'admin';
  return kind === 'place' ? 'operate' : undefined;
}

/** Whether this person may change what others made in the scope. It acts for everybody there, so the right is needed everywhere. */
export function mayChangeOthers(catalog: Catalog, personId: string, kind: ScopeKind): boolean {
  const right = rightFor(kind);
  return right === undefined || mayEverywhere(catalog, personId, right, everything);
}

/** Something that was put down under a name, in a scope. Pure, but for being stored. */
export interface ScopedEntry {
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

export const entriesSpec = (kind: 'aliases' | 'memories'): CollectionSpec<ScopedEntry> => ({
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
export type ScopedChange = { readonly next: ScopedEntry } | { readonly stays: ScopedEntry };

/** Who made something may change it, but for what everybody uses; `free` is whoever may change what others made. */
function mayChange({ scope, by }: ScopedEntry, personId: string, free: boolean): boolean {
  return free || (kindOf(scope) !== 'everybody' && by.id === personId);
}

/** Puts it down, in the place of what was there under that name. */
export function writeEntry(known: ScopedEntry | undefined, writing: Writing, free: boolean): ScopedChange {
  if (known?.turn === writing.turn) return { next: known };
  const before = known?.gone ? undefined : known;
  if (before && !mayChange(before, writing.by.id, free)) return { stays: before };
  return { next: { ...writing, replaced: before !== undefined } };
}

/** Removes it, so that nothing of it is left; undefined when there is nothing. */
export function removeEntry(
  known: ScopedEntry,
  { by, at, turn }: { readonly by: string; readonly at: number; readonly turn: string },
  free: boolean,
): ScopedChange | undefined {
  if (known.gone) return known.turn === turn ? { next: known } : undefined;
  if (!mayChange(known, by, free)) return { stays: known };
  const nothing = { name: '', text: '', placeName: '', replaced: false, by: { id: by, name: '' } };
  return { next: { ...nothing, scope: known.scope, at, turn, gone: true } };
}
