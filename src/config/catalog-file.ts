import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { readCatalog } from '../core/catalog';
import type { Catalog, CatalogReading } from '../core/catalog';
import type { Logger } from '../core/telemetry/logger';

const lookEveryMs = 2_000;

interface CatalogSource {
  readonly file: string;
  /** The catalog that was read before, and what it says that only this release still reads. */
  readonly first: Catalog;
  readonly firstWarnings?: readonly string[];
  readonly reading: CatalogReading;
}

/**
 * Follows the file without a restart. A file with problems changes nothing: the last good catalog stays in use, and the log says why. It polls,
 * because a mounted file that is replaced through its folder notifies no watcher.
 */
export function followCatalog(
  { file, first, reading, firstWarnings = [] }: CatalogSource,
  logger: Logger,
  everyMs = lookEveryMs,
) {
  let catalog = first;
  let problems: readonly string[] = [];
  let warnings = firstWarnings;
  // The state of the file when `first` was read is unknown, so the first check reads it again.
  let seen: string | undefined;

  function read(): void {
    const result = readCatalog(file, reading);
    if ('problems' in result) {
      problems = result.problems;
      logger.warn({ problems }, 'The catalog file has problems; the last good catalog stays in use');
      return;
    }
    const wasWell = problems.length === 0;
    problems = [];
    warnings = result.warnings;
    if (wasWell && isDeepStrictEqual(result.catalog, catalog)) return;
    catalog = result.catalog;
    logger.info({ file }, 'The catalog was read again');
  }

  function look(): void {
    const now = stampOf(file);
    if (now === seen) return;
    seen = now;
    read();
  }

  const looking = setInterval(look, everyMs).unref();
  return {
    /** The current catalog from the file. */
    current: () => catalog,
    /** The problems in the file as it is; if it is the catalog in use, what only this release still reads. */
    problems: () => (problems.length > 0 ? problems : warnings),
    close: () => clearInterval(looking),
  };
}

/** Changes with every change of the file. A file that can't be checked has a stamp, too, and reading it reports the problem. */
function stampOf(file: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    return String(error);
  }
}
