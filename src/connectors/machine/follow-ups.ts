import type { Logger } from '../../core/telemetry/logger';
import { createWatchedTime } from '../../core/time/clock';
import type { Clock } from '../../core/time/clock';
import { openRunFolder, runsToFollowUp } from './run-folder';

/** What must follow a run on this machine once it has ended, however it ended, and also if Gavel wasn’t there then. */
export interface FollowUp {
  /** Whose runs they are: the name of the connection. */
  readonly owner: string;
  /** Does what is left to do and tells whether that was all; it’s called again until it was. `say` adds a line to the log of the run. */
  perform(id: string, say: (line: string) => void): Promise<boolean>;
  /** Called when it was tried for so long that it’s given up. */
  readonly words: string;
}

const lookIntervalMs = 1_000;
/** A system that is gone for longer has ended on its own what was left in it. */
const giveUpMs = 15 * 60_000;
const maxGapMs = 5 * lookIntervalMs;

interface FollowUpOptions {
  /** The folder of the runs. */
  readonly runs: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly followUp: FollowUp;
}

/** Follows up the runs that it’s told of, and those that an earlier process left. */
export function createFollowUps({ runs, clock, logger, followUp }: FollowUpOptions) {
  const open = new Set(runsToFollowUp(runs, followUp.owner));
  const watched = createWatchedTime(clock, maxGapMs);
  let looking: Promise<void> = Promise.resolve();
  let isLooking = false;
  let isClosed = false;

  async function lookAt(id: string): Promise<void> {
    const folder = openRunFolder(runs, id);
    if (!folder.exists()) return void open.delete(id);
    if (!folder.result()) return;
    const isOver = await perform(id, (line) => folder.addToLog(line));
    const isGivenUp = !isOver && watched.look(id) > giveUpMs;
    if (!isOver && !isGivenUp) return;
    if (isGivenUp) logger.warn({ run: id, connection: followUp.owner }, followUp.words);
    open.delete(id);
    watched.forget(id);
    folder.markFollowedUp(clock.now());
  }

  async function perform(id: string, say: (line: string) => void): Promise<boolean> {
    try {
      return await followUp.perform(id, say);
    } catch (error) {
      if (!isClosed) logger.warn({ err: error, run: id, connection: followUp.owner }, 'A run can’t be followed up yet');
      return false;
    }
  }

  async function look(): Promise<void> {
    isLooking = true;
    for (const id of open)
      if (!isClosed)
        await lookAt(id).catch((error: unknown) => logger.error({ err: error, run: id }, 'can’t follow up a run'));
    isLooking = false;
  }

  const timer = setInterval(() => {
    if (!isLooking) looking = look();
  }, lookIntervalMs);
  timer.unref();

  return {
    follow: (id: string): void => void open.add(id),
    async close(): Promise<void> {
      isClosed = true;
      clearInterval(timer);
      await looking;
    },
  };
}
