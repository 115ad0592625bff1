import type { Collection, Db, Filter } from 'mongodb';
import { newId } from '../../core/keys';
import type { Logger } from '../../core/telemetry/logger';
import { macOf } from '../audit/chain';
import type { Anchor, Mark } from '../audit/chain';
import { auditEntryOf, auditLine, deploymentIn, maxCounted, outcomeText, pageAt, placeOf } from '../audit/lines';
import type { AuditLine, AuditPlace, DamagedLine } from '../audit/lines';
import { pageSize } from '../collections';
import type { AuditEntry, AuditFilter, AuditPage } from '../contract';
import { isDuplicateKey, isUnclear, withinLimit } from './calls';
import type { Call } from './calls';
import { allOf } from './records';

/** A line as stored in MongoDB. Its id belongs to the attempt to write it: if it is found again, the attempt succeeded. */
export interface AuditDocument extends Omit<AuditLine, 'key'> {
  readonly _id: string;
  readonly key?: string;
}

/** The parts of one instance's audit log. */
export interface AuditChain {
  readonly database: Db;
  readonly lines: Collection<AuditDocument>;
  readonly key: Buffer;
  /** Names the chain of this process; each instance has its own. */
  readonly instance: string;
  readonly limitMs: number;
  /** Where this instance anchors the head of its chain. */
  readonly anchorFile: string;
  readonly logger: Logger;
}

interface Waiting {
  readonly id: string;
  readonly entry: AuditEntry;
  readonly done: (error?: unknown) => void;
}

const linesAtOnce = 200;

/**
 * Appends entries to the chain of this instance: entries that wait during a write go into the next one together. Another process that writes to the
 * same chain violates the unique position; then both look up the end of the chain and try again. `onAppend` never rejects.
 */
export function createAppender(
  { lines, key, instance, limitMs }: AuditChain,
  prepared: () => Promise<void>,
  onAppend: (anchors: readonly Anchor[]) => Promise<void>,
): (entry: AuditEntry) => Promise<void> {
  let waiting: Waiting[] = [];
  let isWriting = false;
  let head: Mark | undefined;

  async function readHead(): Promise<Mark> {
    // The latest line, acknowledged or not: if it is rolled back, so are the lines chained to it.
    const last = await lines.findOne({ instance }, { sort: { sequence: -1 }, readConcern: { level: 'local' } });
    return { sequence: last?.sequence ?? 0, mac: last?.mac ?? '' };
  }

  /** The entries that are written, by this attempt or with the same key by somebody else. */
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
        rest = rest.filter(
          ({ id, entry }) =>
            !written.some(({ _id, key: lineKey }) => _id === id || (lineKey !== undefined && lineKey === entry.key)),
        );
      }
    }
  }

  function chained(batch: readonly Waiting[], from: Mark): AuditDocument[] {
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
      // A caller who was told that it failed must not find it written later from the queue.
      waiting = waiting.filter((each) => each.id !== id);
      throw error;
    }
  };
}

function anchorOf({ instance, sequence, mac }: AuditDocument): Anchor {
  return { instance, sequence, mac };
}

const pageRows = 200;

/** All lines by instance and sequence, page by page. */
export async function* linePages(
  lines: Collection<AuditDocument>,
): AsyncGenerator<readonly (AuditLine | DamagedLine)[]> {
  let page: (AuditLine | DamagedLine)[] = [];
  for await (const document of lines.find({}, { sort: { instance: 1, sequence: 1 }, batchSize: pageRows })) {
    page.push(auditLineOf(document as AuditDocument));
    if (page.length < pageRows) continue;
    yield page;
    page = [];
  }
  yield page;
}

/** The last line of each chain. */
export async function chainEnds(lines: Collection<AuditDocument>): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  for (let after = ''; ;) {
    const next = await lines.findOne({ instance: { $gt: after } }, { sort: { instance: 1, sequence: 1 } });
    if (!next) return ends;
    after = next.instance;
    const last = await lines.findOne({ instance: after }, { sort: { sequence: -1 } });
    if (last) ends.set(after, last.sequence);
  }
}

