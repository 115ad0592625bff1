import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../src/app';
import type { Command } from '../src/chat/contract';
import { readConfig } from '../src/config';
import { makeManifest, manifestProblems } from './manifest';
import { zipPackage } from './package';
import { readPackageSettings } from './settings';

// `npm run manifest`: writes manifest/gavel.zip, the package that Teams installs, or says what is missing.

const root = join(__dirname, '..');

/** The commands of a Gavel started without settings, in a temporary folder. */
export async function productCommands(): Promise<readonly Command[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-manifest-'));
  try {
    const result = readConfig({ GAVEL_DATA: folder, LOG_LEVEL: 'silent' });
    if ('problems' in result) throw new Error(result.problems.join('\n'));
    const app = await createApp(result.config, { childEnvironment: {} });
    const commands = app.commands();
    await app.stop();
    return commands;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves to the exit code: 0 if it wrote the package, 1 if it refused. */
export async function buildPackage(
  environment: Readonly<Record<string, string | undefined>>,
  file: string,
  print: (line: string) => void,
): Promise<number> {
  const settings = readPackageSettings(environment);
  if ('problems' in settings) return refuse(settings.problems, print);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const manifest = makeManifest(settings, version, await productCommands());
  const problems = await manifestProblems(manifest);
  if (problems.length > 0) return refuse(problems, print);
  const bytes = zipPackage(manifest);
  writeFileSync(file, bytes);
  print(`Wrote ${file}: ${settings.name} ${version} for bot ${settings.appId}, ${bytes.length} bytes.`);
  print('Next: Teams, Apps, Manage your apps, Upload an app. docs/teams.md says what to expect.');
  return 0;
}

function refuse(problems: readonly string[], print: (line: string) => void): number {
  print(`The package wasn't built:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  return 1;
}

if (require.main === module) {
  if (existsSync('.env')) process.loadEnvFile?.('.env');
  void buildPackage(process.env, join(__dirname, 'gavel.zip'), (line) => console.log(line)).then(
    (code) => (process.exitCode = code),
  );
}
