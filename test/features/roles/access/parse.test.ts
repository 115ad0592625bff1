import assert from 'node:assert/strict';
import { narrowRequest } from '../../../../src/features/roles/access/parse';
import type { Narrowed } from '../../../../src/features/roles/access/parse';
import { describeUnreadNote } from '../../../../src/features/roles/access/workflow';

/** Friday 20 November 2026, 13:00 UTC. */
const now = Date.UTC(2026, 10, 20, 13, 0);
const day = 86_400_000;
const asked = { now, timeZone: 'UTC' };
const known = { services: ['shop', 'search', 'payments'], environments: ['staging', 'production'] };
const read = (note: string, wanted = {}): Narrowed => narrowRequest(wanted, note, known, asked);
const until = (date: string): number => Date.parse(`${date}Z`);

describe('an approver’s note that grants less', () => {
  const staging = { environments: ['staging'] };
  const understood: readonly (readonly [string, object])[] = [
    ['', {}],
    ['\u3164 \u200B', {}],
    ['welcome aboard', {}],
    ['as asked', {}],
    ['ok', {}],
    ['Approved, thank you', {}],
    ['lgtm, go ahead', {}],
    ['only staging', staging],
    ['STAGING ONLY', staging],
    ['staging environment only', staging],
    ['shop only in staging', { services: ['shop'], ...staging }],
    ['1 day 1 day', { until: now + day }],
    ['Staging', staging],
    ['staging please', staging],
    ['just the staging environment', staging],
    ['staging env', staging],
    ['only production', { environments: ['production'] }],
    ['for staging', staging],
    ['in staging and production', { environments: ['staging', 'production'] }],
    ['only on shop in staging', { services: ['shop'], ...staging }],
    ['shop, search', { services: ['shop', 'search'] }],
    ['the service shop', { services: ['shop'] }],
    ['until Friday', { until: until('2026-11-21T00:00') }],
    ['until Monday 9:00', { until: until('2026-11-23T09:00') }],
    ['until tomorrow at noon', { until: until('2026-11-21T12:00') }],
    ['until 18:00 CET', { until: until('2026-11-20T17:00') }],
    ['until 2026-11-25', { until: until('2026-11-26T00:00') }],
    ['for 7 days in staging please', { ...staging, until: now + 7 * day }],
    ['only staging, for 7 days', { ...staging, until: now + 7 * day }],
    ['7 days', { until: now + 7 * day }],
    ['1 hour', { until: now + day / 24 }],
    ['half a day', { until: now + day / 2 }],
    ['a fortnight', { until: now + 14 * day }],
    ['for two weeks', { until: now + 14 * day }],
    ['today', { until: until('2026-11-21T00:00') }],
    ['only today', { until: until('2026-11-21T00:00') }],
    ['for tonight', { until: until('2026-11-21T00:00') }],
    ['for 30 days for 1 day', { until: now + day }],
    ['only staging until Friday only shop', { services: ['shop'], ...staging, until: until('2026-11-21T00:00') }],
    ['only staging note: because she is new in production', staging],
    ['as asked, note: because only staging', {}],
    ['Note: not for ever, I hope', {}],
  ];
  for (const [note, given] of understood) it(`is understood: “${note}”`, () => assert.deepEqual(read(note), { given }));

  const shownBack: readonly (readonly [string, RegExp])[] = [
    ['this evening', /“this”/],
    ['during the incident', /“during”/],
    ['ok for now', /“now”/],
    ['prod no', /“prod” or “no”/],
    ['read access', /“read” or “access”/],
    ['because only staging', /“because only staging”/],
    ['until Friday because only staging', /“because only staging”/],
    ['only staging because she is new', /“because she is new”/],
    ['only the small things', /“small” or “things”/],
    ['not production', /“not”/],
    ['everything but production', /“everything” or “but”/],
    ['all except production', /“all” or “except”/],
    ['production without shop', /“without”/],
    ['staging or production', /“or”/],
    ['until he knows it', /“until”, “he”, “knows”, or “it”/],
    ['until the audit', /“until”/],
    ['until 01/02/2027', /“until 01\/02\/2027”/],
    ['until next week', /“until next week”/],
    ['until 18:00 IST', /“until 18:00 IST”/],
    ['until yesterday', /“until yesterday”/],
    ['just shop and billing', /“billing”/],
    ['only', /“only”/],
    ['only in the', /“only in the”/],
    ['for', /“for”/],
    ['for a while', /“for”|“while”/],
    ['18:00', /“18:00”/],
    ['from Monday', /“from” or “Monday”/],
    ['Friday', /“Friday”/],
    ['7', /“7”/],
    ['stag\u200bing', /“stag/],
    ['view only', /“view”/],
    ['only as long as Noor is away', /“as”, “long”, “as”/],
    ['constructor', /“constructor”/],
    ['__proto__', /“__proto__”/],
    ['👍 but not prod', /“but”, “not”, or “prod”/],
    ['temporarily', /“temporarily”/],
  ];
  for (const [note, unread] of shownBack)
    it(`is shown back: “${note}”`, () => {
      const found = read(note);
      assert.ok('unread' in found, JSON.stringify(found));
      assert.match(found.unread, unread);
    });

  it('shows what the rest would grant next to the words that are not understood', () => {
    const found = read('only staging until Monday because she is new');
    assert.deepEqual('understood' in found && found.understood, { ...staging, until: until('2026-11-24T00:00') });
  });

  it('says if nothing of the request would be left', () => {
    const found = read('only production', { environments: ['staging'] });
    const said = 'unread' in found ? describeUnreadNote('developer', found, now, 'UTC') : assert.fail();
    assert.match(said, /which wasn’t requested\. Those limits would leave nothing to grant\. Type.*“note:”$/);
  });

  it('never grants more than was requested', () => {
    const wanted = { environments: ['staging'], until: now + day };
    const found = read('only production', wanted);
    assert.match('unread' in found ? found.unread : '', /“production”, which wasn’t requested/);
    assert.deepEqual(read('for 30 days', wanted), { given: wanted });
    assert.deepEqual(read('as asked', wanted), { given: wanted });
  });
});
