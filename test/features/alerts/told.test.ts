import assert from 'node:assert/strict';
import type { AlertHook, SourceAlert } from '../../../src/connectors/contract';
import { changesOf, momentsOfSignal, withMoments } from '../../../src/features/alerts/told/facts';
import type { SignalMoment } from '../../../src/features/alerts/told/facts';
import { createAlertWorld, shopAlert } from './world';
import type { AlertWorld } from './world';

const secondMs = 1_000;
const minuteMs = 60_000;
const fires = (at: number): SignalMoment => ({ at, fires: true });
const ends = (at: number): SignalMoment => ({ at, fires: false });

describe('the changes of an alert', () => {
  for (const [what, moments, expected] of [
    ['are when it began and ended', [fires(1), ends(2), fires(3)], [1, 2, 3]],
    ['are in order, however they were told', [fires(3), ends(4), ends(2), fires(1)], [1, 2, 3, 4]],
    ['don’t include that it still fires', [fires(1), fires(2), ends(3)], [1, 3]],
    ['don’t include an end that a reading noticed later', [fires(1), ends(2), ends(5)], [1, 2]],
    ['include an end whose beginning nobody knows', [ends(2), fires(3)], [2, 3]],
    ['include that it came and went within a second', [fires(1), ends(1), fires(4)], [1, 1, 4]],
    ['include that it went and came back within a second', [fires(1), ends(3), fires(3), ends(4)], [1, 3, 3, 4]],
  ] as const)
    it(what, () => assert.deepEqual(changesOf(moments), expected));

  it('are kept once each', () => {
    const known = [fires(1), ends(2)];
    assert.equal(withMoments(known, [ends(2), fires(1)]), known);
    assert.deepEqual(withMoments(known, [fires(3), ends(0)]), [ends(0), fires(1), ends(2), fires(3)]);
  });
});

describe('what a source tells between two readings', () => {
  let test: AlertWorld;
  let start = 0;
  let digests = 0;
  beforeEach(async () => {
    test = await createAlertWorld();
    await test.world.pass(2 * secondMs);
    start = test.world.deps.clock.now();
  });
  afterEach(() => test.close());

  const pass = (seconds: number): Promise<void> => test.world.pass(seconds * secondMs, secondMs);
  /** The alert as it begins so many seconds after the start. */
  const from = (second: number): SourceAlert => shopAlert({ since: start + second * secondMs });
  const take = (hook: Partial<AlertHook>) =>
    test.features.takeHook('monitoring', `digest-${++digests}`, { firing: [], ended: [], isCut: false, ...hook });
  const tellBegin = (second: number) => take({ firing: [from(second)] });
  const tellEnd = (begin: number, second: number) =>
    take({ ended: [{ alert: from(begin), at: start + second * secondMs }] });
  /** The seconds after the start at which its source says that it changed. */
  async function recorded(): Promise<readonly number[]> {
    const [signal] = (await test.alert()).signals;
    return changesOf(signal ? momentsOfSignal(signal) : []).map((at) => (at - start) / secondMs);
  }

  it('is recorded although a reading only ever showed it firing', async () => {
    test.source.alerts = [from(0)];
    await tellBegin(0);
    await pass(10);
    test.source.alerts = [from(8)];
    await tellEnd(0, 5);
    await tellBegin(8);
    await pass(2);
    const { state, changes, signals } = await test.alert();
    assert.deepEqual([state, changes.length, signals[0]?.ended], ['firing', 3, undefined]);
    assert.deepEqual(await recorded(), [0, 5, 8]);
  });

  it('is recorded in whatever order it arrives, and once if it’s told again', async () => {
    test.source.alerts = [from(0)];
    await tellBegin(0);
    await pass(30);
    test.source.alerts = [];
    await tellEnd(12, 20);
    await pass(2);
    await tellBegin(12);
    await tellEnd(0, 6);
    await tellEnd(12, 20);
    await pass(2);
    assert.deepEqual(await recorded(), [0, 6, 12, 20]);
    assert.equal((await test.alert()).changes.length, 4);
  });

  it('is recorded if it was never listed, without a message', async () => {
    await tellBegin(0);
    await pass(2);
    await tellEnd(0, 1);
    await pass(5);
    assert.deepEqual(await recorded(), [0, 1]);
    assert.equal(test.card(), undefined);
  });

  it('is recorded if nothing ever said that it ended', async () => {
    await tellBegin(0);
    await pass(110);
    const { state, changes } = await test.alert();
    assert.deepEqual([state, changes.length, changes[0]], ['resolved', 2, start]);
    assert.equal(test.card(), undefined);
  });

  it('is recorded although the source couldn’t be read any more', async () => {
    test.source.alerts = [from(0)];
    await tellBegin(0);
    await pass(2);
    test.source.isDown = true;
    await tellEnd(0, 3);
    await tellBegin(4);
    await pass(120);
    assert.deepEqual(await recorded(), [0, 3, 4]);
    assert.equal((await test.alert()).state, 'firing', 'only a reading says what is true now');
  });

  it('counts as coming and going', async () => {
    test.source.alerts = [from(0)];
    await tellBegin(0);
    await pass(60);
    test.source.alerts = [from(50)];
    for (const second of [10, 30, 50]) {
      await tellEnd(second - 10, second - 5);
      await tellBegin(second);
    }
    await pass(5);
    assert.notEqual((await test.alert()).flappingSince, undefined);
  });

  it('is found in its history if it never calls', async () => {
    test.source.alerts = [from(0)];
    await test.world.pass(minuteMs, minuteMs);
    const { key, name, labels } = from(0);
    test.source.alerts = [from(40)];
    test.source.past = [
      { key, name, labels, from: start, to: start + 10 * secondMs },
      { key, name, labels, from: start + 20 * secondMs, to: start + 30 * secondMs },
    ];
    await test.world.pass(3 * minuteMs, minuteMs);
    assert.deepEqual(await recorded(), [0, 10, 20, 30, 40]);
    assert.equal((await test.alert()).changes.length, 5);
  });

  it('is recorded completely in a storm of calls that arrive in disorder', async () => {
    const problems = Array.from({ length: 15 }, (_, index) => `Rule ${index}`);
    const of = (name: string, second: number): SourceAlert => ({ ...from(second), key: name, name });
    const times = [0, 10, 20];
    const hooks = problems.flatMap((name) =>
      times.flatMap((second): Partial<AlertHook>[] => [
        { firing: [of(name, second)] },
        { ended: [{ alert: of(name, second), at: start + (second + 5) * secondMs }] },
      ]),
    );
    await pass(30);
    // Neighbors are far apart, and each is taken once: 7 and the number of calls have no common divisor.
    for (const index of hooks.keys()) await take(hooks[(index * 7) % hooks.length] ?? {});
    await pass(3);
    const records = await test.alerts();
    const told = records.map(({ signals: [signal] }) => signal && changesOf(momentsOfSignal(signal)));
    const expected = times.flatMap((second) => [second, second + 5]).map((second) => start + second * secondMs);
    assert.deepEqual(
      told,
      problems.map(() => expected),
    );
  });
});
