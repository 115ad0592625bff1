import type { Db } from 'mongodb';
import type { Logger } from '../../../core/telemetry/logger';
import { openAnchorWriter } from '../../audit/anchor-writer';
import type { AnchorWriter } from '../../audit/anchor-writer';
import { readAnchors } from '../../audit/anchors';
import type { Anchor } from '../../audit/chain';
import { ownEntry } from '../../audit/lines';
import { pruneChains } from '../../audit/prune';
import { verifyAudit } from '../../audit/verify';
import type { AuditLog } from '../../contract';
import { createAppender } from './append';
import type { AuditDocument } from './append';
import { acceptLoss } from './accept';
import { chainEnds, linePages } from './rows';
import { readPage, searchLines } from './search';
import { readHeads, writeHead } from './heads';
import { prunableLines } from './prune';
import { startAudit } from './start';
import { storeError, withinLimit } from '../calls';
import { once } from '../../collections';

interface AuditLogOptions {
  readonly database: Db;
  readonly key: Buffer;
  /** Names the chain that this process writes; each instance has its own. */
  readonly instance: string;
  readonly limitMs: number;
  /** Where this instance anchors the head of its chain. */
  readonly anchorFile: string;
  readonly logger: Logger;
  /** Only looks: nothing is begun, mended or refused. */
  readonly onlyLooks?: boolean;
}

/** The audit log in MongoDB: the chains of all instances in one collection. */
export function openAuditLog(options: AuditLogOptions): AuditLog & {
  prepared(): Promise<void>;
  /** Brings the anchors in order; rejects with `StartError` when the database is older than they say. */
  start(): Promise<void>;
} {
  const { database, key, instance, limitMs, anchorFile, logger } = options;
  // Damaged text must not make the others unreadable: its line then doesn't match its hash.
  const lines = database.collection<AuditDocument>('audit-entries', { enableUtf8Validation: false });
  let anchors: AnchorWriter = openAnchorWriter({ file: anchorFile, key, logger });
  const prepared = once(async () => {
    await lines.createIndexes([
      { key: { instance: 1, sequence: 1 }, name: 'place', unique: true },
      { key: { key: 1 }, name: 'key', unique: true, partialFilterExpression: { key: { $exists: true } } },
      { key: { at: -1, instance: -1, sequence: -1 }, name: 'newest' },
      { key: { who: 1, at: -1, instance: -1, sequence: -1 }, name: 'who' },
      { key: { target: 1, at: -1, instance: -1, sequence: -1 }, name: 'target' },
    ]);
  });

  /** The sealed head in the store follows the lines; it may stay behind, so nobody waits for it. */
  async function onAppend(appended: readonly Anchor[]): Promise<void> {
    const last = appended.at(-1);
    if (last) void writeHead(database, key, last).catch(() => undefined);
    await anchors.add(appended);
  }

  const append = createAppender({ ...options, lines, prepared, onAppend });
  const log: ReturnType<typeof openAuditLog> = {
    prepared,
    append,
    async start() {
      if (options.onlyLooks) return;
      const started = await startAudit({ database, lines, key, instance, anchorFile, logger });
      anchors = openAnchorWriter({ file: anchorFile, key, logger, lines: started.anchorLines });
      if (started.sealed === 0) return;
      const detail = { anchors: started.sealed };
      await append({ ...ownEntry('audit.seal', 'sealed', detail), at: Date.now() });
    },
    read: (filter) => withinLimit(limitMs, async () => (await readPage(lines, filter)).entries),
    search: (filter) => withinLimit(limitMs, () => searchLines(lines, filter)),
    async accept(entry) {
      await acceptLoss({ database, lines, key, instance, anchorFile, logger }, entry.at);
      await append(entry);
    },
    prune: (request) =>
      pruneChains(
        key,
        { ...prunableLines({ database, lines, key, limitMs }), instance, append, verify: () => log.verify() },
        request,
      ),
    async verify(heads) {
      try {
        return await verifyAudit(
          key,
          {
            pages: () => linePages(lines),
            heads: () => readHeads(database, key),
            ends: () => chainEnds(lines),
            anchors: () => readAnchors(anchorFile, key),
            isAnchoredHere: (name, file) => file.anchors.some((each) => each.instance === name),
            mustHaveAnchors: false,
          },
          heads,
        );
      } catch (error) {
        throw storeError(error);
      }
    },
  };
  return log;
}
