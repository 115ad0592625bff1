import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import type { Config } from '../../src/config';
import type { ServicesByName } from '../../src/connectors/machine/by-name';
import type { Clock } from '../../src/core/time/clock';
import { tenantId } from '../../src/playground/world';
import type { AuditEntry } from '../../src/store/contract';
import { freePort } from '../free-ports';
import { writeProofCatalog } from '../proof/harness';
import { createLedgerConnector } from '../proof/runs/ledger-connector';
import { startRunLedger } from '../proof/runs/run-ledger';
import type { RunLedger } from '../proof/runs/run-ledger';
import { startOpenConnector } from '../proof/teams/open-connector';
import type { OpenConnector } from '../proof/teams/open-connector';
import { createDoor } from './door';
import type { Door } from './door';
import { appId, startIdentityServer } from './identity-server';
import type { IdentityServer } from './identity-server';
import { connectorsWith } from '../systems';

/** Gavel in Teams mode with its real token check, in this process; Teams, sign-in and pipelines run next to it on this machine. */
export interface GuardedGavel {
  readonly port: number;
  readonly identity: IdentityServer;
  readonly connector: OpenConnector;
  readonly ledger: RunLedger;
  readonly door: Door;
  /** Every line of the log so far, as it was written. */
  readonly log: string[];
  /** The whole content of the store, including the audit log; or of these tables. */
  stored(tables?: readonly string[]): Promise<string>;
  /** The audit log so far, oldest first. */
  audit(): readonly AuditEntry[];
  close(): Promise<void>;
}

/** The settings of a registered bot on this machine. */
export function registered(folder: string, port: number): Record<string, string> {
  return {
    MicrosoftAppType: 'SingleTenant',
    MicrosoftAppId: appId,
    MicrosoftAppPassword: 'a-client-secret-for-tests',
    MicrosoftAppTenantId: tenantId,
    GAVEL_HOST: '127.0.0.1',
    PORT: String(port),
    GAVEL_DATA: folder,
    GAVEL_CATALOG: join(folder, 'catalog.yaml'),
  };
}

export interface GuardedOptions {
  readonly clock?: Clock;
  /** Changes the text of the catalog before it is read. */
  readonly catalog?: (text: string) => string;
  /** Wraps the outside system. */
  readonly connector?: (connector: ServicesByName) => ServicesByName;
}

export async function startGuardedGavel(options: GuardedOptions = {}): Promise<GuardedGavel> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-guarded-'));
  writeProofCatalog(folder, 3, 3);
  const catalogFile = join(folder, 'catalog.yaml');
  if (options.catalog) writeFileSync(catalogFile, options.catalog(readFileSync(catalogFile, 'utf8')));
  const [identity, connector, ledger, port] = await Promise.all([
    startIdentityServer(),
    startOpenConnector(),
    startRunLedger(),
    freePort(),
  ]);
  const log: string[] = [];
  const outside = createLedgerConnector(ledger.url);
  const app = await createApp(recording(configOf(registered(folder, port)), log), {
    childEnvironment: {},
    connectors: connectorsWith(options.connector?.(outside) ?? outside),
    teams: { openIdUrl: identity.openIdUrl, loginUrl: identity.loginUrl, trustsThisMachine: true },
    ...(options.clock ? { clock: options.clock } : {}),
  });
  await app.start();
  return {
    port,
    identity,
    connector,
    ledger,
    log,
    door: createDoor(port, connector.url, identity, options.clock),
    stored: async (tables) => everythingIn(join(folder, 'gavel.db'), tables),
    audit: () =>
      rowsOf(join(folder, 'gavel.db'), 'audit-entries').map(({ body }) => JSON.parse(String(body)) as AuditEntry),
    async close() {
      await app.stop();
      await Promise.all([identity.close(), connector.close(), ledger.close()]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

function configOf(environment: Record<string, string>): Config {
  const result = readConfig(environment);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result.config;
}

/** The logger takes its output from the same place as its level. */
function recording(config: Config, lines: string[]): Config {
  const log = { level: 'info', format: 'json', write: (line: string) => void lines.push(line) } as const;
  return { ...config, log };
}

function everythingIn(file: string, wanted?: readonly string[]): string {
  const tables = rowsOf(file, 'sqlite_master').filter(({ type }) => type === 'table');
  const names = tables.map(({ name }) => String(name)).filter((name) => wanted?.includes(name) ?? true);
  return names.map((name) => `${name} ${JSON.stringify(rowsOf(file, name).map(withoutNextLook))}`).join('\n');
}

/** Waiting records are checked every few seconds, which changes the time of the next check and the version. */
function withoutNextLook(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const kept = Object.entries(row).filter(([column]) => column !== 'version' && !column.includes('dueAt'));
  return Object.fromEntries(
    kept.map(([column, value]) => [column, typeof value === 'string' ? value.replace(/,?"wakeAt":[\d.]+/, '') : value]),
  );
}

function rowsOf(file: string, table: string): Readonly<Record<string, unknown>>[] {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare(`SELECT * FROM "${table}"`).all() as Readonly<Record<string, unknown>>[];
  } finally {
    database.close();
  }
}
