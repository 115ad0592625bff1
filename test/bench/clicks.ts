import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { percentile, writeProofCatalog } from '../proof/harness';
import { startRunLedger } from '../proof/run-ledger';
import { figure, median } from './contract';
import type { Bench, Measurement, Row } from './contract';
import type { ClicksAnswer, ClicksQuestion } from './clickers';
import { startGavel } from './start-gavel';
import { startPart } from './process';
import type { Part } from './process';

const crowd = 1_000;
const atOnce = 50;

export const clicks: Measurement = {
  how: 'People click Approve on an approval of a deployment; measured from the click to the answered invoke, through HTTP, with the embedded store on disk, while the runs start and cards go out.',
  async measure(bench) {
    const folder = mkdtempSync(join(bench.folder, 'clicks-'));
    // One service for each request, for a second one of the same service would wait for the first.
    writeProofCatalog(folder, (bench.rounds + 1) * (atOnce + 1), crowd);
    const ledger = await startRunLedger();
    const clickers = await startPart({ main: 'clickers.ts', core: 1 });
    const gavel = await startGavel({ built: await bench.built(), folder, ledgerUrl: ledger.url });
    try {
      return [await fifty(bench, gavel, clickers), await thousand(bench, gavel, clickers)].flat();
    } finally {
      await Promise.all([gavel.stop(), clickers.stop(), ledger.close()]);
    }
  },
};

async function ask(gavel: Part, clickers: Part, question: Omit<ClicksQuestion, 'port'>): Promise<ClicksAnswer> {
  const { port } = await gavel.ask<{ port: number }>({});
  return clickers.ask<ClicksAnswer>({ ...question, port });
}

/** Fifty people who each decide on a request of their own, all at the same time, again and again. */
async function fifty({ rounds, note }: Bench, gavel: Part, clickers: Part): Promise<Row[]> {
  const took: ClicksAnswer[] = [];
  for (let round = 0; round <= rounds; round++) {
    const answer = await ask(gavel, clickers, {
      kind: 'each their own',
      people: atOnce,
      firstService: 1 + round * atOnce,
    });
    if (round > 0) took.push(answer);
    if (answer.unanswered > 0) note(`${answer.unanswered} of ${atOnce} clicks were not answered with 200`);
  }
  const all = took.flatMap(({ ms }) => ms);
  return [
    {
      what: `a click on Approve, ${atOnce} people at once, each on a request of their own: p50`,
      gavel: `${figure(percentile(all, 0.5))} ms`,
      aim: '–',
    },
    {
      what: 'the same: p99',
      gavel: `${figure(median(took.map(({ ms }) => percentile(ms, 0.99))))} ms`,
      aim: 'under 100 ms',
      holds: median(took.map(({ ms }) => percentile(ms, 0.99))) < 100,
    },
  ];
}

/** A thousand people who all approve one request. */
async function thousand({ rounds, note }: Bench, gavel: Part, clickers: Part): Promise<Row[]> {
  const took: ClicksAnswer[] = [];
  for (let round = 0; round < rounds; round++) {
    const answer = await ask(gavel, clickers, {
      kind: 'all the same',
      people: crowd,
      firstService: 1 + (rounds + 1) * atOnce + round,
    });
    took.push(answer);
    if (answer.unanswered > 0) note(`${answer.unanswered} of ${crowd} clicks were not answered with 200`);
  }
  const p99 = median(took.map(({ ms }) => percentile(ms, 0.99)));
  return [
    {
      what: `${crowd} people approve one request at once: p50`,
      gavel: `${figure(median(took.map(({ ms }) => percentile(ms, 0.5))))} ms`,
      aim: '–',
    },
    { what: 'the same: p99', gavel: `${figure(p99)} ms`, aim: 'under 2 000 ms', holds: p99 < 2_000 },
  ];
}
