import type { Logger } from '../core/telemetry/logger';
import type { Store } from '../store/contract';

/** How long the store may be read through at a start, beside its work: a large one takes a while. */
const limitMs = 30_000;

/** Looks once for damage in the store, beside everything else. */
interface Inspection {
  /** Begins beside everything else; call what it gives back to hear no more of it. */
  begin(): () => void;
  /** What was found so far, in sentences. */
  problems(): readonly string[];
}

export function createInspection(store: Pick<Store, 'inspect'>, logger: Logger): Inspection {
  let problems: readonly string[] = [];
  return {
    begin() {
      let isOver = false;
      void store.inspect?.(limitMs).then(
        (found) => {
          if (isOver) return;
          problems = found;
          for (const problem of found) logger.error({ problem }, 'The store is damaged');
        },
        (error: unknown) => isOver || logger.warn({ error }, 'The store could not be read through'),
      );
      return () => (isOver = true);
    },
    problems: () => problems,
  };
}
