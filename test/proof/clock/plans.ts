import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { lockWorkflow } from '../../../src/features/locks/workflow';
import type { Lock } from '../../../src/features/locks/workflow';
import { scheduleWorkflow } from '../../../src/features/schedules/workflow';
import type { Schedule } from '../../../src/features/schedules/workflow';
import { eventually } from '../../patience';
import type { Crowd } from '../at-once/crowd';
import { channelNumber, createPeople, dana, deliver, textIn } from '../harness';

/** Locks and schedules while the clock is changed: what the store says about them, and what was posted. */

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** After this time, a lock's holder is asked whether they still need it; the default of the catalog. */
const askAfterMs = 4 * hourMs;
const noticeMs = 1_200;
const channel = channelNumber(5);

export interface Plans {
  /** Until two hours from now. */
  readonly ending: Lock;
  /** Until it's released. */
  readonly open: Lock;
  readonly once: Schedule;
  readonly daily: Schedule;
}

/** Dana locks two services, one of them for two hours, and schedules a reminder in three hours and a daily one. */
export async function makePlans(crowd: Crowd): Promise<Plans> {
  const inTwelveHours = new Date(Date.now() + 12 * hourMs).toISOString().slice(11, 16);
  for (const line of [
    'lock s3 in production 2h because it is measured',
    'lock s4 in production because it is measured',
    'in 3 hours remind us to look',
    `every day at ${inTwelveHours} UTC remind us to breathe`,
  ])
    await deliver(portOf(crowd), createPeople(crowd.connector.url).says(dana, channel, line));
  return eventually('locks and schedules', () => readPlans(crowd).catch(() => undefined));
}

/** What is due when, after the clock was changed by this much. */
export async function checkPlans(crowd: Crowd, planned: Plans, seconds: number): Promise<void> {
  await pause(noticeMs);
  const isDaysOn = seconds * 1_000 > dayMs;
  await eventually('what came of the plans', async () => {
    const { daily } = await readPlans(crowd);
    return !isDaysOn || daily.runs === 1 || undefined;
  });
  const { ending, open, once, daily } = await readPlans(crowd);
  const now = Date.now() + seconds * 1_000;
  isWithin('the question about an open lock', open.wakeAt, now, askAfterMs);
  assert.equal(open.holder?.person.name, dana.name);
  if (!isDaysOn) {
    assert.deepEqual([ending.wakeAt, ending.holder?.until], [planned.ending.wakeAt, planned.ending.holder?.until]);
    assert.deepEqual(
      [once.wakeAt, once.runs, daily.wakeAt, daily.runs],
      [planned.once.wakeAt, 0, planned.daily.wakeAt, 0],
    );
    return;
  }
  assert.deepEqual([ending.holder, once.state, once.runs], [undefined, 'over', 1]);
  isWithin('the daily reminder', daily.wakeAt, now, dayMs);
}

/** The same, once the clock is right again; then the next day comes. */
export async function checkPlansAgain(
  crowd: Crowd,
  planned: Plans,
  seconds: number,
  set: (seconds: number) => void,
): Promise<void> {
  await pause(noticeMs);
  const early = seconds * 1_000 > dayMs ? 1 : 0;
  const next = (planned.daily.wakeAt ?? 0) + early * dayMs;
  await eventually('the next moment of the daily reminder', async () => {
    const { daily } = await readPlans(crowd);
    return daily.wakeAt === next || undefined;
  });
  const { open, daily } = await readPlans(crowd);
  isWithin('the question about an open lock', open.wakeAt, Date.now(), askAfterMs);
  assert.equal(daily.runs, early);
  set(Math.ceil((next - Date.now()) / 1_000) + 2);
  await eventually('the daily reminder, once more', async () => {
    const { daily: later } = await readPlans(crowd);
    return later.runs === early + 1 || undefined;
  });
  await pause(noticeMs);
  const after = await readPlans(crowd);
  assert.deepEqual([after.once.runs, after.daily.runs], [1, early + 1]);
  await eventually('every reminder posted', () => posts(crowd, /remind/) >= 2 + early || undefined);
  assert.deepEqual([posts(crowd, /reminded: look/), posts(crowd, /reminded: breathe/)], [1, 1 + early]);
}

function isWithin(what: string, at: number | undefined, now: number, withinMs: number): void {
  assert.ok(at !== undefined && at > now - 5_000 && at <= now + withinMs + 5_000, `${what}: ${at} at ${now}`);
}

async function readPlans(crowd: Crowd): Promise<Plans> {
  return crowd.look(async (store) => {
    const locks = store.collection(lockWorkflow.spec);
    const [ending, open] = [await locks.get('s3/production'), await locks.get('s4/production')];
    const { items } = await store.collection(scheduleWorkflow.spec).find({ orderBy: 'number' });
    const [once, daily] = items;
    assert.ok(ending && open && once && daily);
    return { ending: ending.value, open: open.value, once: once.value, daily: daily.value };
  });
}

const posts = ({ connector }: Crowd, words: RegExp): number =>
  [...connector.messages.values()].filter(
    ({ conversation, activity }) => conversation.startsWith(channel.id) && words.test(textIn(activity)),
  ).length;

function portOf({ instances: [instance] }: Crowd): number {
  assert.ok(instance);
  return instance.port;
}
