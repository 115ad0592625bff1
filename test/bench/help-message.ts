import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { writeProofCatalog } from '../proof/harness';
import { figure, median, times } from './contract';
import type { Bench, Measurement, Row } from './contract';
import type { LoadAnswer, LoadQuestion } from './load';
import { startLogin } from './login';
import type { Login } from './login';
import { startPart } from './process';
import type { Part, Usage } from './process';
import { startGavel } from './start-gavel';

export const connections = 32;
/** Until both have reached their full speed. */
export const warmUpSeconds = 8;

export interface Sample extends LoadAnswer {
  readonly cpuUs: number;
}

/** One round of load on one server, and the processor time that it used. */
export async function sample(server: Part, load: Part, question: LoadQuestion): Promise<Sample> {
  const before = await server.ask<Usage>({ usage: true });
  const answer = await load.ask<LoadAnswer>(question);
  const after = await server.ask<Usage>({ usage: true });
  return { ...answer, cpuUs: (after.cpuUs - before.cpuUs) / answer.answered };
}

async function compare(bench: Bench, load: Part, login: Login | undefined, folder: string): Promise<Row[]> {
  const { url } = await load.ask<{ url: string }>({ address: true });
  const token = await login?.tokenFor(url);
  const echo = await startPart({
    main: 'echo-server.ts',
    core: 0,
    environment: login ? { BENCH_LOGIN: login.url, BENCH_OPENID: login.openIdUrl } : {},
  });
  const gavel = await startGavel({
    built: await bench.built(),
    folder,
    withoutPace: true,
    login,
  });
  const [gavels, echos]: [Sample[], Sample[]] = [[], []];
  try {
    const sides = [
      { server: gavel, kept: gavels },
      { server: echo, kept: echos },
    ];
    for (let round = 0; round <= bench.rounds; round++)
      for (const { server, kept } of sides) {
        const { port } = await server.ask<{ port: number }>({});
        const seconds = round === 0 ? warmUpSeconds : bench.seconds;
        const found = await sample(server, load, { port, connections, seconds, text: 'help', token });
        if (round > 0) kept.push(found);
      }
  } finally {
    await Promise.all([gavel.stop(), echo.stop()]);
  }
  return rows(login ? 'token checked' : 'no token', gavels, echos, bench);
}

function rows(how: string, gavels: readonly Sample[], echos: readonly Sample[], bench: Bench): Row[] {
  const of = (samples: readonly Sample[], read: (one: Sample) => number): number => median(samples.map(read));
  const ratios = (read: (one: Sample) => number): number =>
    median(gavels.map((one, index) => read(one) / read(echos[index] ?? one)));
  const perSecond = (one: Sample): number => one.answered / one.seconds;
  const rate = ratios(perSecond);
  for (const [name, samples] of [
    ['Gavel', gavels],
    ['the echo', echos],
  ] as const) {
    const all = samples.reduce((sum, one) => sum + one.answered, 0);
    const replies = samples.reduce((sum, one) => sum + one.replies, 0);
    const failed = samples.reduce((sum, one) => sum + one.failed, 0);
    if (failed > 0 || replies < all)
      bench.note(`${how}: ${name} failed ${failed} of ${all}, and posted ${replies} replies`);
  }
  const row = (what: string, unit: string, read: (one: Sample) => number, more: Partial<Row> = {}): Row => ({
    what: `help message, ${how}: ${what}`,
    gavel: `${figure(of(gavels, read))} ${unit}`,
    peer: `${figure(of(echos, read))} ${unit}`,
    ratio: times(ratios(read)),
    aim: '–',
    ...more,
  });
  return [
    row('messages per second', '/s', perSecond, { aim: 'at least 0.9×', holds: rate >= 0.9 }),
    row('processor time of one', 'µs', (one) => one.cpuUs),
    row(`answered, p50 of ${connections} connections`, 'ms', (one) => one.p50Ms),
    row(`answered, p99 of ${connections} connections`, 'ms', (one) => one.p99Ms),
  ];
}

export const helpMessage: Measurement = {
  how: 'Teams writes “help” from 100 people in 100 channels over 32 kept-alive connections. Gavel answers with its help card, after checking rights and remembering the delivery in the store; the peer is a bare botbuilder CloudAdapter on restify that echoes the text.',
  async measure(bench) {
    const load = await startPart({ main: 'load.ts', core: 1 });
    const login = await startLogin();
    const folderFor = (name: string): string => {
      const folder = mkdtempSync(join(bench.folder, name));
      writeProofCatalog(folder, 20, 100);
      return folder;
    };
    try {
      return [
        ...(await compare(bench, load, undefined, folderFor('open-'))),
        ...(await compare(bench, load, login, folderFor('checked-'))),
      ];
    } finally {
      await Promise.all([load.stop(), login.close()]);
    }
  },
};
