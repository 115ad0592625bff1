import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import type { AuditEntry, AuditPart, AuditPrune, AuditPruneRequest, Store } from '../../../src/store/contract';
import type { AuditDocument } from '../../../src/store/mongo/audit-lines';
import type { HeadDocument } from '../../../src/store/mongo/audit-log';
import { placeName, sharedDatabase, testAuditKey } from '../shared-database';
import { temporaryStore } from '../temporary-store';

/** A store whose audit log is pruned, and what somebody with direct access does to it. */
export interface PruneGround {
  readonly folder: string;
  /** The settings that the command line needs to read it. */
  readonly settings: Readonly<Record<string, string>>;
  open(instance: string): Promise<Store>;
  /** The positions of all existing lines, with the text of each. */
  lines(): Promise<ReadonlyMap<string, string>>;
  changeLine(sequence: number): Promise<void>;
  removeLines(from: number, to: number): Promise<void>;
  /** The sealed mark of the prune of `one`, as stored. */
  mark(): Promise<string | undefined>;
  setMark(text: string | undefined): Promise<void>;
  remove(): Promise<void>;
}

async function sqliteGround(): Promise<PruneGround> {
  const temporary = temporaryStore();
  const { folder } = temporary;
  const sql = <T>(work: (database: Database.Database) => T): T => {
    const database = new Database(join(folder, 'gavel.db'));
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  return {
    folder,
    settings: { GAVEL_DATA: folder },
    open: async (instance) => temporary.reopen(instance),
    lines: async () =>
      sql((database) => {
        const rows = database.prepare('SELECT instance, sequence, body FROM "audit-entries"').all();
        return new Map((rows as Place[]).map((row) => [placeOf(row), row.body]));
      }),
    async changeLine(sequence) {
      sql((database) =>
        database.exec(
          `UPDATE "audit-entries" SET body = replace(body, '"done"', '"else"') WHERE instance = 'one' AND sequence = ${sequence}`,
        ),
      );
    },
    async removeLines(from, to) {
      sql((database) =>
        database.exec(`DELETE FROM "audit-entries" WHERE instance = 'one' AND sequence BETWEEN ${from} AND ${to}`),
      );
    },
    async mark() {
      return sql((database) => (database.prepare('SELECT body FROM "audit-heads"').get() as { body: string }).body);
    },
    async setMark(text) {
      sql((database) => database.prepare('UPDATE "audit-heads" SET body = ?').run([text ?? '{}']));
    },
    remove: () => temporary.remove(),
  };
}

async function mongoGround(): Promise<PruneGround> {
  const shared = await sharedDatabase();
  const lines = shared.raw.collection<AuditDocument>('audit-entries');
  const heads = shared.raw.collection<HeadDocument>('audit-heads');
  return {
    folder: shared.folder,
    settings: {
      GAVEL_DATA: shared.folder,
      MONGODB_URI: `${shared.url}/?replicaSet=double`,
      MONGODB_DATABASE: shared.name,
      GAVEL_AUDIT_KEY: testAuditKey.toString('hex'),
    },
    open: (instance) => shared.open(instance),
    async lines() {
      return new Map((await lines.find({}).toArray()).map((line) => [placeOf(line), line.body]));
    },
    async changeLine(sequence) {
      const body = (await lines.findOne({ instance: 'one', sequence }))?.body.replace('"done"', '"else"');
      await lines.updateOne({ instance: 'one', sequence }, { $set: { body: body ?? '' } });
    },
    async removeLines(from, to) {
      await lines.deleteMany({ instance: 'one', sequence: { $gte: from, $lte: to } });
    },
    mark: async () => (await heads.findOne({ _id: 'one' }))?.pruned,
    async setMark(text) {
      await heads.updateOne(
        { _id: 'one' },
        text === undefined ? { $unset: { pruned: '' } } : { $set: { pruned: text } },
      );
    },
    remove: () => shared.remove(),
  };
}

export const pruneGrounds: readonly { readonly name: string; open(): Promise<PruneGround> }[] = [
  { name: 'the embedded store', open: sqliteGround },
  { name: placeName, open: mongoGround },
];

interface Place {
  readonly instance: string;
  readonly sequence: number;
  readonly body: string;
}

function placeOf({ instance, sequence }: Omit<Place, 'body'>): string {
  return `${instance}/${sequence}`;
}

/** The lines in exported files, by their position. */
export function exportedLines(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.ndjson'));
  const texts = names.flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'));
  return new Map(
    texts.map((text) => {
      const line = JSON.parse(text) as Place;
      return [placeOf(line), line.body];
    }),
  );
}

/** Everything before this moment is old. */
export const oldBefore = 1_000;

export function auditEntry(at: number): AuditEntry {
  return { at, who: 'gavel', what: 'x.y', target: 't', from: 'test', outcome: 'done', correlationId: 'c' };
}

/** Writes old lines, then recent ones. */
export async function fill(store: Store, old: number, young: number): Promise<void> {
  const ats = [...Array(old).fill(1), ...Array(young).fill(oldBefore)] as number[];
  await Promise.all(ats.map((at) => store.audit.append(auditEntry(at))));
}

export function recordOf(part: AuditPart): AuditEntry {
  const { instance, from, to, exportedBy } = part;
  const key = `${instance}:${from}-${to}:${exportedBy}`;
  return { ...auditEntry(oldBefore), what: 'audit.prune', detail: { ...part }, key };
}

export function prune(store: Store, folder: string, more: Partial<AuditPruneRequest> = {}): Promise<AuditPrune> {
  return store.audit.prune({ before: oldBefore, folder, record: recordOf, mayGoOn: () => true, ...more });
}

export async function breaksOf(store: Store): Promise<string[]> {
  return (await store.audit.verify()).breaks.map(({ problem }) => problem);
}
