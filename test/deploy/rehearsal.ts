import { spawn, spawnSync } from 'node:child_process';
import type { SpawnSyncOptions } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../free-ports';
import { execForm, last, readCopy, readStages, readVariables } from './containerfile';
import type { Stage } from './containerfile';

// `npm run rehearse`: executes Containerfile in clean folders of this machine, for machines without a container engine.
// It builds every stage, starts Gavel with only the production packages, runs the health check, and stops Gavel with SIGTERM.

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'gavel-rehearsal-'));
const stages = readStages(readFileSync(join(root, 'Containerfile'), 'utf8'));
const clean = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };

const workingFolders = new Map<string, string>();

/** Paths of the image are below a separate folder, including `/build` and `/app`. */
function build(stage: Stage, index: number): { home: string; variables: Record<string, string> } {
  const image = join(folder, stage.name ?? `stage-${index}`);
  let home = image;
  const variables: Record<string, string> = {};
  for (const { name, text } of stage.instructions) {
    if (name === 'WORKDIR') mkdirSync((home = join(image, text)), { recursive: true });
    if (name === 'ENV') Object.assign(variables, readVariables(text));
    if (name === 'COPY') copy(text, home);
    // Instructions that prepare folders of the image are left to the engine; this runs those that build.
    if (name === 'RUN' && !text.startsWith('mkdir -p /')) run(text, home);
  }
  workingFolders.set(stage.name ?? '', image);
  return { home, variables };
}

function copy(text: string, home: string): void {
  const { from, sources, target } = readCopy(text);
  for (const source of sources) {
    const origin = from === undefined ? join(root, source) : join(workingFolders.get(from) ?? '', source);
    const end = target === './' || target === '.' ? join(home, source.split('/').at(-1) ?? '') : join(home, target);
    cpSync(origin, end, { recursive: true });
  }
}

function run(command: string, cwd: string): void {
  console.log(`RUN ${command}`);
  const options: SpawnSyncOptions = { cwd, env: clean, stdio: ['ignore', 'ignore', 'inherit'] };
  if (spawnSync('sh', ['-c', command], options).status !== 0) throw new Error(`It failed: ${command}`);
}

async function main(): Promise<void> {
  const built = stages.map(build);
  const { home, variables } = built.at(-1) ?? { home: '', variables: {} };
  const final = stages.at(-1);
  const data = join(folder, 'data');
  mkdirSync(data);
  cpSync(join(root, 'sandbox/catalog.yaml'), join(folder, 'catalog.yaml'));
  const env = {
    ...clean,
    ...variables,
    PORT: String(await freePort()),
    GAVEL_DATA: data,
    GAVEL_CATALOG: join(folder, 'catalog.yaml'),
    MicrosoftAppType: 'SingleTenant',
    MicrosoftAppId: '11111111-2222-4333-8444-555555555555',
    MicrosoftAppPassword: 'a secret of nobody',
    MicrosoftAppTenantId: '00000000-0000-4000-8000-00000000c0de',
  };
  const words = execForm(last(final, 'CMD') ?? '') ?? [];
  const healthCheck = execForm((last(final, 'HEALTHCHECK') ?? '').replace(/^.*?CMD\s+/, '')) ?? [];
  const gavel = spawn(words[0] ?? '', words.slice(1), { cwd: home, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  gavel.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => gavel.once('exit', resolve));
  const isReady = (): boolean => spawnSync(healthCheck[0] ?? '', healthCheck.slice(1), { env }).status === 0;
  try {
    for (let tries = 0; tries < 60 && !isReady() && gavel.exitCode === null; tries++) await wait(500);
    writeFileSync(join(folder, 'output'), output);
    if (!isReady()) throw new Error(`Gavel did not become ready:\n${output}`);
    console.log('It is ready, by its own health check.');
    const check = spawnSync('node', ['bin/gavel.js', 'audit', 'verify'], { cwd: home, env, encoding: 'utf8' });
    console.log(check.stdout.trim());
    if (check.status !== 0) throw new Error('The command line did not work in the image');
  } finally {
    gavel.kill('SIGTERM');
  }
  const code = await ended;
  if (code !== 0) throw new Error(`Gavel ended with ${code} on SIGTERM`);
  console.log('It ended by itself on SIGTERM.');
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => rmSync(folder, { recursive: true, force: true }));
