import assert from 'node:assert/strict';
import { readCatalogDate, readWeekMoment, weeklySpan } from '../../../src/core/time/moments';

const berlin = 'Europe/Berlin';
/** Monday 23 November 2026, 11:30 in Berlin. */
const now = Date.UTC(2026, 10, 23, 10, 30);
const iso = (moment: number | undefined): string | undefined =>
  moment === undefined ? undefined : new Date(moment).toISOString();

describe('a weekly span', () => {
  const from = readWeekMoment('Fri 16:00');
  const to = readWeekMoment('Monday 8:00');
  assert.ok(from && to);
  const spanAt = (moment: number) => {
    const span = weeklySpan(from, to, moment, berlin);
    return [iso(span.from), iso(span.until)];
  };

  it('is the current one, or the next', () => {
    assert.deepEqual(spanAt(now), ['2026-11-27T15:00:00.000Z', '2026-11-30T07:00:00.000Z']);
    assert.deepEqual(spanAt(Date.UTC(2026, 10, 29, 12)), ['2026-11-27T15:00:00.000Z', '2026-11-30T07:00:00.000Z']);
    assert.deepEqual(spanAt(Date.UTC(2026, 10, 23, 6, 59)), ['2026-11-20T15:00:00.000Z', '2026-11-23T07:00:00.000Z']);
  });

  it('keeps the local time when the clocks change in between', () => {
    assert.deepEqual(spanAt(Date.UTC(2026, 9, 24, 12)), ['2026-10-23T14:00:00.000Z', '2026-10-26T07:00:00.000Z']);
    assert.deepEqual(spanAt(Date.UTC(2027, 2, 27, 12)), ['2027-03-26T15:00:00.000Z', '2027-03-29T06:00:00.000Z']);
  });

  it('can end at midnight and be within one day', () => {
    const [begin, end] = [readWeekMoment('Sun 20:00'), readWeekMoment('Sun 24:00')];
    assert.ok(begin && end);
    const span = weeklySpan(begin, end, now, 'UTC');
    assert.deepEqual([iso(span.from), iso(span.until)], ['2026-11-29T20:00:00.000Z', '2026-11-30T00:00:00.000Z']);
  });

  it('rejects nonsense', () => {
    for (const words of ['Fri', 'Fri 25:00', 'Foo 8:00', '16:00', 'Fri 8:60', 'Fri 24:30'])
      assert.equal(readWeekMoment(words), undefined, words);
  });
});

describe('a date of the catalog', () => {
  it('is read in its zone’s local time', () => {
    assert.equal(iso(readCatalogDate('2026-12-24 18:00', berlin)), '2026-12-24T17:00:00.000Z');
    assert.equal(iso(readCatalogDate('2026-07-01', berlin)), '2026-06-30T22:00:00.000Z');
    for (const words of ['2026-13-01', '24.12.2026', '2026-12-24 26:00', 'soon'])
      assert.equal(readCatalogDate(words, berlin), undefined, words);
  });
});
