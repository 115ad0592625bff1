import { spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { eventually } from '../patience';

/** A real server that a test has started. */
export interface Daemon {
  /** Ends the process and waits for its end. */
  stop(): Promise<void>;
}

interface DaemonOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** Everything it writes is here, its log too. */
  readonly folder: string;
  /** Whether it's the leader of a group of processes of its own, which ends with it: Apache ends all of its group. */
  readonly isGroup?: boolean;
  /** Environment variables that it gets besides those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Asks the server itself. */
  readonly isReady: () => Promise<boolean>;
}

/** Starts a server and waits until it answers. Rejects with the end of its log if it doesn't start. */
export async function startDaemon({
  program,
  args,
  folder,
  environment,
  isGroup = false,
  isReady,
}: DaemonOptions): Promise<Daemon> {
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, `${basename(program)}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...environment },
    detached: isGroup,
  });
  closeSync(log);
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  }).then(() => void (hasEnded = true));
  // A test run that is canceled leaves nothing behind.
  const kill = (): void => {
    if (isGroup && child.pid !== undefined && !hasEnded) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  };
  process.once('exit', kill);

  async function stop(): Promise<void> {
    process.off('exit', kill);
    if (!hasEnded) child.kill('SIGTERM');
    await ended;
  }

  try {
    await eventually(`${program} answers`, async () => {
      if (hasEnded) throw new Error(`${program} didn’t start:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`);
      return isReady();
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

/** Whether a server that listens on loopback answers with 200. */
export async function answersWell(url: string, authorization: string): Promise<boolean> {
  try {
    const response = await fetch(url, { headers: { authorization } });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** What the servers of these tests ask everybody for. */
export const credentials = { user: 'gavel', password: 'not-a-secret' } as const;

/** `not-a-secret` with bcrypt, at its lowest cost. */
export const passwordHash = '$2b$04$abcdefghijklmnopqrstuukiPfWbK4Chx2wQkrCBcuNQWm8D.wM3i';

export const basicAuthorization = `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;

/** A check whose result the test decides: the file that it's given has the output, and in its last line the exit code. Returns its path. */
export function writeCheck(folder: string): string {
  const file = join(folder, 'check');
  const lines = [
    '#!/bin/sh',
    'all=$(cat "$1")',
    `printf '%s\\n' "$all" | head -n -1`,
    `exit "$(printf '%s\\n' "$all" | tail -n 1)"`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** At once, because a check may just be reading it. */
export function writeCheckResult(file: string, code: 0 | 1 | 2 | 3, output: string): void {
  writeFileSync(`${file}.new`, `${output}\n${code}\n`);
  renameSync(`${file}.new`, file);
}
