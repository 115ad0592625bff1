import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installMissing, requirements, thisMachine } from './install';

/** `npm run test:servers [-- FILE …]`: installs the real servers that are missing, and runs the tests that need them. */
async function run(): Promise<number> {
  // Node ends a process that gets SIGINT without running what waits for its exit.
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  const missing = await installMissing(requirements, thisMachine);
  if (missing.length > 0) {
    const fix = thisMachine.canInstall
      ? 'apt-get failed three times to install'
      : 'Install them as root first: apt-get install --no-install-recommends';
    console.error(`These tests need real servers. ${fix} ${missing.join(' ')}`);
    return 1;
  }
  const [, , ...files] = process.argv;
  const mocha = join(__dirname, '../../node_modules/mocha/bin/mocha.js');
  return (
    spawnSync(process.execPath, [mocha, ...(files.length > 0 ? files : serverTests())], { stdio: 'inherit' }).status ??
    1
  );
}

const serverTests = (): string[] =>
  readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.server.ts'))
    .map((file) => join('test', file))
    .sort();

void run().then((code) => process.exit(code));