/** The document can contain anything by now. */
export function auditLineOf(document: AuditDocument): AuditLine | DamagedLine {
  const instance = String(document.instance);
  const { sequence, body, mac } = document;
  if (!Number.isSafeInteger(sequence))
    return { instance, sequence: -1, problem: 'A line of the audit log has no number.' };
  if (typeof body !== 'string' || typeof mac !== 'string')
    return { instance, sequence, problem: `Line ${sequence} can’t be read.` };
  return { ...document, instance, key: document.key };
}

/** A page of matches over the chains of all instances, and the total. */
export async function searchLines(lines: Collection<AuditDocument>, filter: AuditFilter): Promise<AuditPage> {
  const page = await readPage(lines, filter);
  const counted = await lines
    .find(allOf(await matchingOf(lines, filter)), {
      projection: { _id: 1 },
      limit: maxCounted + 1,
      batchSize: maxCounted + 1,
    })
    .toArray();
  return { ...page, count: Math.min(counted.length, maxCounted), isCountExact: counted.length <= maxCounted };
}

/** A page of matches, uncounted. */
export async function readPage(
  lines: Collection<AuditDocument>,
  filter: AuditFilter,
): Promise<{ entries: AuditEntry[]; older?: string }> {
  const matching = await matchingOf(lines, filter);
  const sort = { at: -1, instance: -1, sequence: -1 } as const;
  const limit = pageSize(filter.limit ?? 50);
  const from = placeOf(filter.cursor);
  const found = await lines
    .find(allOf(from ? [...matching, beyond(from)] : matching), { sort, limit: limit + 1, batchSize: limit + 1 })
    .toArray();
  const { shown, ...more } = pageAt(found, limit);
  return { entries: shown.map(({ body }) => auditEntryOf(body)), ...more };
}

async function matchingOf(
  lines: Collection<AuditDocument>,
  filter: AuditFilter,
): Promise<readonly Filter<AuditDocument>[]> {
  const target = deploymentIn(filter);
  const isThere =
    target !== undefined && (await lines.findOne({ target: { $gte: target, $lt: `${target}!` } })) !== null;
  return filterOf(filter, isThere ? target : undefined);
}

function filterOf(
  { who, what, words = [], names = [], outcomes = [], since, until }: AuditFilter,
  target: string | undefined,
): Filter<AuditDocument>[] {
  const holds = (text: string) => ({ $regex: literal(text), $options: 'i' });
  return [
    ...(who === undefined ? [] : [{ who: { $eq: who } }]),
    ...(target === undefined ? [] : [{ target: { $gte: target, $lt: `${target}!` } }]),
    ...(since === undefined ? [] : [{ at: { $gte: since } }]),
    ...(until === undefined ? [] : [{ at: { $lte: until } }]),
    ...(what === undefined ? [] : [{ what: holds(what) }]),
    ...words.map((word) => ({ $or: [{ target: holds(word) }, { what: holds(word) }] })),
    ...names.map((name) => ({ target: { $regex: `(?:^|[ ,])${literal(name)}(?:[ ,]|$)`, $options: 'i' } })),
    ...(outcomes.length === 0
      ? []
      : [{ $or: outcomes.map((each) => ({ body: { $regex: literal(outcomeText(each)) } })) }]),
  ];
}

function beyond({ at, instance, sequence }: AuditPlace): Filter<AuditDocument> {
  return {
    $or: [
      { at: { $lt: at } },
      { at: { $eq: at }, instance: { $lt: instance } },
      { at: { $eq: at }, instance: { $eq: instance }, sequence: { $lt: sequence } },
    ],
  };
}

/** The text as a pattern that matches only itself. */
function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
