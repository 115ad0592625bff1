import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { messageCollection } from '../../src/chat/outbox/record';
import type { MessageRecord } from '../../src/chat/outbox/record';
import { idFrom } from '../../src/core/keys';
import { silentLogger } from '../../src/core/telemetry/logger';
import { newApproval } from '../../src/features/approvals/record';
import { approvalWorkflow } from '../../src/features/approvals/workflow';
import type { Deployment } from '../../src/features/deployments/contract';
import { deploymentWorkflow, numbersSpec } from '../../src/features/deployments/workflow';
import { historySpec } from '../../src/features/history/store';
import { tenantId } from '../../src/playground/world';
import { headsText, noAnchors } from '../../src/store/audit/anchors';
import { macOf } from '../../src/store/audit/chain';
import { rewriteAnchors } from '../../src/store/audit/files';
import { auditLine } from '../../src/store/audit/lines';
import type { AuditEntry, CollectionSpec } from '../../src/store/contract';
import { openSqliteStore } from '../../src/store/sqlite';
import { sampleOf } from '../core/card/sample';
import { channelNumber, dana, personNumber } from '../proof/harness';

/** A year of a busy organization, written in bulk without the store: it contains exactly what Gavel itself would have written. */

export interface YearSize {
  readonly deployments: number;
  readonly auditEntries: number;
  readonly messages: number;
  readonly replies: number;
  readonly approvals: number;
  readonly history: number;
}

export const services = 20;
const yearMs = 365 * 86_400_000;
const idOf = ({ aadObjectId }: { readonly aadObjectId: string }): string => `entra:${tenantId}/${aadObjectId}`;
const whoAt = (index: number) => (index % 4 === 0 ? dana : personNumber((index % 50) + 1));

/** Every row of a collection uses its own spec, so that its indexes are right. */
interface Rows {
  readonly spec: CollectionSpec<never>;
  readonly count: number;
  make(index: number): { readonly id: string; readonly value: unknown };
}

