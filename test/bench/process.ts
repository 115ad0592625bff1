import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** A part of a measurement in a separate process, called over the channel that `fork` opens. */
export interface Part {
  readonly pid: number;
  ask<T>(question: object): Promise<T>;
  stop(): Promise<void>;
}

export interface PartOptions {
  readonly main: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The processor it is pinned to, if the system supports that. */
  readonly core?: number;
}

const pinner = '/usr/bin/taskset';
const running = new Set<ChildProcess>();

/** Whether servers and load have separate processors. */
export const pins = existsSync(pinner) && cpus().length > 1;

/** Starts `main` with tsx; resolves when it has sent its first message. With `BENCH_PROFILE=<folder>`, each part writes its processor profile there. */
export async function startPart({ main, environment, core }: PartOptions): Promise<Part> {
  const profiles = process.env['BENCH_PROFILE'];
  const flags = [...(profiles ? ['--cpu-prof', '--cpu-prof-dir', profiles] : []), '--import', 'tsx'];
  const pinned = core !== undefined && pins;
  const child = fork(join(__dirname, main), [], {
    env: { PATH: process.env['PATH'], ...environment },
    execPath: pinned ? pinner : process.execPath,
    execArgv: pinned ? ['-c', String(core), process.execPath, ...flags] : flags,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  running.add(child);
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaints = `${complaints}${chunk.toString()}`.slice(-4_000)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => running.delete(child));
  const broke = ended.then(() => Promise.reject(new Error(`${main} ended by itself: ${complaints}`)));
  broke.catch(() => undefined);
  const next = <T>(): Promise<T> =>
    Promise.race([broke, new Promise<T>((resolve) => child.once('message', (message) => resolve(message as T)))]);
  await next();
  return {
    pid: child.pid ?? 0,
    async ask<T>(question: object): Promise<T> {
      const told = next<T & { readonly problem?: string }>();
      child.send(question, () => undefined);
      const answer = await told;
      if (answer.problem !== undefined) throw new Error(`${main}: ${answer.problem}`);
      return answer;
    },
    async stop() {
      if (child.connected) child.disconnect();
      const limit = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(limit);
    },
  };
}

/** For the end of the bench, however it comes. */
export function killParts(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** In the part itself: answers questions one after another; ends together with its caller. */
export function answerQuestions(answer: (question: never) => unknown, end: () => Promise<void> | void): void {
  process.on('message', (question) => {
    Promise.resolve()
      .then(() => answer(question as never))
      .then(
        (found) => process.send?.(found ?? {}),
        (error: unknown) =>
          process.send?.({ problem: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
  });
  process.once('disconnect', () => void Promise.resolve(end()).finally(() => process.exit(0)));
  process.send?.({ ready: true });
}

export interface Usage {
  readonly cpuUs: number;
  readonly residentBytes: number;
}

/** The resources that a server has used so far; the answer to `{ usage: true }`. */
export function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, residentBytes: process.memoryUsage.rss() };
}
