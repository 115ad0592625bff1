import type { Catalog } from './core/catalog';
import type { Clock } from './core/clock';
import { keptLongerMs } from './core/retention';
import type { Logger } from './core/logger';
import type { Store } from './store/contract';

const roundMs = 10 * 60_000;

/** Removes what is past its time again and again, until the result is called. Several instances may do it at once: it only removes. */
export function removeOldRecords(store: Store, catalog: () => Catalog, clock: Clock, logger: Logger): () => void {
  const rounds = setInterval(() => {
    store
      .removeExpired(clock.now(), keptLongerMs(catalog()))
      .catch((error: unknown) => logger.warn({ error }, 'Old records could not be removed'));
  }, roundMs).unref();
  return () => clearInterval(rounds);
}
