import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Question, Reply, Turn } from '../../chat/contract';
import { pipelineAddress } from '../../core/catalog/pipelines';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { RefusalError } from '../../core/refusal';
import type { Act, Operation } from '../../core/operations';
import { cleanText, plainText } from '../../core/text';
import type { Stored } from '../../store/contract';
import { askStop, canRerun, isCancelable, runPreviewTopic, drawRun, runTopic, startedCard } from './cards';
import { prepare, prepareAgain } from './commands';
import type { PipelineParts } from './commands';
import type { PipelineRun } from './contract';
import { describePipeline, maySee, requireMayRun, requireStop } from './facts';
import { parametersCard, inputName, maxInputs, readInputs } from './form/cards';
import { givenOf, readValues, showValue } from './parse';
import { runLabel, titleOf } from './text';
import { isRunOver } from './workflow';
import { askRunSettling } from './trouble/cards';

/** The buttons of runs. */

const Id = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** The state in which the question was asked. */
  revision: z.string().max(40).default(''),
});
type Clicked = z.infer<typeof Id>;

const inputs = Array.from({ length: maxInputs }, (_, index) => inputName(index));
const Value = z.coerce.string().max(2_000).optional();
const Filled = z.object({
  id: z.string().regex(/^[^/]{1,60}\/.{1,200}$/),
  ...Object.fromEntries(inputs.map((name) => [name, Value])),
});

export function runActions(parts: PipelineParts): Action[] {
  return [
    defineAction<z.infer<typeof Filled>>({
      verb: 'runs.preview',
      operation: 'look',
      input: Filled,
      freeText: inputs,
      async run(turn, { id, ...input }) {
        const [connection = '', ...rest] = id.split('/');
        const address = { connection, pipeline: rest.join('/') };
        requireMayRun(parts.deps, turn.person.id, address);
        const pipeline = await describePipeline(parts.deps, address);
        return prepare(parts, turn, address, readInputs(pipeline, input), 'preview');
      },
    }),
    button(parts, 'view', 'look', (turn, found) => showRun(parts, turn, found)),
    button(parts, 'change', 'look', (turn, found) => change(parts, turn, found.value)),
    button(parts, 'again', 'look', (turn, found) => prepareAgain(parts, turn, found.value)),
    button(parts, 'dismiss', 'look', (turn, found) => dismiss(parts, turn, found)),
    startAction(parts),
    rerunAction(parts),
    button(parts, 'cancel', 'cancel-run', (turn, found) => cancel(parts, turn, found), {
      async asks(turn, { value }) {
        requireCancelable(parts, turn, value);
        return askStop(value, parts.deps.systems.titleOf(value.connection));
      },
    }),
    settling(parts, 'again'),
    settling(parts, 'not'),
  ];
}

function button(
  parts: PipelineParts,
  name: string,
  operation: Operation | 'look',
  act: (turn: Turn, found: Stored<PipelineRun>, clicked: Clicked) => Promise<Reply>,
  { asks }: { readonly asks?: (turn: Turn, found: Stored<PipelineRun>) => Promise<Question> } = {},
): Action {
  return defineAction<Clicked>({
    verb: `runs.${name}`,
    operation,
    input: Id,
    ...(asks && { asks: async (turn, id) => asks(turn, await requireSeen(parts, turn, id)) }),
    ...(operation !== 'look' && {
      acts: async (turn, { id }) => [actOn(operation, (await requireSeen(parts, turn, id)).value)],
    }),
    run: async (turn, clicked) => act(turn, await requireSeen(parts, turn, clicked.id), clicked),
  });
}

/** The run, if this person can see it. */
async function requireSeen({ deps, runs }: PipelineParts, { person }: Turn, id: string): Promise<Stored<PipelineRun>> {
  const found = await runs.records.get(id);
  if (!found) throw new UserError('That run no longer exists. Type `runs` to see the latest.');
  if (maySee(deps, person.id, found.value)) return found;
  requireMayRun(deps, person.id, found.value);
  return found;
}

function actOn(operation: Operation, run: PipelineRun): Act {
  const values = Object.entries(run.values).map(([name, value]) => `${name}=${showValue(value)}`);
  const thing = cleanText([titleOf(run), runLabel(run), ...values].join(' '), 300);
  return { operation, reach: {}, pipeline: pipelineAddress(run.connection, run.pipeline), thing };
}

async function showRun(parts: PipelineParts, turn: Turn, { id, value }: Stored<PipelineRun>): Promise<Reply> {
  return { ...(await drawRun(parts, id, value, turn.person.id)), about: runTopic(id) };
}

function startAction(parts: PipelineParts): Action {
  return defineAction<Clicked>({
    verb: 'runs.start',
    operation: 'run',
    input: Id,
    async acts(turn, { id }) {
      const { value } = await requireRunnable(parts, turn, id);
      return value.state === 'prepared' ? [actOn('run', value)] : [];
    },
    async preview(turn, { id }) {
      const { value } = await requireRunnable(parts, turn, id);
      return `Starts ${plainText(titleOf(value), 80)} in ${plainText(parts.deps.systems.titleOf(value.connection), 40)}.`;
    },
    async run(turn, { id }) {
      const { deps, runs } = parts;
      const { value } = await requireRunnable(parts, turn, id);
      const { parameters } = await describePipeline(deps, value);
      const { problems } = readValues(parameters, givenOf(value.values));
      if (value.state === 'prepared' && problems.length > 0) return change(parts, turn, value);
      const { stored } = await runs.apply(id, {
        type: 'start',
        ...{ placeId: turn.place.id, thread: turn.thread },
        executor: deps.systems.pipelineSource(value.connection)?.executor,
      });
      const run = stored?.value ?? value;
      return { ...startedCard(deps, run), about: runPreviewTopic(id) };
    },
  });
}

