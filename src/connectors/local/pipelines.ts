import { join } from 'node:path';
import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import type {
  ApprovalSource,
  DescribedPipeline,
  FoundRun,
  PipelineSource,
  PipelineStart,
  RunStatus,
} from '../contract';
import { logLines, statusIn, requireRunFolder } from '../machine/pipelines';
import { signalGroup, startDetached } from '../machine/processes';
import { ParameterRecord, readRecord, RunClaim } from '../machine/records';
import { createSupervisor, isRunId, openRunFolder, readExecutor, runIdOf } from '../machine/run-folder';
import type { RunFolder } from '../machine/run-folder';
import { isOffered } from '../pipelines/offered';
import { createLocalApprovals, waitsIn } from './approvals';
import { localKind, sandboxScripts } from './records';
import type { LocalOptions } from './records';

/** The pipelines of the sandbox that people can start: real scripts, run as processes of this machine. */

const PipelineRecord = z.object({
  id: z.string(),
  title: z.string(),
  steps: z.array(z.string()),
  parameters: z.array(ParameterRecord),
  /** Whose approval it waits for in the middle. */
  waitsFor: z.object({ service: z.string(), environment: z.string() }).optional(),
  timeLimitSeconds: z.number().default(600),
});

/** The claim of a run of a pipeline. */
const StartRecord = RunClaim.extend({ pipeline: z.string(), by: z.object({ name: z.string() }).optional() });

interface LocalPipelinesOptions extends LocalOptions {
  /** Patterns of those that people can start. */
  readonly runnable: readonly string[];
}

interface LocalPipelines extends PipelineSource {
  readonly approvals: ApprovalSource;
  close(): Promise<void>;
}

/** The pipelines of the sandbox. A run survives this process, and the next one follows it. */
export function createLocalPipelines(options: LocalPipelinesOptions): LocalPipelines {
  const { dataDir, pace, clock, logger, runnable, targets, environment = {} } = options;
  const runs = join(dataDir, 'pipeline-runs');
  const script = join(sandboxScripts, 'pipelines', 'run.js');
  const all = readRecord(join(sandboxScripts, 'pipelines', 'pipelines.json'), z.array(PipelineRecord)) ?? [];
  const offered = all.filter(({ id }) => isOffered(runnable, id));
  const supervisor = createSupervisor({ clock, logger, environment, runs, script });
  const folderOf = (id: string): RunFolder => openRunFolder(runs, id);
  const claimOf = (id: string) => readRecord(join(folderOf(id).path, 'request.json'), StartRecord);
  let executor: string | undefined;

  async function start(request: PipelineStart): Promise<{ id: string }> {
    const { key, pipeline, values, by, correlationId } = request;
    const folder = folderOf(runIdOf(key));
    if (!folder.exists()) {
      if (!offered.some(({ id }) => id === pipeline)) refuse('there is no such pipeline');
      const details = { pipeline, values, by, pace, dataFolder: dataDir };
      const { timeLimitSeconds = 0 } = all.find(({ id }) => id === pipeline) ?? {};
      folder.claim({ ...details, key, timeLimitMs: timeLimitSeconds * 1000, claimedAt: clock.now() });
    }
    if (claimOf(folder.id)?.pipeline !== pipeline) refuse('this key belongs to another run');
    // A second script for the same run exits: only one can create started.json.
    if (!folder.hasStarted())
      try {
        await startDetached(script, [folder.path], environment);
      } catch (error) {
        throw new ConnectorError(localKind, 'unreachable', 'the script can’t be started', { cause: error });
      }
    logger.info({ run: folder.id, pipeline, correlationId }, 'A run was started');
    supervisor.follow(folder.id);
    return { id: folder.id };
  }

  async function findStart({ key }: PipelineStart): Promise<FoundRun> {
    const folder = folderOf(runIdOf(key));
    if (!folder.exists() || !(await folder.keepsStarting(clock))) return { found: 'none' };
    supervisor.follow(folder.id);
    return { found: 'run', id: folder.id };
  }

  async function runStatus(id: string): Promise<RunStatus | undefined> {
    const claim = isRunId(id) ? claimOf(id) : undefined;
    if (!claim) return undefined;
    void supervisor.look(id);
    const steps = all.find((each) => each.id === claim.pipeline)?.steps ?? [];
    return { ...withDecisions(folderOf(id), steps), startedAt: claim.claimedAt, logReadAt: clock.now() };
  }

  return {
    get executor() {
      return (executor ??= readExecutor(runs));
    },
    list: async () => offered.map(({ id, title }) => ({ id, title })),
    async describe(pipeline): Promise<DescribedPipeline | undefined> {
      const found = offered.find(({ id }) => id === pipeline);
      return found && { id: found.id, title: found.title, parameters: found.parameters };
    },
    ...{ start, findStart, runStatus },
    async cancelRun(id) {
      const folder = requireRunFolder(localKind, runs, id);
      if (folder.result()) return;
      folder.askToCancel(clock.now());
      signalGroup(folder.script(), 'SIGTERM');
      supervisor.follow(id);
    },
    runLog: async (id, maximumLines) => logLines(requireRunFolder(localKind, runs, id), maximumLines),
    approvals: createLocalApprovals({ runs, pipelines: all, claimOf, targets, clock }),
    close: () => supervisor.close(),
  };
}

/** What its folder says of it, with what was and has to be decided. */
function withDecisions(folder: RunFolder, steps: readonly string[]): ReturnType<typeof statusIn> {
  const status = statusIn(folder, steps);
  const waits = waitsIn(folder);
  const { id: approval } = folder.approval() ?? {};
  const { approves, by, at, comment } = folder.decision() ?? {};
  return {
    ...status,
    ...(waits && status.state === 'running' && { state: 'waiting', reason: waits.name, approvals: [waits] }),
    ...(approval !== undefined && approves !== undefined && { decisions: [{ approval, approves, by, at, comment }] }),
  };
}

function refuse(message: string): never {
  throw new ConnectorError(localKind, 'refused', message);
}
