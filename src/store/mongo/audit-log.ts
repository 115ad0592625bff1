import type { Db, Filter } from 'mongodb';
import type { Anchor } from '../audit-chain';
import { breaksOfLines, entryOf } from '../audit-lines';
import type { AuditFilter, AuditLog } from '../contract';
import { createAppender } from './audit-append';
import type { AuditDocument } from './audit-append';
import { storeError } from './failures';
import { withinLimit } from './limit';
import { once } from './once';

export interface AuditLogOptions {
  readonly database: Db;
  readonly key: Buffer;
  /** Names the chain that this process writes; each instance has its own. */
  readonly instance: string;
  readonly limitMs: number;
  /** What is anchored outside the store by now. */
  readonly readAnchors: () => readonly Anchor[];
  readonly onAppend: (anchors: readonly Anchor[]) => void;
}

const defaultLimit = 50;
const highestLimit = 1_000;

/** The audit log in MongoDB: the chains of all instances in one collection. */
export function openAuditLog(options: AuditLogOptions): AuditLog & { prepared(): Promise<void> } {
  const { database, key, limitMs, readAnchors } = options;
  const lines = database.collection<AuditDocument>('audit-entries');
  const prepared = once(async () => {
    await lines.createIndexes([
      { key: { instance: 1, sequence: 1 }, name: 'place', unique: true },
      { key: { key: 1 }, name: 'key', unique: true, partialFilterExpression: { key: { $exists: true } } },
      { key: { at: -1, instance: -1, sequence: -1 }, name: 'newest' },
    ]);
  });

  return {
    prepared,
    append: createAppender({ ...options, lines, prepared }),
    read: (filter) =>
      withinLimit(limitMs, async () => {
        const limit = Math.min(highestLimit, Math.max(1, Math.floor(filter.limit ?? defaultLimit)));
        const sort = { at: -1, instance: -1, sequence: -1 } as const;
        const found = await lines.find(filterOf(filter), { sort, limit, batchSize: limit }).toArray();
        return found.map(({ body }) => entryOf(body));
      }),
    async verify() {
      // The anchors first: a line appended meanwhile must not look cut off, nor an anchor written meanwhile.
      const known = readAnchors();
      try {
        const found = await lines.find({}, { sort: { instance: 1, sequence: 1 } }).toArray();
        const all = found.map((line) => ({ ...line, key: line.key, body: String(line.body), mac: String(line.mac) }));
        return { entries: all.length, breaks: breaksOfLines(key, all, known) };
      } catch (error) {
        throw storeError(error);
      }
    },
  };
}

function filterOf({ who, what, target, since, until }: AuditFilter): Filter<AuditDocument> {
  const isAt = since !== undefined || until !== undefined;
  return {
    ...(who !== undefined && { who: { $eq: who } }),
    ...(what !== undefined && { what: { $eq: what } }),
    ...(target !== undefined && { target: { $regex: literal(target), $options: 'i' } }),
    ...(isAt && { at: { ...(since !== undefined && { $gte: since }), ...(until !== undefined && { $lte: until }) } }),
  };
}

/** The text as a pattern that matches itself and nothing else. */
function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
