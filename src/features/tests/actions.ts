import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Question, Reply, Turn } from '../../chat/contract';
import { cannotSee, lacksRight } from '../../core/catalog/refusals';
import { mayAnywhere } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import type { Act, Operation } from '../../core/operations';
import { plainText, plural } from '../../core/text';
import type { Stored } from '../../store/contract';
import { askCancelTests, askSettle, canRerunTests, failedNames, isCancelable, testCard, testTopic } from './cards';
import { startTests, testAct, whichSuite } from './commands';
import type { TestParts } from './commands';
import type { TestRun } from './contract';
import { commitDecided } from './policy';
import { findSuites, maySeeTests, mayTest, noSuite, requireMayTest, requireStopTests } from './facts';
import type { SuiteOffer } from './facts';
import { showHistory } from './history/commands';
import { describePlace, testLabel } from './text';
import { isTestOver } from './workflow';

/** The buttons of test runs. */

const Id = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/) });
type Clicked = z.infer<typeof Id>;

export function testActions(parts: TestParts): Action[] {
  return [
    defineAction({
      verb: 'tests.choose',
      operation: 'look',
      input: z.object({ id: z.literal('tests') }),
      run: (turn) => choose(parts, turn),
    }),
    button(parts, 'view', 'look', (turn, found) => show(parts, turn, found)),
    button(parts, 'log', 'look', async (turn, { id, value }) => ({
      ...testCard(parts.deps, id, value, turn.person.id, { showsLog: true }),
      about: testTopic(id),
    })),
    button(parts, 'history', 'look', (turn, { value }) => showHistory(parts, turn, value)),
    button(parts, 'again', 'run-tests', (turn, { value }) => again(parts, turn, value), {
      preview: (_, { value }) => `Runs ${plainText(describePlace(value), 120)} again.`,
    }),
    button(parts, 'rerun', 'run-tests', (turn, { value }) => rerun(parts, turn, value), {
      preview: (_, { value }) => {
        requireRerun(value);
        return `Reruns ${plural(failedNames(value).length, 'failed test')} of ${plainText(describePlace(value), 120)}.`;
      },
    }),
    button(parts, 'cancel', 'cancel-tests', (turn, found) => cancel(parts, turn, found), {
      asks(turn, value) {
        requireCancelable(parts, turn, value);
        return askCancelTests(value, parts.deps.systems.titleOf(value.connection));
      },
    }),
    settling(parts, 'again'),
    settling(parts, 'not'),
  ];
}

interface ButtonOptions {
  readonly asks?: (turn: Turn, run: TestRun) => Question;
  readonly preview?: (turn: Turn, found: Stored<TestRun>) => string;
}

function button(
  parts: TestParts,
  name: string,
  operation: Operation | 'look',
  act: (turn: Turn, found: Stored<TestRun>) => Promise<Reply>,
  { asks, preview }: ButtonOptions = {},
): Action {
  return defineAction<Clicked>({
    verb: `tests.${name}`,
    operation,
    input: Id,
    ...(asks && { asks: async (turn, id) => asks(turn, (await requireSeen(parts, turn, id)).value) }),
    ...(preview && { preview: async (turn, { id }) => preview(turn, await requireMine(parts, turn, id)) }),
    ...(operation !== 'look' && {
      acts: async (turn, { id }) => {
        const { value } =
          operation === 'run-tests' ? await requireMine(parts, turn, id) : await requireSeen(parts, turn, id);
        return [actOn(operation, value)];
      },
    }),
    run: async (turn, { id }) => act(turn, await requireSeen(parts, turn, id)),
  });
}

/** The run, if this person can see it. */
async function requireSeen({ deps, tests }: TestParts, { person }: Turn, id: string): Promise<Stored<TestRun>> {
  const found = await tests.records.get(id);
  if (!found) throw new UserError('That test run no longer exists. Type `tests` to see the latest.');
  const { service, environment } = found.value;
  if (!maySeeTests(deps, person.id, found.value)) throw cannotSee(deps.catalog(), { service, environment });
  return found;
}

/** The run, if this person may run its suite. */
async function requireMine(parts: TestParts, turn: Turn, id: string): Promise<Stored<TestRun>> {
  const found = await requireSeen(parts, turn, id);
  requireMayTest(parts.deps, turn, found.value);
  return found;
}

function actOn(operation: Operation, run: TestRun): Act {
  return { ...testAct(run, operation === 'run-tests' ? undefined : testLabel(run)), operation };
}

