import type { Logger } from '../../core/telemetry/logger';

/** Work that goes on after an answer; what fails there is logged and harms nobody. */
interface Background {
  later(work: Promise<unknown>, what: string): void;
  /** Resolves when none is left. */
  idle(): Promise<void>;
}

export function createBackground(logger: Logger): Background {
  const underway = new Set<Promise<unknown>>();
  return {
    later(work, what) {
      const task = work.catch((error: unknown) => logger.error({ error, what }, 'Work after an answer failed'));
      underway.add(task);
      void task.finally(() => underway.delete(task));
    },
    async idle() {
      while (underway.size > 0) await Promise.all(underway);
    },
  };
}
