import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import type { FoundRun, PipelineRunner, RunRequest, RunState, RunStatus, RunStep } from '../contract';
import type { ByName } from './by-name';
import { isCommit, isVersion } from './places';
import type { ServicePlaces } from './places';
import { signalGroup, startDetached } from './processes';
import { parseJson } from './records';
import type { RunRequestRecord } from './records';
import { createSupervisor, isRunId, openRunFolder, readExecutor, runIdOf } from './run-folder';
import type { RunFolder, SupervisorOptions } from './run-folder';

const shownLines = 8;
const maxLogLines = 5000;

interface MachinePipelinesOptions extends SupervisorOptions {
  readonly places: ServicePlaces;
  readonly stepsOf: (service: string) => readonly string[];
  /** What the script needs beyond the request. */
  readonly detailsOf: (request: RunRequest) => Readonly<Record<string, unknown>>;
  /** Starts the script in another way than as a child of this process. */
  readonly startOutside?: (request: RunRequest, id: string) => boolean;
}

export interface MachinePipelines extends PipelineRunner {
  close(): Promise<void>;
}

/** Runs a script as a process of this machine. It survives this process, and the next one follows it. */
export function createPipelines(options: MachinePipelinesOptions, sources: ByName<'sourceControl'>): MachinePipelines {
  const { places, runs, script, stepsOf, detailsOf, clock, logger, environment: declared = {} } = options;
  const { connectorName } = places;
  const folderOf = (id: string): RunFolder => openRunFolder(runs, id);
  const supervisor = createSupervisor(options);
  let executor: string | undefined;

  function refuse(message: string): never {
    throw new ConnectorError(connectorName, 'refused', message);
  }

  async function check({ service, environment, version, commit }: RunRequest): Promise<void> {
    places.check(service, environment);
    if (!isVersion(version) || !isCommit(commit)) refuse('not a valid release or commit');
    const release = await sources.release(service, version);
    if (!release) refuse(`${service} has no release ${version}`);
    if (release.commit !== commit) refuse(`${service} ${version} is a different commit from the requested one`);
  }

  async function startRun(request: RunRequest): Promise<{ id: string }> {
    const folder = folderOf(runIdOf(request.key));
    if (!folder.exists()) {
      await check(request);
      const { key, service, environment, version, commit, timeLimitMs } = request;
      const record = { key, service, environment, version, commit, timeLimitMs };
      folder.claim({ ...detailsOf(request), ...record, claimedAt: clock.now() });
    }
    if (!isSame(folder.request(), request)) refuse('this key belongs to another run');
    // A second script for the same run exits: only one can create started.json.
    if (!folder.hasStarted() && !options.startOutside?.(request, folder.id)) await start(folder);
    const { service, environment, version, correlationId } = request;
    logger.info({ run: folder.id, service, environment, version, correlationId }, 'A run was started');
    supervisor.follow(folder.id);
    return { id: folder.id };
  }

  async function start(folder: RunFolder): Promise<void> {
    try {
      await startDetached(script, [folder.path], declared);
    } catch (error) {
      throw new ConnectorError(connectorName, 'unreachable', 'the deploy script can’t be started', { cause: error });
    }
  }

  async function findRun({ key }: Pick<RunRequest, 'key'>): Promise<FoundRun> {
    const folder = folderOf(runIdOf(key));
    if (!folder.exists()) return { found: 'none' };
    if (folder.request()?.key !== key) return { found: 'cannot tell' };
    // A claim without a script: from now on, no script can start for it, so there certainly is no run.
    if (!(await folder.keepsStarting(clock))) return { found: 'none' };
    supervisor.follow(folder.id);
    return { found: 'run', id: folder.id };
  }

  async function runStatus(id: string): Promise<RunStatus | undefined> {
    const folder = isRunId(id) ? folderOf(id) : undefined;
    const request = folder?.request();
    if (!folder || !request) return undefined;
    void supervisor.look(id);
    return { ...statusIn(folder, stepsOf(request.service)), startedAt: request.claimedAt, logReadAt: clock.now() };
  }

  async function cancelRun(id: string): Promise<void> {
    const folder = requireRunFolder(connectorName, runs, id);
    if (folder.result()) return;
    folder.askToCancel(clock.now());
    signalGroup(folder.script(), 'SIGTERM');
    supervisor.follow(id);
  }

  async function runLog(id: string, maximumLines: number): Promise<string[]> {
    return logLines(requireRunFolder(connectorName, runs, id), maximumLines);
  }

  return {
    get executor() {
      return (executor ??= readExecutor(runs));
    },
    ...{ startRun, findRun, runStatus, cancelRun, runLog },
    close: () => supervisor.close(),
  };
}

