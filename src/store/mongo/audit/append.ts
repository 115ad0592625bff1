import type { Collection } from 'mongodb';
import { newId } from '../../../core/keys';
import { macOf } from '../../audit/chain';
import type { Anchor } from '../../audit/chain';
import { auditLine } from '../../audit/lines';
import type { AuditLine } from '../../audit/lines';
import type { AuditEntry } from '../../contract';
import { isDuplicateKey, isUnclear, withinLimit } from '../calls';
import type { Call } from '../calls';

/** A line as it lies in MongoDB. Its id belongs to the attempt to write it: found again, it tells that the attempt succeeded. */
export interface AuditDocument extends Omit<AuditLine, 'key'> {
  readonly _id: string;
  readonly key?: string;
}

interface AppendOptions {
  readonly lines: Collection<AuditDocument>;
  readonly key: Buffer;
  readonly instance: string;
  readonly limitMs: number;
  readonly prepared: () => Promise<void>;
  /** Never rejects. */
  readonly onAppend: (anchors: readonly Anchor[]) => Promise<void>;
}

interface Waiting {
  readonly id: string;
  readonly entry: AuditEntry;
  readonly done: (error?: unknown) => void;
}

type Head = Pick<Anchor, 'sequence' | 'mac'>;

const linesAtOnce = 200;

/**
 * Appends entries to the chain of this instance: what waits while a write is under way goes into the next one together. Another process that
 * writes to the same chain is noticed by the unique place in it; then both look where the chain ends and try again.
 */
export function createAppender(options: AppendOptions): (entry: AuditEntry) => Promise<void> {
  const { lines, key, instance, limitMs, prepared, onAppend } = options;
  let waiting: Waiting[] = [];
  let isWriting = false;
  let head: Head | undefined;

  async function readHead(): Promise<Head> {
    // The latest of all, acknowledged or not: should it be rolled back, so is what was chained to it.
    const last = await lines.findOne({ instance }, { sort: { sequence: -1 }, readConcern: { level: 'local' } });
    return { sequence: last?.sequence ?? 0, mac: last?.mac ?? '' };
  }

  /** Those that are written, by this attempt or with the same key by somebody else. */
  async function readWritten(batch: readonly Waiting[]): Promise<AuditDocument[]> {
    const keys = batch.flatMap(({ entry }) => entry.key ?? []);
    const ids = batch.map(({ id }) => id);
    return (await lines.find({ $or: [{ _id: { $in: ids } }, { key: { $in: keys } }] }).toArray()) as AuditDocument[];
  }

  async function writeBatch(call: Call, batch: readonly Waiting[]): Promise<void> {
    await prepared();
    for (let rest = batch; rest.length > 0;) {
      call.check();
      head ??= await readHead();
      const documents = chained(rest, head);
      try {
        await lines.insertMany(documents);
        const last = documents[documents.length - 1];
        head = last && { sequence: last.sequence, mac: last.mac };
        return onAppend(documents.map(anchorOf));
      } catch (error) {
        head = undefined;
        if (!isDuplicateKey(error) && !isUnclear(error)) throw error;
        await call.pause();
        const written = await readWritten(rest);
        await onAppend(written.filter(({ _id }) => rest.some(({ id }) => id === _id)).map(anchorOf));
        rest = rest.filter(({ id, entry }) => !written.some((line) => line._id === id || isSame(line.key, entry.key)));
      }
    }
  }

  function chained(batch: readonly Waiting[], from: Head): AuditDocument[] {
    let { sequence, mac } = from;
    return batch.map(({ id, entry }) => {
      sequence += 1;
      mac = macOf(key, mac, instance, sequence, entry);
      const { key: entryKey, ...line } = auditLine({ instance, sequence, mac }, entry);
      return { _id: id, ...line, ...(entryKey !== undefined && { key: entryKey }) };
    });
  }

  async function writeAll(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, linesAtOnce);
      await withinLimit(limitMs, (call) => writeBatch(call, batch)).then(
        () => batch.forEach(({ done }) => done()),
        (error: unknown) => batch.forEach(({ done }) => done(error)),
      );
    }
    isWriting = false;
  }

  return async (entry) => {
    const id = newId();
    const stored = JSON.parse(JSON.stringify(entry)) as AuditEntry;
    const write = (): Promise<void> =>
      new Promise((resolve, reject) => {
        waiting.push({ id, entry: stored, done: (error) => (error === undefined ? resolve() : reject(error)) });
        if (!isWriting) void writeAll();
      });
    try {
      await withinLimit(limitMs, write);
    } catch (error) {
      // Who was told that it failed must not find it written later by a queue that was never reached.
      waiting = waiting.filter((each) => each.id !== id);
      throw error;
    }
  };
}

function anchorOf({ instance, sequence, mac }: AuditDocument): Anchor {
  return { instance, sequence, mac };
}

function isSame(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && a === b;
}
