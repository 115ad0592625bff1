import { StoreUnavailableError } from '../../../core/errors';
import { keepRecent } from '../../../core/keep-recent';
import type { Clock } from '../../../core/time/clock';

/** What this process knows of the stored places and people, so that most turns write nothing, and answers still find their way while the store is down. */
export interface PlaceMemory {
  /** Writes what differs from what was written under this key last; the same again after an hour. */
  writeOnce(key: string, facts: object, write: () => Promise<unknown>): Promise<void>;
  forgetWritten(key: string): void;
  /** What the store has, or what it had last when it is unavailable. */
  readOrLastKnown<T>(key: string, read: () => Promise<T | undefined>): Promise<T | undefined>;
}

const writtenAgainMs = 3_600_000;
const maxRemembered = 5_000;

export function createPlaceMemory(clock: Clock): PlaceMemory {
  const written = new Map<string, string>();
  const lastKnown = new Map<string, unknown>();

  return {
    async writeOnce(key, facts, write) {
      const print = JSON.stringify([facts, Math.floor(clock.now() / writtenAgainMs)]);
      if (written.get(key) === print) return;
      await write();
      keepRecent(written, key, print, maxRemembered);
    },
    forgetWritten: (key) => void written.delete(key),
    async readOrLastKnown<T>(key: string, read: () => Promise<T | undefined>) {
      try {
        const found = await read();
        if (found === undefined) lastKnown.delete(key);
        else keepRecent(lastKnown, key, found, maxRemembered);
        return found;
      } catch (error) {
        if (error instanceof StoreUnavailableError && lastKnown.has(key)) return lastKnown.get(key) as T;
        throw error;
      }
    },
  };
}
