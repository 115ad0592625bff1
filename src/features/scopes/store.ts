import type { Person, PersonalData, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { everything, whoMayEverywhere } from '../../core/catalog/rights';
import { capitalize, enumerate, plainText } from '../../core/text';
import type { Collection } from '../../store/contract';
import { readAll } from '../../store/read-all';
import type { FeatureDependencies } from '../contract';
import {
  describeScope,
  entriesSpec,
  kindOf,
  mayChangeOthers,
  removeEntry,
  rightFor,
  scopeKey,
  scopeKinds,
  writeEntry,
} from './record';
import type { ScopedChange, ScopedEntry, ScopeKind } from './record';

/** Named entries in the store: each person's own, those of each place, and those of everybody. */
export interface ScopedStore {
  /** The nearest of that name: one's own, then this place's, then everybody's. */
  find(turn: Turn, name: string, kinds?: readonly ScopeKind[]): Promise<ScopedEntry | undefined>;
  /** Puts it down; refuses with words when it belongs to somebody else or there are too many. */
  put(turn: Turn, kind: ScopeKind, name: string, text: string): Promise<ScopedEntry>;
  /** Removes the nearest of that name; undefined when there is none. */
  remove(turn: Turn, name: string, kind?: ScopeKind): Promise<ScopeKind | undefined>;
  /** All that this person sees here, the nearest scope first, in the order of their names. */
  list(turn: Turn, kinds?: readonly ScopeKind[]): Promise<readonly ScopedEntry[]>;
  readonly personalData: PersonalData;
}

interface ScopedStoreOptions {
  /** The collection; its entries are called so too: `aliases`. */
  readonly name: 'aliases' | 'memories';
  /** One of them, with its article: `an alias`. */
  readonly one: string;
  /** How many fit into each scope. */
  readonly most: Readonly<Record<ScopeKind, number>>;
}

/** Opens the entries of one name. Changes that belong to somebody else are refused with `UserError`. */
export function createScopedStore(
  deps: FeatureDependencies,
  { name: title, one, most }: ScopedStoreOptions,
): ScopedStore {
  const entries: Collection<ScopedEntry> = deps.store.collection(entriesSpec(title));
  const idOf = (scope: string, name: string): string => idFrom(title, scope, name.toLowerCase());
  const scopeOf = ({ person, place }: Turn, kind: ScopeKind): string => scopeKey(kind, person, place);
  /** Whether this person may change what others made there. */
  const mayChange = ({ person }: Turn, kind: ScopeKind): boolean => mayChangeOthers(deps.catalog(), person.id, kind);

  /** Two at the same moment may pass together; one more than the bound harms nobody. */
  async function checkRoom(turn: Turn, kind: ScopeKind, id: string): Promise<void> {
    const known = await entries.get(id);
    if (known && !known.value.gone) return;
    const { items } = await entries.find({ where: { scope: scopeOf(turn, kind) }, limit: 1_000 });
    if (items.length >= most[kind])
      throw new UserError(
        `There are ${items.length} ${title} ${describeScope(kind, turn.place)} already, and ${most[kind]} is as many as I keep there. Remove one first; nothing was changed.`,
      );
  }

  async function put(turn: Turn, kind: ScopeKind, name: string, text: string): Promise<ScopedEntry> {
    const { person, place, correlationId } = turn;
    const right = rightFor(kind);
    if (kind === 'everybody' && !mayChange(turn, kind))
      throw new UserError(
        `${article(one)} for everybody needs the right \`${right}\` everywhere, so nothing was changed. ${whoCan(deps, kind)}`,
      );
    const scope = scopeOf(turn, kind);
    const id = idOf(scope, name);
    await checkRoom(turn, kind, id);
    const by = { id: person.id, name: person.name };
    const writing = { scope, name, text, by, at: deps.clock.now(), placeName: place.name, turn: correlationId };
    let change: ScopedChange = { stays: { ...writing, replaced: false } };
    await entries.upsert(id, (known) => {
      change = writeEntry(known, writing, mayChange(turn, kind));
      return 'next' in change ? change.next : change.stays;
    });
    return requireChanged(deps, change, turn, kind);
  }

  /** What this very message has removed: delivered again, it must not remove the next one of that name. */
  async function removedBefore(turn: Turn, kinds: readonly ScopeKind[], name: string): Promise<ScopeKind | undefined> {
    for (const kind of kinds) {
      const known = (await entries.get(idOf(scopeOf(turn, kind), name)))?.value;
      if (known?.gone && known.turn === turn.correlationId) return kind;
    }
    return undefined;
  }

  async function remove(turn: Turn, name: string, named?: ScopeKind): Promise<ScopeKind | undefined> {
    const kinds = named === undefined ? scopeKinds : [named];
    const before = await removedBefore(turn, kinds, name);
    if (before !== undefined) return before;
    const removal = { by: turn.person.id, at: deps.clock.now(), turn: turn.correlationId };
    for (const kind of kinds) {
      let change: ScopedChange | undefined;
      await entries.update(idOf(scopeOf(turn, kind), name), (known) => {
        change = removeEntry(known, removal, mayChange(turn, kind));
        return change && 'next' in change ? change.next : undefined;
      });
      if (change && requireChanged(deps, change, turn, kind)) return kind;
    }
    return undefined;
  }

  return {
    put,
    remove,
    async find(turn, name, kinds = scopeKinds) {
      for (const kind of kinds) {
        const found = (await entries.get(idOf(scopeOf(turn, kind), name)))?.value;
        if (found && !found.gone) return found;
      }
      return undefined;
    },
    async list(turn, kinds = scopeKinds) {
      const pages = kinds.map((kind) =>
        entries.find({ where: { scope: scopeOf(turn, kind) }, orderBy: 'name', limit: 1_000 }),
      );
      return (await Promise.all(pages)).flatMap(({ items }) => items.map(({ value }) => value));
    },
    personalData: personalDataOf(title, entries),
  };
}

/** The entry as it is now; refuses in words to change what belongs to somebody else. */
function requireChanged(deps: FeatureDependencies, change: ScopedChange, turn: Turn, kind: ScopeKind): ScopedEntry {
  if ('next' in change) return change.next;
  const { name } = change.stays.by;
  const whose = kind === 'everybody' ? 'This is for everybody' : `${plainText(name, 60) || 'Somebody'} made this`;
  throw new UserError(
    `${whose}${kind === 'place' ? ` ${describeScope(kind, turn.place)}` : ''}, so nothing was changed. ${whoCan(deps, kind)}`,
  );
}

/** Their own go; what they made for others stays without their name. */
function personalDataOf(title: string, entries: Collection<ScopedEntry>): PersonalData {
  const nobody: Person = { id: '', name: '' };
  return {
    name: title,
    stays: `The ${title} you made for a channel or for everybody stay for the others, without your name.`,
    async exportOf(personId) {
      const all = await readAll(entries, { where: { by: personId } });
      return all
        .filter(({ value }) => !value.gone)
        .map(({ value: { scope, name, text, at, placeName } }) => ({
          for:
            kindOf(scope) === 'place' ? `the place ${placeName}` : kindOf(scope) === 'personal' ? 'you' : 'everybody',
          name,
          text,
          at: new Date(at).toISOString(),
        }));
    },
    async deleteOf(personId) {
      const all = await readAll(entries, { where: { by: personId } });
      for (const { id, value } of all)
        if (value.gone || kindOf(value.scope) === 'personal') await entries.remove(id);
        else await entries.update(id, (entry) => (entry.by.id === personId ? { ...entry, by: nobody } : undefined));
      return all.filter(({ value }) => !value.gone).length;
    },
  };
}

/** `Noor Operator or Ada Admin can.` */
function whoCan({ catalog }: FeatureDependencies, kind: ScopeKind): string {
  const right = rightFor(kind);
  const names =
    right === undefined ? [] : whoMayEverywhere(catalog(), right, everything).map(({ name }) => plainText(name, 60));
  return `${enumerate(names.slice(0, 4), 'or') || 'Nobody in the catalog'} can.`;
}

const article = (one: string): string => capitalize(one);
