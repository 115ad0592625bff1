import type { FoundRun, PipelineSource, PipelineStart, Rerun } from '../../connectors/contract';
import { ConnectorError } from '../../core/errors';
import { createWatchedTime } from '../../core/time/clock';
import type { CollectionSpec, Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { ActivityOf } from '../../workflows';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import type { TicketLinks } from '../tickets';
import { cardKey, drawRun, runPreviewTopic, runTopic } from './cards';
import type { PipelineRun, PreparedRun, RunListener } from './contract';
import { describeEnd } from './text';
import { isRunOver, runWorkflow, startKey } from './workflow';
import type { RunChange, PipelineEvent } from './workflow';

/** What a run asks of its tool: to start, to stop, how it is. Each may be performed again after a crash. */

/** How often Gavel tries a tool that never got the start, over about two minutes, before the run fails. */
const maxStartAttempts = 8;
/** A run that the tool hasn't answered about for so long is unclear. */
const silentMs = 600_000;
const maxGapMs = 30_000;

/** Counts the numbers that people type. */
const numbersSpec: CollectionSpec<{ readonly last: number }> = {
  name: 'run-numbers',
  schema: 1,
  indexes: {},
  queries: [],
};
const firstNumber = 1001;

interface RunNeeds {
  readonly approvals: Pick<Approvals, 'askedAbout'>;
  readonly tickets: Pick<TicketLinks, 'showOn'>;
  /** A run waits for somebody's decision there. */
  readonly onWaiting: (connection: string) => Promise<void>;
  /** A run has ended in any way. */
  readonly onEnd: RunListener;
}

const waitsForSomebody = ({ state, run }: PipelineRun): boolean =>
  state === 'running' && (run?.approvals?.length ?? 0) > 0;

export type RunStore = ReturnType<typeof openRuns>;
type Activity = ActivityOf<PipelineRun, RunChange | undefined>;
type Apply = (id: string, event: PipelineEvent) => Promise<Stored<PipelineRun> | undefined>;

/** The runs in the store. They continue automatically once the sweeper of `deps` has started. */
export function openRuns(deps: FeatureDependencies, needs: RunNeeds) {
  const numbers = deps.store.collection(numbersSpec);
  const { apply, records } = openWorkflow(deps, runWorkflow, (opened) => {
    const step: Apply = async (id, event) => (await opened.apply(id, event, {})).stored;
    return {
      effects: runEffects(deps, step, needs),
      wake: (record) => follow(record),
      wakesWithinMs: ({ state }) => (state === 'prepared' ? undefined : 15_000),
      isOurs: createOwnership(deps),
    };
  });
  const follow = createFollower(deps, async (id, event) => (await apply(id, event, {})).stored);
  return {
    records,
    /** Looks at a run now instead of when it's due. */
    follow,
    apply: async (id: string, event: PipelineEvent) => apply(id, event, {}),
    /** Stores what somebody wants to start, with the next number. */
    async prepare(id: string, run: Omit<PreparedRun, 'number'>): Promise<Stored<PipelineRun>> {
      const { value } = await numbers.upsert('runs', (known) => ({ last: known ? known.last + 1 : firstNumber }));
      const { stored } = await apply(id, { type: 'prepare', run: { ...run, number: value.last } }, {});
      if (!stored) throw new Error('A new run was not stored');
      return stored;
    },
  };
}

const strandedMs = 60_000;

/** Processes of one machine are followed by the instance that runs there; without it, another one says so after a minute. */
function createOwnership({ systems, clock }: FeatureDependencies): NonNullable<Activity['isOurs']> {
  const passed = new Map<number, { readonly dueAt: number | undefined; readonly since: number }>();
  return ({ connection, executor, number }, dueAt) => {
    if (executor === undefined || systems.pipelineSource(connection)?.executor === executor) return true;
    const now = clock.elapsed();
    const known = passed.get(number);
    if (known && known.dueAt === dueAt) return now - known.since > strandedMs;
    passed.set(number, { dueAt, since: now });
    return false;
  };
}

/** What the tool is sent: the same after a crash. */
function startOf(id: string, run: PipelineRun): PipelineStart {
  const { pipeline, values, requester, startedAt = run.preparedAt, triedAt = startedAt, correlationId } = run;
  const by = { id: requester.id, name: requester.name };
  return { key: startKey(id, run), pipeline, values, by, askedAt: triedAt, correlationId };
}

/** The same for a run that runs again what failed in another; undefined if it starts anew. */
function rerunIn(id: string, run: PipelineRun): Rerun | undefined {
  const { by, key, askedAt } = startOf(id, run);
  return (
    run.rerunOf && { ...{ by, key, askedAt, what: 'failed' }, id: run.rerunOf.runId, attempt: run.rerunOf.attempt }
  );
}

async function sendStart(source: PipelineSource, id: string, run: PipelineRun): Promise<{ readonly id: string }> {
  const rerun = rerunIn(id, run);
  if (!rerun) return source.start(startOf(id, run));
  if (!source.rerun) throw new ConnectorError(run.connection, 'refused', 'it can’t rerun what failed');
  return source.rerun(rerun);
}

async function findSent(source: PipelineSource, id: string, run: PipelineRun): Promise<FoundRun> {
  const rerun = rerunIn(id, run);
  if (!rerun) return source.findStart(startOf(id, run));
  return (await source.findRerun?.(rerun)) ?? { found: 'cannot tell' };
}

const strandedReason = 'the machine that it was started on had no running instance of Gavel';

function runEffects(deps: FeatureDependencies, apply: Apply, needs: RunNeeds): Activity['effects'] {
  const { systems, outbox, logger } = deps;

  async function start(id: string, run: PipelineRun, attempts: number): Promise<PipelineEvent | undefined> {
    if (run.state !== 'starting' || run.runId !== undefined) return undefined;
    const source = systems.pipelineSource(run.connection);
    const isTried = run.triedAt !== undefined;
    if (!source)
      return isTried
        ? { type: 'lose', reason: 'the catalog no longer has its connection' }
        : { type: 'fail', reason: 'the catalog no longer has its connection' };
    if (run.executor !== undefined && source.executor !== run.executor) return { type: 'lose', reason: strandedReason };
    if (isTried) {
      const known = await findAtStart(() => findSent(source, id, run), attempts);
      if (known.found === 'run') return { type: 'found', runId: known.id };
      if (known.found === 'cannot tell')
        return { type: 'lose', reason: `${systems.titleOf(run.connection)} didn’t confirm that the run was started` };
    }
    if (run.cancelRequestedBy) return { type: 'fail', reason: 'it was canceled before it started' };
    const tried = (await apply(id, { type: 'try' }))?.value;
    return tried?.state === 'starting' ? send(id, tried, source, attempts) : undefined;
  }

  async function send(id: string, run: PipelineRun, source: PipelineSource, attempts: number): Promise<PipelineEvent> {
    try {
      return { type: 'found', runId: (await sendStart(source, id, run)).id };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      logger.warn({ error, run: id, failure: error.failure }, 'A pipeline could not be started');
      if (error.isFinal) return { type: 'fail', reason: 'the tool refused to start it' };
      if (error.failure === 'unclear' || attempts + 1 < maxStartAttempts) throw error;
      return { type: 'fail', reason: 'the tool didn’t respond' };
    }
  }

  return {
    async start({ id, value, attempts }) {
      const event = await start(id, value, attempts);
      if (event) await apply(id, event);
    },

    async stop({ id, value }) {
      const { runId, connection, cancelRequestedBy } = value;
      if (runId === undefined || isRunOver(value)) return;
      try {
        await systems.pipelineSource(connection)?.cancelRun(runId, cancelRequestedBy);
      } catch (error) {
        if (!(error instanceof ConnectorError) || !error.isFinal) throw error;
        logger.warn({ error, run: id }, 'A pipeline could not be canceled');
      }
    },

    redraw: ({ id }) => outbox.changed(runPreviewTopic(id)),

    async card({ id, value, version }) {
      const { placeId, thread, requester } = value;
      await outbox.put({
        key: cardKey(id),
        destination: { to: 'place', placeId, thread },
        content: await drawRun({ deps, ...needs }, id, value, undefined),
        revision: version,
        final: isRunOver(value),
        onBehalfOf: requester.id,
      });
      await outbox.changed(runTopic(id));
      if (waitsForSomebody(value)) await needs.onWaiting(value.connection);
    },

    end: ({ id, value }) => needs.onEnd(id, value),

    async tell({ id, value, version }) {
      const { state, requester, endedBy, cancelRequestedBy } = value;
      // Whoever canceled it knows that.
      const isOwnEnd = state === 'canceled' && (endedBy ?? cancelRequestedBy)?.id === requester.id;
      const isNews = state !== 'succeeded' && !isOwnEnd;
      const isWanted = isNews || (await deps.wantsEveryMention?.(requester.id)) === true;
      if (!isWanted) return;
      await outbox.put({
        key: `${runTopic(id)}:${state}:${value.starts}`,
        destination: { to: 'thread of', messageKey: cardKey(id) },
        content: { text: `@[0] ${describeEnd(value)}`, mentions: [requester] },
        revision: version,
        final: true,
        onBehalfOf: requester.id,
      });
    },
  };
}

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
function createFollower(deps: FeatureDependencies, apply: Apply): (record: Stored<PipelineRun>) => Promise<void> {
  const { systems, logger, clock } = deps;
  const silent = createWatchedTime(clock, maxGapMs);

  async function look(id: string, run: PipelineRun): Promise<PipelineEvent | undefined> {
    if (run.state === 'prepared') return { type: 'see nothing' };
    const source = systems.pipelineSource(run.connection);
    if (!source) return { type: 'lose', reason: 'the catalog no longer has its connection' };
    if (run.executor !== undefined && source.executor !== run.executor) return { type: 'lose', reason: strandedReason };
    if (run.runId === undefined) {
      const known = await findSent(source, id, run);
      return known.found === 'run' ? { type: 'found', runId: known.id } : { type: 'see nothing' };
    }
    const status = await source.runStatus(run.runId);
    if (!status) return { type: 'lose', reason: `${systems.titleOf(run.connection)} no longer has the run` };
    if (status.state !== 'failed') return { type: 'see', run: status };
    const log = await source.runLog(run.runId, shownLines).catch(() => undefined);
    return { type: 'see', run: { ...status, lastLines: log && log.length > 0 ? log : status.lastLines } };
  }

  return async ({ id, value }) => {
    try {
      const event = await look(id, value);
      silent.forget(id);
      if (event) await apply(id, event);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      logger.warn({ error, run: id }, 'A run could not be looked at');
      const isLost = value.state === 'running' && silent.look(id) > silentMs;
      await apply(
        id,
        isLost
          ? { type: 'lose', reason: `${systems.titleOf(value.connection)} isn’t responding` }
          : { type: 'see nothing' },
      );
    }
  };
}