async function show({ deps }: TestParts, turn: Turn, { id, value }: Stored<TestRun>): Promise<Reply> {
  return { ...testCard(deps, id, value, turn.person.id), about: testTopic(id) };
}

/** The form for a suite that this person may run. */
async function choose({ deps }: TestParts, turn: Turn): Promise<Reply> {
  if (!mayAnywhere(deps.catalog(), turn.person.id, 'deploy'))
    throw lacksRight(deps.catalog(), {
      right: 'deploy',
      act: 'run tests',
      can: 'run them',
      nothing: 'nothing was started',
    });
  const found = await findSuites(deps, turn.person.id);
  const runnable = found.offers.filter((offer) => mayTest(deps, turn.person.id, offer));
  const [first] = found.offers;
  if (!first) throw noSuite(deps, {}, found);
  if (runnable.length === 0) requireMayTest(deps, turn, first);
  return whichSuite(
    turn,
    runnable,
    found.silent.map((each) => deps.systems.titleOf(each)),
  );
}

/** The suite as the catalog offers it now. */
async function requireOffer({ deps }: TestParts, turn: Turn, run: TestRun): Promise<SuiteOffer> {
  requireMayTest(deps, turn, run);
  const { service, environment, suite } = run;
  const found = await findSuites(deps, turn.person.id, { service, environment });
  const offer = found.offers.find((each) => each.suite === suite);
  if (offer) return offer;
  throw noSuite(deps, { service, environment, suite }, found);
}

async function again(parts: TestParts, turn: Turn, run: TestRun): Promise<Reply> {
  if (!isTestOver(run)) throw new UserError(`${testLabel(run)} is still running. Nothing was started.`);
  const { value } = await startTests(parts, turn, await requireOffer(parts, turn, run));
  return {
    notice: `${testLabel(value)} is running ${plainText(describePlace(run), 120)} again. Its card shows the progress.`,
  };
}

function requireRerun(run: TestRun): void {
  if (canRerunTests(run)) return;
  throw new UserError(
    run.state === 'failed'
      ? `The failed tests of ${testLabel(run)} can’t be rerun alone. Nothing was started. Run the whole suite again instead.`
      : `${testLabel(run)} hasn’t failed. Nothing was started.`,
  );
}

async function rerun(parts: TestParts, turn: Turn, run: TestRun): Promise<Reply> {
  requireRerun(run);
  const offer = await requireOffer(parts, turn, run);
  if (!offer.canRerunFailed)
    throw new UserError(
      `The failed tests of ${testLabel(run)} can’t be rerun alone now. Nothing was started. Run the whole suite again instead.`,
    );
  const { value } = await startTests(parts, turn, offer, {
    ...{ number: run.number, only: failedNames(run), commit: commitDecided(run) },
  });
  return {
    notice: `${testLabel(value)} is rerunning the failed tests of ${testLabel(run)}. Its card shows the progress.`,
  };
}

function requireCancelable({ deps }: TestParts, turn: Turn, run: TestRun): void {
  requireStopTests(deps, turn, run);
  if (isCancelable(run)) return;
  throw new UserError(
    isTestOver(run)
      ? `${testLabel(run)} has already finished. Nothing was changed.`
      : `${testLabel(run)} can’t be canceled now. Nothing was changed.`,
  );
}

async function cancel(parts: TestParts, turn: Turn, found: Stored<TestRun>): Promise<Reply> {
  requireCancelable(parts, turn, found.value);
  const { stored } = await parts.tests.apply(found.id, { type: 'cancel', by: turn.person });
  return show(parts, turn, stored ?? found);
}

function settling(parts: TestParts, as: 'again' | 'not'): Action {
  const requireUnclear = (turn: Turn, run: TestRun): void => {
    requireStopTests(parts.deps, turn, run);
    if (as === 'again') requireMayTest(parts.deps, turn, run);
    if (run.state !== 'unclear')
      throw new UserError(
        `${testLabel(run)} has already been resolved. Nothing was changed. Its card shows the current state.`,
      );
  };
  return button(
    parts,
    `settle-${as}`,
    'settle-tests',
    async (turn, found) => {
      requireUnclear(turn, found.value);
      const { stored } = await parts.tests.apply(found.id, { type: 'settle', as, by: turn.person });
      return show(parts, turn, stored ?? found);
    },
    {
      asks(turn, value) {
        requireUnclear(turn, value);
        return askSettle(value, as);
      },
    },
  );
}
