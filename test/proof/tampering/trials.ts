import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { startProblem } from '../../../src/start/text';
import type { Store } from '../../../src/store/contract';
import { openSqliteStore } from '../../../src/store/sqlite';
import { things } from '../../store/contract-suite';
import { createRandom } from '../random';

// A separate process, so that damage can't end the proof: `tampering-trials.ts <base folder> <first seed> <last seed>` prints a line for each trial.

export type TrialOutcome = 'named' | 'refused' | 'harmless' | 'missed';

function openDamaged(folder: string): Store {
  return openSqliteStore({
    file: join(folder, 'gavel.db'),
    auditKeyFile: join(folder, 'audit.key'),
    auditAnchorFile: join(folder, 'audit.anchor.ndjson'),
    instance: 'command-line',
    logger: silentLogger,
    onlyLooks: true,
  });
}

/** Flips bits of up to 200 bytes, mostly in the store. */
function damage(folder: string, seed: number): void {
  const random = createRandom(seed);
  const name = random.chance(0.85) ? 'gavel.db' : 'audit.anchor.ndjson';
  const file = existsSync(join(folder, 'gavel.db-wal')) && random.chance(0.3) ? 'gavel.db-wal' : name;
  const bytes = readFileSync(join(folder, file));
  if (bytes.length === 0) return;
  const flips = 1 + random.number(random.pick([1, 10, 200]));
  for (let count = 0; count < flips; count++) {
    const at = random.number(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 + random.number(255));
  }
  writeFileSync(join(folder, file), bytes);
}

async function outcomeOf(folder: string, whole: string): Promise<TrialOutcome> {
  let store: Store | undefined;
  try {
    store = openDamaged(folder);
    const { breaks } = await store.audit.verify();
    const entries = await store.audit.read({ limit: 1_000 }).catch((error: unknown) => startProblem(error));
    // Records have no hash, so this only checks that they crash nothing.
    await store
      .collection(things)
      .find({ limit: 1_000 })
      .catch(() => undefined);
    await store.inspect?.(2_000);
    if (breaks.length > 0) return 'named';
    return JSON.stringify(entries) === whole || typeof entries === 'string' ? 'harmless' : 'missed';
  } catch (error) {
    return startProblem(error) === '' ? 'missed' : 'refused';
  } finally {
    await store?.close().catch(() => undefined);
  }
}

async function main(): Promise<void> {
  const [base = '', first = '0', last = '0'] = process.argv.slice(2);
  const untouched = openDamaged(base);
  const whole = JSON.stringify(await untouched.audit.read({ limit: 1_000 }));
  await untouched.close();
  for (let seed = Number(first); seed <= Number(last); seed++) {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-flipped-'));
    cpSync(base, folder, { recursive: true });
    damage(folder, seed);
    process.stdout.write(`begun ${seed}\n`);
    process.stdout.write(`ended ${seed} ${await outcomeOf(folder, whole)}\n`);
    rmSync(folder, { recursive: true, force: true });
  }
}

if (require.main === module) void main();
