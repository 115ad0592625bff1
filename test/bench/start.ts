import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-ports';
import { writeProofCatalog } from '../proof/harness';
import { figure, median } from './contract';
import type { Bench, Measurement, Row } from './contract';
import { registration } from './start-gavel';

const restsForMs = 3_000;
const maxMs = 60_000;

interface Start {
  readonly listeningMs: number;
  readonly readyMs: number;
  readonly restingMb: number;
}

export const start: Measurement = {
  how: '`npm run build`, then `node dist` with the options of `Containerfile`: from the start of the process until its port takes connections and until it says that it is ready, and the memory it then holds at rest. Local mode counts neither the sandbox’s services nor the browser: they are processes of their own.',
  async measure(bench) {
    const place = join(await bench.built(), '..');
    const rows: Row[] = [];
    for (const mode of ['local', 'teams'] as const) {
      const starts: Start[] = [];
      for (let round = 0; round < bench.rounds; round++) starts.push(await startOnce(bench, place, mode));
      const of = (what: keyof Start): number => median(starts.map((one) => one[what]));
      rows.push(
        row(`node dist in ${mode} mode: start to listening`, of('listeningMs') / 1_000, 's', 3),
        { what: 'the same: until everything is ready', gavel: `${figure(of('readyMs') / 1_000)} s`, aim: '–' },
        row('the same: memory at rest', of('restingMb'), 'MB', mode === 'teams' ? 150 : 220),
      );
    }
    return rows;
  },
};

const row = (what: string, value: number, unit: string, most: number): Row => ({
  what,
  gavel: `${figure(value)} ${unit}`,
  aim: `under ${most} ${unit}`,
  holds: value < most,
});

async function startOnce(bench: Bench, place: string, mode: 'local' | 'teams'): Promise<Start> {
  const folder = mkdtempSync(join(bench.folder, `start-${mode}-`));
  writeProofCatalog(folder, 20, 100);
  const [port, playgroundPort] = [await freePort(), await freePort()];
  const teams = { ...registration, NODE_ENV: 'production', GAVEL_CATALOG: join(folder, 'catalog.yaml') };
  const begun = performance.now();
  const child = spawn(process.execPath, ['--max-semi-space-size=8', 'dist'], {
    cwd: place,
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      PLAYGROUND_PORT: String(playgroundPort),
      GAVEL_DATA: folder,
      ...(mode === 'teams' ? teams : {}),
    },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const until = async (path: string, status: number): Promise<number> => {
      while ((await statusOf(port, path)) !== status) {
        if (performance.now() - begun > maxMs || child.exitCode !== null) throw new Error(`Not ready in ${mode} mode`);
        await sleep(5);
      }
      return performance.now() - begun;
    };
    const listeningMs = await until('/healthz', 200);
    const readyMs = await until('/readyz', 200);
    await sleep(restsForMs);
    return { listeningMs, readyMs, restingMb: residentMb(child.pid ?? 0) };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

function statusOf(port: number, path: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', () => resolve(0));
  });
}

/** A process's memory according to the system; only Linux reports it without other tools. */
function residentMb(pid: number): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(found ?? Number.NaN) / 1_024;
  } catch {
    return Number.NaN;
  }
}
