import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Fault, WireDoubleOptions } from './index';

/** The double as a separate process, for several Gavel processes; it can be killed and started again with its data. */
export interface WireDoubleProcess {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  fault(fault: Fault): Promise<void>;
  /** `kill -9` by default; waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Resolves when it listens. */
export async function startWireDoubleProcess(
  options: Pick<WireDoubleOptions, 'port' | 'dataFile'> = {},
): Promise<WireDoubleProcess> {
  const words = [String(options.port ?? 0), ...(options.dataFile ? [options.dataFile] : [])];
  const child = fork(join(__dirname, 'main.ts'), words, {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const told = (): Promise<string> =>
    new Promise((resolve, reject) => {
      child.once('message', (message) => resolve(String(message)));
      void ended.then(() => reject(new Error('The MongoDB double ended')));
    });
  const url = (await told()).replace('ready ', '');
  return {
    port: Number(new URL(url).port),
    url,
    pid: child.pid ?? 0,
    async fault(fault) {
      const answer = told();
      child.send(fault);
      await answer;
    },
    kill(signal = 'SIGKILL') {
      child.kill(signal);
      return ended;
    },
  };
}
