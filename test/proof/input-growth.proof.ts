import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import { createFeatures } from '../../src/features';
import { repetitions, stepsOf, typedTextReaders } from '../core/text/typed-text-readers';
import { createFakeWorld } from '../features/fakes';
import { freePort } from '../free-ports';
import { eventually } from '../patience';
import { idBehind } from './ask';
import { declareProof } from './contract';
import type { Scale } from './contract';
import { channelNumber, createPeople, deliver, percentile, personNumber, textIn, writeProofCatalog } from './harness';
import { createLedgerConnector } from './runs/ledger-connector';
import { startOpenConnector } from './teams/open-connector';
import { connectorsWith } from '../systems';

const [admin, viewer] = [personNumber(1), personNumber(2)];
const channel = channelNumber(1);
/** Notes that used to take a second each. */
const notes = [
  'for 1 day ',
  'until 1 ',
  'until Friday only staging ',
  'for tonight 18:00 CET ',
  'because note: only ',
].map((lead) => `${lead.split(' ')[0] ?? ''} ${lead.repeat(90)}`.slice(0, 500));
const lines = [
  'lock s1 in production until ',
  'access developer on s1 for ',
  'every ',
  'at ',
  'remind me to ',
  'history since ',
  'subscribe s1 on ',
  'alias x = ',
  'nothing known ',
];
const repeated = [
  '1 day ',
  'until 1 ',
  'monday and ',
  '"',
  "'a ",
  'for everybody ',
  'branch a, ',
  '--until ',
  '2h until ',
];

export const proof = declareProof({
  title: 'The cost of reading what people type grows linearly, and Gavel reads it only after the permission check',
  how: 'Every parser of typed text gets repetitions of its own words at one length and at twice that length, and the proof counts its steps. Then a viewer with a request of their own clicks Approve with the worst notes, and types lines of 3 900 characters. All of it goes through POST /api/messages into the whole product in the same process, and the proof watches its event loop.',
  async run(scale, report) {
    const { readers, texts, worst } = await countSteps(scale);
    report({
      what: `Steps for twice the input, ${readers} readers, ${texts} texts`,
      measured: `at most ${worst.toFixed(2)} times as many`,
      aim: 'at most 2.3 times as many',
      holds: true,
    });
    const seen = await throughTheDoor(scale);
    report({
      what: `${seen.clicks} clicks with the worst notes by somebody who can’t approve, ${seen.lines} lines of 3 900 characters`,
      measured: 'every one answered 200, every click refused, nothing approved',
      aim: 'all of them',
      holds: true,
    });
    report({
      what: 'Longest delay of the event loop, including the sender',
      measured: `${seen.longestMs.toFixed(0)} ms, p99 ${seen.p99Ms.toFixed(0)} ms`,
      aim: 'printed: other work on the machine counts too',
      holds: true,
    });
    report({
      what: 'Processor time of the whole process for one click, and for the most expensive line',
      measured: `${seen.clickCpuMs.toFixed(0)} ms, ${seen.lineCpuMs.toFixed(0)} ms`,
      aim: 'at most 150 ms each',
      holds: seen.clickCpuMs <= 150 && seen.lineCpuMs <= 150,
    });
    report({
      what: 'A click with such a note, sent to answered',
      measured: `p50 ${percentile(seen.tookMs, 0.5).toFixed(0)} ms, p99 ${percentile(seen.tookMs, 0.99).toFixed(0)} ms`,
      aim: 'p99 under 200 ms',
      holds: percentile(seen.tookMs, 0.99) < 200,
    });
  },
});

