import assert from 'node:assert/strict';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { createFeatures } from '../../../src/features';
import { newOnboarding, onboardingWorkflow } from '../../../src/features/onboarding/workflow';
import { scheduleWorkflow } from '../../../src/features/schedules/workflow';
import { createLeases, createSweeper } from '../../../src/jobs';
import { people, places, sampleCatalog } from '../fakes';
import { createTalkWorld, privately, roles, there } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana, noor, nico } = people;
const hourMs = 3_600_000;

describe('schedules', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
  });
  afterEach(() => talk.close());

  const shown = () => [...talk.world.outbox.messages.values()].filter(({ key }) => key.startsWith('schedule:'));
  const words = (): string =>
    shown()
      .map(({ content }) => JSON.stringify(content))
      .join('\n');
  const livesIn = (who: typeof dana, zone: string): Promise<unknown> => {
    const { clock, store } = talk.world.deps;
    const answered = { ...newOnboarding(who, '', clock.now()), wishes: { zone }, pending: [] };
    return store.collection(onboardingWorkflow.spec).upsert(who.id, () => answered);
  };
  /** The clock jumps, as if nothing had run in between. */
  async function jump(milliseconds: number): Promise<void> {
    talk.world.clock.advance(milliseconds);
    await talk.world.deps.sweeper.idle();
  }

  it('remind once, in the thread of the request, and mention the author', async () => {
    const said = await talk.say(dana, 'in 2 hours remind me to look at *the* graphs', { thread: 'root1' });
    assert.match(said, /Schedule 1.*15:00/);
    await jump(2 * hourMs - 1_000);
    assert.equal(shown().length, 0);
    await jump(1_000);
    await jump(5 * hourMs);
    assert.equal(shown().length, 1);
    assert.deepEqual(shown()[0]?.destination, { to: 'place', placeId: places.deployments.id, thread: 'root1' });
    assert.match(words(), /@\[0\] Reminder: look at \\\\\*the/);
    assert.match(await talk.say(dana, 'schedules'), /There are no schedules/);
  });

  it('remind everybody in a channel in the name of the person who planned it', async () => {
    await talk.say(dana, 'remind us in 2 hours to look at the graphs', there);
    await jump(2 * hourMs);
    assert.match(words(), /\*\*Reminder from Dana Developer\*\*: look at the graphs/);
    assert.equal(shown().length, 1);
  });

  it('try a line once before it is scheduled, which is in nobody’s history', async () => {
    const now = { receivedAt: talk.world.clock.now() };
    assert.match(await talk.say(dana, 'every weekday at 9:00 health shop', now), /Schedule 1/);
    await talk.features.idle();
    const history = await talk.say(dana, 'history', now);
    assert.match(history, /every weekday at 9:00 health shop/);
    assert.doesNotMatch(history, /"name":"health shop"/);
    assert.match(history, /1\sentry/, 'the line that planned it, and nothing else');
  });

  it('use the team’s time zone, or one’s own if it is known, and say which', async () => {
    assert.match(
      await talk.say(dana, 'every day at 14 remind us to breathe'),
      /team time, UTC; set your own with `settings`/,
    );
    await livesIn(dana, 'Asia/Tokyo');
    const said = await talk.say(dana, 'every day at 23 remind us to sleep');
    assert.match(said, /every day at 23:00, next 23:00 GMT\+9 \(your time, Asia\/Tokyo\)/);
    assert.match(await talk.say(dana, 'at 22:30 remind me to sleep'), /your time, Asia\/Tokyo/);
    assert.match(await talk.say(dana, 'schedules'), /every day at 23:00 \(Asia\/Tokyo\), by Dana/);
    assert.match(await talk.say(noor, 'every day at 14 remind us to sing'), /team time/);
    // It is 22:00 in Tokyo.
    await jump(hourMs / 2);
    assert.equal(shown().length, 1);
    assert.match(words(), /Reminder.*sleep/);
    await jump(hourMs / 2);
    assert.match(words(), /breathe/);
    assert.equal(shown().length, 4);
  });

  it('accept an alias of a query, and keep what it meant', async () => {
    await talk.say(dana, 'alias hs = health of shop in $1');
    const said = await talk.say(dana, 'in 1 hour hs staging');
    assert.match(said, /Schedule 1.*health of shop in staging.*keeps the current meaning of `hs staging`/);
    await talk.say(dana, 'alias hs = health of shop in production');
    await jump(hourMs);
    assert.match(words(), /Schedule 1.*`health of shop in staging`/);
    assert.match(words(), /"card":"health/);
  });

  it('mean the line after “run” if no pipeline is called so', async () => {
    assert.match(
      await talk.say(dana, 'in 1 hour run restart shop in staging'),
      /`(?:health )?restart` can’t be scheduled/,
    );
    assert.match(await talk.say(dana, 'in 1 hour run nonsense'), /`run` can’t be scheduled/);
    assert.match(await talk.say(dana, 'every weekday at 9 run health of shop'), /Schedule \d+.*: health of shop/);
  });

  it('refuse an alias of a command that changes something, and an unknown word', async () => {
    await talk.say(dana, 'alias ship = deploy shop to staging');
    assert.match(await talk.say(dana, 'in 1 hour ship'), /`deploy` can’t be scheduled.*Nothing was scheduled/);
    await talk.say(dana, 'unalias ship');
    await talk.say(noor, 'alias ship here = deploy shop to staging');
    assert.match(await talk.say(dana, 'in 1 hour ship'), /`deploy` can’t be scheduled/);
    assert.match(await talk.say(dana, 'in 1 hour nonsense'), /There is no command “nonsense”/);
    assert.match(await talk.say(dana, 'schedules'), /There are no schedules/);
  });

  it('repeat a query, with what everybody could see', async () => {
    assert.match(await talk.say(dana, 'every day at 14 health of shop in staging'), /every day at 14:00, next 14:00/);
    await jump(hourMs);
    assert.match(words(), /Schedule 1.*Dana Developer.*health of shop in staging/);
    assert.match(words(), /"card":"health/);
    await jump(24 * hourMs);
    assert.equal(shown().length, 4);
  });

  it('run once, late, and say so, if Gavel was not running', async () => {
    await talk.say(dana, 'every day at 14 remind us to breathe');
    await jump(hourMs * 73.5);
    assert.equal(shown().length, 1);
    assert.match(words(), /late: it was due on Nov.20 at 14:00/);
    await jump(24 * hourMs);
    assert.equal(shown().length, 2);
  });

  describe('when the clock is set', () => {
    const due = async (): Promise<number | undefined> =>
      (await talk.world.deps.store.collection(scheduleWorkflow.spec).find({ orderBy: 'number' })).items[0]?.value
        .wakeAt;
    async function set(milliseconds: number): Promise<void> {
      talk.world.clock.step(milliseconds);
      await jump(2_000);
    }
    // The world begins at 13:00.
    const at14 = Date.UTC(2026, 10, 20, 14);
    const steps = { '1 h back': -hourMs, '60 s back': -60_000, '120 s on': 120_000, '3 days on': 72 * hourMs };
    for (const [name, stepMs] of Object.entries(steps))
      it(`${name} and back again, run at their next moment, once`, async () => {
        await talk.say(dana, 'every day at 14 remind us to breathe');
        await set(stepMs);
        const early = shown().length;
        await set(-stepMs);
        assert.equal(await due(), at14 + early * 24 * hourMs);
        await jump(24 * hourMs);
        assert.equal(shown().length, 1);
      });

    it('a minute back right after they ran, run nothing twice', async () => {
      await talk.say(dana, 'every day at 14 remind us to breathe');
      await jump(hourMs + 1_000);
      assert.equal(shown().length, 1);
      await set(-60_000);
      await jump(120_000);
      assert.deepEqual([shown().length, await due()], [1, at14 + 24 * hourMs]);
    });
  });

  it('do not run twice with two instances', async () => {
    const { deps } = talk.world;
    const sweeper = createSweeper({
      leases: createLeases({ store: deps.store, clock: deps.clock, owner: 'other' }),
      clock: deps.clock,
      logger: silentLogger,
    });
    createFeatures({ ...deps, sweeper });
    await talk.say(dana, 'in 1 hour remind me to breathe');
    talk.world.clock.advance(hourMs);
    await Promise.all([deps.sweeper.idle(), sweeper.idle()]);
    await sweeper.stop();
    assert.equal(talk.world.outbox.puts.filter(({ key }) => key.startsWith('schedule:')).length, 1);
  });

  it('are created once if the message is delivered again', async () => {
    const same = { correlationId: 'c-same' };
    await talk.say(dana, 'in 1 hour remind me to breathe', same);
    assert.match(await talk.say(dana, 'in 1 hour remind me to breathe', same), /Schedule 1/);
    const all = await talk.world.deps.store.collection(scheduleWorkflow.spec).find({ orderBy: 'number' });
    assert.equal(all.items.length, 1);
  });

  it('refuse everything but queries, whoever asks, and what would be questioned or refused at once', async () => {
    for (const line of ['deploy shop to production', 'restart shop in production', 'every day at 9 health', 'grant'])
      assert.match(
        await talk.say(noor, `every day at 9 ${line}`),
        /can’t be scheduled.*Nothing was scheduled|Nothing was scheduled/,
      );
    assert.match(await talk.say(dana, 'in 2 hours audit'), /You can’t/);
    assert.match(await talk.say(dana, 'in 2 hours dance'), /no command “dance”/);
    assert.match(await talk.say(dana, 'every now and then health'), /can’t tell when/);
    assert.match(await talk.say(dana, 'in 999 weeks remind me x'), /more than a year/);
    assert.match(await talk.say(dana, 'schedules'), /There are no schedules/);
  });

  it('are canceled by their author or people who operate services, and by nobody else', async () => {
    await talk.say(dana, 'in 2 hours remind me to breathe');
    assert.match(await talk.say(nico, 'cancel schedule 1'), /You can’t cancel schedule 1.*created this schedule/);
    assert.match(await talk.say(noor, 'cancel schedule 1', there), /no schedule/);
    assert.match(await talk.say(noor, 'cancel schedule 1'), /Canceled schedule 1/);
    assert.match(await talk.say(dana, 'cancel schedule 1'), /already ended/);
    await talk.say(dana, 'in 2 hours remind me to breathe', privately(dana));
    assert.match(await talk.say(noor, 'cancel schedule 2'), /no schedule/);
    assert.match(await talk.say(dana, 'schedules', privately(dana)), /#2 · remind me: breathe/);
    await jump(hourMs);
    await talk.say(dana, 'cancel schedule 2', privately(dana));
    await jump(9 * hourMs);
    assert.equal(shown().length, 0);
  });

  it('are for everybody who can view', async () => {
    for (const who of Object.values(roles)) {
      assert.match(await talk.say(who, 'in 2 hours remind me to breathe'), /Schedule \d/);
      assert.match(await talk.say(who, 'schedules'), /remind me: breathe/);
    }
  });
});

describe('a schedule whose author is gone', () => {
  it('does not run and ends, with one notice', async () => {
    let here = true;
    const asked: string[] = [];
    const talk = createTalkWorld(
      {},
      {
        isStillIn: async (personId) => {
          asked.push(personId);
          return here;
        },
      },
    );
    await talk.say(dana, 'every day at 14 remind us to breathe');
    here = false;
    for (let day = 0; day < 3; day++) await talk.world.pass(24 * hourMs, 12 * hourMs);
    const texts = [...talk.world.outbox.messages.values()].map(({ content }) => JSON.stringify(content));
    assert.equal(texts.length, 1);
    assert.match(texts[0] ?? '', /Schedule 1 didn’t run and was canceled.*Dana Developer is no longer here/);
    assert.deepEqual(asked, [dana.id]);
    await talk.close();
  });

  it('does not run if the right is gone, either', async () => {
    let catalog = sampleCatalog();
    const talk = createTalkWorld({}, { catalog: () => catalog });
    assert.match(await talk.say(people.ada, 'every day at 14 audit'), /Schedule 1/);
    catalog = { ...catalog, grants: catalog.grants.filter(({ role }) => role !== 'admin') };
    for (let day = 0; day < 3; day++) await talk.world.pass(24 * hourMs, 12 * hourMs);
    const texts = [...talk.world.outbox.messages.values()].map(({ content }) => JSON.stringify(content));
    assert.equal(texts.length, 1);
    assert.match(texts[0] ?? '', /Schedule 1 didn’t run and was canceled.*Ada Admin no longer has the permission/);
    await talk.close();
  });
});
