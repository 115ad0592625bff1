import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { idFrom, newId } from '../../core/keys';
import { createWatchedTime } from '../../core/time/clock';
import type { Clock } from '../../core/time/clock';
import type { ProcessOptions } from './places';
import { isHidden, lives, runScript, signalGroup } from './processes';
import { ApprovalRecord, CancelRecord, DecisionRecord, ProcessRecord, readRecord } from './records';
import { RunClaim, RunRequestRecord, RunResult } from './records';

/** How long a script that was just started can take until it reports. */
const startGraceMs = 1500;
const keptRunMs = 90 * 24 * 3_600_000;
const draftMs = 3_600_000;
/** A claim of a run that somebody follows up. */
const FollowedClaim = z.object({ followUp: z.string() });
const idForm = /^[0-9a-f]{32}$/;

export const runIdOf = (key: string): string => idFrom('run', key);
export const isRunId = (id: string): boolean => idForm.test(id);

/** The runs below a folder that have no result yet. */
export function unfinishedRuns(runsFolder: string): string[] {
  if (!existsSync(runsFolder)) return [];
  return readdirSync(runsFolder).filter((id) => isRunId(id) && !existsSync(join(runsFolder, id, 'result.json')));
}

/** The runs below a folder that this owner has to follow up. */
export function runsToFollowUp(runsFolder: string, owner: string): string[] {
  if (!existsSync(runsFolder)) return [];
  return readdirSync(runsFolder).filter((id) => {
    if (!isRunId(id) || existsSync(join(runsFolder, id, 'followed-up.json'))) return false;
    return readRecord(join(runsFolder, id, 'request.json'), FollowedClaim)?.followUp === owner;
  });
}

/** Removes runs that ended long ago, and drafts that a dead process left. */
export function removeOldRuns(runsFolder: string, now: number): void {
  if (!existsSync(runsFolder)) return;
  for (const name of readdirSync(runsFolder)) {
    const path = join(runsFolder, name);
    const endedAt = readRecord(join(path, 'result.json'), RunResult)?.endedAt;
    const touchedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
    const old = isRunId(name) ? endedAt !== undefined && now - endedAt > keptRunMs : now - touchedAt > draftMs;
    if (old) rmSync(path, { recursive: true, force: true });
  }
}

export type RunFolder = ReturnType<typeof openRunFolder>;

/**
 * The folder of one run, named after its key. `request.json` claims the key. The script creates `started.json` once. `cancel.json` asks it to stop,
 * `overdue.json` says that it was killed at its time limit, and `result.json` ends it. A script that waits for somebody asks in `approval.json`, and
 * `decision.json` answers it once.
 */
export function openRunFolder(runsFolder: string, id: string) {
  const path = join(runsFolder, id);
  const file = (name: string): string => join(path, name);
  return {
    id,
    path,
    exists: (): boolean => existsSync(path),
    claimed: () => readRecord(file('request.json'), RunClaim),
    request: () => readRecord(file('request.json'), RunRequestRecord),
    /** The script that runs or ran; undefined if none started. */
    script: () => readRecord(file('started.json'), ProcessRecord),
    hasStarted: (): boolean => existsSync(file('started.json')),
    result: () => readRecord(file('result.json'), RunResult),
    cancelledAt: () => readRecord(file('cancel.json'), CancelRecord)?.at,
    /** Waits a moment for a script that was just started; false if none has, and from now on none can: the folder is gone then. */
    async keepsStarting(clock: Pick<Clock, 'elapsed'>): Promise<boolean> {
      const deadline = clock.elapsed() + startGraceMs;
      while (!this.hasStarted() && clock.elapsed() < deadline) await wait(25);
      if (this.hasStarted() || !this.fence()) return true;
      this.remove();
      return false;
    },
    text: (name: 'progress.ndjson' | 'log.txt'): string =>
      existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '',
    /** Creates the folder with its request, completely or not at all; false if it already exists. */
    claim: (request: RunClaim): boolean => claim(runsFolder, path, request),
    /** Ensures that no script will ever run for this folder; false if one has already started. */
    fence: (): boolean => createOnce(file('started.json'), { fenced: true }),
    /** What it waits for or has waited for; undefined if it has asked nothing yet. */
    approval: () => readRecord(file('approval.json'), ApprovalRecord),
    decision: () => readRecord(file('decision.json'), DecisionRecord),
    /** Answers what it waits for; false if somebody already has. */
    decide: (decision: DecisionRecord): boolean => createOnce(file('decision.json'), decision),
    askToCancel: (at: number): void => void createOnce(file('cancel.json'), { at }),
    /** Records that the script was killed at its time limit. */
    markOverdue: (at: number): void => void createOnce(file('overdue.json'), { at }),
    finish: (result: RunResult): void => void createOnce(file('result.json'), result),
    /** Records that everything was done that had to follow the run. */
    markFollowedUp: (at: number): void => void createOnce(file('followed-up.json'), { at }),
    /** Adds a line after those of the script, which has ended. */
    addToLog: (line: string): void => appendFileSync(file('log.txt'), `${line}\n`),
    remove(): void {
      const aside = `${path}.${randomBytes(4).toString('hex')}.void`;
      renameSync(path, aside);
      rmSync(aside, { recursive: true, force: true });
    },
  };
}

