import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import { keepRecent } from '../../core/keys';
import type { FoundRun, RunStatus } from '../contract/runs';
import type { TestFollower, TestRunner, TestStart, TestSuite } from '../contract/tests';
import { readPicture, readResults } from '../test-results/files';
import type { ReadResults } from '../test-results/files';
import { createFollowUps } from './follow-ups';
import type { FollowUp } from './follow-ups';
import { logLines, requireRunFolder, statusIn } from './pipelines';
import type { ProcessOptions } from './places';
import { signalGroup, startDetached } from './processes';
import { readRecord, RunClaim } from './records';
import { createSupervisor, isRunId, openRunFolder, readExecutor, runIdOf } from './run-folder';
import type { RunFolder } from './run-folder';

/** How a suite is run on this machine. */
export interface SuiteCommand {
  readonly service: string;
  readonly environmentName: string;
  /** A program and its arguments, started without a shell. */
  readonly command: readonly string[];
  /** Where it runs. */
  readonly folder: string;
  /** The files of results below the folder, with `*` for any characters of one name. */
  readonly results: string;
  /** The only environment variables that it gets, beside PATH. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeLimitMs: number;
  /** More variables, which are written down nowhere: their values are secret. */
  readonly secretEnvironment?: Readonly<Record<string, string>>;
}

/** What a start needs beside its own words. */
interface SuiteStart {
  /** What to run, by the folder of the run. */
  readonly commandFor: (runFolder: string) => SuiteCommand;
  /** Why nothing can run now, in half a sentence. Asked only if the run hasn’t started yet; one that can’t start is over at once, as canceled. */
  readonly whyNot?: () => Promise<string | undefined>;
}

type Begun = Pick<TestStart, 'key' | 'suite' | 'by' | 'correlationId'>;

/** The claim of a test run. */
const TestClaim = RunClaim.extend({
  suite: z.string(),
  service: z.string(),
  environmentName: z.string(),
  folder: z.string(),
  results: z.string(),
});

interface MachineTestsOptions extends ProcessOptions {
  /** The kind of the connection, for its errors. */
  readonly connectorName: string;
  /** Everything they write is below this folder. */
  readonly dataDir: string;
  /** What must follow each run. */
  readonly followUp?: FollowUp;
}

/** The test runs of this machine. */
export interface MachineTests extends TestFollower {
  readonly connectorName: string;
  start(start: TestStart, how: SuiteStart): Promise<{ readonly id: string }>;
  findStart(start: TestStart): Promise<FoundRun>;
  close(): Promise<void>;
}

const script = join(__dirname, '../../../detached/test-run.js');
const steps = ['run', 'read results'];
const keptReports = 20;

