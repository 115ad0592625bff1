import type { Arguments, CardContent, Command, Reply, Turn } from '../../chat/contract';
import { listTopic } from '../../chat/contract';
import { cannotSee } from '../../core/catalog/refusals';
import { mayAnywhere } from '../../core/catalog/rights';
import { idFrom } from '../../core/keys';
import type { Act } from '../../core/operations';
import { cleanText, enumerate, plainText } from '../../core/text';
import type { Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { startedCard } from './cards';
import type { TestRun } from './contract';
import type { TestStore } from './effects';
import { findSuites, mayTest, noSuite, requireKnown, requireMayTest } from './facts';
import type { SuiteOffer } from './facts';
import { suitesCard } from './history/cards';
import { historyCommands } from './history/commands';
import { readNamedSuite } from './parse';
import type { NamedSuite } from './parse';
import { describePlace, typedPlace } from './text';
import { suiteAddress } from './workflow';

/** `tests`, and what belongs to it. */

export interface TestParts {
  readonly deps: FeatureDependencies;
  readonly tests: TestStore;
}

export function testCommands(parts: TestParts): Command[] {
  return [
    {
      name: 'tests run',
      synonyms: ['tests', 'test', 'run tests', 'test run', 'tests list', 'test suites'],
      phrasings: [
        'run|start|launch|execute [the] {suite:word} test|tests|suite [on|of|for|against] [{service}] [in] [{environment}]',
        'run|start|launch|execute [the] tests|suite [on|of|for|against] {service} [in] [{environment}]',
        '{suite:word} tests|suite on|of|for|against {service} [in] [{environment}]',
        '{suite:word} tests',
        'test {service} [in] [{environment}]',
        'which|what tests|suites are there [for|of|on] [{service}] [in] [{environment}]',
      ],
      operation: 'run-tests',
      topic: 'Ship',
      right: 'view',
      summary: 'Run a test suite, or list the suites and how they went',
      shows: ['test-runs', 'granted-rights'],
      arguments: [
        { name: 'suite', kind: 'phrase', summary: 'the suite; without anything, all suites are listed' },
        { name: 'service', kind: 'service', keyword: 'on', summary: 'the service to test' },
        { name: 'environment', kind: 'environment', keyword: 'in', summary: 'where it runs' },
      ],
      examples: ['tests', 'tests smoke on shop in staging', 'tests checkout shop'],
      acts: async (turn, args) => {
        const chosen = await chooseSuite(parts, turn, args);
        return 'offer' in chosen ? [testAct(chosen.offer)] : [];
      },
      preview: async (turn, args) => {
        const chosen = await chooseSuite(parts, turn, args);
        return 'offer' in chosen ? `Runs ${plainText(describePlace(chosen.offer), 120)}.` : '';
      },
      async run(turn, args) {
        const chosen = await chooseSuite(parts, turn, args);
        if (!('offer' in chosen)) return chosen.reply;
        const { value } = await startTests(parts, turn, chosen.offer);
        // Its card is the answer.
        return turn.trigger === 'typed' ? { nothing: true } : startedCard(parts.deps, value);
      },
    },
    ...historyCommands(parts),
  ];
}

/** What a run of the suite does. */
export function testAct(place: Pick<SuiteOffer, 'service' | 'environment' | 'suite'>, thing?: string): Act {
  const { service, environment, suite } = place;
  return { operation: 'run-tests', reach: { service, environment }, thing: cleanText(thing ?? suite, 100) };
}

type Chosen = { readonly offer: SuiteOffer } | { readonly reply: Reply };

/** The one suite that a line means, if this person may run it; otherwise the list, or a form that asks which one. */
async function chooseSuite({ deps, tests }: TestParts, turn: Turn, args: Arguments): Promise<Chosen> {
  const named = readNamedSuite(deps.catalog(), args);
  requireKnown(deps, named, 'nothing was started');
  if (!mayAnywhere(deps.catalog(), turn.person.id, 'view', reachOf(named)))
    throw cannotSee(deps.catalog(), reachOf(named));
  const { suite: _, ...place } = named;
  const all = await findSuites(deps, turn.person.id, place);
  if (named.suite === undefined && named.service === undefined)
    return { reply: await listSuites(deps, tests, turn, named) };
  const { offers } = await findSuites(deps, turn.person.id, named);
  const [first, second] = offers;
  if (!first) throw noSuite(deps, named, all);
  if (!second) {
    requireMayTest(deps, turn, first);
    return { offer: first };
  }
  const runnable = offers.filter((offer) => mayTest(deps, turn.person.id, offer));
  const [only, another] = runnable;
  if (!only) requireMayTest(deps, turn, first);
  if (only && !another && named.suite !== undefined) return { offer: only };
  return {
    reply: whichSuite(
      turn,
      runnable,
      all.silent.map((each) => deps.systems.titleOf(each)),
      named,
    ),
  };
}

const reachOf = ({ service, environment }: NamedSuite) => ({
  ...(service !== undefined && { service }),
  ...(environment !== undefined && { environment }),
});

/** Runs it. However often this turn is delivered, that's one run. */
export function startTests(
  { deps, tests }: TestParts,
  turn: Turn,
  offer: SuiteOffer,
  rerunOf?: TestRun['rerunOf'],
): Promise<Stored<TestRun>> {
  requireMayTest(deps, turn, offer);
  return tests.request(idFrom('tests', turn.correlationId, suiteAddress(offer), String(rerunOf?.number ?? '')), {
    ...{ ...offer, rerunOf, requester: turn.person },
    ...{ placeId: turn.place.id, thread: turn.thread, correlationId: turn.correlationId },
  });
}

/** All suites with how they went last. */
async function listSuites(
  deps: FeatureDependencies,
  { records }: TestStore,
  turn: Turn,
  named: NamedSuite,
): Promise<Reply> {
  const found = await findSuites(deps, turn.person.id, named);
  if (found.offers.length === 0) throw noSuite(deps, named, found);
  const rows = await Promise.all(
    found.offers.map(async (offer) => {
      const where = { suite: suiteAddress(offer) };
      const { items } = await records.find({ where, orderBy: 'startedAt', descending: true, limit: 1 });
      return { offer, last: items[0] };
    }),
  );
  const line = named.environment === undefined ? 'tests' : `tests in ${named.environment}`;
  return {
    ...suitesCard(
      deps,
      turn,
      rows,
      found.silent.map((each) => deps.systems.titleOf(each)),
    ),
    about: listTopic(line, ['test-runs', 'granted-rights']),
  };
}

const maxOffers = 100;

/** Asks which suite. Completes the line `tests run`. */
export function whichSuite(
  turn: Pick<Turn, 'person' | 'reference'>,
  offers: readonly SuiteOffer[],
  silent: readonly string[],
  { suite }: NamedSuite = {},
): CardContent<'chat/choose'> {
  const title = suite === undefined ? 'Run which tests?' : `Run ${plainText(offers[0]?.title ?? suite, 60)} where?`;
  const example = offers[0] ? typedPlace(offers[0]) : 'smoke on shop in staging';
  const missing = silent.map((each) => plainText(each, 40));
  return {
    card: 'chat/choose',
    data: {
      ...{ kind: 'Tests', title, summary: cleanText(title, 120) },
      sentence: [
        `**Nothing has been started yet.** Choose ${suite === undefined ? 'a suite and ' : ''}where to run it.`,
        ...(missing.length === 0 ? [] : [`${enumerate(missing)} didn’t respond, so some suites are missing.`]),
      ].join(' '),
      inputs: [
        {
          ...{ name: 'chosen-suite', label: 'Tests', required: true, value: '', picker: false },
          ...{ placeholder: 'Suite, service, and environment', error: 'Choose a suite.' },
          choices: offers.slice(0, maxOffers).map((offer) => ({
            title: cleanText(describePlace(offer), 100),
            value: typedPlace(offer),
          })),
        },
      ],
      ...{ button: 'Run tests', id: 'tests run', by: turn.person.id, help: 'help tests run' },
      footer: `Or type it: tests ${plainText(example, 80)} · ref\u00A0${turn.reference}`,
    },
  };
}
