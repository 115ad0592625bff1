import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-ports';
import { patienceMs } from '../patience';
import { createPlaygroundClient } from '../playground/client';
import type { PlaygroundClient } from '../playground/client';
import { argumentsToRun } from '../shared/compile';
import { writeQuickCatalog } from './quick-catalog';

/** The whole product as a separate process, started as the README says, on free ports and in its own folder. */
export interface Product {
  readonly port: number;
  readonly playgroundPort: number;
  readonly playgroundUrl: string;
  readonly dataDir: string;
  readonly processId: number;
  /** What people do in the playground. */
  readonly client: PlaygroundClient;
  /** Everything that it has printed so far. */
  output(): string;
  /** Ctrl-C; waits for the end and returns the exit code. */
  stop(): Promise<number | null>;
  /** `kill -9`; waits for the end. */
  kill(): Promise<void>;
}

export interface ProductOptions {
  readonly dataDir: string;
  readonly ports?: { readonly port: number; readonly playgroundPort: number };
  readonly pace?: number;
  /** What to start; by default, the product itself. */
  readonly script?: string;
  /** More settings. */
  readonly environment?: Readonly<Record<string, string>>;
}

const root = join(__dirname, '../..');

/** An empty temporary folder, and how to remove it. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'gavel-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 40 }) };
}

/** Ports for a product that is started more than once. */
export async function portsOfProduct(): Promise<{ port: number; playgroundPort: number }> {
  return { port: await freePort(), playgroundPort: await freePort() };
}

/** Resolves when it is ready; rejects with what it printed if it ends before that. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const ports = options.ports ?? (await portsOfProduct());
  const child = spawn(process.execPath, await argumentsToRun(options.script ?? 'src/index.ts'), {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: String(ports.port),
      PLAYGROUND_PORT: String(ports.playgroundPort),
      GAVEL_DATA: options.dataDir,
      GAVEL_CATALOG: writeQuickCatalog(options.dataDir),
      SANDBOX_PACE: String(options.pace ?? 0.05),
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await ready(child, ports.port, () => output).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    ...ports,
    playgroundUrl: `http://127.0.0.1:${ports.playgroundPort}/`,
    dataDir: options.dataDir,
    processId: child.pid ?? 0,
    client: createPlaygroundClient(`http://127.0.0.1:${ports.playgroundPort}/`),
    output: () => output,
    stop: () => {
      child.kill('SIGINT');
      return ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function ready(child: ChildProcess, port: number, output: () => string): Promise<void> {
  for (const until = Date.now() + patienceMs; Date.now() < until;) {
    if (child.exitCode !== null) throw new Error(`Gavel ended with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Gavel was not ready in ${patienceMs} ms:\n${output()}`);
}
