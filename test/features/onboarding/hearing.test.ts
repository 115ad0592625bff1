import assert from 'node:assert/strict';
import { heard, released, wished } from '../../../src/features/onboarding/hearing';
import type { Happening, Hearing, HearingWish } from '../../../src/features/onboarding/hearing';
import { tellAt } from '../../../src/features/onboarding/quiet';

const wish: HearingWish = {
  to: 'person',
  services: ['shop'],
  environments: [],
  outcomes: 'failures',
  digest: false,
  hours: 'none',
  zone: 'UTC',
};
const noon = Date.UTC(2026, 10, 20, 12);
const event = (id: string, well: boolean, more: Partial<Happening> = {}): Happening => ({
  id,
  service: 'shop',
  environment: 'production',
  well,
  words: `shop ${well ? 'is well' : 'failed'}`,
  ...more,
});
const said = (record: Hearing | undefined): unknown[] => (record?.pending ?? []).map(({ detail }) => detail?.['text']);

/** Everything in order, as it would reach one record. */
function after(record: Hearing, happenings: readonly Happening[], now = noon): Hearing {
  return happenings.reduce((known, each) => heard(known, each, now) ?? known, record);
}

describe('what people and places hear', () => {
  it('is failures and the recovery after them, unless more was wished for', () => {
    const record = wished(undefined, wish);
    assert.deepEqual(said(after(record, [event('1', true)])), []);
    assert.deepEqual(said(after(record, [event('1', false), event('2', true), event('3', true)])), [
      'shop failed',
      'shop is well It had failed before.',
    ]);
    const everything = wished(undefined, { ...wish, outcomes: 'everything' });
    assert.deepEqual(said(after(everything, [event('1', true)])), ['shop is well']);
  });

  it('is each thing once, and only of what was chosen', () => {
    const record = wished(undefined, { ...wish, environments: ['production'] });
    assert.equal(said(after(record, [event('1', false), event('1', false)])).length, 1);
    assert.equal(heard(record, event('1', false, { service: 'search' }), noon), undefined);
    assert.equal(heard(record, event('1', false, { environment: 'staging' }), noon), undefined);
  });

  it('waits for the end of quiet hours and then comes as one message', () => {
    const night = Date.UTC(2026, 10, 20, 23);
    const record = wished(undefined, { ...wish, hours: '22:00-07:00' });
    const quiet = after(record, [event('1', false), event('2', true)], night);
    assert.deepEqual(said(quiet), []);
    assert.equal(quiet.wakeAt, Date.UTC(2026, 10, 21, 7));
    const morning = released(quiet, Date.UTC(2026, 10, 21, 7));
    assert.deepEqual(said(morning), [
      '**While you had quiet hours**\n- shop failed\n- shop is well It had failed before.',
    ]);
    assert.equal(morning.wakeAt, undefined);
    assert.deepEqual(said(after(record, [event('1', false)])), ['shop failed']);
  });

  it('keeps a digest short, says how much more there was, and loses nothing that was held when a wish changes', () => {
    const record = wished(undefined, { ...wish, digest: true, outcomes: 'everything' });
    const many = Array.from({ length: 25 }, (_, index) => event(String(index), true));
    const full = wished(after(record, many), wish);
    assert.equal(full.held.length, 20);
    const [text] = said(released({ ...full, digest: true }, noon));
    assert.match(String(text), /^\*\*Your digest\*\*/);
    assert.match(String(text), /and 5 more/);
  });

  it('follows the clock of the zone, also over the change of daylight saving', () => {
    const rows: readonly (readonly [string | undefined, string, boolean, string, string])[] = [
      [undefined, 'UTC', false, '2026-11-20T12:00Z', '2026-11-20T12:00Z'],
      ['22:00-07:00', 'Europe/Berlin', false, '2026-11-20T21:30Z', '2026-11-21T06:00Z'],
      ['22:00-07:00', 'Europe/Berlin', false, '2026-10-24T21:00Z', '2026-10-25T06:00Z'],
      ['09:00-17:00', 'UTC', false, '2026-11-20T12:00Z', '2026-11-20T17:00Z'],
      ['09:00-17:00', 'UTC', false, '2026-11-20T17:00Z', '2026-11-20T17:00Z'],
      ['none', 'Asia/Tokyo', true, '2026-11-20T12:00Z', '2026-11-21T00:00Z'],
      ['22:00-10:00', 'UTC', true, '2026-11-20T12:00Z', '2026-11-21T10:00Z'],
    ];
    for (const [hours, zone, digest, now, expected] of rows)
      assert.equal(
        new Date(tellAt({ ...(hours !== undefined && { hours }), zone, digest }, Date.parse(now))).toISOString(),
        new Date(Date.parse(expected)).toISOString(),
        `${hours} ${zone} ${now}`,
      );
  });
});
