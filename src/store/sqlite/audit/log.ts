import { ConflictError } from '../../../core/errors';
import type { Logger } from '../../../core/telemetry/logger';
import { openAnchorWriter } from '../../audit/anchor-writer';
import { readAnchors } from '../../audit/anchors';
import { pruneChains } from '../../audit/prune';
import { verifyAudit } from '../../audit/verify';
import type { AuditEntry, AuditLog } from '../../contract';
import { acceptLoss } from './accept';
import { appendNow, readHeads } from './heads';
import { prunableRows } from './prune';
import { chainEnds, linePages } from './rows';
import { prepareSearch, readPage, searchLines } from './search';
import { startAudit } from './start';
import type { SqliteFile } from '../database';
import { checkAuditIndexes } from '../inspect';

interface AuditLogOptions {
  readonly file: SqliteFile;
  readonly key: Buffer;
  /** Each instance writes a chain of its own. */
  readonly instance: string;
  /** Where the file lies. */
  readonly path: string;
  readonly keyFile: string;
  readonly anchorFile: string;
  readonly logger: Logger;
  /** Only looks at a log that another process writes: nothing is begun, mended or refused. */
  readonly onlyLooks?: boolean;
}

/** The audit log in the embedded store. */
export function openAuditLog(options: AuditLogOptions): AuditLog {
  const { file, key, instance, anchorFile, logger } = options;
  file.exec(
    `CREATE TABLE IF NOT EXISTS "audit-entries" (instance TEXT NOT NULL, sequence INTEGER NOT NULL, key TEXT UNIQUE, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, target TEXT NOT NULL, body TEXT NOT NULL, mac TEXT NOT NULL, PRIMARY KEY (instance, sequence)) WITHOUT ROWID`,
  );
  file.exec(`CREATE TABLE IF NOT EXISTS "audit-heads" (id INTEGER PRIMARY KEY, body TEXT NOT NULL)`);
  prepareSearch(file);

  const started = options.onlyLooks ? undefined : file.transaction(() => startAudit(options));
  const anchors = openAnchorWriter({ file: anchorFile, key, logger, lines: started?.anchorLines });
  if (started?.entry) {
    const anchor = appendNow(options, { ...started.entry, at: Date.now() });
    if (anchor) void anchors.add([anchor]);
  }

  let lastLine = 0;
  const log: AuditLog = {
    async append(entry) {
      try {
        const anchor = appendNow(options, JSON.parse(JSON.stringify(entry)) as AuditEntry);
        await file.onDisk((lastLine = file.lastChange()));
        // An anchor before its line would look like a line cut off.
        if (anchor) await anchors.add([anchor]);
      } catch (error) {
        // Another process wrote the entry with this key a moment ago.
        if (!(error instanceof ConflictError)) throw error;
      }
    },
    async read(filter) {
      const { entries } = await readPage(file, filter);
      await file.mayBeTold(lastLine);
      return entries;
    },
    async search(filter) {
      const page = await searchLines(file, filter);
      await file.mayBeTold(lastLine);
      return page;
    },
    async accept(entry) {
      file.transaction(() => acceptLoss(options, entry.at));
      const anchor = appendNow(options, entry);
      await file.onDisk(file.lastChange());
      if (anchor) await anchors.add([anchor]);
    },
    prune: (request) =>
      pruneChains(
        key,
        { ...prunableRows(file, key), instance, verify: () => log.verify(), append: (entry) => log.append(entry) },
        request,
      ),
    verify: (heads) =>
      verifyAudit(
        key,
        {
          pages: () => linePages(file),
          heads: async () => readHeads(file, key),
          ends: async () => chainEnds(file),
          anchors: () => readAnchors(anchorFile, key),
          otherDamage: () => checkAuditIndexes(options.path),
          isAnchoredHere: () => true,
          mustHaveAnchors: true,
        },
        heads,
      ),
  };
  return log;
}
