import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepareKubernetes } from './build';

const tests = ['test/connectors/kubernetes/real-cluster.ts', 'test/e2e/kubernetes-cluster.ts'];

/** `npm run test:kubernetes`: builds a real API server once, and runs the tests that need it. */
async function run(): Promise<number> {
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  try {
    await prepareKubernetes();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
  const mocha = join(__dirname, '../../../node_modules/mocha/bin/mocha.js');
  return spawnSync(process.execPath, [mocha, ...tests], { stdio: 'inherit' }).status ?? 1;
}

void run().then((code) => process.exit(code));
