import assert from 'node:assert/strict';
import { readDate, readMoment, readTerm, readWeekMoment, weeklySpan } from '../../src/core/moments';

const berlin = 'Europe/Berlin';
/** Monday 23 November 2026, 11:30 in Berlin. */
const now = Date.UTC(2026, 10, 23, 10, 30);
const iso = (moment: number | undefined): string | undefined =>
  moment === undefined ? undefined : new Date(moment).toISOString();

describe('a moment in words', () => {
  const cases: [string, string | undefined][] = [
    ['until Monday 8:00', '2026-11-30T07:00:00.000Z'],
    ['Friday', '2026-11-27T23:00:00.000Z'],
    ['tomorrow', '2026-11-24T23:00:00.000Z'],
    ['tomorrow 9:00', '2026-11-24T08:00:00.000Z'],
    ['18:00', '2026-11-23T17:00:00.000Z'],
    ['2h', '2026-11-23T12:30:00.000Z'],
    ['for 90 minutes', '2026-11-23T12:00:00.000Z'],
    ['in 2 hours', '2026-11-23T12:30:00.000Z'],
    ['2026-12-24', '2026-12-24T23:00:00.000Z'],
    ['Dec 24 8am', '2026-12-24T07:00:00.000Z'],
    ['2020-01-01', undefined],
    ['the cows come home', undefined],
    ['Friday or so', undefined],
    ['', undefined],
  ];
  for (const [words, wanted] of cases)
    it(`reads “${words}” as ${wanted ?? 'nothing'}`, () => assert.equal(iso(readMoment(words, now, berlin)), wanted));

  it('counts hours by the clock on the wall only where a wall clock was named, also when the clocks change', () => {
    // Saturday 24 October 2026, 23:00 in Berlin; at 3:00 the clocks go back.
    const before = Date.UTC(2026, 9, 24, 21, 0);
    assert.equal(iso(readMoment('in 6 hours', before, berlin)), '2026-10-25T03:00:00.000Z');
    assert.equal(iso(readMoment('tomorrow 5:00', before, berlin)), '2026-10-25T04:00:00.000Z');
  });
});

describe('a term in words', () => {
  const cases: [time: string | undefined, typed: string | undefined, string | undefined, string, string][] = [
    ['until Monday 8:00', 'of the release', '2026-11-30T07:00:00.000Z', 'of the release', ''],
    [undefined, 'the tax fix is tried', undefined, 'the tax fix is tried', ''],
    ['forever', 'x', undefined, 'x', 'forever'],
    [undefined, undefined, undefined, '', ''],
  ];
  for (const [time, typed, until, reason, unread] of cases)
    it(`reads “${time}” and “${typed}”`, () => {
      const term = readTerm({ time, reason: typed }, now, berlin);
      assert.deepEqual({ ...term, until: iso(term.until) }, { until, reason, unread });
    });
});

describe('a weekly span', () => {
  const from = readWeekMoment('Fri 16:00');
  const to = readWeekMoment('Monday 8:00');
  assert.ok(from && to);
  const spanAt = (moment: number) => {
    const span = weeklySpan(from, to, moment, berlin);
    return [iso(span.from), iso(span.until)];
  };

  it('is the one that is on, or the next', () => {
    assert.deepEqual(spanAt(now), ['2026-11-27T15:00:00.000Z', '2026-11-30T07:00:00.000Z']);
    assert.deepEqual(spanAt(Date.UTC(2026, 10, 29, 12)), ['2026-11-27T15:00:00.000Z', '2026-11-30T07:00:00.000Z']);
    assert.deepEqual(spanAt(Date.UTC(2026, 10, 23, 6, 59)), ['2026-11-20T15:00:00.000Z', '2026-11-23T07:00:00.000Z']);
  });

  it('keeps the wall clock when the clocks change in between', () => {
    assert.deepEqual(spanAt(Date.UTC(2026, 9, 24, 12)), ['2026-10-23T14:00:00.000Z', '2026-10-26T07:00:00.000Z']);
    assert.deepEqual(spanAt(Date.UTC(2027, 2, 27, 12)), ['2027-03-26T15:00:00.000Z', '2027-03-29T06:00:00.000Z']);
  });

  it('may end at midnight and lie within a day', () => {
    const [begin, end] = [readWeekMoment('Sun 20:00'), readWeekMoment('Sun 24:00')];
    assert.ok(begin && end);
    const span = weeklySpan(begin, end, now, 'UTC');
    assert.deepEqual([iso(span.from), iso(span.until)], ['2026-11-29T20:00:00.000Z', '2026-11-30T00:00:00.000Z']);
  });

  it('takes no rubbish', () => {
    for (const words of ['Fri', 'Fri 25:00', 'Foo 8:00', '16:00', 'Fri 8:60', 'Fri 24:30'])
      assert.equal(readWeekMoment(words), undefined, words);
  });
});

describe('a date of the catalog', () => {
  it('is read on the wall clock of its zone', () => {
    assert.equal(iso(readDate('2026-12-24 18:00', berlin)), '2026-12-24T17:00:00.000Z');
    assert.equal(iso(readDate('2026-07-01', berlin)), '2026-06-30T22:00:00.000Z');
    for (const words of ['2026-13-01', '24.12.2026', '2026-12-24 26:00', 'soon'])
      assert.equal(readDate(words, berlin), undefined, words);
  });
});
