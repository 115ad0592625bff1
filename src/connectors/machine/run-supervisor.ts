import { createWatchedTime } from '../../core/time/clock';
import type { ProcessOptions } from './places';
import { isHidden, lives, runScript, signalGroup } from './processes';
import { openRunFolder, removeOldRuns, unfinishedRuns } from './run-folder';
import type { RunFolder } from './run-folder';

const lookIntervalMs = 1000;
const settleLimitMs = 40_000;
/** How long a script may take to put back what was before, until it is ended by force. */
const putBackMs = 20_000;
/** After this a claimed run without a script is given up. */
const startLimitMs = 15_000;
/** A longer pause between two looks says nothing about the run: this process or the whole machine stood still. */
const maxGapMs = 5 * lookIntervalMs;

export interface SupervisorOptions extends ProcessOptions {
  /** The folder of the runs. */
  readonly runs: string;
  /** Takes a run folder, and `--settle` after it when the run has to be ended in its place. */
  readonly script: string;
}

/** Looks after the runs that have no result: ends those that do not end by themselves, settles those whose script has died. */
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
    // What root has started is not always ours to see: until it is overdue it is believed to live.
    if (process && isHidden(process) && !overdue) return;
    if (folder.hasStarted()) return settle(folder);
    if (watchedMs > startLimitMs && folder.fence())
      folder.finish({ state: 'failed', reason: 'the deploy script did not start', endedAt: clock.now() });
  }

  /** Whether it was asked to stop, or has reached its time limit, long enough ago; by how long it was watched, not by the time of day. */
  function isOverdue(folder: RunFolder, watchedMs: number): boolean {
    const limitMs = folder.request()?.timeLimitMs ?? Infinity;
    const stoppingMs = folder.cancelledAt() === undefined ? 0 : stopping.look(folder.id);
    return watchedMs > limitMs + putBackMs || stoppingMs > putBackMs;
  }

  function forget(id: string): void {
    followed.delete(id);
    watched.forget(id);
    stopping.forget(id);
  }

  async function settle(folder: RunFolder): Promise<void> {
    // The script writes its result as its last act: it may have done so since the first look.
    if (folder.result()) return;
    const { code } = await runScript(script, [folder.path, '--settle'], environment, settleLimitMs);
    logger.warn({ run: folder.id, code }, 'settled a run whose script had died');
  }

  function look(id: string): Promise<void> {
    const current = looking.get(id);
    if (current) return current;
    const started = lookAt(id)
      .catch((error: unknown) => logger.error({ err: error, run: id }, 'can’t look after a run'))
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
    /** Looks at one run now. */
    look,
    async close(): Promise<void> {
      closed = true;
      clearInterval(timer);
      await Promise.all(looking.values());
    },
  };
}
