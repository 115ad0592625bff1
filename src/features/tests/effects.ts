import type { FoundRun, TestFollower, TestReport, TestStart } from '../../connectors/contract';
import { shrinkScreenshot } from '../../core/card/picture';
import { ConnectorError } from '../../core/errors';
import { createWatchedTime } from '../../core/time/clock';
import type { CollectionSpec, Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { ActivityOf } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { cardKey, testCard, testTopic } from './cards';
import type { KeptPicture, KeptReport, RequestedTests, TestedRelease, TestRun } from './contract';
import { describeEnd } from './text';
import { isTestOver, startKey, testWorkflow } from './workflow';
import type { TestChange, TestEvent } from './workflow';

/** What a test run asks of its system: to start, to stop, how it is. Each may be performed again after a crash. */

/** How often Gavel tries a system that never got the start, over about two minutes, before the run fails. */
const maxStartAttempts = 8;
/** A run that the system hasn't answered about for so long is unclear. */
const silentMs = 600_000;
const maxGapMs = 30_000;

/** Counts the numbers that people type. */
const numbersSpec: CollectionSpec<{ readonly last: number }> = {
  name: 'test-numbers',
  schema: 1,
  indexes: {},
  queries: [],
};
const firstNumber = 1001;

/** Called again after a crash. */
type TestListener = (id: string, run: TestRun) => Promise<void>;

export type TestStore = ReturnType<typeof openTests>;
type Activity = ActivityOf<TestRun, TestChange | undefined>;
type Apply = (id: string, event: TestEvent) => Promise<Stored<TestRun> | undefined>;

/** The test runs in the store. They continue automatically once the sweeper of `deps` has started. */
export function openTests(deps: FeatureDependencies) {
  const numbers = deps.store.collection(numbersSpec);
  const endListeners: TestListener[] = [];
  const { apply, records } = openWorkflow(deps, testWorkflow, (opened) => {
    const step: Apply = async (id, event) => (await opened.apply(id, event, {})).stored;
    return {
      effects: testEffects(deps, step, async (id, run) => {
        for (const listener of endListeners) await listener(id, run);
      }),
      wake: createFollower(deps, step),
      wakesWithinMs: () => 15_000,
      isOurs: createOwnership(deps),
    };
  });
  return {
    records,
    apply: async (id: string, event: TestEvent) => apply(id, event, {}),
    /** Adds a listener for each run that has ended in any way. */
    onEnd: (listener: TestListener): void => void endListeners.push(listener),
    /** Stores what somebody wants to run, with the next number. The same id again returns the same run. */
    async request(id: string, tests: Omit<RequestedTests, 'number'>): Promise<Stored<TestRun>> {
      const known = await records.get(id);
      if (known) return known;
      const { value } = await numbers.upsert('tests', (last) => ({ last: last ? last.last + 1 : firstNumber }));
      const { stored } = await apply(id, { type: 'request', tests: { ...tests, number: value.last } }, {});
      if (!stored) throw new Error('A new test run was not stored');
      return stored;
    },
  };
}

const strandedMs = 60_000;

/** Processes of one machine are followed by the instance that runs there; without it, another one says so after a minute. */
function createOwnership({ systems, clock }: FeatureDependencies): NonNullable<Activity['isOurs']> {
  const passed = new Map<number, { readonly dueAt: number | undefined; readonly since: number }>();
  return ({ connection, executor, number }, dueAt) => {
    if (executor === undefined || systems.testsOf(connection)?.executor === executor) return true;
    const now = clock.elapsed();
    const known = passed.get(number);
    if (known && known.dueAt === dueAt) return now - known.since > strandedMs;
    passed.set(number, { dueAt, since: now });
    return false;
  };
}

/** What the system is sent: the same after a crash. */
function startOf(id: string, run: TestRun): TestStart {
  const { suite, requester, startedAt, triedAt = startedAt, correlationId, rerunOf } = run;
  const by = { id: requester.id, name: requester.name };
  return { key: startKey(id, run), suite, by, askedAt: triedAt, correlationId, ...(rerunOf && { only: rerunOf.only }) };
}

/** What is live there; undefined if nobody can tell. */
async function readLive(
  { systems, logger }: FeatureDependencies,
  { service, environment }: TestRun,
): Promise<TestedRelease | undefined> {
  try {
    const running = await systems.running(service, environment)?.read();
    return running && { version: running.version, commit: running.commit };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    logger.warn({ error, service, environment }, 'The release under test could not be read');
    return undefined;
  }
}

const strandedReason = 'the machine that it was started on had no running instance of Gavel';
const goneReason = 'the catalog no longer has its connection';

function testEffects(deps: FeatureDependencies, apply: Apply, onEnd: TestListener): Activity['effects'] {
  const { systems, outbox, logger } = deps;

  /** The system that runs the suite, while the catalog still names it for this service. */
  function runnerOf({ service, environment, connection }: TestRun) {
    const runner = systems.tests(service, environment);
    return runner?.connection === connection ? runner : undefined;
  }

  async function start(id: string, run: TestRun, attempts: number): Promise<TestEvent | undefined> {
    if (run.state !== 'starting' || run.runId !== undefined) return undefined;
    const runner = runnerOf(run);
    const isTried = run.triedAt !== undefined;
    if (!runner) return { type: isTried ? 'lose' : 'fail', reason: goneReason };
    if (run.executor !== undefined && runner.executor !== run.executor) return { type: 'lose', reason: strandedReason };
    if (isTried) {
      const known = await findAtStart(() => runner.findStart(startOf(id, run)), attempts);
      if (known.found === 'run') return { type: 'found', runId: known.id };
      if (known.found === 'cannot tell')
        return {
          type: 'lose',
          reason: `${systems.titleOf(run.connection)} didn’t confirm that the tests were started`,
        };
    }
    if (run.cancelRequestedBy) return { type: 'fail', reason: 'they were canceled before they started' };
    const tried = (await apply(id, { type: 'try', live: await readLive(deps, run) }))?.value;
    if (tried?.state !== 'starting') return undefined;
    try {
      return { type: 'found', runId: (await runner.start(startOf(id, tried))).id };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      logger.warn({ error, tests: id, failure: error.failure }, 'Tests could not be started');
      if (error.isFinal) return { type: 'fail', reason: refusalOf(error) };
      if (error.failure === 'unclear' || attempts + 1 < maxStartAttempts) throw error;
      return { type: 'fail', reason: 'the system didn’t respond' };
    }
  }

  return {
    async start({ id, value, attempts }) {
      const event = await start(id, value, attempts);
      if (event) await apply(id, event);
    },

    async stop({ id, value }) {
      const { runId, connection, cancelRequestedBy } = value;
      if (runId === undefined || isTestOver(value)) return;
      try {
        await systems.testsOf(connection)?.cancelRun(runId, cancelRequestedBy);
      } catch (error) {
        if (!(error instanceof ConnectorError) || !error.isFinal) throw error;
        logger.warn({ error, tests: id }, 'Tests could not be canceled');
      }
    },

    async card({ id, value, version }) {
      const { placeId, thread, requester } = value;
      await outbox.put({
        key: cardKey(id),
        destination: { to: 'place', placeId, ...(thread !== undefined && { thread }) },
        content: testCard(deps, id, value, undefined),
        revision: version,
        final: isTestOver(value),
        onBehalfOf: requester.id,
      });
      await outbox.changed(testTopic(id));
    },

    end: ({ id, value }) => onEnd(id, value),

    async tell({ id, value, version }) {
      const { state, requester, starts, endedBy, cancelRequestedBy } = value;
      // Whoever canceled them knows that.
      const isOwnEnd = state === 'canceled' && (endedBy ?? cancelRequestedBy)?.id === requester.id;
      const isNews = state !== 'passed' && !isOwnEnd;
      const isWanted = isNews || (await deps.wantsEveryMention?.(requester.id)) === true;
      if (!isWanted) return;
      await outbox.put({
        key: `${testTopic(id)}:${state}:${starts}`,
        destination: { to: 'thread of', messageKey: cardKey(id) },
        content: { text: `@[0] ${describeEnd(value)}`, mentions: [requester] },
        revision: version,
        final: true,
        onBehalfOf: requester.id,
      });
    },
  };
}

const refusalOf = ({ failure }: ConnectorError): string =>
  failure === 'not found' ? 'there is no such suite there anymore' : 'the system refused to start it';

async function findAtStart(find: () => Promise<FoundRun>, attempts: number): Promise<FoundRun> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof ConnectorError) || attempts + 1 < maxStartAttempts) throw error;
    return { found: 'cannot tell' };
  }
}

