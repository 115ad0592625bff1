import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tenantId } from '../../src/playground/world';
import type { SamplePerson } from '../../src/playground/world';
import { channelNumber, createPeople, dana, percentile, personNumber } from '../proof/harness';
import { figure, median, times } from './contract';
import type { Bench, Measurement, Row } from './contract';
import { startGavel } from './start-gavel';
import { seedYear, services } from './year-seed';
import type { YearSize } from './year-seed';
import { boundLocally } from '../systems';

const year: YearSize = {
  deployments: 100_000,
  auditEntries: 400_000,
  messages: 300_000,
  replies: 300_000,
  approvals: 50_000,
  history: 100_000,
};
/** A store of the first days, in which the same commands find something. */
const fresh: YearSize = { deployments: 60, auditEntries: 240, messages: 60, replies: 60, approvals: 60, history: 60 };

const lines: readonly string[] = [
  'deploy s1 1.0.2 to production',
  'rollback s1 in production',
  'retry D-1021',
  'promote s1 from staging to production',
  'health s1 in production',
  'deployments s1',
  'history',
  'audit dana',
  'audit D-1021',
  'audit s3 in production',
  'my data',
];
const asksOfEach = 15;
const maxWaitMs = 20_000;

export const yearOfData: Measurement = {
  how: 'A store of the first days beside one after a year: 100,000 deployments, 400,000 audit entries in a whole chain, 300,000 messages and 300,000 replies, 50,000 approvals and 100,000 entries of the history, written in bulk (`test/bench/year-seed.ts`). One person asks one line after the other, from the message to the answer in the channel; somebody else keeps asking for help meanwhile, and what they wait is the p99. The peer is the store of the first days.',
  async measure(bench) {
    const empty = await measureStore(bench, 'fresh', fresh);
    const full = await measureStore(bench, 'full', year);
    const rows = lines.map((line): Row => {
      const [before, after] = [median(empty.took.get(line) ?? []), median(full.took.get(line) ?? [])];
      return {
        what: `after a year: \`${line}\``,
        gavel: `${figure(after)} ms`,
        peer: `${figure(before)} ms`,
        ratio: times(after / before),
        aim: 'at most 2×',
        holds: after <= 2 * before,
      };
    });
    const [othersBefore, others] = [percentile(empty.others, 0.99), percentile(full.others, 0.99)];
    return [
      ...rows,
      {
        what: 'somebody else’s answer in the meantime: p99',
        gavel: `${figure(others)} ms`,
        peer: `${figure(othersBefore)} ms`,
        aim: 'under 100 ms',
        holds: others < 100,
      },
      {
        what: 'the first start on such a store, which creates all indexes: until the first answer',
        gavel: `${figure(full.firstStartMs / 1_000)} s`,
        peer: `${figure(empty.firstStartMs / 1_000)} s`,
        aim: 'under 60 s',
        holds: full.firstStartMs < 60_000,
      },
      {
        what: 'each later start: until the first answer',
        gavel: `${figure(full.startMs / 1_000)} s`,
        peer: `${figure(empty.startMs / 1_000)} s`,
        aim: '–',
      },
      { what: 'the store file after that year', gavel: `${figure(full.bytes / 1e9)} GB`, aim: '–' },
    ];
  },
};

interface Measured {
  readonly took: ReadonlyMap<string, number[]>;
  readonly others: number[];
  readonly firstStartMs: number;
  readonly startMs: number;
  readonly bytes: number;
}

