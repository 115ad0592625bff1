import type { Arguments, Command, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { cleanText, plainText, plural } from '../../core/text';
import { footerTime, describeMoment } from '../../core/time/words';
import type { FeatureDependencies } from '../contract';
import { kindOf, readScope, describeScope } from '../scopes';
import type { Entry, Shelf } from '../scopes';
import { exampleOf, expandAlias, nameOf, aliasProblem, readDefinition, wants } from './definition';
import type { Known } from './definition';

interface AliasTalk {
  readonly deps: FeatureDependencies;
  readonly shelf: Shelf;
  readonly known: () => Known;
}

const shownRows = 25;

/** What one may type about aliases. */
export function aliasCommands(talk: AliasTalk): Command[] {
  return [
    {
      name: 'alias',
      operation: 'alias',
      summary: 'A word of your own for a whole line',
      topic: 'Talk',
      arguments: [
        { name: 'definition', kind: 'text', summary: 'a name, = and what it stands for; $1, $2, $* take words' },
      ],
      examples: ['alias ship = deploy shop to production', 'alias ship here = deploy $1 to production because $*'],
      right: 'view',
      inManifest: false,
      refusesSecrets: true,
      // Without a definition it only says what the word stands for.
      acts: async (_turn, { definition = '' }) =>
        readDefinition(definition).text === undefined ? [] : [{ operation: 'alias', reach: {} }],
      run: (turn, args) => alias(talk, turn, args),
    },
    {
      name: 'aliases',
      operation: 'look',
      summary: 'Which words stand for which lines here',
      topic: 'Talk',
      arguments: [],
      examples: ['aliases'],
      right: 'view',
      inManifest: false,
      run: (turn) => list(talk, turn),
    },
    {
      name: 'unalias',
      operation: 'unalias',
      summary: 'Removes an alias',
      topic: 'Talk',
      arguments: [{ name: 'alias', kind: 'phrase', summary: 'which one', required: true }],
      examples: ['unalias ship'],
      right: 'view',
      inManifest: false,
      run: (turn, args) => unalias(talk, turn, args),
    },
  ];
}

async function alias(talk: AliasTalk, turn: Turn, { definition = '' }: Arguments): Promise<Reply> {
  if (definition === '') return list(talk, turn);
  const typed = readDefinition(definition);
  if (typed.text === undefined) return show(talk, turn, typed.name);
  const problem = aliasProblem(typed, talk.known());
  if (problem !== undefined) throw new UserError(`${problem} Nothing was kept.`);
  const kind = typed.kind ?? 'personal';
  const entry = await talk.shelf.put(turn, kind, typed.name, typed.text);
  const before = entry.replaced ? ' It stood for something else until now.' : '';
  return {
    text: `**${entry.name}** stands for “${plainText(entry.text, 400)}”, ${describeScope(kind, turn.place)}.${before} ${describeExample(entry)} It runs with the rights of whoever types it.`,
    audit: auditOf(kind, entry.name, 'kept'),
  };
}

/** `For example “ship one” runs “deploy one to production”.` */
function describeExample({ name, text }: Entry): string {
  if (!wants(text).any) return 'What you write behind it is added at the end.';
  const example = exampleOf(name, text);
  const expansion = expandAlias(name, text, example.slice(name.length));
  const line = 'line' in expansion ? expansion.line : text;
  return `For example “${example}” runs “${plainText(line, 400)}”.`;
}

/** Personal ones are nobody else's business: their names do not go into the record. */
function auditOf(kind: ReturnType<typeof kindOf>, name: string, outcome: string) {
  const target =
    kind === 'personal' ? 'alias of their own' : `alias ${name} ${kind === 'place' ? 'here' : 'for everybody'}`;
  return { target, outcome };
}

async function show({ deps, shelf, known }: AliasTalk, turn: Turn, name: string): Promise<Reply> {
  const entry = await shelf.find(turn, name);
  if (!entry)
    throw new UserError(
      `There is no alias “${plainText(name, 40)}” here. Write \`aliases\` to see those there are, or make it with \`alias … = …\`.`,
    );
  const hidden = known().has(entry.name) ? ' Since then it became a command, which goes first.' : '';
  return {
    text: `**${plainText(entry.name)}** stands for “${plainText(entry.text, 400)}”, ${describeScope(kindOf(entry.scope), turn.place)}. ${describeExample(entry)} ${describeCreation(deps, entry)}.${hidden}`,
  };
}

function describeCreation({ catalog, clock }: FeatureDependencies, { by, at }: Entry): string {
  return `Made by ${plainText(by.name, 60) || 'somebody'}, ${describeMoment(at, clock.now(), catalog().timeZone)}`;
}

async function unalias({ shelf }: AliasTalk, turn: Turn, { alias: words = '' }: Arguments): Promise<Reply> {
  const { kind, rest } = readScope(words);
  const removed = await shelf.remove(turn, nameOf(rest), kind);
  if (!removed) throw new UserError(`There is no alias “${plainText(rest, 40)}” here, so nothing was changed.`);
  return {
    text: `**${plainText(nameOf(rest), 40)}** no longer stands for anything ${describeScope(removed, turn.place)}.`,
    audit: auditOf(removed, cleanText(nameOf(rest), 40), 'removed'),
  };
}

async function list({ deps, shelf, known }: AliasTalk, turn: Turn): Promise<Reply> {
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const entries = await shelf.list(turn);
  const count = entries.length === 0 ? 'No alias' : plural(entries.length, 'alias', 'aliases');
  return {
    card: 'policy/list',
    data: {
      kind: 'Aliases',
      state: { glyph: '', word: '', tone: 'emphasis' },
      title: `${count} here`,
      summary: `Aliases: ${count.toLowerCase()} here`,
      sentence:
        entries.length === 0
          ? '**Make a word of your own** for a line you often write: `alias ship = deploy shop to production`.'
          : '**Your own go first**, then those of this place, then those for everybody. A command always goes before them.',
      rows: entries.slice(0, shownRows).map((entry) => ({
        glyph: '○',
        color: 'Default',
        name: cleanText(entry.name, 40),
        words: cleanText(`${entry.text}${known().has(entry.name) ? ' (hidden by a command of that name)' : ''}`, 240),
        when: `${plainText(entry.by.name, 40) || 'somebody'}, ${describeScope(kindOf(entry.scope), turn.place)}`,
      })),
      more:
        entries.length > shownRows ? `and ${entries.length - shownRows} more; write alias and a name to see one` : '',
      actions: [],
      footer: `${footerTime(now, timeZone)} · ref ${turn.reference}`,
    },
  };
}
