import type { Arguments, Command, Reply, Turn } from '../../../chat/contract';
import { listTopic } from '../../../chat/contract';
import { cannotSee } from '../../../core/catalog/refusals';
import { mayAnywhere } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { plainText } from '../../../core/text';
import type { Stored } from '../../../store/contract';
import { testCard, testTopic } from '../cards';
import type { TestParts } from '../commands';
import type { TestRun } from '../contract';
import { findSuites, isCalled, maySeeTests, noSuite, requireKnown } from '../facts';
import { readNamedSuite, readTestNumber } from '../parse';
import type { NamedSuite } from '../parse';
import { flakyCard, historyCard } from './cards';
import { rankFlaky } from './facts';

/** `tests history` and `tests flaky`: what test runs found. */

const where = [
  { name: 'service', kind: 'service', keyword: 'on', summary: 'only tests of this service' },
  { name: 'environment', kind: 'environment', keyword: 'in', summary: 'only where it runs' },
] as const;
const shows = ['test-runs', 'granted-rights'];

export function historyCommands(parts: TestParts): Command[] {
  return [
    {
      name: 'tests history',
      synonyms: ['test history', 'test runs', 'tests show'],
      phrasings: [
        'did [the] {suite:word} [test|tests|suite] pass|fail|succeed|run [on|of|for] [{service}] [in] [{environment}]',
        'did [the] {suite:word} [test|tests|suite] [on|of|for] [{service}] [in] [{environment}] pass|fail|succeed',
        'have [the] {suite:word} tests passed|failed [on|of|for] [{service}] [in] [{environment}]',
        'history of [the] {suite:word} tests [on|of|for] [{service}] [in] [{environment}]',
      ],
      ...{ operation: 'look', topic: 'Look', right: 'view', shows },
      summary: 'Show how test runs went, newest first',
      arguments: [
        { name: 'suite', kind: 'phrase', summary: 'the suite, or the number of a run such as T-1002' },
        ...where,
      ],
      examples: ['tests history smoke on shop', 'tests history', 'tests history T-1002'],
      run: (turn, args) => showRuns(parts, turn, args),
    },
    {
      name: 'tests flaky',
      synonyms: ['flaky', 'flaky tests', 'test flaky'],
      phrasings: [
        'which|what tests are [the most] flaky [on|of|for|in] [{service}] [in] [{environment}]',
        'list|show [the] flaky tests [on|of|for] [{service}] [in] [{environment}]',
      ],
      ...{ operation: 'look', topic: 'Look', right: 'view', shows },
      summary: 'List tests that fail and pass with the same release',
      arguments: where,
      examples: ['flaky', 'flaky tests of shop', 'tests flaky shop in staging'],
      run: (turn, args) => showFlaky(parts, turn, args),
    },
  ];
}

/** The history of the suite of this run. */
export function showHistory(parts: TestParts, turn: Turn, { suite, service, environment }: TestRun): Promise<Reply> {
  return showRuns(parts, turn, { suite, service, environment });
}

const looked = 500;

/** The newest runs that this person can see. */
async function readRuns(
  { deps, tests }: TestParts,
  turn: Turn,
  { service, environment }: NamedSuite,
): Promise<Stored<TestRun>[]> {
  const reach = { ...(service !== undefined && { service }), ...(environment !== undefined && { environment }) };
  if (!mayAnywhere(deps.catalog(), turn.person.id, 'view', reach)) throw cannotSee(deps.catalog(), reach);
  const only = service === undefined ? {} : { where: { service } };
  const { items } = await tests.records.find({ ...only, orderBy: 'startedAt', descending: true, limit: looked });
  return items.filter(
    ({ value }) =>
      maySeeTests(deps, turn.person.id, value) && (environment === undefined || value.environment === environment),
  );
}

async function showRuns(parts: TestParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { deps } = parts;
  const number = readTestNumber(args['suite'] ?? '');
  if (number !== undefined) return showNumbered(parts, turn, number);
  const named = readNamedSuite(deps.catalog(), args);
  requireKnown(deps, named);
  const all = await readRuns(parts, turn, named);
  const runs = named.suite === undefined ? all : all.filter(({ value }) => isCalled(value, named.suite));
  if (runs.length === 0 && named.suite !== undefined) {
    const { suite: _, ...place } = named;
    const offered = await findSuites(deps, turn.person.id, place);
    if (!offered.offers.some((offer) => isCalled(offer, named.suite))) throw noSuite(deps, named, offered);
  }
  return { ...historyCard(deps, turn, runs.slice(0, shownRuns), named), about: topicOf('tests history', named) };
}

const shownRuns = 20;

async function showNumbered({ deps, tests }: TestParts, turn: Turn, number: number): Promise<Reply> {
  const { items } = await tests.records.find({ where: { number }, limit: 1 });
  const [found] = items;
  if (!found || !maySeeTests(deps, turn.person.id, found.value))
    throw new UserError(`There is no test run T-${number}. Type \`tests history\` to see the latest.`);
  return { ...testCard(deps, found.id, found.value, turn.person.id), about: testTopic(found.id) };
}

async function showFlaky(parts: TestParts, turn: Turn, args: Arguments): Promise<Reply> {
  const named = { service: args['service'], environment: args['environment'] };
  requireKnown(parts.deps, named);
  const runs = (await readRuns(parts, turn, named)).map(({ value }) => value);
  const told = runs.filter(({ report }) => report !== undefined).length;
  return {
    ...flakyCard(parts.deps, turn, rankFlaky(runs), { named, runs: told }),
    about: topicOf('tests flaky', named),
  };
}

/** Redrawn by the same line. */
function topicOf(command: string, { suite, service, environment }: NamedSuite): string {
  const words = [
    command,
    ...(suite === undefined ? [] : [plainText(suite, 60)]),
    ...(service === undefined ? [] : ['on', service]),
    ...(environment === undefined ? [] : ['in', environment]),
  ];
  return listTopic(words.join(' '), shows);
}
