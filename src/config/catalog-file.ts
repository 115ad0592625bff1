import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { readCatalog } from '../core/catalog';
import type { Catalog } from '../core/catalog';
import type { Logger } from '../core/telemetry/logger';

const lookEveryMs = 2_000;

/**
 * Follows the file without a restart. A file with problems changes nothing: the last good catalog goes on, and the log says why.
 * It is looked at again and again: a mounted file that is replaced by its folder tells no watcher.
 */
export function followCatalog(file: string, first: Catalog, logger: Logger, everyMs = lookEveryMs) {
  let catalog = first;
  let problems: readonly string[] = [];
  // Nothing is known yet of the file as it was when `first` was read, so the first look reads it anew.
  let seen: string | undefined;

  function read(): void {
    const result = readCatalog(file);
    if ('problems' in result) {
      problems = result.problems;
      logger.warn({ problems }, 'The catalog file has problems; the last good catalog stays in use');
      return;
    }
    const wasWell = problems.length === 0;
    problems = [];
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
    /** The catalog as its file says it by now. */
    current: () => catalog,
    /** What is wrong with the file as it stands; empty when it is the catalog that holds. */
    problems: () => problems,
    close: () => clearInterval(looking),
  };
}

/** Another one after each change of the file; what can't be looked at has one too, and reading it says what is wrong. */
function stampOf(file: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    return String(error);
  }
}
