import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../patience';
import { askForDeployment } from './ask';
import type { Asked } from './ask';
import { startCrowd } from './at-once/crowd';
import type { Crowd } from './at-once/crowd';
import { checkPlans, checkPlansAgain, makePlans } from './clock/plans';
import { declareProof } from './contract';
import { channelNumber, createPeople, dana, deliver, personNumber, textIn } from './harness';

const hourS = 3_600;
const steps = [
  { name: '1 h back', seconds: -hourS },
  { name: '60 s back', seconds: -60 },
  { name: '120 s on', seconds: 120 },
  { name: '2 days on', seconds: 48 * hourS },
];
const busyLines = 9;
const repliesWithinMs = 2_000;
const dayS = 24 * hourS;

/** Debian's libfaketime: a file sets the time of day of one process, without changing elapsed time. */
function libraryOfFaketime(): string {
  for (const folder of existsSync('/usr/lib') ? readdirSync('/usr/lib') : []) {
    const file = join('/usr/lib', folder, 'faketime/libfaketimeMT.so.1');
    if (existsSync(file)) return file;
  }
  throw new Error(
    'This proof sets the clock of a real process with libfaketime, which is not there. Install it: apt-get install faketime',
  );
}

interface FakedClock {
  readonly environment: Readonly<Record<string, string>>;
  /** From now on, the time of day differs from the real one by this much. */
  set(seconds: number): void;
  remove(): void;
}

function createFakedClock(): FakedClock {
  const library = libraryOfFaketime();
  const folder = mkdtempSync(join(tmpdir(), 'gavel-clock-'));
  const file = join(folder, 'offset');
  const set = (seconds: number): void => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}s`);
  set(0);
  return {
    environment: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
    set,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const proof = declareProof({
  title: 'Setting the clock stops no messages and ends no runs',
  how: "Debian's faketime sets the time of day of a real Gavel process back and forth. Meanwhile a deployment runs, a request waits, locks are held, reminders are planned and a channel is as busy as Teams allows. The proof checks what was posted, which runs really started and how the deployments ended. It also checks when locks and schedules are due: after the change, after the clock is right again, and on the next day.",
  async run(scale, report) {
    const [first] = steps;
    const tried = scale === 'long' ? steps : first ? [first] : [];
    const clock = createFakedClock();
    try {
      for (const step of tried) {
        const slowestMs = await tryStep(clock, step, scale === 'long');
        report({
          what: `The clock is set ${step.name} in the middle of a deployment`,
          measured: `the slowest of the answers after it came after ${Math.round(slowestMs)} ms; the run went on to its end, once; locks and schedules kept their due times, each reminder came once`,
          aim: `an answer within ${repliesWithinMs / 1_000} s, no run killed, none started twice, no due time lost or doubled`,
          holds: slowestMs <= repliesWithinMs,
        });
      }
    } finally {
      clock.remove();
    }
  },
});

async function tryStep(clock: FakedClock, { seconds }: { readonly seconds: number }, whole: boolean): Promise<number> {
  clock.set(0);
  const ledger = { runMs: whole ? 6_000 : 900 };
  const crowd = await startCrowd({ people: 1, services: 4, ledger, environment: clock.environment });
  try {
    const planned = whole ? await makePlans(crowd) : undefined;
    const running = await ask(crowd, 's1');
    const waiting = whole ? await ask(crowd, 's2') : undefined;
    await approve(crowd, running);
    await eventually('the run has started', () => (crowd.ledger.started.length === 1 ? true : undefined));
    for (let line = 0; whole && line < busyLines; line++) await help(crowd, 3);
    clock.set(seconds);
    let slowestMs = 0;
    // A quiet channel, then the busy one, whose windows are full.
    for (const channel of [4, 3]) slowestMs = Math.max(slowestMs, await help(crowd, channel));
    await becomes(crowd, running, 'succeeded', ledger.runMs + 15_000);
    if (waiting) await settleWaiting(crowd, waiting, seconds);
    if (planned) {
      await checkPlans(crowd, planned, seconds);
      clock.set(0);
      await checkPlansAgain(crowd, planned, seconds, (offset) => clock.set(offset));
    }
    assert.equal(new Set(crowd.ledger.started.map(({ key }) => key)).size, crowd.ledger.started.length);
    return slowestMs;
  } finally {
    await crowd.close();
  }
}

/** A request that waited all the time: decided as usual, or expired by the time that people read. */
async function settleWaiting(crowd: Crowd, waiting: Asked, seconds: number): Promise<void> {
  if (seconds < dayS) {
    await approve(crowd, waiting);
    await becomes(crowd, waiting, 'succeeded', 25_000);
    return;
  }
  await becomes(crowd, waiting, 'expired', 15_000);
  assert.equal(crowd.ledger.started.length, 1, 'what expired never runs');
}

function portOf({ instances: [instance] }: Crowd): number {
  assert.ok(instance);
  return instance.port;
}

const ask = (crowd: Crowd, service: string): Promise<Asked> =>
  askForDeployment(portOf(crowd), crowd.connector, channelNumber(service === 's1' ? 1 : 2), service, '1.0.2');

async function approve(crowd: Crowd, { card, channel, approvalId }: Asked): Promise<void> {
  const people = createPeople(crowd.connector.url);
  const click = people.clicks(personNumber(1), channel, card.id, 'approvals.approve', { id: approvalId });
  const answer = await deliver(portOf(crowd), click);
  assert.equal(answer.status, 200, textIn(answer.body));
}

/** How long the answer to `help` takes there, from the request to the post. */
async function help(crowd: Crowd, number: number): Promise<number> {
  const { connector } = crowd;
  const channel = channelNumber(number);
  const posts = (): number =>
    [...connector.messages.values()].filter(({ conversation }) => conversation.startsWith(channel.id)).length;
  const before = posts();
  const begun = performance.now();
  await deliver(portOf(crowd), createPeople(connector.url).says(dana, channel, 'help'));
  await eventually('an answer to help', () => (posts() > before ? true : undefined));
  return performance.now() - begun;
}

async function becomes(crowd: Crowd, { service }: Asked, state: string, withinMs: number): Promise<void> {
  await eventually(`${service} ${state}`, () => (isState(crowd, service, state) ? true : undefined), withinMs);
}

/** Whether a card says so. */
function isState({ connector }: Crowd, service: string, state: string): boolean {
  return [...connector.messages.values()].some(({ activity }) => {
    const text = textIn(activity);
    return text.includes(service) && text.toLowerCase().includes(state);
  });
}
