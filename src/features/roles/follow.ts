import type { Catalog } from '../../core/catalog';
import type { Logger } from '../../core/telemetry/logger';
import { personName } from '../../core/catalog/rights';
import { hasAdmin } from './judge';

/** What the process does about granted rights besides answering people. */

const everyMs = 2_000;

interface Followed {
  readonly catalog: () => Catalog;
  readonly refresh: () => Promise<void>;
}

/** Reads what is granted, says when nobody could give rights, and goes on looking for the work that no turn of a person begins. Returns how to stop. */
export async function followGrants({ catalog, refresh, logger }: Followed & { logger: Logger }): Promise<() => void> {
  const look = (): Promise<void> =>
    refresh().catch((error: unknown) => logger.warn({ error }, 'What was granted in chat could not be read'));
  await look();
  if (!hasAdmin(catalog()))
    logger.warn({}, 'No admin is known, so nobody can give rights: name one in GAVEL_ADMINS or in the catalog');
  const timer = setInterval(() => void look(), everyMs).unref();
  return () => clearInterval(timer);
}

/** Whether the catalog or a grant names this person; asked of the store when this instance does not know them yet. */
export function createDoor({ catalog, refresh }: Followed): (personId: string) => Promise<boolean> {
  const isNamed = (personId: string): boolean => personName(catalog(), personId) !== undefined;
  return async (personId) => {
    if (isNamed(personId)) return true;
    await refresh();
    return isNamed(personId);
  };
}
