import type { Command } from '../../../src/chat/contract';
import { createLanguage, readLine } from '../../../src/chat/language';
import { readArguments } from '../../../src/chat/language/arguments';
import { readRecordFilter } from '../../../src/core/catalog/record-filter';
import type { CountStep } from '../../../src/core/text';
import { readFilter } from '../../../src/core/time/filter';
import { lineOf } from '../../../src/core/time/typed/line';
import { readMoment, readMomentAt, readTerm } from '../../../src/core/time/typed/moment';
import { readRecurrence } from '../../../src/core/time/typed/recurring';
import { readDefinition } from '../../../src/features/aliases/parse';
import { readHistoryFilter } from '../../../src/features/history/search';
import { readHours } from '../../../src/features/onboarding/parse';
import { narrowRequest } from '../../../src/features/roles/access/parse';
import { readEvery, readOnce, readRemind } from '../../../src/features/schedules/parse';
import { readScope } from '../../../src/features/scopes';
import { readDigest, readFilters } from '../../../src/features/subscriptions/parse';
import { sampleCatalog } from '../../features/fakes';

/** Every parser of typed text with the words it knows, to test it with repetitions of them. */
export interface TypedTextReader {
  readonly name: string;
  readonly vocabulary: readonly string[];
  /** Up to this length, it may try several lines; beyond it, their number and length stay the same. */
  readonly growsUntil?: number;
  read(text: string, count: CountStep): unknown;
}

const now = Date.UTC(2026, 10, 27, 12);
const catalog = sampleCatalog();
const records = { personId: 'me', outcomes: { failed: ['failed'] }, isSearched: () => false, example: 'audit' };
const timeWords = [
  ...[
    'until',
    'till',
    'by',
    'for',
    'in',
    'at',
    'on',
    'the',
    'this',
    'next',
    'last',
    'and',
    'a',
    'an',
    'half',
    'quarter',
  ],
  ...['1', '9', '1 day', '2h', '1h30m', '90m', 'one', 'week', 'month', '1.5 hours', 'a couple of', 'and a half'],
  ...[
    'today',
    'tonight',
    'tomorrow',
    'yesterday',
    'Friday',
    'monday',
    'noon',
    'midnight',
    'morning',
    'end of',
    'day after',
  ],
  ...[
    '24 Dec',
    'Dec',
    'the 24th',
    '2026-12-24',
    '24/12',
    '01/02/2027',
    '18:00',
    '9am',
    '18:00 CET',
    'UTC',
    'UTC+2',
    'Europe/Berlin',
  ],
];
const names = [
  'shop',
  'staging',
  'production',
  'only',
  'just',
  'because',
  'note:',
  'please',
  'as asked',
  'every',
  'since',
  'from',
];
const commandWords = [
  'deploy',
  'lock',
  'who=',
  'what="',
  "'",
  '"',
  '--',
  '--until',
  '=',
  'because=x',
  '@[0]',
  'to',
  'grant',
];
const all = [...timeWords, ...names];
/** The parsers that split a line, with the forms in which clients send it. */
const signs = [
  ...['"', "'", '""', "'a ", '“', '”', '" "', 'a"', '=', 'a=', 'a="', "a='b", '--', '--a', '–a', '--a=b'],
  ...['`', '```', '&quot;', '&amp;quot;', '&#34;', '/', '@gavel', '@[0]', ',', ':', '.', '🙏', '👩‍💻'],
];
const commonWords = [
  ...[
    'please',
    'thanks',
    'the',
    'the group',
    'group',
    'for',
    'to',
    'in',
    'until',
    'until noon',
    'because',
    'because:x',
  ],
  ...['shop', 'staging', 'Dana', 'Dana Developer', 'D-1042', '2.14.0'],
];

const asked = (count: CountStep) => ({ now, timeZone: 'Europe/Berlin', count });
const known = {
  services: Object.keys(catalog.services),
  environments: Object.keys(catalog.environments),
};
const knownNames = {
  services: new Set(known.services),
  environments: new Set(known.environments),
  people: new Set(Object.values(catalog.people).flatMap(({ id, name }) => [id, name.toLowerCase()])),
};

/** The arguments of one command of each shape, with their keywords. */
function argumentReaders(commands: readonly Command[]): TypedTextReader[] {
  const shapes = new Map(
    commands.map(({ name: command, arguments: specs = [] }) => [
      JSON.stringify(specs.map(({ name: _name, summary: _summary, choices: _choices, ...shape }) => shape)),
      { name: command, specs },
    ]),
  );
  return [...shapes.values()].map(({ name, specs }) => ({
    name: `the arguments of “${name}”`,
    vocabulary: [
      ...signs,
      ...commonWords,
      ...specs.flatMap((spec) => [`${spec.name}=`, `${spec.name}=""`, `--${spec.name}`, spec.keyword ?? spec.name]),
    ],
    read: (text, count) => {
      const line = readLine(text, knownNames, count);
      return readArguments(specs, line.tokens, line);
    },
  }));
}

