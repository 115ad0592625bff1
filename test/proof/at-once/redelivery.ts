import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Activity } from '../../../src/playground/activities';
import type { SampleConversation } from '../../../src/playground/world';
import type { CollectionSpec, Store } from '../../../src/store/contract';
import { eventually } from '../../patience';
import { everyRecord } from '../../store/every-record';
import { askForDeployment } from '../ask';
import { channelNumber, createPeople, dana, deliver, personNumber, textIn } from '../harness';
import type { Answer } from '../harness';
import type { PostedMessage } from '../teams/open-connector';
import { startCrowd } from './crowd';
import type { Crowd } from './crowd';
import type { Slowness } from './slow-instance';

/** What Teams does if an answer was late or lost: it delivers the same again, and clicks also under a new id. */

const deliveries = 4;

/** Two instances on one file, and an instance number that dies the moment it posts a certain text. */
export interface Stage {
  readonly crowd: Crowd;
  /** The first instance dies with SIGKILL when it posts something with this text. */
  diesWhenItSays(text: string | undefined): void;
  readonly gapMs: number;
}

export async function openStage(gapMs: number): Promise<Stage> {
  let fatal: string | undefined;
  const crowd: Crowd = await startCrowd({
    people: 1,
    services: 8,
    instances: 2,
    main: join(__dirname, 'slow-instance.ts'),
    connector: {
      onPost({ activity }) {
        if (fatal === undefined || !textIn(activity).includes(fatal)) return;
        fatal = undefined;
        process.kill(crowd.instances[0]?.pid ?? 0, 'SIGKILL');
      },
    },
  });
  return { crowd, gapMs, diesWhenItSays: (text) => void (fatal = text) };
}

const portOf = ({ crowd }: Stage, index: number): number => crowd.instances[index]?.port ?? 0;

async function setSlow({ crowd }: Stage, isSlow: boolean): Promise<void> {
  const slowness: Slowness = { isSlow };
  for (const instance of crowd.instances) assert.equal(await instance.ask(slowness), 'slow');
}

/** The same activity four times, each a gap after the previous one, answered or not. */
async function deliverAgain(
  stage: Stage,
  activity: Activity,
  portFor = (_: number) => portOf(stage, 0),
  afterSecond = async (): Promise<void> => undefined,
) {
  const answers: Promise<Answer>[] = [];
  for (let number = 0; number < deliveries; number++) {
    if (number > 0) await pause(stage.gapMs);
    if (number === 2) await afterSecond();
    answers.push(deliver(portFor(number), activity));
  }
  return Promise.all(answers);
}

/** Resolves when an instance has started on the message in this channel. */
async function inWork({ crowd }: Stage, { id }: SampleConversation): Promise<void> {
  await eventually(`a message in work in ${id}`, () =>
    crowd.look(async (store) => {
      const messages = await everyRecord(store, inboundSpec);
      return messages.some((message) => message.id.startsWith(id) && message.value.inWork !== undefined) || undefined;
    }),
  );
}

/** The messages in a channel, threads included. */
function seenIn({ crowd }: Stage, channel: SampleConversation): PostedMessage[] {
  return [...crowd.connector.messages.values()].filter(({ conversation }) => conversation.startsWith(channel.id));
}

function allAnswered(answers: readonly Answer[]): void {
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200], 'every delivery is answered 200');
}

/** An approval whose check takes longer than the gap: the second delivery arrives while the first is in progress, the third after it. */
export async function clickAgain(stage: Stage): Promise<string> {
  const { crowd } = stage;
  const channel = channelNumber(1);
  const asked = await askForDeployment(portOf(stage, 0), crowd.connector, channel, 's1', '1.0.2');
  await setSlow(stage, true);
  const { clicks } = createPeople(crowd.connector.url);
  const click = clicks(personNumber(1), channel, asked.card.id, 'approvals.approve', { id: asked.approvalId });
  const answers = await deliverAgain(stage, click, undefined, async () => {
    await setSlow(stage, false);
    await eventually('the run', () => crowd.ledger.started.find(({ service }) => service === 's1'));
  });
  // Teams also repeats a click under a new id, and any instance can get it.
  for (const index of [0, 1]) answers.push(await deliver(portOf(stage, index), { ...click, id: `f:new-${index}` }));
  allAnswered(answers);
  const told = answers.map(({ body }) => textIn(body));
  const facts = told.filter((text) => text.includes('Approved by Person 1')).length;
  const promises = told.filter((text) => text.includes('Still working')).length;
  assert.equal(facts + promises, answers.length, told.join('\n'));
  assert.ok(facts > 0, 'once it is decided a delivery is answered with the card');
  return `${facts} answered with the current card, ${promises} told that it is in progress`;
}