async function measureStore(bench: Bench, name: string, size: YearSize): Promise<Measured> {
  const built = await bench.built();
  const folder = join(bench.folder, `year-${name}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'catalog.yaml'), catalogText());
  const begun = performance.now();
  seedYear(folder, size, Date.now());
  console.log(`  seeded ${name} in ${Math.round(performance.now() - begun)} ms`);
  const channel = await openConnector();
  try {
    const firstStartMs = await startOnce(built, folder, channel, async () => undefined);
    const took = new Map<string, number[]>(lines.map((line) => [line, []]));
    const others: number[] = [];
    const startMs = await startOnce(built, folder, channel, async (port) => {
      // The first answers of a process are slow, in both stores.
      for (const line of lines) await channel.ask(port, dana, 1, line);
      let isOver = false;
      const somebodyElse = (async () => {
        while (!isOver) {
          others.push(await channel.ask(port, personNumber(7), 7, 'help'));
          await sleep(10);
        }
      })();
      for (let round = 0; round < asksOfEach; round++)
        for (const line of lines) took.get(line)?.push(await channel.ask(port, dana, 1, line));
      isOver = true;
      await somebodyElse;
    });
    return { took, others, firstStartMs, startMs, bytes: statSync(join(folder, 'gavel.db')).size };
  } finally {
    channel.close();
  }
}

async function startOnce(
  built: string,
  folder: string,
  channel: Awaited<ReturnType<typeof openConnector>>,
  work: (port: number) => Promise<void>,
): Promise<number> {
  const begun = performance.now();
  const gavel = await startGavel({ built, folder, withoutPace: true });
  try {
    const { port } = await gavel.ask<{ port: number }>({});
    await channel.ask(port, dana, 1, 'deployments s1');
    const startMs = performance.now() - begun;
    await work(port);
    return startMs;
  } finally {
    await gavel.stop();
  }
}

/** Acts as Teams: posts a line and measures how long its answer took. */
export async function openConnector() {
  const waiting = new Map<string, () => void>();
  let numbers = 0;
  const server = createServer((incoming, response) => {
    incoming.resume();
    const channel = /conversations\/([^/;]+)/.exec(decodeURIComponent(incoming.url ?? ''))?.[1] ?? '';
    if (incoming.method === 'POST') waiting.get(channel)?.();
    incoming.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(`{"id":"${Date.now()}${numbers++}"}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const people = createPeople(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const agent = new Agent({ keepAlive: true });

  async function ask(port: number, person: SamplePerson, channel: number, text: string): Promise<number> {
    const id = `${Date.now()}${numbers++}`;
    const body = JSON.stringify({ ...people.says(person, channelNumber(channel), text), id });
    const begun = performance.now();
    const answered = new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`“${text}” was not answered`)), maxWaitMs);
      waiting.set(channelNumber(channel).id, () => {
        clearTimeout(limit);
        waiting.delete(channelNumber(channel).id);
        resolve();
      });
    });
    const posted = request(
      {
        host: '127.0.0.1',
        port,
        path: '/api/messages',
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => response.resume(),
    );
    posted.on('error', () => undefined);
    posted.end(body);
    await answered;
    return performance.now() - begun;
  }

  return {
    ask,
    close: () => {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

export function catalogText(): string {
  const rule = '{ required: 1, role: approver, requesterMayApprove: false, expiresAfterSeconds: 86400 }';
  const others = Array.from({ length: 50 }, (_, index) => personNumber(index + 1));
  const environment = (name: string, risk: string): string[] => [
    `  ${name}:`,
    `    risk: ${risk}`,
    `    deploy: ${rule}`,
    `    rollback: ${rule}`,
    `    restart: ${rule}`,
    '    verifyForSeconds: 0.05',
    '    rollBackAutomatically: true',
  ];
  return [
    'people:',
    ...[dana, ...others].map(
      ({ key, name, aadObjectId }) => `  ${key}: { id: "entra:${tenantId}/${aadObjectId}", name: ${name} }`,
    ),
    'grants:',
    '  - { everyone: true, role: viewer }',
    '  - { person: dana, role: developer }',
    '  - { person: dana, role: admin }',
    ...others.map(({ key }) => `  - { person: ${key}, role: approver }`),
    ...boundLocally,
    'services:',
    ...Array.from({ length: services }, (_, index) =>
      [
        `  s${index + 1}:`,
        '    description: A service',
        '    environments: [staging, production]',
        '    limits: { p95Ms: 300, p50Ms: 150, errorPercent: 2, minimumRequestsPerSecond: 0.5 }',
      ].join('\n'),
    ),
    'environments:',
    ...environment('staging', 'low'),
    ...environment('production', 'high'),
    '',
  ].join('\n');
}
