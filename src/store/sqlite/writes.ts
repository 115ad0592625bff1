import { StoreUnavailableError } from '../../core/errors';
import type { SqliteFile } from './database';
import type { Disk } from './disk';

/** Puts writes of the same moment into one transaction: each one alone costs a commit and whole pages of the log. */
export interface Writes {
  /**
   * Carries out `work`, at most one changing statement, soon; resolves with what it gives when that is committed, rejects with what it throws, which undoes
   * nothing
   * else. `committed` hears the number of the change before anybody else can read it.
   */
  add<T>(work: () => T, committed: (change: number) => void): Promise<T>;
  /** Carries out what still waits. */
  finish(): void;
}

interface Waiting {
  /** Gives back how the outcome is told once everything is committed. */
  carryOut(): (change: number) => void;
  reject(error: unknown): void;
}

export function openWrites(
  file: Pick<SqliteFile, 'transaction' | 'lastChange'>,
  disk: Pick<Disk, 'afterFlush'>,
): Writes {
  let waiting: Waiting[] = [];

  function finish(): void {
    const group = waiting;
    waiting = [];
    const [only] = group;
    if (!only) return;
    try {
      const carryOutAll = (): ((change: number) => void)[] => group.map((each) => each.carryOut());
      const outcomes = group.length === 1 ? carryOutAll() : file.transaction(carryOutAll);
      const change = file.lastChange();
      for (const tell of outcomes) tell(change);
    } catch (error) {
      for (const each of group) each.reject(error);
    }
  }

  return {
    add: (work, committed) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) disk.afterFlush(finish);
        waiting.push({
          reject,
          carryOut() {
            try {
              const result = work();
              return (change) => {
                committed(change);
                resolve(result);
              };
            } catch (error) {
              // What the store itself could not do concerns all of them.
              if (error instanceof StoreUnavailableError) throw error;
              return () => reject(error as Error);
            }
          },
        });
      }),
    finish,
  };
}
