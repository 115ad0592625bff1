import type { Logger } from './core/logger';
import type { Store } from './store/contract';

/** How long the store may be read through at a start, beside its work: a large one takes a while. */
const limitMs = 30_000;

/** Looks once for damage in the store, beside everything else. */
export interface Inspection {
  begin(): void;
  /** What was found so far, in sentences. */
  found(): readonly string[];
}

export function createInspection(store: Pick<Store, 'inspect'>, logger: Logger): Inspection {
  let problems: readonly string[] = [];
  return {
    begin() {
      void store.inspect?.(limitMs).then(
        (found) => {
          problems = found;
          for (const problem of found) logger.error({ problem }, 'The store is damaged');
        },
        (error: unknown) => logger.warn({ error }, 'The store could not be read through'),
      );
    },
    found: () => problems,
  };
}