const shownLines = 12;

/** Looks at runs that are due. */
function createFollower(deps: FeatureDependencies, apply: Apply): (record: Stored<TestRun>) => Promise<void> {
  const { systems, logger, clock } = deps;
  const silent = createWatchedTime(clock, maxGapMs);

  async function look(id: string, run: TestRun): Promise<TestEvent> {
    const follower = systems.testsOf(run.connection);
    if (!follower) return { type: 'lose', reason: goneReason };
    if (run.executor !== undefined && follower.executor !== run.executor)
      return { type: 'lose', reason: strandedReason };
    if (run.runId === undefined) return findLost(deps, id, run);
    const status = await follower.runStatus(run.runId);
    if (!status) return { type: 'lose', reason: `${systems.titleOf(run.connection)} no longer has the run` };
    const log = await follower.runLog(run.runId, shownLines).catch(() => []);
    const seen = { ...status, lastLines: log.length > 0 ? log : status.lastLines };
    if (status.state !== 'succeeded' && status.state !== 'failed') return { type: 'see', run: seen };
    const report = await follower.report(run.runId);
    return {
      ...{ type: 'see', run: seen, live: await readLive(deps, run) },
      ...(report && { report: keptReport(report), picture: await readPicture(deps, follower, run.runId, report) }),
    };
  }

  return async ({ id, value }) => {
    try {
      const event = await look(id, value);
      silent.forget(id);
      await apply(id, event);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      logger.warn({ error, tests: id }, 'A test run could not be looked at');
      const isLost = value.state === 'running' && silent.look(id) > silentMs;
      const reason = `${systems.titleOf(value.connection)} isn’t responding`;
      await apply(id, isLost ? { type: 'lose', reason } : { type: 'see nothing' });
    }
  };
}

