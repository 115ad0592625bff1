import { cleanText } from '../../core/text';
import type { RunState, RunStatus, RunStep, StepState } from '../contract';
import type { Build, BuildRequest, BuildStep } from './schema';

/** What Buildbot says of a run, in Gavel's words. Pure. */

/** A request of a run, with the newest build for it and its steps. */
export interface Requested {
  readonly request: BuildRequest;
  readonly build: Build | undefined;
  readonly steps: readonly BuildStep[];
}

/** https://docs.buildbot.net/latest/developer/results.html */
const result = { success: 0, warnings: 1, failure: 2, skipped: 3, exception: 4, retry: 5, canceled: 6 } as const;

interface Told {
  readonly state: RunState;
  readonly hasWarnings?: true;
  readonly reason?: string;
}

function tellRequest({ request: { complete, results }, build, steps }: Requested): Told {
  const step = steps.find(hasFailed);
  const words = cleanText(build?.state_string ?? '', 200);
  const said = step && results === result.failure ? `${cleanText(step.name, 80)}: ${words}` : words;
  if (!complete) return build && !build.complete ? { state: 'running' } : { state: 'queued' };
  switch (results) {
    case result.success:
      return { state: 'succeeded' };
    case result.warnings:
      return { state: 'succeeded', hasWarnings: true };
    case result.skipped:
      return build
        ? { state: 'failed', reason: 'Buildbot skipped the build' }
        : { state: 'superseded', reason: 'Buildbot merged it with a newer request' };
    case result.exception:
      return { state: 'failed', reason: said === '' ? 'an exception in Buildbot' : `an exception: ${said}` };
    case result.retry:
      return { state: 'failed', reason: 'Buildbot gave it up after it was tried again' };
    case result.canceled:
      return { state: 'canceled', ...(said !== '' && { reason: said }) };
    default:
      return { state: 'failed', ...(said !== '' && { reason: said }) };
  }
}

/** The first of these that any request is in is that of the run. */
const order: readonly RunState[] = ['running', 'queued', 'failed', 'canceled', 'superseded', 'succeeded'];

export function runStatusOf(
  id: string,
  all: readonly Requested[],
  log: Pick<RunStatus, 'lastLines' | 'logReadAt'>,
): RunStatus {
  const told = all.map(tellRequest);
  const state = order.find((each) => told.some((one) => one.state === each)) ?? 'queued';
  const reason = told.find((one) => one.state === state && one.reason !== undefined)?.reason;
  const hasEnded = state !== 'running' && state !== 'queued';
  const steps = all.flatMap((each) => each.steps.map((step) => stepOf(step, hasEnded)));
  const starts = all.flatMap(({ request, build }) => build?.started_at ?? request.submitted_at ?? []);
  const ends = all.flatMap(({ request, build }) => request.complete_at ?? build?.complete_at ?? []);
  const done = steps.filter((step) => step.state === 'done').length;
  return {
    ...{ id, state, steps, ...log },
    // Buildbot knows a step only once it has begun, so how many are to come is unknown.
    progress: state === 'succeeded' ? 1 : steps.length === 0 ? 0 : done / (steps.length + 1),
    startedAt: Math.min(...starts, log.logReadAt),
    ...(hasEnded && { endedAt: Math.max(...ends, 0) || log.logReadAt }),
    ...(reason !== undefined && { reason }),
    ...(told.some((one) => one.hasWarnings) && { hasWarnings: true }),
  };
}

function stepOf(
  { name, complete, results, started_at, complete_at, state_string }: BuildStep,
  hasEnded: boolean,
): RunStep {
  return {
    ...{ name: cleanText(name, 80), detail: cleanText(state_string, 200) },
    state: complete ? stateOf(results) : started_at === undefined ? (hasEnded ? 'skipped' : 'waiting') : 'running',
    ...(started_at !== undefined && { startedAt: started_at }),
    ...(complete_at !== undefined && { endedAt: complete_at }),
  };
}

function stateOf(results: BuildStep['results']): StepState {
  switch (results) {
    case result.success:
    case result.warnings:
      return 'done';
    case result.skipped:
      return 'skipped';
    case result.canceled:
      return 'canceled';
    default:
      return 'failed';
  }
}

/** Whether a step explains why its build didn’t succeed. */
export const hasFailed = ({ complete, results }: BuildStep): boolean => complete && stateOf(results) === 'failed';

/**
 * The lines of a log that a person may read. In one of type `s`, each begins with a letter: `o` and `e` are output; `h` is Buildbot's own, which has the
 * environment variables of the worker in it.
 */
export function outputOf(type: string, contents: string): string[] {
  const lines = contents.replace(/\n$/, '').split('\n');
  if (type === 't') return lines;
  return type === 's' ? lines.filter((line) => /^[oe]/.test(line)).map((line) => line.slice(1)) : [];
}
