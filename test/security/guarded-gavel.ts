import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import type { Config } from '../../src/config';
import type { Clock } from '../../src/core/clock';
import { tenantId } from '../../src/playground/world';
import { freePorts } from '../e2e/product';
import { writeProofCatalog } from '../proof/harness';
import { createLedgerConnector } from '../proof/ledger-connector';
import { startOpenConnector } from '../proof/open-connector';
import type { OpenConnector } from '../proof/open-connector';
import { startRunLedger } from '../proof/run-ledger';
import type { RunLedger } from '../proof/run-ledger';
import { appId, startIdentityServer } from './identity-server';
import type { IdentityServer } from './identity-server';
import { createDoor } from './door';
import type { Door } from './door';

/** Gavel as it serves Teams, with its real token check, in this process; Teams, sign-in and pipelines stand beside it on this machine. */
export interface GuardedGavel {
  readonly port: number;
  readonly identity: IdentityServer;
  readonly connector: OpenConnector;
  readonly ledger: RunLedger;
  readonly door: Door;
  /** Every line of the log so far, as it was written. */
  readonly log: string[];
  /** All that the store holds, the audit too. */
  stored(): Promise<string>;
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

export async function startGuardedGavel(options: { clock?: Clock; approvers?: number } = {}): Promise<GuardedGavel> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-guarded-'));
  writeProofCatalog(folder, 3, options.approvers ?? 3);
  const [identity, connector, ledger, { port }] = await Promise.all([
    startIdentityServer(),
    startOpenConnector(),
    startRunLedger(),
    freePorts(),
  ]);
  const log: string[] = [];
  const app = await createApp(recording(configOf(registered(folder, port)), log), {
    childEnvironment: {},
    connectors: new Map([['ledger', createLedgerConnector(ledger.url)]]),
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
    stored: async () => everythingIn(join(folder, 'gavel.db')),
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

/** The logger takes what it writes with from where it takes its level. */
function recording(config: Config, lines: string[]): Config {
  const log = { level: 'info', format: 'json', write: (line: string) => void lines.push(line) } as const;
  return { ...config, log };
}

function everythingIn(file: string): string {
  const database = new Database(file, { readonly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all() as {
      name: string;
    }[];
    return tables
      .map(({ name }) => `${name} ${JSON.stringify(database.prepare(`SELECT * FROM "${name}"`).all())}`)
      .join('\n');
  } finally {
    database.close();
  }
}
