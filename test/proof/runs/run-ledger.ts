import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An outside pipeline system over HTTP that outlives every instance: it counts which runs were really started. */

export interface StartedRun {
  readonly id: string;
  readonly key: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly commit: string;
  readonly startedAt: number;
}

export interface RunLedger {
  readonly url: string;
  /** Every run that was started, in order; if keys are honored, one for each key. */
  readonly started: StartedRun[];
  /** How often a start was requested, including repetitions. */
  asked(): number;
  close(): Promise<void>;
}

export interface RunLedgerOptions {
  /** How long a run takes; 50 by default. */
  readonly runMs?: number;
  /** The negative control: a system without idempotency keys that starts a run each time. */
  readonly ignoresKeys?: boolean;
}

export async function startRunLedger({ runMs = 50, ignoresKeys = false }: RunLedgerOptions = {}): Promise<RunLedger> {
  const started: StartedRun[] = [];
  const byKey = new Map<string, StartedRun>();
  const byId = new Map<string, StartedRun>();
  let asked = 0;

  function start(request: Omit<StartedRun, 'id' | 'startedAt'>): { id: string } {
    asked += 1;
    const known = ignoresKeys ? undefined : byKey.get(request.key);
    if (known) return { id: known.id };
    const run = { ...request, id: `run-${started.length + 1}`, startedAt: Date.now() };
    started.push(run);
    byKey.set(run.key, run);
    byId.set(run.id, run);
    return { id: run.id };
  }

  const ended = (run: StartedRun): boolean => Date.now() >= run.startedAt + runMs;

  function statusOf(run: StartedRun) {
    const over = ended(run);
    return {
      id: run.id,
      state: over ? 'succeeded' : 'running',
      steps: [{ name: 'deploy', state: over ? 'done' : 'running', detail: '' }],
      progress: over ? 1 : 0.5,
      startedAt: run.startedAt,
      ...(over ? { endedAt: run.startedAt + runMs } : {}),
      lastLines: [],
      logReadAt: Date.now(),
    };
  }

  function running(service: string | null, environment: string | null) {
    const last = started.findLast((run) => run.service === service && run.environment === environment && ended(run));
    return last && { version: last.version, commit: last.commit, since: last.startedAt + runMs };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://ledger');
    const [, area, id] = pathname.split('/');
    let body: unknown;
    if (area === 'runs' && request.method === 'POST') body = start(JSON.parse(await textOf(request)) as StartedRun);
    else if (area === 'runs' && id) body = byId.has(id) ? statusOf(byId.get(id) as StartedRun) : null;
    else if (area === 'runs') body = ignoresKeys ? null : (byKey.get(searchParams.get('key') ?? '') ?? null);
    else body = running(searchParams.get('service'), searchParams.get('environment')) ?? null;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      response.statusCode = 400;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    started,
    asked: () => asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