/** Fills `folder`; opening the store creates the indexes, as after an upgrade. */
export function seedYear(folder: string, size: YearSize, now: number): void {
  const file = join(folder, 'gavel.db');
  const keyFile = join(folder, 'audit.key');
  const anchorFile = join(folder, 'audit.anchor.ndjson');
  const auditKey = randomBytes(32);
  writeFileSync(keyFile, `${auditKey.toString('hex')}\n`, { mode: 0o600 });
  const store = openSqliteStore({
    file,
    auditKeyFile: keyFile,
    auditKey,
    auditAnchorFile: anchorFile,
    instance: 'gavel',
    logger: silentLogger,
  });
  const all = rowsOf(size, now);
  const replies: CollectionSpec<{ readonly at: number }> = {
    name: 'replies',
    schema: 1,
    indexes: {},
    queries: [],
    expiresAt: ({ at }) => at + 60 * 86_400_000,
  };
  for (const { spec } of all) store.collection(spec as unknown as CollectionSpec<unknown>);
  store.collection(replies);
  store.collection(numbersSpec);
  void store.close();
  const database = new Database(file);
  database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; PRAGMA cache_size = -200000');
  const indexes = database
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'index' AND (name LIKE '%-q-%' OR name LIKE 'audit-entries-%')`,
    )
    .all() as { name: string }[];
  for (const { name } of indexes) database.exec(`DROP INDEX "${name}"`);
  for (const rows of all) fill(database, rows);
  fill(database, {
    spec: replies as unknown as CollectionSpec<never>,
    count: size.replies,
    make: (index) => ({
      id: `19:channel${index % 100}@thread.tacv2 ${index}`,
      value: { at: now - ((size.replies - index) / size.replies) * 60 * 86_400_000 },
    }),
  });
  fill(database, {
    spec: numbersSpec as unknown as CollectionSpec<never>,
    count: 1,
    make: () => ({ id: 'deployments', value: { last: 1_000 + size.deployments } }),
  });
  const last = fillAudit(database, auditKey, size.auditEntries, now);
  database.prepare(`INSERT OR REPLACE INTO "audit-heads" (id, body) VALUES (1, ?)`).run(headsText(auditKey, [last]));
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  rewriteAnchors(anchorFile, auditKey, { ...noAnchors, anchors: [{ ...last, from: 1 }] });
}

function fill(database: Database.Database, { spec, count, make }: Rows): void {
  const indexNames = Object.keys(spec.indexes);
  const uniqueNames = Object.keys(spec.unique ?? {});
  const columns = [
    ...['id', 'version', 'schema', 'body', 'expiresAt'],
    ...indexNames.map((name) => `"i-${name}"`),
    ...uniqueNames.map((name) => `"u-${name}"`),
  ];
  const insert = database.prepare(
    `INSERT OR REPLACE INTO "${spec.name}" (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  inBulk(database, count, (index) => {
    const { id, value } = make(index);
    const derived = [
      ...indexNames.map((name) => spec.indexes[name as never] as (value: unknown) => unknown),
      ...uniqueNames.map((name) => spec.unique?.[name as never] as unknown as (value: unknown) => unknown),
    ].map((derive) => derive(value) ?? null);
    const expiresAt = (spec.expiresAt as ((value: unknown) => number | undefined) | undefined)?.(value) ?? null;
    insert.run([id, 1, spec.schema, JSON.stringify(value), expiresAt, ...derived]);
  });
}

function inBulk(database: Database.Database, count: number, one: (index: number) => void): void {
  for (let from = 0; from < count; from += 20_000) {
    database.exec('BEGIN');
    for (let index = from; index < Math.min(count, from + 20_000); index++) one(index);
    database.exec('COMMIT');
  }
}

function fillAudit(database: Database.Database, key: Buffer, count: number, now: number) {
  const insert = database.prepare(
    `INSERT INTO "audit-entries" (instance, sequence, key, at, who, what, target, body, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  let mac = '';
  inBulk(database, count, (index) => {
    const sequence = index + 1;
    const entry = auditEntry(index, count, now);
    mac = macOf(key, mac, 'gavel', sequence, entry);
    const line = auditLine({ instance: 'gavel', sequence, mac }, entry);
    insert.run([
      ...['gavel', sequence, line.key ?? null, line.at, line.who, line.what, line.target, line.body, line.mac],
    ]);
  });
  return { instance: 'gavel', sequence: count, mac };
}

const deeds = ['deployments.request', 'approvals.approve', 'deployments.start', 'deployments.succeeded'] as const;

function auditEntry(index: number, count: number, now: number): AuditEntry {
  const deployment = Math.floor(index / 4);
  const what = deeds[index % 4] ?? deeds[0];
  const label = `D-${1_001 + deployment}`;
  const place = `s${(deployment % services) + 1} in production`;
  return {
    at: Math.floor(now - yearMs + (index / count) * yearMs),
    who: index % 2 === 0 ? idOf(whoAt(deployment)) : 'gavel',
    what,
    target: index % 4 === 1 ? label : `${label} ${place}`,
    from: 'teams',
    outcome: 'done',
    detail: { version: `1.0.${deployment % 90}`, environment: 'production', attempts: 1, isFirst: true },
    correlationId: idFrom('year', String(index)).slice(0, 12),
    key: `year:${index}`,
  };
}

function rowsOf(size: YearSize, now: number): readonly Rows[] {
  const at = (index: number, count: number): number => Math.floor(now - yearMs + (index / count) * yearMs);
  const rows = (spec: unknown, count: number, make: Rows['make']): Rows => ({
    spec: spec as CollectionSpec<never>,
    count,
    make,
  });
  return [
    rows(deploymentWorkflow.spec, size.deployments, (index) => {
      const value = deploymentAt(index, at(index, size.deployments));
      return { id: idFrom('deployment', String(index)), value };
    }),
    rows(approvalWorkflow.spec, size.approvals, (index) => ({
      id: idFrom('approval', String(index)),
      value: approvalAt(index, at(index, size.approvals)),
    })),
    rows(historySpec, size.history, (index) => ({
      id: idFrom('history', String(index)),
      value: historyAt(index, Math.floor(now - 30 * 86_400_000 + (index / size.history) * 30 * 86_400_000)),
    })),
    rows(messageCollection, size.messages, (index) => ({
      id: `run:${idFrom('message', String(index))}`,
      value: messageAt(index, Math.floor(now - 180 * 86_400_000 + (index / size.messages) * 180 * 86_400_000)),
    })),
  ];
}

function deploymentAt(index: number, requestedAt: number): Deployment {
  const version = `1.0.${index % 90}`;
  const person = whoAt(index);
  const run = { id: `r${index}`, state: 'succeeded', steps: [], progress: 1, startedAt: requestedAt + 60_000 } as const;
  const commits = Array.from({ length: 6 }, (_, number) => ({
    id: idFrom('commit', `${index}.${number}`).slice(0, 40),
    author: person.name,
    subject: `Change number ${number} of release ${version}, with a subject as people write them`,
    at: requestedAt - number * 60_000,
  }));
  return {
    number: 1_001 + index,
    kind: 'deploy',
    service: `s${(index % services) + 1}`,
    environment: 'production',
    version,
    commit: idFrom('release', version).padEnd(40, '0').slice(0, 40),
    replaces: undefined,
    requester: { id: idOf(person), name: person.name },
    reason: 'The usual release of the week, as planned with the team',
    requestedAt,
    placeId: channelNumber((index % 100) + 1).id,
    thread: undefined,
    correlationId: `c${index}`,
    state: index % 10 === 0 ? 'failed' : 'succeeded',
    stateSince: requestedAt + 120_000,
    changes: { commits, total: commits.length, direction: 'forward' },
    approvedBy: [{ id: idOf(personNumber(1)), name: 'Person 1' }],
    approvedAt: requestedAt + 30_000,
    runKey: `year-${index}`,
    runId: `r${index}`,
    run: { ...run, endedAt: requestedAt + 90_000, lastLines: ['done'.repeat(60)], logReadAt: requestedAt + 90_000 },
    effectsMade: 4,
    pending: [],
  } as unknown as Deployment;
}

function approvalAt(index: number, now: number): unknown {
  const request = {
    subject: { kind: 'deployment', id: idFrom('deployment', String(index)) },
    requester: { id: idOf(whoAt(index)), name: whoAt(index).name },
    rule: { required: 1, role: 'approver', requesterMayApprove: false, expiresAfterSeconds: 86_400 },
    expiresAt: now + 86_400_000,
    placeId: channelNumber((index % 100) + 1).id,
  };
  const facts = { label: `D-${1_001 + index}` };
  const made = newApproval(request as never, facts as never, now);
  return { ...made, state: 'approved', stateSince: now + 30_000, pending: [], wakeAt: undefined };
}

function historyAt(index: number, at: number): unknown {
  const person = whoAt(index);
  const place = channelNumber((index % 100) + 1);
  return {
    at,
    person: idOf(person),
    personName: person.name,
    placeId: place.id,
    placeName: place.name,
    said: `deploy s${(index % services) + 1} 1.0.${index % 90} to production because the usual release is due`,
    what: 'deployments.deploy',
    outcome: 'done',
    came: `D-${1_001 + (index % 100_000)} waits for approval`,
    keptUntil: at + 30 * 86_400_000,
  };
}

const { data: closed } = sampleOf('deployments/closed');

function messageAt(index: number, changedAt: number): MessageRecord {
  const place = channelNumber((index % 100) + 1);
  const toPerson = index % 3 === 0;
  const summary = `D-${1_001 + (index % 100_000)}: s${(index % services) + 1} 1.0.${index % 90} runs in production`;
  return {
    key: `year:${index}`,
    tryForMs: 86_400_000,
    spentMs: 0,
    asText: false,
    untold: false,
    shownRevision: 3,
    lane: toPerson ? `person ${idOf(whoAt(index))}` : `place ${place.id}`,
    destination: toPerson ? { to: 'person', personId: idOf(whoAt(index)) } : { to: 'place', placeId: place.id },
    content: { card: 'deployments/closed', data: { ...closed, summary, sentence: summary.repeat(8) } },
    revision: 3,
    final: true,
    state: 'posted',
    posted: { placeId: place.id, activityId: String(index) },
    ambiguous: 0,
    attempts: 1,
    changedAt,
    order: index,
  };
}
