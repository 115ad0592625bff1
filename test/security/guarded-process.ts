import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-ports';
import { eventually } from '../patience';
import { startInstance, writeProofCatalog } from '../proof/harness';
import type { Instance } from '../proof/harness';
import { startRunLedger } from '../proof/runs/run-ledger';
import { startOpenConnector } from '../proof/teams/open-connector';
import type { OpenConnector } from '../proof/teams/open-connector';
import { createDoor } from './door';
import type { Door } from './door';
import { registered } from './guarded-gavel';
import { startIdentityServer } from './identity-server';
import type { IdentityServer } from './identity-server';

/** Gavel in Teams mode in a separate process that may crash, which is what the test tries. */
export interface GuardedProcess {
  readonly instance: Instance;
  readonly identity: IdentityServer;
  readonly connector: OpenConnector;
  readonly door: Door;
  /** Its memory in bytes after a full collection. */
  heapBytes(): Promise<number>;
  /** Microseconds of processor time since its start. */
  workedMicros(): Promise<number>;
  /** Checks whether it still answers; rejects if it doesn't. */
  lives(): Promise<void>;
  close(): Promise<void>;
}

export async function startGuardedProcess(environment: Readonly<Record<string, string>> = {}): Promise<GuardedProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-attacked-'));
  writeProofCatalog(folder, 3, 3);
  const [identity, connector, ledger, port] = await Promise.all([
    startIdentityServer(),
    startOpenConnector(),
    startRunLedger(),
    freePort(),
  ]);
  const instance = await startInstance({
    port,
    folder,
    ledgerUrl: ledger.url,
    main: join(__dirname, 'guarded-instance.ts'),
    environment: {
      ...registered(folder, port),
      PROOF_OPENID: identity.openIdUrl,
      PROOF_LOGIN: identity.loginUrl,
      LOG_LEVEL: 'error',
      ...environment,
    },
  });
  async function told(signal: NodeJS.Signals, word: string): Promise<number> {
    const all = (): string[] =>
      [...instance.output().matchAll(new RegExp(`^${word} (\\d+)$`, 'gm'))].map(([, number = '']) => number);
    const before = all().length;
    process.kill(instance.pid, signal);
    await eventually(word, () => (all().length > before ? true : undefined));
    return Number(all().at(-1));
  }

  return {
    instance,
    identity,
    connector,
    door: createDoor(port, connector.url, identity),
    heapBytes: () => told('SIGUSR2', 'heap'),
    workedMicros: () => told('SIGHUP', 'worked'),
    async lives() {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: 'close' } });
      if (answer.status !== 200) throw new Error(`It is not ready: ${answer.status}\n${instance.output()}`);
    },
    async close() {
      await instance.stop();
      await Promise.all([identity.close(), connector.close(), ledger.close()]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