/** The language with the product's commands. */
export function typedTextReaders(commands: readonly Command[]): readonly TypedTextReader[] {
  const language = createLanguage(commands);
  const line = (lead: string): TypedTextReader => ({
    name: `the language, behind “${lead}”`,
    vocabulary: [...all, ...commandWords],
    // Suggested lines are parsed, too: at most eight of 400 characters.
    ...(lead === '' && { growsUntil: 800 }),
    read: (text, count) => language.parse(`${lead} ${text}`, knownNames, count),
  });
  return [
    { name: 'a moment', vocabulary: all, read: (text, count) => readMoment(text, 'until', asked(count)) },
    { name: 'a moment of the past', vocabulary: all, read: (text, count) => readMoment(text, 'since', asked(count)) },
    {
      name: 'a moment at the beginning of a line',
      vocabulary: all,
      read: (text, count) => readMomentAt(lineOf(text, count), 0, 'at', asked(count)),
    },
    { name: 'a term', vocabulary: all, read: (time, count) => readTerm({ time, reason: time }, asked(count)) },
    { name: 'days that repeat', vocabulary: all, read: (text, count) => readRecurrence(lineOf(text, count), 0) },
    { name: 'a plan that repeats', vocabulary: all, read: (text, count) => readEvery(text, count) },
    { name: 'a plan', vocabulary: all, read: (text, count) => readOnce(text, asked(count)) },
    { name: 'a reminder', vocabulary: all, read: (text, count) => readRemind(`me ${text}`, asked(count)) },
    {
      name: 'a note that narrows',
      vocabulary: all,
      read: (text, count) => narrowRequest({}, text, known, asked(count)),
    },
    {
      name: 'a filter',
      vocabulary: [...all, ...commandWords],
      read: (text, count) => readFilter(text, asked(count)),
    },
    {
      name: 'a filter of the history',
      vocabulary: [...all, ...commandWords],
      read: (text, count) => readHistoryFilter(text, catalog, 'me', asked(count)),
    },
    {
      name: 'a filter of records',
      vocabulary: [...all, 'what=approve', 'since=', 'in=shop', '"'],
      read: (text, count) => readRecordFilter(text, { ...records, catalog, asked: asked(count) }),
    },
    {
      name: 'a filter of a subscription',
      vocabulary: [
        'on',
        'failure',
        ',',
        'failure,',
        ',recovery',
        'branch',
        'branches',
        'severity',
        'critical',
        'all',
        'and',
      ],
      read: readFilters,
    },
    { name: 'a digest', vocabulary: ['daily', 'weekly', 'off', ...timeWords], read: readDigest },
    { name: 'quiet hours', vocabulary: ['none', '22-7', '-', 'to', ...timeWords], read: readHours },
    {
      name: 'an alias',
      vocabulary: ['for everybody', 'here', 'in this channel', 'for', 'me', '=', 'for me', 'just'],
      read: readDefinition,
    },
    {
      name: 'a scope',
      vocabulary: ['for everybody', 'here', 'in this channel', 'for', 'me', ' ', 'just for'],
      read: readScope,
    },
    {
      name: 'the words of a line',
      vocabulary: [...signs, ...commonWords, ...commandWords],
      read: (text, count) => readLine(text, knownNames, count),
    },
    ...argumentReaders(commands),
    line(''),
    line('lock shop staging'),
    line('grant developer to'),
    line('access developer'),
    line('subscribe shop'),
    line('remember'),
    line('lock shop staging because it hangs'),
  ];
}

/** How many steps the parser takes; a refusal with a sentence counts, too. */
export function stepsOf({ read }: TypedTextReader, text: string): number {
  let steps = 0;
  try {
    read(text, () => steps++);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'UserError') throw error;
  }
  return steps;
}

/** Repetitions of each word and of each pair of words, up to this length; `thorough`: also after several others. */
export function repetitions(vocabulary: readonly string[], length: number, thorough = false): string[] {
  const others = thorough ? [1, 2, 5, 7, 11, 13] : [7];
  const pairs = vocabulary.flatMap((word, index) =>
    others.map((step) => `${word} ${vocabulary[(index * 3 + step) % vocabulary.length] ?? ''}`),
  );
  const glued = thorough ? vocabulary.map((word) => `${word},`) : [];
  // Whole words only: the end of a text affects how it is read, not how long that takes.
  return [...vocabulary, ...pairs, ...glued].map((word) =>
    `${word} `.repeat(Math.max(1, Math.floor(length / (word.length + 1)))),
  );
}
