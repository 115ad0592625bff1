import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { writeProofCatalog } from '../proof/harness';
import { figure, median } from './contract';
import type { Measurement } from './contract';
import type { LoadAnswer } from './load';
import { startPart } from './process';
import { startGavel } from './start-gavel';

interface Delay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const askers = 8;

export const loop: Measurement = {
  how: 'How long everybody else waits while 8 people keep asking for the health of all 20 services: the delay of Gavel’s event loop, sampled every millisecond.',
  async measure(bench) {
    const folder = mkdtempSync(join(bench.folder, 'loop-'));
    writeProofCatalog(folder, 20, 100);
    const load = await startPart({ main: 'load.ts', core: 1 });
    const gavel = await startGavel({ built: await bench.built(), folder, withoutPace: true });
    const delays: Delay[] = [];
    const answered: LoadAnswer[] = [];
    try {
      const { port } = await gavel.ask<{ port: number }>({});
      for (let round = 0; round <= bench.rounds; round++) {
        await gavel.ask({ delay: 'begin' });
        const answer = await load.ask<LoadAnswer>({
          port,
          connections: askers,
          seconds: bench.seconds,
          text: 'health',
        });
        const delay = await gavel.ask<Delay>({ delay: 'end' });
        if (round === 0) continue;
        delays.push(delay);
        answered.push(answer);
      }
    } finally {
      await Promise.all([gavel.stop(), load.stop()]);
    }
    const perSecond = median(answered.map((one) => one.answered / one.seconds));
    const of = (what: keyof Delay): string => `${figure(median(delays.map((one) => one[what])))} ms`;
    return [
      {
        what: `event loop while sending ${figure(perSecond)} health cards of 20 services per second: p50`,
        gavel: of('p50Ms'),
        aim: '–',
      },
      { what: 'the same: p99', gavel: of('p99Ms'), aim: '–' },
    ];
  },
};
