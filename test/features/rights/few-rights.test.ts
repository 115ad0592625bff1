import assert from 'node:assert/strict';
import { turnOf } from '../fakes';
import { privately } from '../talk-world';
import type { TalkWorld } from '../talk-world';
import { cast, open } from './cast';

/** What somebody with few rights is told: of what they can't view there is neither a row nor a number. */

const production = { service: 'shop', environment: 'production', release: '2.14.0' };

/** Shop has a request, a lock and a freeze in production, and in staging only a lock. */
async function arrange(talk: TalkWorld): Promise<void> {
  const { world, router } = talk;
  for (const environment of ['staging', 'production'])
    world.connector.serving.set(`shop/${environment}`, { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
  const picker = await talk.say(cast.developer, 'deploy shop 2.14.0 to production');
  const id = /"id":"([0-9a-f]{32})"/.exec(picker)?.[1];
  await router.handleAction(turnOf(cast.developer), 'deployments.request', {
    ...{ ...production, id, override: '', reason: 'slow' },
  });
  await world.pass(2_000);
  for (const [who, line, answer] of [
    [cast.operator, 'lock shop in production because a data migration runs', /is locked/],
    [cast.operator, 'lock shop in staging because a load test runs', /is locked/],
    [cast.admin, 'freeze production until 23:59 because the auditors are here', /is frozen/],
  ] as const)
    assert.match(await talk.say(who, line), answer);
}

/** What a viewer of everything is told, and what is left of that for the guest, who may view only shop in staging. */
const table: readonly [line: string, everything: RegExp, part: RegExp][] = [
  [
    'status',
    /1 deployment is waiting for approval[^]*D-1001[^]*production is frozen[^]*a data migration[^]*a load test/,
    /"title":"Locked","rows":\[\{[^\]]*a load test[^\]]*\}\][^]*Only what you can view is shown/,
  ],
  [
    'where',
    /shop is healthy in staging and production[^]*"staging"[^]*"production"/,
    /"environment":"staging"[^]*Only what you can view/,
  ],
  ['health', /1 service, 2 environments[^]*2 of 2 healthy/, /1 service, 1 environment[^]*1 of 1 healthy/],
  ['deployments', /1 deployment[^]*D-1001/, /^There are no deployments you can view\.$/],
  ['locks', /2 locks[^]*2 held/, /Only what you can view is shown[^]*1 lock"[^]*1 held/],
  ['freezes', /1 active freeze/, /Only what you can view is shown[^]*Nothing you can view is frozen now/],
  ['releases shop', /2\.13\.0 is live in staging and production\./, /2\.13\.0 is live in staging\./],
  ['approvals show D-1001', /One approval is needed/, /You can.t view this request/],
];
/** What stands for something in production: only a refusal of that very request names it. */
const hidden = /D-1001|data migration|auditors|2\.14\.0 to production|live in production|"production"/;

describe('what somebody with few rights is told', () => {
  let talk: TalkWorld;
  before(async () => {
    talk = await open();
    await arrange(talk);
  });
  after(() => talk.close());

  const say = (who: keyof typeof cast, line: string): Promise<string> =>
    talk.say(cast[who], line, privately(cast[who])).then((words) => words.replaceAll('\u00a0', ' '));

  for (const [line, everything, part] of table)
    it(`${line} shows and counts only what they can view`, async () => {
      assert.match(await say('viewer', line), everything);
      const told = await say('guest', line);
      assert.match(told, part);
      if (line !== 'approvals show D-1001') assert.doesNotMatch(told, hidden);
      assert.match(await say('nobody', line), /You need the view permission/);
    });

  it('approvals lists what this person can approve, and nobody else’s', async () => {
    assert.match(await say('approver', 'approvals'), /1 request is waiting for you[^]*D-1001/);
    assert.match(await say('developer', 'approvals'), /1 of your requests is waiting for others[^]*D-1001/);
    for (const who of ['viewer', 'guest'] as const) {
      const told = await say(who, 'approvals');
      assert.match(told, /Nothing is waiting for you/);
      assert.doesNotMatch(told, hidden);
    }
  });

  it('status counts what waits for this person, and tells nobody else that it waits for them', async () => {
    assert.match(await say('approver', 'status'), /1 request is waiting for you/);
    for (const who of ['viewer', 'guest'] as const) assert.doesNotMatch(await say(who, 'status'), /waiting for you/i);
  });
});
