import type { Command, Content, Feature, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { cleanText, plainLines, plainText, plural } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import { drawList } from '../contract';
import { tellPerson } from '../contract';
import { createScopedStore, kindOf, readScope, describeScope } from '../scopes';
import type { ScopedEntry, ScopeKind, ScopedStore } from '../scopes';
import { keyOf, matching, memoryProblem, readMemory, searchIn } from './parse';

interface MemoryParts {
  readonly deps: FeatureDependencies;
  readonly memories: ScopedStore;
}

const shownRows = 15;

/** What people ask Gavel to remember: for themselves, for a place, for everybody. */
export function createMemory(deps: FeatureDependencies): { feature: Feature } {
  const memories = createScopedStore(deps, {
    name: 'memories',
    one: 'a memory',
    most: { personal: 200, place: 200, everybody: 500 },
  });
  const parts = { deps, memories };
  const command = (
    name: string,
    summary: string,
    rest: Pick<Command, 'operation' | 'arguments' | 'examples' | 'refusesSecrets' | 'run'>,
  ): Command => ({
    name,
    summary,
    topic: 'Talk',
    right: 'view',
    ...rest,
  });
  const commands = [
    command('remember', 'Remembers something under a name; no secrets', {
      operation: 'remember',
      arguments: [{ name: 'fact', kind: 'text', summary: 'a name, is, and what it is', required: true }],
      examples: [
        'remember release day is Thursday',
        'remember here on call is Noor',
        'remember for everybody lunch is at 12',
      ],
      refusesSecrets: true,
      run: (turn, { fact = '' }) => remember(parts, turn, fact),
    }),
    command('recall', 'What was remembered, by name or by search', {
      operation: 'look',
      arguments: [{ name: 'key', kind: 'phrase', summary: 'a name, *word* or about and a word' }],
      examples: ['recall release day', 'recall about release', 'recall'],
      run: (turn, { key = '' }) => recall(parts, turn, key),
    }),
    command('forget', 'Forgets what was remembered', {
      operation: 'forget',
      arguments: [{ name: 'key', kind: 'phrase', summary: 'under which name', required: true }],
      examples: ['forget release day'],
      run: (turn, { key = '' }) => forget(parts, turn, key),
    }),
  ];
  return { feature: { name: 'memory', commands, personalData: [memories.personalData] } };
}

async function remember({ memories }: MemoryParts, turn: Turn, fact: string): Promise<Reply> {
  const spoken = readMemory(namesIn(turn, fact));
  const problem = memoryProblem(spoken);
  if (problem !== undefined) throw new UserError(problem);
  const kind = spoken.kind ?? 'personal';
  const entry = await memories.put(turn, kind, spoken.key, spoken.value);
  const before = entry.replaced ? ' It was something else until now.' : '';
  return {
    text: `I remember **${plainText(entry.name)}** ${describeScope(kind, turn.place)}.${before} Ask with \`recall\` and its name.`,
    audit: { target: targetOf(kind, entry.name), outcome: 'remembered' },
  };
}

/** The names of people in place of what stands for them in a line. */
function namesIn({ mentions = [] }: Turn, line: string): string {
  return mentions.reduce((words, { token, name }) => words.replaceAll(token, name), line);
}

/** What somebody remembers for themselves does not go into the record. */
function targetOf(kind: ScopeKind, name: string): string {
  if (kind === 'personal') return 'memory of their own';
  return `memory ${cleanText(name, 60)} ${kind === 'place' ? 'here' : 'for everybody'}`;
}

async function forget({ memories }: MemoryParts, turn: Turn, words: string): Promise<Reply> {
  const { kind, rest } = readScope(words);
  const key = keyOf(rest);
  const from = await memories.remove(turn, key, kind);
  if (!from) throw new UserError(`I remember nothing called “${plainText(key, 60)}” here, so nothing was forgotten.`);
  return {
    text: `I have forgotten **${plainText(key, 60)}**, which was ${describeScope(from, turn.place)}.`,
    audit: { target: targetOf(from, key), outcome: 'forgotten' },
  };
}

/** What is one person's own is not read out to a channel. */
async function recall({ deps, memories }: MemoryParts, turn: Turn, words: string): Promise<Reply> {
  const { kind, rest } = readScope(words);
  const alone = turn.place.kind === 'personal';
  const kinds = kind === undefined ? orderHere(alone) : [kind];
  const search = rest === '' ? '' : searchIn(rest);
  if (search === undefined) {
    const entry = await memories.find(turn, keyOf(rest), kinds);
    if (entry)
      return alone || kindOf(entry.scope) !== 'personal' ? tell(deps, turn, entry) : replyPrivately(deps, turn, entry);
  }
  const all = matching(await memories.list(turn, kinds), search ?? keyOf(rest));
  const shown = alone ? all : all.filter(({ scope }) => kindOf(scope) !== 'personal');
  if (search === undefined && shown.length === 0)
    throw new UserError(
      `I remember nothing called “${plainText(keyOf(rest), 60)}”. Write \`recall\` to see what I do.`,
    );
  return listed(deps, turn, { shown, own: all.length - shown.length, search, asked: rest });
}

const orderHere = (alone: boolean): readonly ScopeKind[] =>
  alone ? ['personal', 'place', 'everybody'] : ['place', 'everybody', 'personal'];

function tell(
  { catalog, clock }: FeatureDependencies,
  turn: Turn,
  { name, text, scope, by, at }: ScopedEntry,
): Content {
  const who = plainText(by.name, 60) || 'somebody';
  const when = describeMoment(at, clock.now(), catalog().timeZone);
  return {
    text: `**${plainText(name)}** is ${plainLines(text, 1_000)}\n\nRemembered by ${who}, ${when}, ${describeScope(kindOf(scope), turn.place)}.`,
  };
}

async function replyPrivately(deps: FeatureDependencies, turn: Turn, entry: ScopedEntry): Promise<Reply> {
  await tellPerson(deps, turn.person.id, `memory:${turn.correlationId}`, tell(deps, turn, entry));
  return { notice: `You remember ${plainText(entry.name)} just for yourself, so I have written it to you alone.` };
}

interface Found {
  readonly shown: readonly ScopedEntry[];
  /** How many of one's own are not shown here. */
  readonly own: number;
  /** Undefined: a name was asked for that is not there. */
  readonly search: string | undefined;
  readonly asked: string;
}

function listed(deps: FeatureDependencies, turn: Turn, { shown, own, search, asked }: Found): Reply {
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const title = search === '' ? 'What I remember here' : `About “${plainText(search ?? keyOf(asked), 60)}”`;
  const hidden = own === 0 ? '' : ` ${plural(own, 'more is', 'more are')} just for you: ask me in our personal chat.`;
  const lead =
    search === undefined
      ? `**Nothing is called that**, but this speaks of it.`
      : shown.length === 0
        ? '**I remember nothing of it here.** Write `remember release day is Thursday`.'
        : `**${plural(shown.length, 'memory', 'memories')}**, by name.`;
  return drawList(deps, turn, {
    kind: 'Memory',
    title,
    summary: `Memory: ${plural(shown.length, 'entry', 'entries')}`,
    sentence: `${lead}${hidden}`,
    rows: shown.slice(0, shownRows).map(({ name, text, scope, by, at }) => ({
      glyph: '○',
      color: 'Default',
      name,
      words: `${cleanText(text, 300)} (${cleanText(by.name, 60) || 'somebody'}, ${describeScope(kindOf(scope), { kind: turn.place.kind, name: 'this place' })})`,
      when: describeMoment(at, now, timeZone),
    })),
    more: shown.length > shownRows ? `and ${shown.length - shownRows} more: recall about and a word shows fewer` : '',
  });
}
