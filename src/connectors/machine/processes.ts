import { execFileSync, spawn } from 'node:child_process';
import type { SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { withUsualMask } from '../../core/file-modes';
import type { ProcessRecord } from './records';

/** Child processes of this connector: node scripts, without a shell, with only the declared environment. */

export type DeclaredEnvironment = Readonly<Record<string, string>>;

/** Whether exactly the recorded process is still alive; a zombie isn't. */
export function lives(record: ProcessRecord | undefined): boolean {
  return record !== undefined && startOf(record.processId) === record.startTime;
}

function startOf(processId: number): string | undefined {
  if (processId <= 1) return undefined;
  if (process.platform === 'linux') return startFromProc(processId);
  if (process.platform === 'win32') return lookFor(processId) === 'there' ? 'unknown' : undefined;
  return startFromPs(processId);
}

function startFromProc(processId: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /[ZX]/.test(fields[0] ?? '') ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startFromPs(processId: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(processId)], {
      encoding: 'utf8',
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

/** Whether a process has this id; `hidden`: one that this process can't inspect. */
function lookFor(processId: number): 'there' | 'hidden' | 'gone' {
  try {
    process.kill(processId, 0);
    return 'there';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'hidden' : 'gone';
  }
}

/** Whether a process of another user has this id, so that it can't be told whether it is the recorded one. */
export function isHidden({ processId }: ProcessRecord): boolean {
  return processId > 1 && startOf(processId) === undefined && lookFor(processId) === 'hidden';
}

/** Signals the group that the process leads, if it is still alive. */
export function signalGroup(record: ProcessRecord | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (record && lives(record)) signalGroupOf(record.processId, signal);
}

function signalGroupOf(processId: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(process.platform === 'win32' ? processId : -processId, signal);
  } catch {
    // It exited at the same moment.
  }
}

function start(
  script: string,
  words: readonly string[],
  environment: DeclaredEnvironment,
  stdio: SpawnOptions['stdio'],
) {
  const options = { env: { ...environment }, stdio, detached: true, windowsHide: true };
  return withUsualMask(() => spawn(process.execPath, [script, ...words], options));
}

/** Starts a script that survives this process, in its own process group; resolves when it was started. */
export async function startDetached(
  script: string,
  words: readonly string[],
  environment: DeclaredEnvironment,
): Promise<void> {
  const child = start(script, words, environment, 'ignore');
  await once(child, 'spawn');
  child.unref();
}

/** Runs a script to its end. At the time limit, its whole process group is killed, and `code` is undefined. */
export async function runScript(
  script: string,
  words: readonly string[],
  environment: DeclaredEnvironment,
  timeLimitMs: number,
): Promise<{ readonly code: number | null | undefined; readonly output: string }> {
  const child = start(script, words, environment, ['ignore', 'pipe', 'ignore']);
  let output = '';
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    if (child.pid !== undefined) signalGroupOf(child.pid, 'SIGKILL');
  }, timeLimitMs);
  child.stdout?.on('data', (chunk: Buffer) => {
    if (output.length < 65_536) output += chunk.toString();
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code: late ? undefined : code, output };
  } finally {
    clearTimeout(timer);
  }
}
