import type { Arguments, Command, DescribeAudit, Feature, Reply, ResolveAlias, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { cleanText, plainText, plural } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import { drawList } from '../contract';
import type { FeatureDependencies, LaterTurns } from '../contract';
import { createAliasChecks } from './checks';
import type { Known } from './checks';
import { aliasProblem, exampleOf, expandAlias, aliasName, namesAt, readDefinition, wants } from './parse';
import { createScopedStore, describeEntry, describeEntryAudit, describeScope, kindOf, readScope } from '../scopes';
import type { ScopedEntry, ScopedStore } from '../scopes';

/** What aliases need of the language; asked for when it's needed. */
interface AliasNeeds extends Pick<LaterTurns, 'commandFor'> {
  /** All there are. */
  readonly commands: () => readonly Command[];
}

/** Words that people make for whole lines, and the line behind such a word. */
export function createAliases(
  deps: FeatureDependencies,
  { commands, commandFor }: AliasNeeds,
): { feature: Feature; resolveAlias: ResolveAlias; checks: ReturnType<typeof createAliasChecks> } {
  const aliases = createScopedStore(deps, {
    name: 'aliases',
    one: 'an alias',
    most: { personal: 50, place: 50, everybody: 100 },
  });
  const known = (): Known =>
    new Set(commands().flatMap(({ name, synonyms = [] }) => [name, ...synonyms].map((each) => each.toLowerCase())));

  /**
   * Called for lines that aren't commands, so an alias can't hide one. The resulting line goes through the router's own checks with this person's permissions.
   */
  const resolveAlias: ResolveAlias = async (turn, text) => {
    for (const { name, end } of namesAt(text)) {
      const entry = await aliases.find(turn, name);
      if (!entry) continue;
      const expansion = expandAlias(entry.name, entry.text, text.slice(end));
      if ('problem' in expansion) throw new UserError(expansion.problem);
      if (kindOf(entry.scope) === 'personal' || entry.by.id === turn.person.id) return expansion.line;
      const who = plainText(entry.by.name, 60) || 'Someone';
      const whom = kindOf(entry.scope) === 'place' ? nameOfPlace(turn) : 'everybody';
      return { line: expansion.line, title: plainText(entry.name, 40), by: `${who} created this alias for ${whom}.` };
    }
    return undefined;
  };

  const allCommands = aliasCommands({ deps, aliases, known, commandFor });
  return {
    feature: { name: 'aliases', commands: allCommands, personalData: [aliases.personalData], describeAudit },
    resolveAlias,
    checks: createAliasChecks(deps, aliases, commandFor),
  };
}

interface AliasParts extends Pick<LaterTurns, 'commandFor'> {
  readonly deps: FeatureDependencies;
  readonly aliases: ScopedStore;
  readonly known: () => Known;
}

const shownRows = 25;

/** The commands about aliases. */
function aliasCommands(parts: AliasParts): Command[] {
  const talk = { topic: 'Talk', right: 'view' } as const;
  return [
    {
      ...talk,
      name: 'alias add',
      synonyms: ['alias'],
      operation: 'alias',
      summary: 'Create a short name for a command',
      arguments: [
        { name: 'definition', kind: 'text', summary: 'a name, =, and what it stands for; $1, $2, $* take words' },
      ],
      examples: [
        'alias add ship = deploy shop to production',
        'alias add ship here = deploy $1 to production because $*',
      ],
      refusesSecrets: true,
      // Without a definition, it only says what the alias stands for.
      acts: async (_turn, { definition = '' }) =>
        readDefinition(definition).text === undefined ? [] : [{ operation: 'alias', reach: {} }],
      run: (turn, args) => alias(parts, turn, args),
    },
    {
      ...talk,
      name: 'alias list',
      phrasings: ['which|what aliases are there', 'my aliases', 'list aliases'],
      synonyms: ['aliases'],
      operation: 'look',
      summary: 'List the aliases here',
      shows: ['aliases'],
      examples: ['alias list'],
      run: (turn) => list(parts, turn),
    },
    {
      ...talk,
      name: 'alias remove',
      synonyms: ['unalias'],
      operation: 'unalias',
      summary: 'Remove an alias',
      arguments: [{ name: 'alias', kind: 'phrase', summary: 'the alias', required: true }],
      examples: ['alias remove ship'],
      run: (turn, args) => unalias(parts, turn, args),
    },
  ];
}

async function alias(parts: AliasParts, turn: Turn, { definition = '' }: Arguments): Promise<Reply> {
  if (definition === '') return list(parts, turn);
  const typed = readDefinition(definition);
  if (typed.text === undefined) return show(parts, turn, typed.name);
  const problem = aliasProblem(typed, parts.known(), parts.commandFor);
  if (problem !== undefined) throw new UserError(`${problem} Nothing was saved.`);
  const kind = typed.kind ?? 'personal';
  const entry = await parts.aliases.put(turn, kind, typed.name, typed.text);
  const before = entry.replaced ? ' This replaced the alias that was saved under that name.' : '';
  return {
    text: `**${entry.name}** stands for “${plainText(entry.text, 400)}”, ${describeScope(kind, turn.place)}.${before} ${describeExample(entry)} An alias runs with the permissions of the person who types it.`,
    audit: { target: describeEntry('alias', kind, entry.name), outcome: 'kept' },
  };
}

/** `For example, “ship one” runs “deploy one to production”.` */
function describeExample({ name, text }: ScopedEntry): string {
  if (!wants(text).any) return 'Anything you type after the alias is added at the end.';
  const example = exampleOf(name, text);
  const expansion = expandAlias(name, text, example.slice(name.length));
  const line = 'line' in expansion ? expansion.line : text;
  return `For example, “${example}” runs “${plainText(line, 400)}”.`;
}

async function show({ deps, aliases, commandFor }: AliasParts, turn: Turn, name: string): Promise<Reply> {
  const entry = await aliases.find(turn, name);
  if (!entry)
    throw new UserError(
      `There is no alias “${plainText(name, 40)}” here. To create one, type \`alias ${aliasName(name)} = …\`. To list all aliases here, type \`aliases\`.`,
    );
  const made = `Created by ${plainText(entry.by.name, 60) || 'someone'}, ${describeMoment(entry.at, deps.clock.now(), deps.catalog().timeZone)}`;
  const hidden =
    commandFor(entry.name) === undefined
      ? ''
      : ' This alias no longer works, because a command now has this name, and commands always come first.';
  return {
    text: `**${plainText(entry.name)}** stands for “${plainText(entry.text, 400)}”, ${describeScope(kindOf(entry.scope), turn.place)}. ${describeExample(entry)} ${made}.${hidden}`,
  };
}

async function unalias({ aliases }: AliasParts, turn: Turn, { alias: words = '' }: Arguments): Promise<Reply> {
  const { kind, rest } = readScope(words);
  const removed = await aliases.remove(turn, aliasName(rest), kind);
  if (!removed)
    throw new UserError(
      `There is no alias “${plainText(rest, 40)}” here. Nothing was changed. To list all aliases here, type \`aliases\`.`,
    );
  return {
    text: `Removed the alias **${plainText(aliasName(rest), 40)}**, which was saved ${describeScope(removed, turn.place)}.`,
    audit: { target: describeEntry('alias', removed, aliasName(rest)), outcome: 'removed' },
  };
}

async function list({ deps, aliases, commandFor }: AliasParts, turn: Turn): Promise<Reply> {
  const entries = await aliases.list(turn);
  const count = entries.length === 0 ? 'No aliases' : plural(entries.length, 'alias', 'aliases');
  return drawList(deps, turn, {
    kind: 'Aliases',
    title: `${count} here`,
    summary: `Aliases: ${count.toLowerCase()} here`,
    sentence:
      entries.length === 0
        ? '**Create a short name** for a line you type often: `alias ship = deploy shop to production`.'
        : `**If aliases share a name, your own takes precedence**, then ${nameOfPlace(turn)}’s, then the one for everybody. A command always takes precedence over an alias.`,
    rows: entries.slice(0, shownRows).map(({ name, text, by, scope }) => ({
      name: cleanText(name, 40),
      words: cleanText(
        `${text}${commandFor(name) === undefined ? '' : ' (hidden by a command)'} · by ${cleanText(by.name, 40) || 'someone'}`,
        240,
      ),
      when: describeScope(kindOf(scope), turn.place),
      action: `Show ${cleanText(name, 30)}`,
      ...{ verb: 'chat.run', id: `alias ${name}` },
    })),
    more: entries.length > shownRows ? `and ${entries.length - shownRows} more; type alias and a name to see one` : '',
  });
}

const nameOfPlace = ({ place }: Pick<Turn, 'place'>): string =>
  place.kind === 'channel' ? 'this channel' : 'this chat';

const describeAudit: DescribeAudit = (entry, names) =>
  describeEntryAudit({ kept: 'saved', removed: 'removed' }, entry, names);