/** Whether a run that nobody found before exists now. */
async function findLost({ systems }: FeatureDependencies, id: string, run: TestRun): Promise<TestEvent> {
  const runner = systems.tests(run.service, run.environment);
  const isSame = runner?.connection === run.connection;
  const known = isSame ? await runner.findStart(startOf(id, run)) : undefined;
  return known?.found === 'run' ? { type: 'found', runId: known.id } : { type: 'see nothing' };
}

/** As much as the card, the history and a rerun need. */
function keptReport({ cases, ...counts }: TestReport): KeptReport {
  return {
    ...counts,
    cases: cases.map(({ id, name, outcome, message, durationMs, attempts }) => ({
      ...{ id, name, outcome, message, durationMs, attempts },
    })),
  };
}

/** How many pictures are tried until one is small enough for a card. */
const maxPictures = 3;

/** The picture of the first test that has one which a card can show. */
async function readPicture(
  { logger }: FeatureDependencies,
  follower: TestFollower,
  runId: string,
  { cases }: TestReport,
): Promise<KeptPicture | undefined> {
  const pictured = cases.flatMap(({ name, picture }) => (picture === undefined ? [] : [{ name, picture }]));
  for (const { name, picture } of pictured.slice(0, maxPictures))
    try {
      const png = await follower.picture(runId, picture);
      const small = png && (await shrinkScreenshot(png));
      if (small) return { name, png: small.toString('base64') };
    } catch (error) {
      // A card without a picture is better than none.
      logger.warn({ error, run: runId }, 'The picture of a test could not be read');
    }
  return undefined;
}
