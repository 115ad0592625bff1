import type { AuditNames, Person, PersonalData, Place, Turn } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { collectionOf, defaultRetentionMs } from '../../core/catalog/retention';
import { everything, mayEverywhere, whoMayEverywhere } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { RefusalError } from '../../core/refusal';
import { idFrom, lookUp } from '../../core/keys';
import { cleanText, plainText } from '../../core/text';
import type { CountStep } from '../../core/text';
import { lineOf, textBetween, textFrom } from '../../core/time/typed/line';
import { readAll, readEach } from '../../store/contract';
import type { AuditEntry, Collection, CollectionSpec } from '../../store/contract';
import type { FeatureDependencies } from '../contract';

/** Who can use something: one person, one place, or everybody. */
export type ScopeKind = 'personal' | 'place' | 'everybody';

/** The order of lookup: the nearest scope wins. */
const scopeKinds: readonly ScopeKind[] = ['personal', 'place', 'everybody'];

const forms = (
  [
    ['everybody', 'for everybody, for everyone, for all, to everybody, to everyone, to all, team-wide, teamwide'],
    ['place', 'in this channel, in this place, in this chat, in this group'],
    ['place', 'for this channel, for this place, for this chat, for this group, for us, for here, here'],
    ['personal', 'just for me, for myself, for me'],
  ] as const
).flatMap(([kind, phrases]) => phrases.split(', ').map((phrase) => ({ kind, form: phrase.split(' ') })));