/** A typed line, a query or a change. */
export async function sayAgain(stage: Stage, number: number, line: string): Promise<void> {
  const channel = channelNumber(number);
  const said = createPeople(stage.crowd.connector.url).says(dana, channel, line);
  allAnswered(await deliverAgain(stage, said, (delivery) => portOf(stage, delivery % 2)));
  assert.equal(seenIn(stage, channel).length, 1, `one reply to ${line}`);
}

/** While one instance works on it, the other one gets it and waits. */
export async function sayElsewhere(stage: Stage): Promise<void> {
  const channel = channelNumber(10);
  const said = createPeople(stage.crowd.connector.url).says(dana, channel, 'deploy s2 1.0.2 to production');
  await setSlow(stage, true);
  const first = deliver(portOf(stage, 0), said);
  await inWork(stage, channel);
  const again = deliver(portOf(stage, 1), said);
  await pause(stage.gapMs);
  await setSlow(stage, false);
  allAnswered(await Promise.all([again, first]));
  assert.equal(seenIn(stage, channel).length, 1, 'one reply although two instances heard it');
}

/** The instance dies while it works on the message; the other one gets it next. */
export async function dieInWork(stage: Stage): Promise<number> {
  const channel = channelNumber(11);
  const said = createPeople(stage.crowd.connector.url).says(dana, channel, 'deploy s3 1.0.2 to production');
  await setSlow(stage, true);
  const lost = deliver(portOf(stage, 0), said);
  await inWork(stage, channel);
  await stage.crowd.instances[0]?.stop('SIGKILL');
  assert.equal((await lost).status, 0, 'the first delivery got no answer');
  assert.equal(seenIn(stage, channel).length, 0);
  await setSlow({ ...stage, crowd: { ...stage.crowd, instances: stage.crowd.instances.slice(1) } }, false);
  const begun = performance.now();
  const again = await deliver(portOf(stage, 1), said);
  const ms = performance.now() - begun;
  allAnswered([again]);
  assert.equal(seenIn(stage, channel).length, 1, 'what the dead instance had in work is answered by the other');
  await stage.crowd.restart(0, 'SIGKILL');
  allAnswered([await deliver(portOf(stage, 0), said)]);
  assert.equal(seenIn(stage, channel).length, 1);
  return ms;
}

/** The instance dies the moment it posts its reply: whether it was posted can't be known. Returns how often it was seen. */
export async function dieReplying(stage: Stage): Promise<number> {
  const channel = channelNumber(12);
  const said = createPeople(stage.crowd.connector.url).says(dana, channel, 'lock s4 in production because I try it');
  stage.diesWhenItSays('s4 in production is locked');
  assert.equal((await deliver(portOf(stage, 0), said)).status, 0);
  allAnswered([await deliver(portOf(stage, 1), said)]);
  const replies = seenIn(stage, channel).map(({ activity }) => textIn(activity));
  assert.ok(replies.length <= 2, 'at most one repetition');
  assert.ok(
    replies.every((text) => /s4 in production is locked/.test(text)),
    `the same is said: ${replies.join('\n')}`,
  );
  await stage.crowd.restart(0, 'SIGKILL');
  return replies.length;
}

/** The instance is asked to stop while it works on the message. */
export async function endInPeace(stage: Stage): Promise<void> {
  const channel = channelNumber(13);
  const said = createPeople(stage.crowd.connector.url).says(dana, channel, 'deploy s5 1.0.2 to production');
  await setSlow(stage, true);
  const first = deliver(portOf(stage, 0), said);
  await inWork(stage, channel);
  const ended = stage.crowd.instances[0]?.stop('SIGTERM');
  await setSlow(stage, false);
  const [code, answer] = await Promise.all([ended, first]);
  assert.equal(code, 0);
  allAnswered([answer]);
  assert.equal(seenIn(stage, channel).length, 1, 'it finished what it had begun');
  await stage.crowd.restart(0);
  allAnswered([await deliver(portOf(stage, 0), said)]);
  assert.equal(seenIn(stage, channel).length, 1, 'the memory of it survived the restart');
}

const inboundSpec: CollectionSpec<{ readonly at: number; readonly inWork?: object }> = {
  name: 'inbound',
  schema: 1,
  indexes: {},
  queries: [],
  expiresAt: ({ at }) => at + 15 * 60_000,
};

/** How many ids are remembered, and how many are left a quarter of an hour later. */
export async function remembered(store: Store): Promise<{ now: number; later: number }> {
  const count = async (): Promise<number> => (await everyRecord(store, inboundSpec)).length;
  const now = await count();
  await store.removeExpired(Date.now() + 16 * 60_000);
  return { now, later: await count() };
}
