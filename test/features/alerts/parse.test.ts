import assert from 'node:assert/strict';
import { readSilenceEnd, silenceChoices } from '../../../src/features/alerts/parse';

const timeZone = 'Europe/Berlin';
const at = (words: string): number => Date.parse(words);
const read = (words: string, now: string): string =>
  new Date(readSilenceEnd(words, { now: at(now), timeZone })).toISOString();

describe('the end of a silence', () => {
  const cases: readonly [words: string, now: string, end: string][] = [
    ['1h', '2026-11-20T13:00:00Z', '2026-11-20T14:00:00.000Z'],
    ['4h', '2026-11-20T13:00:00Z', '2026-11-20T17:00:00.000Z'],
    ['morning', '2026-11-20T13:00:00Z', '2026-11-21T07:00:00.000Z'],
    ['morning', '2026-11-20T23:30:00Z', '2026-11-21T07:00:00.000Z'],
    ['morning', '2026-11-21T06:59:00Z', '2026-11-21T07:00:00.000Z'],
    ['morning', '2026-11-21T07:00:00Z', '2026-11-22T07:00:00.000Z'],
    // The clocks go forward in this night.
    ['morning', '2026-03-28T22:00:00Z', '2026-03-29T06:00:00.000Z'],
    ['18:00', '2026-11-20T13:00:00Z', '2026-11-20T17:00:00.000Z'],
  ];
  for (const [words, now, end] of cases)
    it(`“${words}” at ${now} is ${end}`, () => assert.equal(read(words, now), end));

  it('can be chosen: in an hour, in four, and in the morning of whoever asks', () =>
    assert.deepEqual(
      silenceChoices(at('2026-11-20T13:00:00Z'), timeZone).map(({ title }) => title),
      ['1 hour', '4 hours', 'Until morning'],
    ));

  it('is at most in 31 days, and silences nothing if nobody can read it', () => {
    assert.throws(() => read('2027-11-20', '2026-11-20T13:00:00Z'), /at most 31 days\. Nothing was silenced/);
    assert.throws(() => read('whenever', '2026-11-20T13:00:00Z'), /Nothing was silenced/);
  });
});
