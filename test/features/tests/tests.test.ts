import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderCard } from '../../../src/core/card';
import type { TestRun } from '../../../src/features/tests/contract';
import { rankFlaky } from '../../../src/features/tests/history/facts';
import { people, turnOf } from '../fakes';
import { createTalkWorld, there, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';
import { failedReport, passedReport } from './memory-tests';

const { dana, nico, noor } = people;
const smoke = 'tests smoke on shop in staging';

describe('tests', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
    live('2.14.0', 'a');
  });
  afterEach(() => talk.close());

  const live = (version: string, commit: string) =>
    talk.world.connector.serving.set('shop/staging', { version, commit: commit.repeat(40), since: 0 });
  const cardIds = (): string[] =>
    [...talk.world.outbox.messages.keys()].flatMap((key) => /^tests:([0-9a-f]{32}):card$/.exec(key)?.[1] ?? []);
  const newest = (): string => cardIds().at(-1) ?? assert.fail('there is no card');
  const card = (id = newest()): string => {
    const message = talk.world.outbox.messages.get(`tests:${id}:card`);
    assert.ok(message && 'card' in message.content, 'there is no card');
    renderCard(message.content.card, message.content.data);
    return JSON.stringify(message.content.data);
  };
  const click = async (who: typeof dana, verb: string, id = newest()): Promise<string> =>
    wordsOf(await talk.router.handleAction(turnOf(who, there), verb, { id }));
  const ended = async (state: 'succeeded' | 'failed', report?: Parameters<typeof talk.world.tests.tell>[1]) => {
    talk.world.tests.tell({ state, ...(report ? {} : { reason: 'no tests ran' }) }, report);
    await talk.world.pass(2_000);
  };
  const run = async (line = smoke): Promise<string> => {
    assert.equal(await talk.say(dana, line, there), '');
    await talk.world.pass(1_000);
    return newest();
  };

  it('run from one line in any order, and live on one card from the start to the result', async () => {
    for (const line of [
      smoke,
      'tests shop smoke staging',
      'run the smoke tests on shop in staging',
      'tests in staging smoke test on shop',
    ])
      await run(line);
    assert.deepEqual(
      talk.world.tests.starts.map(({ suite }) => suite),
      ['smoke', 'smoke', 'smoke', 'smoke'],
    );
    assert.match(card(), /"word":"Running".*Running\*\* since.*passed\s+shows the cart/);
    await ended('succeeded', passedReport);
    assert.match(card(), /"word":"Passed".*5\stests passed.*"value":"5 passed".*2\.14\.0/s);
    assert.equal(talk.world.outbox.posts.filter(({ key }) => key === `tests:${newest()}:card`).length, 1);
    const audits = await talk.audits();
    assert.deepEqual(
      audits
        .filter(({ what }) => what === 'tests.run')
        .map(({ outcome }) => outcome)
        .slice(0, 1),
      ['passed'],
    );
  });

  it('show what failed with its picture, and rerun only that', async () => {
    talk.world.tests.picture = readFileSync(join(__dirname, '../../samples/screenshot.png'));
    await run();
    await ended('failed', failedReport);
    assert.match(card(), /1 of 5\stests failed.*shows the cart.*the cart has 2 products/s);
    assert.match(card(), /data:image\/png;base64,/);
    assert.ok(card().length < 16_000, `the card has ${card().length} characters`);
    const told = [...talk.world.outbox.messages.values()].find(({ key }) => key.includes(':failed:'));
    assert.match(JSON.stringify(told?.content), /Smoke test on shop in staging \(T-1001\) failed: shows the cart/);
    const first = newest();
    assert.match(await click(dana, 'tests.rerun', first), /T-1002 is rerunning the failed tests of T-1001/);
    await talk.world.pass(1_000);
    assert.deepEqual(talk.world.tests.starts.at(-1)?.only, ['shows the cart']);
    assert.match(await click(dana, 'tests.rerun'), /T-1002 hasn’t failed. Nothing was started/);
    assert.match(await click(dana, 'tests.log', first), /Last output.*passed\s+shows the cart/s);
    assert.match(await click(dana, 'tests.history', first), /T-1002.*T-1001.*3 passed, 1 failed, 1 skipped/s);
  });

  it('fail if no tests ran', async () => {
    await run();
    await ended('failed');
    assert.match(card(), /"word":"Failed".*Failed without results\*\*: no tests ran/s);
    assert.doesNotMatch(card(), /tests\.rerun/);
  });

  it('ask for what is missing, and start nothing that nobody may run', async () => {
    assert.match(
      await talk.say(dana, 'tests smoke on shop', there),
      /Run Smoke test where\?.*smoke on shop in staging/s,
    );
    assert.match(await talk.say(dana, 'tests shop', there), /Run which tests\?.*Checkout on shop in production/s);
    assert.match(
      await talk.say(dana, 'tests smok on shop', there),
      /can’t find a test suite called smok on shop.*Did you mean smoke/s,
    );
    assert.match(await talk.say(nico, smoke, there), /You can’t run tests of shop in staging/);
    const chosen = await talk.router.handleAction(turnOf(dana, there), 'chat.choose', {
      ...{ id: 'tests run', by: dana.id, 'chosen-suite': 'smoke on shop in production' },
    });
    assert.match(wordsOf(chosen), /Dana Developer started T-1001/);
    await talk.world.pass(1_000);
    assert.equal(talk.world.tests.starts.length, 1);
  });

  it('list the suites with how they went last', async () => {
    assert.match(
      await talk.say(dana, 'tests', there),
      /4\stest suites.*Smoke test on shop in staging","words":"Never run/s,
    );
    await run();
    await ended('succeeded', { ...passedReport, passed: 4, flaky: 1 });
    assert.match(
      await talk.say(dana, 'tests', there),
      /Smoke test on shop in staging","words":"Passed, flaky · T-1001/,
    );
    assert.match(await talk.say(dana, 'did smoke pass in staging?', there), /Smoke test on shop in staging passed/);
  });

  it('start once whatever happens in between, and ask a person if nobody knows', async () => {
    talk.world.tests.faults.push({ method: 'start', failure: 'unclear', after: true });
    await run();
    await talk.world.pass(30_000);
    assert.match(card(), /"word":"Running"/);
    assert.equal(talk.world.tests.starts.length, 1);
    talk.world.tests.faults.push({ method: 'start', failure: 'unclear' });
    talk.world.tests.findAnswer = { found: 'cannot tell' };
    await run();
    await talk.world.pass(30_000);
    assert.match(card(), /can’t tell whether these tests ran.*Mark as not run….*Start again…/s);
    assert.match(await click(nico, 'tests.settle-again'), /You can’t cancel Smoke test on shop in staging/);
    talk.world.tests.findAnswer = undefined;
    await click(dana, 'tests.settle-again');
    await talk.world.pass(2_000);
    assert.match(card(), /"word":"Running"/);
  });

  it('stop when somebody cancels them', async () => {
    await run();
    assert.match(await click(nico, 'tests.cancel'), /You can’t cancel/);
    assert.match(await click(noor, 'tests.cancel'), /"word":"Stopping"/);
    await talk.world.pass(3_000);
    assert.match(card(), /"word":"Canceled".*Canceled by Noor Operator/s);
    assert.equal(talk.world.tests.canceled.length, 1);
  });

  it('tell their requester that somebody else canceled them, but not what they did themselves', async () => {
    const told = () =>
      [...talk.world.outbox.messages.values()]
        .filter(({ key }) => key.includes(':canceled:'))
        .map(({ content }) => content);
    await run();
    await click(dana, 'tests.cancel');
    await talk.world.pass(3_000);
    assert.match(card(), /Canceled by Dana Developer/);
    assert.deepEqual(told(), []);
    await run();
    await click(noor, 'tests.cancel');
    await talk.world.pass(3_000);
    assert.match(JSON.stringify(told()), /Smoke test on shop in staging \(T-1002\) was canceled/);
  });

  it('lead on from their lists to the card of a run, and to the suite that is flaky', async () => {
    await run();
    await ended('succeeded', { ...passedReport, passed: 4, flaky: 1 });
    for (const line of ['tests', 'tests history smoke on shop'])
      assert.ok((await talk.say(dana, line, there)).includes(`"verb":"tests.view","id":"${newest()}"`), line);
    assert.match(await talk.say(dana, 'rerun the failed tests', there), /use the buttons on their card/);
  });

  it('are one run however often the line is delivered', async () => {
    const turn = turnOf(dana, { ...there, trigger: 'typed' });
    await talk.router.handleText(turn, smoke);
    await talk.router.handleText(turn, smoke);
    await talk.world.pass(1_000);
    assert.equal(talk.world.tests.starts.length, 1);
  });

  it('rank what is flaky by its rate', async () => {
    await run();
    await ended('failed', failedReport);
    assert.match(await talk.say(dana, 'flaky', there), /No flaky tests/);
    await run();
    await ended('succeeded', passedReport);
    assert.match(
      await talk.say(dana, 'which tests are flaky', there),
      /1\sflaky test.*Based on the last 2\sruns\.\*\* A flaky test.*shows the cart.*50% \(1 of 2\sruns\).*"id":"tests history smoke on shop in staging"/s,
    );
    assert.match(await talk.say(dana, 'flaky tests of shop in production', there), /no test results here yet/);
  });
});

