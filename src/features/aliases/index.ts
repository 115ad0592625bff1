import type { Arguments, Command, DescribeAudit, Feature, Reply, ResolveAlias, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { cleanText, plainText, plural } from '../../core/text';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import { createScopedStore, describeEntry, describeEntryAudit, describeScope, kindOf, readScope } from '../scopes';
import type { ScopedEntry, ScopedStore } from '../scopes';
import { aliasProblem, exampleOf, expandAlias, nameOf, namesAt, readDefinition, wants } from './parse';
import type { Known } from './parse';
import { describeMoment } from '../../core/time/clock';

/** Words that people make for whole lines, and the line behind such a word. `commands` are all there are, asked for when they're needed. */
export function createAliases(
  deps: FeatureDependencies,
  { commands }: { commands: () => readonly Command[] },
): { feature: Feature; resolveAlias: ResolveAlias } {
  const aliases = createScopedStore(deps, {
    name: 'aliases',
    one: 'an alias',
    most: { personal: 50, place: 50, everybody: 100 },
  });
  const known = (): Known =>
    new Set(commands().flatMap(({ name, synonyms = [] }) => [name, ...synonyms].map((each) => each.toLowerCase())));

  /** Called for lines that are no command, so none can be hidden; the line goes through the router's own checks as this person's. */
  const resolveAlias: ResolveAlias = async (turn, text) => {
    for (const { name, end } of namesAt(text)) {
      const entry = await aliases.find(turn, name);
      if (!entry) continue;
      const expansion = expandAlias(entry.name, entry.text, text.slice(end));
      if ('problem' in expansion) throw new UserError(expansion.problem);
      if (kindOf(entry.scope) === 'personal' || entry.by.id === turn.person.id) return expansion.line;
      const who = plainText(entry.by.name, 60) || 'Somebody';
      const whom = kindOf(entry.scope) === 'place' ? 'this place' : 'everybody';
      return { line: expansion.line, title: plainText(entry.name, 40), by: `${who} made this alias for ${whom}.` };
    }
    return undefined;
  };

  const allCommands = aliasCommands({ deps, aliases, known });
  return {
    feature: { name: 'aliases', commands: allCommands, personalData: [aliases.personalData], describeAudit },
    resolveAlias,
  };
}

interface AliasParts {
  readonly deps: FeatureDependencies;
  readonly aliases: ScopedStore;
  readonly known: () => Known;
}

const shownRows = 25;

/** What one may type about aliases. */
function aliasCommands(parts: AliasParts): Command[] {
  return [
    {
      name: 'alias',
      operation: 'alias',
      summary: 'Create a short name for a command',
      topic: 'Talk',
      arguments: [
        { name: 'definition', kind: 'text', summary: 'a name, = and what it stands for; $1, $2, $* take words' },
      ],
      examples: ['alias ship = deploy shop to production', 'alias ship here = deploy $1 to production because $*'],
      right: 'view',
      refusesSecrets: true,
      // Without a definition it only says what the word stands for.
      acts: async (_turn, { definition = '' }) =>
        readDefinition(definition).text === undefined ? [] : [{ operation: 'alias', reach: {} }],
      run: (turn, args) => alias(parts, turn, args),
    },
    {
      name: 'aliases',
      operation: 'look',
      summary: 'List the aliases here',
      topic: 'Talk',
      examples: ['aliases'],
      right: 'view',
      run: (turn) => list(parts, turn),
    },
    {
      name: 'unalias',
      operation: 'unalias',
      summary: 'Remove an alias',
      topic: 'Talk',
      arguments: [{ name: 'alias', kind: 'phrase', summary: 'which one', required: true }],
      examples: ['unalias ship'],
      right: 'view',
      run: (turn, args) => unalias(parts, turn, args),
    },
  ];
}

async function alias(parts: AliasParts, turn: Turn, { definition = '' }: Arguments): Promise<Reply> {
  if (definition === '') return list(parts, turn);
  const typed = readDefinition(definition);
  if (typed.text === undefined) return show(parts, turn, typed.name);
  const problem = aliasProblem(typed, parts.known());
  if (problem !== undefined) throw new UserError(`${problem} Nothing was kept.`);
  const kind = typed.kind ?? 'personal';
  const entry = await parts.aliases.put(turn, kind, typed.name, typed.text);
  const before = entry.replaced ? ' It stood for something else until now.' : '';
  return {
    text: `**${entry.name}** stands for “${plainText(entry.text, 400)}”, ${describeScope(kind, turn.place)}.${before} ${describeExample(entry)} It runs with the rights of whoever types it.`,
    audit: { target: describeEntry('alias', kind, entry.name), outcome: 'kept' },
  };
}

/** `For example “ship one” runs “deploy one to production”.` */
function describeExample({ name, text }: ScopedEntry): string {
  if (!wants(text).any) return 'What you write behind it is added at the end.';
  const example = exampleOf(name, text);
  const expansion = expandAlias(name, text, example.slice(name.length));
  const line = 'line' in expansion ? expansion.line : text;
  return `For example “${example}” runs “${plainText(line, 400)}”.`;
}

async function show({ deps, aliases, known }: AliasParts, turn: Turn, name: string): Promise<Reply> {
  const entry = await aliases.find(turn, name);
  if (!entry)
    throw new UserError(
      `There is no alias “${plainText(name, 40)}” here. Write \`aliases\` to see those there are, or make it with \`alias … = …\`.`,
    );
  const made = `Made by ${plainText(entry.by.name, 60) || 'somebody'}, ${describeMoment(entry.at, deps.clock.now(), deps.catalog().timeZone)}`;
  const hidden = known().has(entry.name) ? ' Since then it became a command, which goes first.' : '';
  return {
    text: `**${plainText(entry.name)}** stands for “${plainText(entry.text, 400)}”, ${describeScope(kindOf(entry.scope), turn.place)}. ${describeExample(entry)} ${made}.${hidden}`,
  };
}

async function unalias({ aliases }: AliasParts, turn: Turn, { alias: words = '' }: Arguments): Promise<Reply> {
  const { kind, rest } = readScope(words);
  const removed = await aliases.remove(turn, nameOf(rest), kind);
  if (!removed) throw new UserError(`There is no alias “${plainText(rest, 40)}” here, so nothing was changed.`);
  return {
    text: `**${plainText(nameOf(rest), 40)}** no longer stands for anything ${describeScope(removed, turn.place)}.`,
    audit: { target: describeEntry('alias', removed, nameOf(rest)), outcome: 'removed' },
  };
}

async function list({ deps, aliases, known }: AliasParts, turn: Turn): Promise<Reply> {
  const entries = await aliases.list(turn);
  const count = entries.length === 0 ? 'No alias' : plural(entries.length, 'alias', 'aliases');
  const isHidden = known();
  return drawList(deps, turn, {
    kind: 'Aliases',
    title: `${count} here`,
    summary: `Aliases: ${count.toLowerCase()} here`,
    sentence:
      entries.length === 0
        ? '**Make a word of your own** for a line you often write: `alias ship = deploy shop to production`.'
        : '**Your own go first**, then those of this place, then those for everybody. A command always goes before them.',
    rows: entries.slice(0, shownRows).map(({ name, text, by, scope }) => ({
      name: cleanText(name, 40),
      words: cleanText(`${text}${isHidden.has(name) ? ' (hidden by a command of that name)' : ''}`, 240),
      when: `${plainText(by.name, 40) || 'somebody'}, ${describeScope(kindOf(scope), turn.place)}`,
    })),
    more: entries.length > shownRows ? `and ${entries.length - shownRows} more; write alias and a name to see one` : '',
  });
}

const describeAudit: DescribeAudit = (entry, names) =>
  describeEntryAudit({ kept: 'saved', removed: 'removed' }, entry, names);