/** The folder of a run; throws `ConnectorError` if there is none. */
export function requireRunFolder(connectorName: string, runs: string, id: string): RunFolder {
  const folder = isRunId(id) ? openRunFolder(runs, id) : undefined;
  if (folder?.exists()) return folder;
  throw new ConnectorError(connectorName, 'not found', 'there is no such run');
}

/** What the folder of a run says of it now. */
export function statusIn(
  folder: RunFolder,
  defaultSteps: readonly string[],
): Omit<RunStatus, 'startedAt' | 'logReadAt'> {
  const { state: ended, endedAt, reason } = folder.result() ?? {};
  const open = folder.cancelledAt() === undefined ? 'running' : 'stopping';
  const state: RunState = ended === 'cancelled' ? 'canceled' : (ended ?? open);
  const progress = readProgress(folder.text('progress.ndjson'), state, defaultSteps);
  return { id: folder.id, state, ...progress, endedAt, lastLines: logLines(folder, shownLines), reason };
}

/** The end of its log. */
export function logLines(folder: RunFolder, maximumLines: number): string[] {
  const most = Math.min(maxLogLines, maximumLines);
  return most < 1 ? [] : folder.text('log.txt').trimEnd().split('\n').slice(-most).filter(Boolean);
}

function isSame(record: RunRequestRecord | undefined, request: RunRequest): boolean {
  const names = ['key', 'service', 'environment', 'version', 'commit'] as const;
  return record !== undefined && names.every((name) => record[name] === request[name]);
}

/** One line of a run's progress file. */
const Line = z.object({
  at: z.number(),
  steps: z.array(z.string()).optional(),
  step: z.string().optional(),
  state: z.enum(['running', 'done', 'failed', 'canceled']).optional(),
  detail: z.string().optional(),
  fraction: z.number().min(0).max(1).optional(),
});

type Step = { -readonly [Key in keyof RunStep]: RunStep[Key] } & { fraction: number };

/** The steps of a run in this state, from the lines it has written so far; an incomplete last line is ignored. */
export function readProgress(
  text: string,
  state: RunState,
  defaultSteps: readonly string[],
): Pick<RunStatus, 'steps' | 'progress'> {
  let steps: Step[] = defaultSteps.map(waiting);
  for (const line of text.split('\n')) {
    const parsed = parseJson(line, Line);
    if (!parsed) continue;
    if (parsed.steps) steps = parsed.steps.map(waiting);
    const step = steps.find(({ name }) => name === parsed.step);
    if (step) apply(step, parsed);
  }
  const done = steps.reduce((sum, step) => sum + (step.state === 'done' ? 1 : step.fraction), 0);
  const progress = state === 'succeeded' || steps.length === 0 ? Number(state === 'succeeded') : done / steps.length;
  return { steps: steps.map((step) => finalStep(step, state)), progress: Math.min(1, progress) };
}

const waiting = (name: string): Step => ({ name, state: 'waiting', detail: '', fraction: 0 });

function apply(step: Step, line: z.infer<typeof Line>): void {
  step.state = line.state ?? step.state;
  step.detail = line.detail ?? step.detail;
  step.fraction = line.fraction ?? step.fraction;
  step.startedAt ??= line.at;
  if (line.state !== 'running') step.endedAt = line.at;
}

/** After the end, nothing is running or waiting anymore. */
function finalStep({ name, state, detail, startedAt, endedAt }: Step, runState: RunState): RunStep {
  const over = runState === 'failed' || runState === 'canceled';
  const last = over && state === 'waiting' ? 'skipped' : over && state === 'running' ? 'failed' : state;
  return { name, state: last, detail, startedAt, endedAt };
}
