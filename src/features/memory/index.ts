import type { Command, DescribeAudit, Feature, Reply, TextContent, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { cleanLines, cleanText, plainLines, plainText, plural } from '../../core/text';
import { findSecret, looksLikePassword } from '../../core/text/secrets';
import { describeMoment } from '../../core/time/clock';
import { drawList, tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import { createScopedStore, describeEntry, describeEntryAudit, describeScope, kindOf, readScope } from '../scopes';
import type { ScopedEntry, ScopedStore, ScopeKind } from '../scopes';

interface MemoryParts {
  readonly deps: FeatureDependencies;
  readonly memories: ScopedStore;
}

const shownRows = 15;

/** What people ask Gavel to remember: for themselves, for a place, for everybody. */
export function createMemory(deps: FeatureDependencies): { feature: Feature } {
  const memories = createScopedStore(deps, {
    name: 'memories',
    one: 'a fact',
    most: { personal: 200, place: 200, everybody: 500 },
  });
  const parts = { deps, memories };
  const talk = { topic: 'Talk', right: 'view' } as const;
  const commands: Command[] = [
    {
      ...talk,
      name: 'memory remember',
      synonyms: ['remember'],
      summary: 'Save a fact under a name (no secrets)',
      operation: 'remember',
      arguments: [{ name: 'fact', kind: 'text', summary: 'a name, “is”, and the fact', required: true }],
      examples: [
        'memory remember release day is Thursday',
        'memory remember here on call is Noor',
        'memory remember for everybody lunch is at 12',
      ],
      refusesSecrets: true,
      run: (turn, { fact = '' }) => remember(parts, turn, fact),
    },
    {
      ...talk,
      name: 'memory recall',
      phrasings: [
        'what do you know|remember [about {key}]',
        'do you remember {key}',
        'memory',
        'what did i tell you about {key}',
      ],
      synonyms: ['recall'],
      summary: 'Look up saved facts by name or by search',
      shows: ['memories'],
      operation: 'look',
      arguments: [{ name: 'key', kind: 'phrase', summary: 'a name, *part of one*, or “about” and a word' }],
      examples: ['memory recall release day', 'memory recall about release', 'memory recall'],
      run: (turn, { key = '' }) => recall(parts, turn, key),
    },
    {
      ...talk,
      name: 'memory forget',
      synonyms: ['forget'],
      summary: 'Delete a saved fact',
      operation: 'forget',
      arguments: [{ name: 'key', label: 'Fact', kind: 'phrase', summary: 'the name of the fact', required: true }],
      examples: ['memory forget release day'],
      run: (turn, { key = '' }) => forget(parts, turn, key),
    },
  ];
  return { feature: { name: 'memory', commands, personalData: [memories.personalData], describeAudit } };
}

async function remember({ memories }: MemoryParts, turn: Turn, fact: string): Promise<Reply> {
  // People's names instead of their tokens in a line.
  const named = (turn.mentions ?? []).reduce((words, { token, name }) => words.replaceAll(token, name), fact);
  const { kind = 'personal', ...spoken } = readMemory(named);
  const problem = memoryProblem(spoken);
  if (problem !== undefined) throw new UserError(problem);
  const entry = await memories.put(turn, kind, spoken.key, spoken.value);
  const before = entry.replaced ? ' This replaced the fact that was saved under that name.' : '';
  return {
    text: `Saved **${plainText(entry.name)}** ${describeScope(kind, turn.place)}.${before} To look it up, type \`recall\` and its name.`,
    audit: { target: describeEntry('memory', kind, entry.name), outcome: 'remembered' },
  };
}

async function forget({ memories }: MemoryParts, turn: Turn, words: string): Promise<Reply> {
  const { kind, rest } = readScope(words);
  const key = keyOf(rest);
  const from = await memories.remove(turn, key, kind);
  if (!from)
    throw new UserError(
      `Nothing is saved under “${plainText(key, 60)}” here. Nothing was deleted. Type \`recall\` to list the saved facts.`,
    );
  return {
    text: `Deleted **${plainText(key, 60)}**, which was saved ${describeScope(from, turn.place)}.`,
    audit: { target: describeEntry('memory', from, key), outcome: 'forgotten' },
  };
}

/** Personal memories aren't shown in a channel. */
async function recall({ deps, memories }: MemoryParts, turn: Turn, words: string): Promise<Reply> {
  const { kind, rest } = readScope(words);
  const alone = turn.place.kind === 'personal';
  const others: readonly ScopeKind[] = ['place', 'everybody'];
  const kinds = kind ? [kind] : alone ? (['personal', ...others] as const) : ([...others, 'personal'] as const);
  const search = rest === '' ? '' : searchIn(rest);
  const entry = search === undefined ? await memories.find(turn, keyOf(rest), kinds) : undefined;
  if (entry && (alone || kindOf(entry.scope) !== 'personal')) return describeMemory(deps, turn, entry);
  if (entry) {
    await tellPerson(deps, turn.person.id, `memory:${turn.correlationId}`, describeMemory(deps, turn, entry));
    return { notice: `“${plainText(entry.name)}” is saved just for you, so I sent it to our personal chat.` };
  }
  const found = matching(await memories.list(turn, kinds), search ?? keyOf(rest));
  const shown = alone ? found : found.filter(({ scope }) => kindOf(scope) !== 'personal');
  if (search === undefined && shown.length === 0)
    throw new UserError(
      `Nothing is saved under “${plainText(keyOf(rest), 60)}”. Type \`recall\` to list the saved facts.`,
    );
  const lead =
    search === undefined
      ? `**Nothing is saved under that name**, but ${plural(shown.length, 'saved fact mentions it', 'saved facts mention it')}.`
      : shown.length === 0
        ? search === ''
          ? '**Nothing is saved here yet.** To save a fact, type it like this: `remember release day is Thursday`.'
          : '**No saved facts match.** Type `recall` to list all of them.'
        : `**${plural(shown.length, 'saved fact')}**, by name.`;
  const own = found.length - shown.length;
  const hidden =
    own === 0
      ? ''
      : ` ${shown.length === 0 ? plural(own, 'saved fact is', 'saved facts are') : plural(own, 'more is', 'more are')} just for you. To see ${own === 1 ? 'it' : 'them'}, ask me in our personal chat.`;
  return drawList(deps, turn, {
    kind: 'Memory',
    title: search === '' ? 'Saved facts' : `About “${plainText(search ?? keyOf(rest), 60)}”`,
    summary: `Memory: ${plural(shown.length, 'entry', 'entries')}`,
    sentence: `${lead}${hidden}`,
    rows: shown.slice(0, shownRows).map(({ name, text, scope, by, at }) => ({
      name,
      words: `${cleanText(text, 300)} (${cleanText(by.name, 60) || 'someone'}, ${describeScope(kindOf(scope), { ...turn.place, name: turn.place.kind === 'group' ? 'this chat' : 'this channel' })})`,
      when: describeMoment(at, deps.clock.now(), deps.catalog().timeZone),
      action: `Show ${cleanText(name, 30)}`,
      ...{ verb: 'chat.run', id: `memory recall ${name}` },
    })),
    more:
      shown.length > shownRows ? `and ${shown.length - shownRows} more; type recall about and a word to narrow it` : '',
  });
}

function describeMemory(
  { catalog, clock }: FeatureDependencies,
  { place }: Turn,
  { name, text, scope, by, at }: ScopedEntry,
): TextContent {
  const who = plainText(by.name, 60) || 'someone';
  const when = describeMoment(at, clock.now(), catalog().timeZone);
  return {
    text: `**${plainText(name)}**: ${plainLines(text, 1_000)}\n\nSaved by ${who}, ${when}, ${describeScope(kindOf(scope), place)}.`,
  };
}

/** What somebody wants to save or recall. Pure. */

const longestKey = 60;
const longestValue = 1_000;

interface Spoken {
  readonly key: string;
  readonly kind: ScopeKind | undefined;
  readonly value: string;
}

/** Splits `here release day is Thursday` at its first `is`. */
export function readMemory(words: string): Spoken {
  const [before = '', ...after] = words.split(/(\s(?:is|are)\s|=)/i);
  const { kind, rest } = readScope(before.replace(/^that\s+/i, ''));
  return { kind, key: keyOf(rest), value: cleanLines(after.slice(1).join(''), longestValue + 1) };
}

/** `the Release  Day` becomes `release day`. */
export function keyOf(words: string): string {
  return cleanText(words, 400)
    .toLowerCase()
    .replace(/[‘’‚‛]/g, "'")
    .replace(/[“”„‟«»]/g, '"')
    .replace(/\s+/g, ' ')
    .replace(/^(?:that )?(?:(?:the|my|our|an?) )?(?=.)/, '')
    .trim();
}

/** Why this isn't saved, in one sentence; undefined if it is. */
export function memoryProblem({ key, value }: Pick<Spoken, 'key' | 'value'>): string | undefined {
  // Checked first: a message about something else must not invite people to repeat the secret.
  const secret = findSecret(`${key} is ${value}`) ?? (looksLikePassword(value) ? 'a password' : undefined);
  if (secret !== undefined)
    return `That looks like ${secret}. I don’t store secrets, and nothing was saved or logged. Your message still shows it: delete the message, and rotate the secret if others could see it.`;
  if (key === '' || value === '')
    return 'Nothing was saved. Type what to save, for example `remember release day is Thursday`.';
  if (key.length > longestKey)
    return `A name can have at most ${longestKey} characters. Nothing was saved. Put the rest after \`is\`.`;
  if (value.length > longestValue)
    return `A fact can have at most ${longestValue} characters. Nothing was saved. Shorten it, or save a link instead.`;
  if (key.includes('*'))
    return 'A name can’t contain `*`, the wildcard for searches. Nothing was saved. Choose another name.';
  return undefined;
}

/** What a search looks for: `*word*` and `about word`; undefined: the words are a name. */
export function searchIn(words: string): string | undefined {
  const about = /^(?:about|anything about|everything about)\s(.+)$/i.exec(words)?.[1];
  const found = about ?? (words.includes('*') ? words.replaceAll('*', ' ') : undefined);
  return found === undefined ? undefined : found.trim().toLowerCase();
}

/** Memories with all of the words in their name or value. */
function matching(entries: readonly ScopedEntry[], search: string): readonly ScopedEntry[] {
  const words = search.split(/\s+/).filter((word) => word !== '');
  return entries.filter(({ name, text }) => {
    const held = `${name} ${text}`.toLowerCase();
    return words.every((word) => held.includes(word));
  });
}

const describeAudit: DescribeAudit = (entry, names) =>
  describeEntryAudit({ remembered: 'saved', forgotten: 'removed' }, entry, names);
