import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openRunFolder, runIdOf } from '../../../src/connectors/machine/run-folder';
import { endOf, HostWorld } from '../../connectors/host/host-world';
import { eventually } from '../../patience';
import { fuseScript, killPoints, withoutLauncher } from './fuse';

const watcher = join(__dirname, '../../../detached/host-run.js');

const goAhead = killPoints[4];

export interface Round {
  /** Whether the deploy command started. */
  readonly didStart: boolean;
  /** Processes of the launcher or the command that are alive after the run has its result. */
  readonly left: readonly number[];
  readonly reason: string;
}

export interface Watched {
  /** One deployment whose watcher is killed there, or this many milliseconds after it started; then its supervisor follows it to its end. */
  kill(at: string | number): Promise<Round>;
  close(): Promise<void>;
}

/** A host with releases and a deploy command that never ends on its own. */
export async function openWatched(): Promise<Watched> {
  const world = new HostWorld();
  await world.start();
  world.hold();
  const fuse = join(world.folder, 'fuse.cjs');
  writeFileSync(fuse, fuseScript);
  const connector = world.connect();
  let rounds = 0;

  async function kill(at: string | number): Promise<Round> {
    const startsBefore = world.starts().length;
    const id = claimRun(world, `round ${++rounds}`);
    const folder = join(world.dataDir, 'host/runs', id);
    const hasStarted = (): boolean => world.starts().length > startsBefore;
    await killWatcher(folder, fuse, at);
    if (at === goAhead || at === withoutLauncher)
      await eventually('the start of the command', () => hasStarted() || undefined);
    const status = await endOf(connector, id);
    const left = await processesLeft(world.script);
    for (const processId of left) process.kill(processId, 'SIGKILL');
    return { didStart: hasStarted(), left, reason: status.reason ?? status.state };
  }

  return { kill, close: () => world.end() };
}

function claimRun(world: HostWorld, key: string): string {
  const id = runIdOf(key);
  const { steps, ...host } = world.binding();
  const details = { ...host, steps: ['check', ...steps, 'confirm'] };
  const request = { ...details, ...world.request(key, '1.1.0', 2), claimedAt: Date.now() };
  assert.ok(openRunFolder(join(world.dataDir, 'host/runs'), id).claim(request));
  return id;
}

async function killWatcher(folder: string, fuse: string, at: string | number): Promise<void> {
  const env = { PATH: process.env['PATH'], ...(typeof at === 'string' && { KILL_AT: at }) };
  const child = spawn(process.execPath, ['--require', fuse, watcher, folder], { env, stdio: 'ignore', detached: true });
  const ended = new Promise<string | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  if (typeof at === 'number') {
    await eventually('the watcher at work', () => existsSync(join(folder, 'started.json')) || undefined);
    await wait(at);
    child.kill('SIGKILL');
  }
  assert.equal(await ended, 'SIGKILL', `the watcher was killed ${at}`);
}

/** Processes with the deploy command in their command line that stay alive; one that is just about to exit gets a second. */
async function processesLeft(script: string): Promise<readonly number[]> {
  return eventually(
    'the end of what was left',
    () => (processesWith(script).length === 0 ? [] : undefined),
    1_000,
  ).catch(() => processesWith(script));
}

function processesWith(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && wordsOf(name).includes(word))
    .map(Number);
}

function wordsOf(processId: string): readonly string[] {
  try {
    return readFileSync(`/proc/${processId}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