/** `here ship` and `ship for everybody`: the named scope, and the rest exactly as typed. */
export function readScope(
  text: string,
  count?: CountStep,
): { readonly kind: ScopeKind | undefined; readonly rest: string } {
  const line = lineOf(text, count);
  const { length } = line.words;
  const standsAt = (form: readonly string[], at: number): boolean =>
    at >= 0 && at + form.length <= length && form.every((word, index) => line.wordAt(at + index) === word);
  for (const { kind, form } of forms) {
    const behind = length - form.length;
    if (standsAt(form, 0)) return { kind, rest: textFrom(line, form.length) };
    if (standsAt(form, behind)) return { kind, rest: textBetween(line, 0, behind) };
  }
  return { kind: undefined, rest: text.trim() };
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

/** An entry's name in the audit log. Personal entries are private, so their names aren't recorded. */
export function describeEntry(one: 'alias' | 'memory' | 'graph' | 'run', kind: ScopeKind, name: string): string {
  if (kind === 'personal') return `${one} of their own`;
  return `${one} ${cleanText(name, 60)} ${kind === 'place' ? 'here' : 'for everybody'}`;
}

/** `saved the alias ship in Deployments`: the audit line about such an entry; undefined for an outcome without a verb. */
export function describeEntryAudit(
  verbs: Readonly<Record<string, string>>,
  { outcome, target, from }: Pick<AuditEntry, 'outcome' | 'target' | 'from'>,
  names: AuditNames,
): string | undefined {
  const verb = lookUp(verbs, outcome);
  if (verb === undefined) return undefined;
  const own = /^(alias|memory|graph|run) of their own$/.exec(target)?.[1];
  if (own !== undefined) return `${verb} ${own === 'alias' ? 'an' : 'a'} ${own} of their own`;
  return `${verb} the ${target.replace(/ here$/, ` in ${names.place(from) ?? 'a channel'}`)}`;
}

/** The right to change what somebody else made in a scope; for everybody's entries, people need it for their own, too. */
const rightFor = { personal: undefined, place: 'operate', everybody: 'admin' } as const;

/** Something saved under a name, in a scope. */
export interface ScopedEntry {
  readonly scope: string;
  /** As typed; it is looked up in lower case. */
  readonly name: string;
  readonly text: string;
  /** Without an id if the person had their data deleted. */
  readonly by: Person;
  readonly at: number;
  readonly placeName: string;
  /** The turn that last changed it: the same message delivered again changes nothing more. */
  readonly turn: string;
  /** Whether that turn replaced something else. */
  readonly replaced: boolean;
  /** Removed: only the turn that removed it is kept. */
  readonly gone?: boolean;
}

/** Longer than any chat tool redelivers. */
const goneKeptMs = 86_400_000;

/** What people call what can be saved under a name, by the kind of its records. */
const wordsFor = {
  aliases: 'aliases',
  memories: 'saved facts',
  favorites: 'saved graphs',
  savedRuns: 'saved runs',
} as const;
type ScopedKind = keyof typeof wordsFor;

const entriesSpec = (kind: ScopedKind): CollectionSpec<ScopedEntry> => ({
  name: collectionOf(kind),
  schema: 1,
  indexes: {
    scope: ({ scope, gone }) => (gone ? undefined : scope),
    by: ({ by }) => (by.id === '' ? undefined : by.id),
    name: ({ name }) => name.toLowerCase(),
  },
  queries: [
    { where: ['scope'] },
    { where: ['scope'], orderBy: 'name' },
    { where: ['by'] },
    { where: [], orderBy: 'name' },
  ],
  expiresAt: ({ gone, at }) => at + (gone ? goneKeptMs : defaultRetentionMs(kind)),
});

/** Authors can change their own entries, except what everybody uses; `free`: this person can change other people's. */
function mayChange({ scope, by }: ScopedEntry, personId: string, free: boolean): boolean {
  return free || (kindOf(scope) !== 'everybody' && by.id === personId);
}

/** The entry in place of the earlier one with that name; somebody else's entry stays. Pure. */
export function writeEntry(
  known: ScopedEntry | undefined,
  entry: Omit<ScopedEntry, 'replaced' | 'gone'>,
  free: boolean,
): ScopedEntry {
  if (known?.turn === entry.turn) return known;
  if (!known || known.gone) return { ...entry, replaced: false };
  return mayChange(known, entry.by.id, free) ? { ...entry, replaced: true } : known;
}

/** What remains of a removed entry: none of its content. Undefined if there is none, or if it's somebody else's. Pure. */
export function removeEntry(
  known: ScopedEntry,
  { by, at, turn }: { readonly by: string; readonly at: number; readonly turn: string },
  free: boolean,
): ScopedEntry | undefined {
  if (known.gone || !mayChange(known, by, free)) return undefined;
  const nothing = { name: '', text: '', placeName: '', replaced: false, by: { id: by, name: '' } };
  return { ...nothing, scope: known.scope, at, turn, gone: true };
}

/** Named entries in the store: each person's own, those of each place, and those of everybody. */
export type ScopedStore = ReturnType<typeof createScopedStore>;

/**
 * Opens the entries with this name, which is also the name of their collection: `aliases`. `one` is a single one with its article, `most` is the
 * maximum in each scope. Changes of somebody else's entries are refused with `UserError`.
 */
export function createScopedStore(
  { catalog, clock, store }: FeatureDependencies,
  options: {
    readonly name: ScopedKind;
    readonly one: string;
    readonly most: Readonly<Record<ScopeKind, number>>;
  },
) {
  const { name: collection, one, most } = options;
  const title = wordsFor[collection];
  const entries = store.collection(entriesSpec(collection));
  const scopeOf = ({ person, place }: Turn, kind: ScopeKind): string =>
    ({ personal: `person:${person.id}`, place: `place:${place.id}`, everybody: 'everybody' })[kind];
  const idOf = (turn: Turn, kind: ScopeKind, name: string): string =>
    idFrom(collection, scopeOf(turn, kind), name.toLowerCase());

  /** Whether this person can change what others made there. It affects everybody there, so they need the right everywhere. */
  function isFree({ person }: Turn, kind: ScopeKind): boolean {
    const right = rightFor[kind];
    return right === undefined || mayEverywhere(catalog(), person.id, right, everything);
  }

  return {
    /** Saves it; refuses with a sentence if it is somebody else's or there are too many. */
    async put(turn: Turn, kind: ScopeKind, name: string, text: string): Promise<ScopedEntry> {
      const { person, place, correlationId } = turn;
      if (kind === 'everybody' && !isFree(turn, kind)) throw notForEverybody(catalog(), one, rightFor[kind]);
      const scope = scopeOf(turn, kind);
      const id = idOf(turn, kind, name);
      // Two saves at the same moment can both pass; one entry over the limit does no harm.
      const before = (await entries.get(id))?.value;
      const { items } = !before || before.gone ? await entries.find({ where: { scope }, limit: 1_000 }) : { items: [] };
      if (items.length >= most[kind])
        throw new UserError(
          `${kind === 'personal' ? 'You already have' : 'There are already'} ${most[kind]} ${title} ${kind === 'personal' ? 'of your own' : describeScope(kind, place)}, which is the limit. Nothing was saved. Delete one first.`,
        );
      const by = { id: person.id, name: person.name };
      const entry = { scope, name, text, by, at: clock.now(), placeName: place.name, turn: correlationId };
      const { value } = await entries.upsert(id, (known) => writeEntry(known, entry, isFree(turn, kind)));
      if (value.turn !== correlationId) throw belongsToAnother(catalog(), value, turn, kind);
      return value;
    },

    /** Removes the nearest one with that name; undefined if there is none. */
    async remove(turn: Turn, name: string, named?: ScopeKind): Promise<ScopeKind | undefined> {
      const kinds = named === undefined ? scopeKinds : [named];
      const isRemovedByThis = (entry?: ScopedEntry): boolean =>
        entry?.gone === true && entry.turn === turn.correlationId;
      // The same message delivered again must not remove the next one with that name.
      for (const kind of kinds) if (isRemovedByThis((await entries.get(idOf(turn, kind, name)))?.value)) return kind;
      const removal = { by: turn.person.id, at: clock.now(), turn: turn.correlationId };
      for (const kind of kinds) {
        const found = await entries.update(idOf(turn, kind, name), (known) =>
          removeEntry(known, removal, isFree(turn, kind)),
        );
        if (isRemovedByThis(found?.value)) return kind;
        if (found && !found.value.gone) throw belongsToAnother(catalog(), found.value, turn, kind);
      }
      return undefined;
    },

    /** The nearest one with that name: the person's own, then this place's, then everybody's. */
    async find(turn: Turn, name: string, kinds = scopeKinds): Promise<ScopedEntry | undefined> {
      for (const kind of kinds) {
        const found = (await entries.get(idOf(turn, kind, name)))?.value;
        if (found && !found.gone) return found;
      }
      return undefined;
    },

    /** All that this person sees here, the nearest scope first, sorted by name. */
    async list(turn: Turn, kinds = scopeKinds): Promise<readonly ScopedEntry[]> {
      const pages = kinds.map((kind) =>
        entries.find({ where: { scope: scopeOf(turn, kind) }, orderBy: 'name', limit: 1_000 }),
      );
      return (await Promise.all(pages)).flatMap(({ items }) => items.map(({ value }) => value));
    },

    /** All entries, whoever made them. */
    async all(): Promise<readonly ScopedEntry[]> {
      return (await readAll(entries, { orderBy: 'name' })).flatMap(({ value }) => (value.gone ? [] : [value]));
    },

    personalData: personalDataOf(title, entries),
  };
}

function notForEverybody(catalog: Catalog, one: string, right: 'admin'): RefusalError {
  return new RefusalError({
    act: `save ${one} for everybody`,
    nothing: 'nothing was changed',
    why: `You need the ${right} permission for all services and environments.`,
    able: whoMayEverywhere(catalog, right, everything).map(({ name }) => name),
    can: 'save it',
  });
}

function belongsToAnother(catalog: Catalog, { by }: ScopedEntry, { place }: Turn, kind: ScopeKind): UserError {
  const whose = kind === 'everybody' ? 'This is for everybody' : `${plainText(by.name, 60) || 'Someone'} created this`;
  const where = kind === 'place' ? ` ${describeScope(kind, place)}` : '';
  const right = rightFor[kind];
  return new RefusalError({
    act: kind === 'everybody' ? 'change what everybody uses' : 'change what someone else made',
    nothing: 'nothing was changed',
    why: `${whose}${where}.`,
    able: right ? whoMayEverywhere(catalog, right, everything).map(({ name }) => name) : [],
    can: 'change it',
  });
}

/** A person's own entries are deleted; those they made for others stay without their name. */
function personalDataOf(title: string, entries: Collection<ScopedEntry>): PersonalData {
  return {
    name: title,
    stays: `The ${title} you created for a channel or for everybody are kept, but without your name.`,
    async *exportOf(personId) {
      for await (const { value } of readEach(entries, { where: { by: personId } })) {
        const { scope, name, text, at, placeName, gone } = value;
        if (gone) continue;
        yield {
          for: { place: `the place ${placeName}`, personal: 'you', everybody: 'everybody' }[kindOf(scope)],
          name,
          text,
          at: new Date(at).toISOString(),
        };
      }
    },
    async deleteOf(personId) {
      const all = await readAll(entries, { where: { by: personId } });
      const by: Person = { id: '', name: '' };
      for (const { id, value } of all)
        if (value.gone || kindOf(value.scope) === 'personal') await entries.remove(id);
        else await entries.update(id, (entry) => (entry.by.id === personId ? { ...entry, by } : undefined));
      return all.filter(({ value }) => !value.gone).length;
    },
  };
}
