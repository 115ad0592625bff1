import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { percentile } from '../harness';

const launcher = join(__dirname, '../../../detached/launch.js');

/** From the spawn to the first byte of a command that prints at once, with the launcher and without: medians in milliseconds. */
export async function measureStart(times: number): Promise<{ readonly withMs: number; readonly withoutMs: number }> {
  const command = ['/bin/echo', 'here'];
  const taken: { with: number[]; without: number[] } = { with: [], without: [] };
  for (let round = 0; round < times; round++) {
    taken.without.push(await timeStart(command));
    taken.with.push(await timeStart([process.execPath, launcher, ...command]));
  }
  return { withMs: percentile(taken.with, 0.5) ?? 0, withoutMs: percentile(taken.without, 0.5) ?? 0 };
}

async function timeStart([program = '', ...words]: readonly string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(program, words, { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined);
  child.stdin.end('\n');
  const ended = once(child, 'close');
  await once(child.stdout, 'data');
  const tookMs = performance.now() - begun;
  await ended;
  return tookMs;
}