/** Runs again what failed, as a run of its own. However often it's clicked, that's one run. */
function rerunAction(parts: PipelineParts): Action {
  const { deps, runs } = parts;
  return defineAction<Clicked>({
    verb: 'runs.rerun',
    operation: 'run',
    input: Id,
    acts: async (turn, { id }) => [actOn('run', (await requireFailed(parts, turn, id)).value)],
    preview: async (turn, { id }) =>
      `Reruns the failed steps of ${runLabel((await requireFailed(parts, turn, id)).value)}.`,
    async run(turn, { id }) {
      const { value } = await requireFailed(parts, turn, id);
      const { connection, pipeline, title, values, labels, number, runId = '', run } = value;
      const rerunId = idFrom('rerun', id);
      await runs.prepare(rerunId, {
        ...{ connection, pipeline, title, values, labels, rerunOf: { number, runId, attempt: run?.attempt ?? 1 } },
        ...{ requester: turn.person, placeId: turn.place.id, thread: turn.thread, correlationId: turn.correlationId },
      });
      const { stored } = await runs.apply(rerunId, {
        type: 'start',
        ...{ placeId: turn.place.id, thread: turn.thread },
        executor: deps.systems.pipelineSource(connection)?.executor,
      });
      const label = stored ? runLabel(stored.value) : 'A new run';
      return {
        notice: `${label} is rerunning the failed steps of ${runLabel(value)}. You can follow it on its own card.`,
      };
    },
  });
}

async function requireFailed(parts: PipelineParts, turn: Turn, id: string): Promise<Stored<PipelineRun>> {
  const found = await requireSeen(parts, turn, id);
  requireMayRun(parts.deps, turn.person.id, found.value);
  if (canRerun(parts.deps, found.value)) return found;
  throw new UserError(
    found.value.state === 'failed'
      ? `The failed steps of ${runLabel(found.value)} can’t be rerun. Nothing was started. Run the whole pipeline again instead.`
      : `${runLabel(found.value)} hasn’t failed. Nothing was started.`,
  );
}

/** Only the requester starts what they prepared. */
async function requireRunnable(parts: PipelineParts, turn: Turn, id: string): Promise<Stored<PipelineRun>> {
  const found = await requireSeen(parts, turn, id);
  const { requester, state } = found.value;
  requireMayRun(parts.deps, turn.person.id, found.value);
  if (requester.id !== turn.person.id) throw refusePrepared(found.value, 'start this run', 'started');
  if (state === 'dismissed' || state === 'expired')
    throw new UserError(
      `${runLabel(found.value)} ${state === 'expired' ? 'expired' : 'was canceled'} before it started. Type \`run\` to prepare another one.`,
    );
  return found;
}

function refusePrepared({ requester, pipeline }: PipelineRun, act: string, done: 'started' | 'changed'): RefusalError {
  return new RefusalError({
    act,
    nothing: `nothing was ${done}`,
    why: `${plainText(requester.name, 60)} prepared this run. To run the pipeline yourself, type \`run ${plainText(pipeline, 60)}\`.`,
    able: [requester.name],
    can: act,
  });
}

async function change({ deps }: PipelineParts, turn: Turn, run: PipelineRun): Promise<Reply> {
  requireMayRun(deps, turn.person.id, run);
  const pipeline = await describePipeline(deps, run);
  const given = givenOf(run.values);
  const { problems } = readValues(pipeline.parameters, given);
  return parametersCard(deps, turn, pipeline, { connection: run.connection, given, problems });
}

async function dismiss(parts: PipelineParts, turn: Turn, found: Stored<PipelineRun>): Promise<Reply> {
  const { id, value } = found;
  if (value.requester.id !== turn.person.id) throw refusePrepared(value, 'close this run', 'changed');
  const { stored } = await parts.runs.apply(id, { type: 'dismiss' });
  return { ...(await drawRun(parts, id, (stored ?? found).value, turn.person.id)), about: runPreviewTopic(id) };
}

function requireCancelable({ deps }: PipelineParts, turn: Turn, run: PipelineRun): void {
  requireStop(deps, turn.person.id, run);
  if (isCancelable(run)) return;
  throw new UserError(
    isRunOver(run)
      ? `${runLabel(run)} has already finished. Nothing was changed.`
      : `${runLabel(run)} can’t be canceled now. Nothing was changed. Its card shows the current state.`,
  );
}

async function cancel(parts: PipelineParts, turn: Turn, found: Stored<PipelineRun>): Promise<Reply> {
  requireCancelable(parts, turn, found.value);
  const { stored } = await parts.runs.apply(found.id, { type: 'cancel', by: turn.person });
  return showRun(parts, turn, stored ?? found);
}

function settling(parts: PipelineParts, as: 'again' | 'not'): Action {
  const requireUnclear = (turn: Turn, run: PipelineRun): void => {
    requireStop(parts.deps, turn.person.id, run);
    if (as === 'again') requireMayRun(parts.deps, turn.person.id, run);
    if (run.state !== 'unclear')
      throw new UserError(
        `${runLabel(run)} has already been resolved. Nothing was changed. Its card shows the current state.`,
      );
  };
  return button(
    parts,
    `settle-${as}`,
    'settle-run',
    async (turn, found) => {
      requireUnclear(turn, found.value);
      const { stored } = await parts.runs.apply(found.id, { type: 'settle', as, by: turn.person });
      return showRun(parts, turn, stored ?? found);
    },
    {
      async asks(turn, { value }) {
        requireUnclear(turn, value);
        return askRunSettling(value, as);
      },
    },
  );
}
