import { unwatchFile, watchFile } from 'node:fs';
import { readCatalog } from './core/catalog';
import type { Catalog } from './core/catalog';
import type { Logger } from './core/logger';

/** The catalog as its file says it by now. */
export interface CatalogFile {
  current(): Catalog;
  /** What is wrong with the file as it stands; empty when it is the catalog that holds. */
  problems(): readonly string[];
  close(): void;
}

const lookEveryMs = 2_000;

/** Follows the file without a restart. A file with problems changes nothing: the last good catalog goes on, and the log says why. */
export function followCatalog(file: string, first: Catalog, logger: Logger, everyMs = lookEveryMs): CatalogFile {
  let catalog = first;
  let problems: readonly string[] = [];

  function read(): void {
    const result = readCatalog(file);
    problems = 'problems' in result ? result.problems : [];
    if ('problems' in result) {
      logger.warn({ problems }, 'The catalog file has problems; the last good catalog goes on');
      return;
    }
    catalog = result.catalog;
    logger.info({ file }, 'The catalog was read anew');
  }

  // Looks at the file again and again: a mounted file that is replaced by its folder tells no watcher.
  watchFile(file, { interval: everyMs, persistent: false }, (now, before) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) read();
  });
  return {
    current: () => catalog,
    problems: () => problems,
    close: () => unwatchFile(file),
  };
}