describe('the ranking of flaky tests', () => {
  const flaky = { id: 'a', name: 'a', outcome: 'flaky', message: '', durationMs: 1, attempts: 2 } as const;
  const failing = { ...flaky, id: 'b', name: 'b', outcome: 'failed' } as const;
  const runOf = (at: number, commit: string, cases: readonly (typeof flaky | typeof failing)[]): TestRun => ({
    ...{ service: 'shop', environment: 'staging', suite: 'smoke', title: 'Smoke', connection: 'tests', number: at },
    ...{ canRerunFailed: true, requester: dana, placeId: 'p', thread: undefined, correlationId: 'c', starts: 1 },
    ...{
      state: cases.length > 0 ? 'failed' : 'passed',
      startedAt: at,
      stateSince: at,
      release: { version: '1', commit },
    },
    report: { ...passedReport, cases },
  });

  it('counts a failure only if the same release passed later, and a rerun only for the tests that it ran', () => {
    const ranked = rankFlaky([runOf(1, 'x', [flaky, failing]), runOf(2, 'x', [flaky, failing]), runOf(3, 'y', [])]);
    assert.deepEqual(
      ranked.map(({ name, count, runs, lastSeenAt }) => [name, count, runs, lastSeenAt]),
      [['a', 2, 3, 2]],
    );
    const rerun = { ...runOf(4, 'x', []), rerunOf: { number: 2, only: ['b'], commit: 'x' } };
    const again = rankFlaky([
      runOf(1, 'x', [flaky, failing]),
      runOf(2, 'x', [flaky, failing]),
      runOf(3, 'y', []),
      rerun,
    ]);
    assert.deepEqual(
      again.map(({ name, count, runs }) => [name, count, runs]),
      [
        ['a', 2, 3],
        ['b', 2, 4],
      ],
    );
  });
});
