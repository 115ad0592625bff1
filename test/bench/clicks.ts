import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { percentile, writeProofCatalog } from '../proof/harness';
import type { ClicksAnswer, ClicksQuestion } from './clickers';
import { figure, median } from './contract';
import type { Bench, Measurement, Row } from './contract';
import { startPart } from './process';
import type { Part } from './process';
import { startGavel } from './start-gavel';

const crowd = 1_000;
const atOnce = 50;

export const clicks: Measurement = {
  how: 'People click Approve on an approval of a deployment, all in the same moment; measured from the click to the answered invoke, through HTTP, with the embedded store on disk, while the runs start and cards go out as fast as Teams allows.',
  async measure(bench) {
    // One service for each request, because a second request for the same service would wait for the first.
    return [
      ...(await withGavel(bench, (bench.rounds + 1) * atOnce, eachTheirOwn, (...parts) => fifty(bench, ...parts))),
      ...(await withGavel(
        bench,
        bench.rounds + 1,
        (text) => text,
        (...parts) => thousand(bench, ...parts),
      )),
    ];
  },
};

async function withGavel(
  bench: Bench,
  services: number,
  arrange: (catalog: string) => string,
  measure: (gavel: Part, clickers: Part) => Promise<Row[]>,
): Promise<Row[]> {
  const folder = mkdtempSync(join(bench.folder, 'clicks-'));
  writeProofCatalog(folder, services, crowd);
  const catalog = join(folder, 'catalog.yaml');
  writeFileSync(catalog, arrange(readFileSync(catalog, 'utf8')));
  const clickers = await startPart({ main: 'clickers.ts', core: 1 });
  const gavel = await startGavel({ built: await bench.built(), folder });
  try {
    return await measure(gavel, clickers);
  } finally {
    await Promise.all([gavel.stop(), clickers.stop()]);
  }
}

/** Person 7 approves only the services 7, 57, 107 and so on, so each request is for one person. */
function eachTheirOwn(catalog: string): string {
  const services = [...catalog.matchAll(/^ {2}(s\d+):$/gm)].map(([, name]) => String(name));
  return catalog.replace(/\{ person: person(\d+), role: approver \}/g, (whole, digits) => {
    const own = services.filter((_, index) => index % atOnce === Number(digits) - 1);
    return own.length > 0
      ? `{ person: person${digits}, role: approver, services: [${own.join(', ')}] }`
      : whole.replace('approver', 'viewer');
  });
}

async function ask(gavel: Part, clickers: Part, question: Omit<ClicksQuestion, 'port'>): Promise<ClicksAnswer> {
  const { port } = await gavel.ask<{ port: number }>({});
  return clickers.ask<ClicksAnswer>({ ...question, port });
}

/** Fifty people who each decide their own request, all at the same time, repeatedly. */
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
  for (let round = 0; round <= rounds; round++) {
    const answer = await ask(gavel, clickers, {
      kind: 'all the same',
      people: crowd,
      firstService: 1 + round,
    });
    if (round > 0) took.push(answer);
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