function claim(runsFolder: string, path: string, request: RunClaim): boolean {
  const draft = `${path}.${randomBytes(4).toString('hex')}.draft`;
  mkdirSync(runsFolder, { recursive: true });
  mkdirSync(draft);
  writeFileSync(join(draft, 'request.json'), JSON.stringify(request));
  try {
    renameSync(draft, path);
    return true;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (existsSync(path)) return false;
    throw error;
  }
}

/** Creates a file with its content in one step; false if it already exists. */
function createOnce(path: string, content: object): boolean {
  const draft = `${path}.${randomBytes(4).toString('hex')}.draft`;
  writeFileSync(draft, JSON.stringify(content));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (existsSync(path)) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

const Executor = z.object({ id: z.string().min(1) });

/** The name of the machine that executes the runs of this folder: created once, stored next to them, the same after every start. */
export function readExecutor(runsFolder: string): string {
  const file = `${runsFolder}.executor.json`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  createOnce(file, { id: newId() });
  const executor = readRecord(file, Executor);
  if (!executor) throw new Error(`${file} can’t be read. Remove it when no run is in progress.`);
  return executor.id;
}

const lookIntervalMs = 1000;
const settleLimitMs = 40_000;
/** How long a script can take to restore the previous release before it is killed. */
const putBackMs = 20_000;
/** After this time, a claimed run without a script is given up. */
const startLimitMs = 15_000;
/** A longer pause between two checks says nothing about the run: this process or the whole machine was paused. */
const maxGapMs = 5 * lookIntervalMs;

export interface SupervisorOptions extends ProcessOptions {
  /** The folder of the runs. */
  readonly runs: string;
  /** Takes a run folder, and `--settle` after it if it should end the run itself. */
  readonly script: string;
}

/** Watches the runs without a result: stops those that don't end on their own, and settles those whose script has died. */
export function createSupervisor({ runs, script, clock, logger, environment = {} }: SupervisorOptions) {
  removeOldRuns(runs, clock.now());
  const followed = new Set(unfinishedRuns(runs));
  const looking = new Map<string, Promise<void>>();
  const watched = createWatchedTime(clock, maxGapMs);
  const stopping = createWatchedTime(clock, maxGapMs);
  let closed = false;

  async function lookAt(id: string): Promise<void> {
    const folder = openRunFolder(runs, id);
    if (!folder.exists() || folder.result()) return forget(id);
    const watchedMs = watched.look(id);
    const overdue = isOverdue(folder, watchedMs);
    const process = folder.script();
    if (process && lives(process)) {
      if (!overdue) return;
      if (folder.cancelledAt() === undefined) folder.markOverdue(clock.now());
      return signalGroup(process, 'SIGKILL');
    }
    // We can't always see what root started, so it counts as alive until it is overdue.
    if (process && isHidden(process) && !overdue) return;
    if (folder.hasStarted()) return settle(folder);
    if (watchedMs > startLimitMs && folder.fence())
      folder.finish({ state: 'failed', reason: 'the deploy script didn’t start', endedAt: clock.now() });
  }

  /** Whether it was asked to stop, or reached its time limit, long enough ago: measured by how long it was watched, not by the time of day. */
  function isOverdue(folder: RunFolder, watchedMs: number): boolean {
    const limitMs = folder.claimed()?.timeLimitMs ?? Infinity;
    const stoppingMs = folder.cancelledAt() === undefined ? 0 : stopping.look(folder.id);
    return watchedMs > limitMs + putBackMs || stoppingMs > putBackMs;
  }

  function forget(id: string): void {
    followed.delete(id);
    watched.forget(id);
    stopping.forget(id);
  }

  async function settle(folder: RunFolder): Promise<void> {
    // The script writes its result last: it may have done so since the first check.
    if (folder.result()) return;
    const { code } = await runScript(script, [folder.path, '--settle'], environment, settleLimitMs);
    logger.warn({ run: folder.id, code }, 'settled a run whose script had died');
  }

  function look(id: string): Promise<void> {
    const current = looking.get(id);
    if (current) return current;
    const started = lookAt(id)
      .catch((error: unknown) => logger.error({ err: error, run: id }, 'can’t follow a run'))
      .finally(() => looking.delete(id));
    looking.set(id, started);
    return started;
  }

  const timer = setInterval(() => {
    for (const id of followed) void look(id);
  }, lookIntervalMs);
  timer.unref();

  return {
    follow: (id: string): void => void (closed || followed.add(id)),
    /** Checks one run now. */
    look,
    async close(): Promise<void> {
      closed = true;
      clearInterval(timer);
      await Promise.all(looking.values());
    },
  };
}