/** Runs test suites as processes of this machine. A run survives this process, and the next one follows it. */
export function createMachineTests(options: MachineTestsOptions): MachineTests {
  const { connectorName, dataDir, clock, logger, environment = {}, followUp } = options;
  const runs = join(resolve(dataDir), 'test-runs');
  const supervisor = createSupervisor({ clock, logger, environment, runs, script });
  const followUps = followUp && createFollowUps({ runs, clock, logger, followUp });
  const read = new Map<string, ReadResults>();
  const folderOf = (id: string): RunFolder => openRunFolder(runs, id);
  const claimOf = (id: string) => readRecord(join(folderOf(id).path, 'request.json'), TestClaim);
  let executor: string | undefined;

  function follow(id: string): void {
    supervisor.follow(id);
    followUps?.follow(id);
  }

  async function start({ key, suite, by, correlationId }: TestStart, how: SuiteStart): Promise<{ id: string }> {
    const folder = folderOf(runIdOf(key));
    const known = claimOf(folder.id);
    if (known && known.suite !== suite)
      throw new ConnectorError(connectorName, 'refused', 'this key belongs to another run');
    if (folder.result()) return { id: folder.id };
    if (!folder.hasStarted()) await begin(folder, { key, suite, by, correlationId }, how);
    follow(folder.id);
    return { id: folder.id };
  }

  async function begin(folder: RunFolder, { key, suite, by, correlationId }: Begun, how: SuiteStart): Promise<void> {
    // One that was claimed could run then, and may just be starting.
    const whyNot = folder.exists() ? undefined : await how.whyNot?.();
    const { secretEnvironment = {}, ...command } = how.commandFor(folder.path);
    const claim = { ...command, suite, by: { name: by.name }, key, claimedAt: clock.now() };
    folder.claim({ ...claim, passes: Object.keys(secretEnvironment), ...(followUp && { followUp: followUp.owner }) });
    if (whyNot !== undefined) return folder.finish({ state: 'cancelled', reason: whyNot, endedAt: clock.now() });
    // A second script for the same run exits: only one can create started.json.
    try {
      await startDetached(script, [folder.path], { ...environment, ...secretEnvironment });
    } catch (error) {
      throw new ConnectorError(connectorName, 'unreachable', 'the tests can’t be started', { cause: error });
    }
    logger.info({ run: folder.id, suite, correlationId }, 'A test run was started');
  }

  async function findStart({ key }: TestStart): Promise<FoundRun> {
    const folder = folderOf(runIdOf(key));
    if (folder.result()) return { found: 'run', id: folder.id };
    if (!folder.exists() || !(await folder.keepsStarting(clock))) return { found: 'none' };
    follow(folder.id);
    return { found: 'run', id: folder.id };
  }

  /** What a run that has ended left; read once. */
  async function resultsOf(id: string): Promise<ReadResults | undefined> {
    const claim = isRunId(id) && folderOf(id).result() ? claimOf(id) : undefined;
    if (!claim) return undefined;
    const known = read.get(id);
    if (known) return known;
    const results = await readResults(resultsFolder(id), originalFolder(claim));
    if (results) keepRecent(read, id, results, keptReports);
    return results;
  }

  const resultsFolder = (id: string): string => join(folderOf(id).path, 'results');

  async function runStatus(id: string): Promise<RunStatus | undefined> {
    const claim = isRunId(id) ? claimOf(id) : undefined;
    if (!claim) return undefined;
    void supervisor.look(id);
    const status = { ...statusIn(folderOf(id), steps), startedAt: claim.claimedAt, logReadAt: clock.now() };
    return judge(status, await resultsOf(id));
  }

  return {
    get executor() {
      return (executor ??= readExecutor(runs));
    },
    ...{ connectorName, start, findStart, runStatus },
    async cancelRun(id) {
      const folder = requireRunFolder(connectorName, runs, id);
      if (folder.result()) return;
      folder.askToCancel(clock.now());
      signalGroup(folder.script(), 'SIGTERM');
      follow(id);
    },
    runLog: async (id, maximumLines) => logLines(requireRunFolder(connectorName, runs, id), maximumLines),
    report: async (id) => (await resultsOf(id))?.report,
    picture: async (id, picture) => (isRunId(id) ? readPicture(resultsFolder(id), picture) : undefined),
    close: async () => void (await Promise.all([supervisor.close(), followUps?.close()])),
  };
}

/** The suites of one service in one environment. `commandFor`: what a start runs, by the folder of its run. `whyNot`: see `SuiteStart`. */
export function bindSuites(
  tests: MachineTests,
  suites: readonly TestSuite[],
  commandFor: (start: TestStart, runFolder: string) => SuiteCommand,
  whyNot?: SuiteStart['whyNot'],
): TestRunner {
  const { findStart, runStatus, cancelRun, runLog, report, picture } = tests;
  return {
    ...(tests.executor !== undefined && { executor: tests.executor }),
    ...{ findStart, runStatus, cancelRun, runLog, report, picture },
    suites: async () => suites,
    async start(start) {
      const suite = suites.find(({ name }) => name === start.suite);
      if (!suite) throw new ConnectorError(tests.connectorName, 'not found', 'there is no such test suite');
      if (start.only && !suite.canRerunFailed)
        throw new ConnectorError(tests.connectorName, 'refused', 'this suite can’t run only some of its tests');
      return tests.start(start, { commandFor: (runFolder) => commandFor(start, runFolder), ...(whyNot && { whyNot }) });
    },
  };
}

/** The results decide, whatever the exit code of the command. If it was stopped before its end or left none, its script knows why it failed. */
export function judge(status: RunStatus, results: ReadResults | undefined): RunStatus {
  const isOver = status.state === 'succeeded' || status.state === 'failed';
  const isWhole = status.steps.every(({ name, state }) => name !== steps[0] || state !== 'failed');
  if (!isOver || !isWhole || results?.problem === undefined) return status;
  return { ...status, state: 'failed', reason: results.problem };
}

/** The folders of the pattern before its first `*`, at least all but the last word. */
function originalFolder({ folder, results }: z.infer<typeof TestClaim>): string {
  const words = results.split('/').slice(0, -1);
  const star = words.findIndex((word) => word.includes('*'));
  return join(folder, ...(star < 0 ? words : words.slice(0, star)));
}