async function countSteps(scale: Scale): Promise<{ readers: number; texts: number; worst: number }> {
  const world = createFakeWorld();
  const readers = typedTextReaders(createFeatures(world.deps).features.flatMap(({ commands = [] }) => commands));
  await world.close();
  const length = scale === 'long' ? 1_900 : 800;
  let [texts, worst] = [0, 0];
  for (const reader of readers) {
    const vocabulary = scale === 'long' ? reader.vocabulary : reader.vocabulary.slice(0, 2);
    const [some, twice] = [length, 2 * length].map((each) => repetitions(vocabulary, each, scale === 'long'));
    some?.forEach((text, index) => {
      const [few, many] = [stepsOf(reader, text), stepsOf(reader, twice?.[index] ?? '')];
      assert.ok(many <= 2.3 * few + 80, `${reader.name}: ${few} steps, then ${many}: ${text.slice(0, 60)}…`);
      texts += 1;
      if (few > 100) worst = Math.max(worst, many / few);
    });
  }
  return { readers: readers.length, texts, worst };
}

interface Seen {
  readonly clicks: number;
  readonly lines: number;
  readonly tookMs: readonly number[];
  readonly longestMs: number;
  readonly p99Ms: number;
  readonly clickCpuMs: number;
  readonly lineCpuMs: number;
}

/** The whole product in this process, with its real server; only Teams and the pipelines are simulated. */
async function throughTheDoor(scale: Scale): Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-input-'));
  writeProofCatalog(folder, 1, 2);
  const catalog = join(folder, 'catalog.yaml');
  const roles = readFileSync(catalog, 'utf8')
    .replace('person1, role: approver', 'person1, role: admin')
    .replace('person2, role: approver', 'person2, role: viewer');
  writeFileSync(catalog, roles);
  const connector = await startOpenConnector();
  const port = await freePort();
  const result = readConfig({
    PORT: String(port),
    PLAYGROUND_PORT: '1',
    GAVEL_DATA: folder,
    GAVEL_CATALOG: catalog,
    LOG_LEVEL: 'silent',
  });
  assert.ok(!('problems' in result), JSON.stringify(result));
  const ledger = createLedgerConnector('http://127.0.0.1:1');
  const app = await createApp(
    { ...result.config, mode: 'teams' },
    { childEnvironment: {}, connectors: connectorsWith(ledger) },
  );
  await app.start();
  try {
    const people = createPeople(connector.url);
    for (const who of [admin, viewer]) await deliver(port, people.says(who, channel, 'hello'));
    await deliver(port, people.says(viewer, channel, 'access operator on s1 in production because x'));
    const id = await eventually('a request for a role', () =>
      [...connector.messages.values()]
        .map((message) => idBehind(message, 'approvals.view'))
        .find((found) => found !== undefined),
    );
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const tookMs: number[] = [];
    let [clickCpuMs, lineCpuMs] = [0, 0];
    for (let round = 0; round < (scale === 'long' ? 40 : 1); round++)
      for (const note of notes) {
        const before = process.cpuUsage();
        const answer = await deliver(
          port,
          people.clicks(viewer, channel, '1', 'approvals.approve-with-note', { id, note }),
        );
        assert.equal(answer.status, 200);
        assert.match(textIn(answer.body), /Person 1/, 'it says who may decide');
        tookMs.push(answer.ms);
        clickCpuMs = Math.max(clickCpuMs, cpuMs(before));
      }
    let said = 0;
    for (const lead of lines)
      for (const word of scale === 'long' ? repeated : repeated.slice(0, 1)) {
        const text = (lead + word.repeat(3_900)).slice(0, 3_900);
        const before = process.cpuUsage();
        assert.equal((await deliver(port, people.says(viewer, channel, text))).status, 200);
        said += 1;
        lineCpuMs = Math.max(lineCpuMs, cpuMs(before));
      }
    delay.disable();
    const told = [...connector.messages.values()].map(({ activity }) => textIn(activity)).join(' ');
    assert.doesNotMatch(told, /You have a new role/);
    return {
      clicks: tookMs.length,
      lines: said,
      tookMs,
      longestMs: delay.max / 1e6,
      p99Ms: delay.percentile(99) / 1e6,
      clickCpuMs,
      lineCpuMs,
    };
  } finally {
    await app.stop();
    await connector.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The processor time of this process since then, in milliseconds; other processes don't count. */
function cpuMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
