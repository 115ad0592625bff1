import assert from 'node:assert/strict';
import { declareProof } from './contract';
import type { Figure } from './contract';
import { outageByClock } from './outage/by-clock';
import { outageByDay } from './outage/by-day';
import { outages } from './outage/kinds';
import type { Losses, Outage } from './outage/kinds';

type Report = (figure: Figure) => void;
type Cell = readonly [outage: Outage | 'lost reply', lastsMs: number];

const second = 1_000;
const minute = 60 * second;
const durations = [2 * second, 10 * second, 5 * minute, 25 * minute];
const shortCells: readonly Cell[] = [
  ['reset', 5 * minute],
  ['504', 10 * second],
  ['502', 2 * second],
];

export const proof = declareProof({
  title: 'An outage of Teams loses no message, and repeats none that Teams certainly rejected',
  how: 'Posts and edits fail in eight ways for 2 s, 10 s, 5 min and 25 min. In each outage, an answer, an approval with its personal copies, a run and a final state wait to be shown. Every combination goes through the real outbox, store and HTTP on its own clock. The first two durations and two of 25 minutes also go through the whole app in real time, while people write, request and approve. The proof compares the record of the Bot Connector with the store each time.',
  async run(scale, report) {
    if (scale === 'short') return reportCells('a few cells', await inLanes(3, shortCells, byClock), report);
    const days = Promise.all((['503', 'reset'] as const).map((outage) => oneByDay(outage, 25 * minute, report)));
    // The first failure is reported first, and the rest still runs to its end.
    const [cells] = await Promise.allSettled([allCells(report), days]);
    if (cells.status === 'rejected') throw cells.reason;
    await days;
  },
});

async function allCells(report: Report): Promise<void> {
  for (const outage of outages) {
    const cells = durations.map((lastsMs): Cell => [outage, lastsMs]);
    reportCells(`${outage}: 2 s, 10 s, 5 min, 25 min on a simulated clock`, await inLanes(2, cells, byClock), report);
  }
  const taken = await inLanes(
    2,
    durations.map((lastsMs): Cell => ['lost reply', lastsMs]),
    byClock,
  );
  reportTaken(taken, report);
  for (const lastsMs of [2 * second, 10 * second]) {
    const losses = await inLanes(2, outages, (outage) => outageByDay(outage, lastsMs));
    reportCells(`all eight for ${lastsMs / second} s in real time, through the whole app`, losses, report);
    assert.ok(
      losses.every(({ runs }) => runs === 2),
      'what was approved ran once',
    );
  }
}

const byClock = ([outage, lastsMs]: Cell): Promise<Losses> => outageByClock(outage, lastsMs);

async function oneByDay(outage: Outage, lastsMs: number, report: Report): Promise<void> {
  const losses = await outageByDay(outage, lastsMs);
  assert.equal(losses.runs, 2, 'what was approved ran once');
  reportCells(`${outage} for ${lastsMs / minute} min in real time, through the whole app`, [losses], report);
}

function reportCells(what: string, cells: readonly Losses[], report: Report): void {
  assert.deepEqual(
    cells.flatMap(({ lost }) => lost),
    [],
    `${what}: lost`,
  );
  assert.deepEqual(
    cells.flatMap(({ doubled }) => doubled),
    [],
    `${what}: doubled`,
  );
  const unclear = cells.reduce((sum, cell) => sum + cell.unclear, 0);
  report({
    what: `${what}: messages lost, doubled; posts of unknown outcome, repeated once after it`,
    measured: `0, 0; ${unclear}`,
    aim: '0, 0',
    holds: true,
  });
}

/** The documented price: Teams accepts every post and loses every answer, so nobody can know, and each is there twice at most. */
function reportTaken(cells: readonly Losses[], report: Report): void {
  assert.deepEqual(
    cells.flatMap(({ lost }) => lost),
    [],
  );
  for (const { doubled, unclear } of cells) assert.ok(doubled.length <= unclear, `${doubled.length} of ${unclear}`);
  const [doubled, unclear] = [
    cells.flatMap((cell) => cell.doubled).length,
    cells.reduce((sum, cell) => sum + cell.unclear, 0),
  ];
  report({
    what: 'Teams takes every post and loses the answer, four durations on a simulated clock: lost; doubled, of posts of unknown outcome',
    measured: `0; ${doubled} of ${unclear}`,
    aim: '0; at most one copy each',
    holds: true,
  });
}

/** At most this many at once, in order. */
async function inLanes<T, R>(lanes: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
