import assert from 'node:assert/strict';
import { people, sampleCatalog } from '../fakes';
import { createTalkWorld, there } from '../talk-world';
import type { TalkWorld } from '../talk-world';
import { commandsOfRight } from './commands';

/** Somebody with every right on one service in one environment can do nothing anywhere else, and nothing for everybody. */

const { nico, noor, ada } = people;
const everyRight = Object.keys(commandsOfRight).filter((right) => right !== 'everybody');

/** Lines that affect more than shop in staging, and the refusals. */
const refused: readonly (readonly [line: string, answer: RegExp])[] = [
  [
    'alias standup for everybody = grant admin to Nico Newcomer',
    /You can’t save an? (?:alias|fact) for everybody.*You need the admin permission for all services and environments.*Ada Admin/,
  ],
  [
    'remember for everybody lunch is at 12',
    /You can’t save an? (?:alias|fact) for everybody.*You need the admin permission for all services and environments.*Ada Admin/,
  ],
  ['unalias theirs', /Noor Operator created this/],
  ['forget theirs', /Noor Operator created this/],
  ['unalias common', /Nothing was changed.*for everybody/],
  ['announce shop here', /You can’t choose the channel of shop/],
  ['subscribe shop', /You can’t change the notifications here about shop/],
  ['subscribe all in staging', /You can’t change the notifications here about everything/],
  ['mute 2h', /You can’t change/],
  ['digest off', /You can’t change/],
  ['joke off', /You can’t choose for everybody here/],
  ['joke on', /You can’t choose for everybody here/],
  ['audit', /You can’t read the audit log/],
  ['doctor', /You can’t check the installation/],
  ['checklist', /You can’t check the installation/],
  ['cancel schedule 1', /You can’t cancel schedule 1.*Noor Operator created this schedule/],
  ['grant viewer to Noor Operator', /Ada Admin/],
  ['grant viewer on shop to Noor Operator', /Ada Admin/],
  ['revoke approver from Noor Operator', /Ada Admin/],
  ['freeze production', /can’t|may not/],
  ['deploy shop 2.14.0 to production', /can’t|may not/],
  ['rollback shop in production', /can’t|may not/],
  ['restart shop in production because I can', /can’t|may not/],
  ['lock shop in production because I can', /can’t|may not/],
  ['emergency deploy shop 2.14.0 to production because I can', /can’t|may not/],
];

describe('every right on one service in one environment', () => {
  let talk: TalkWorld;
  before(async () => {
    const sample = sampleCatalog();
    const catalog = {
      ...sample,
      roles: { ...sample.roles, everything: everyRight as (typeof sample.roles)[string] },
      grants: [
        ...sample.grants.filter((grant) => grant.everyone !== true),
        { everyone: true, role: 'viewer' } as const,
        { person: 'nico', role: 'everything', services: ['shop'], environments: ['staging'] },
        { person: 'nico', role: 'admin', services: ['shop'], environments: ['staging'] },
      ],
    };
    talk = createTalkWorld({}, { catalog: () => catalog });
    await talk.say(noor, 'alias theirs here = locks', there);
    await talk.say(noor, 'remember here theirs is a fact', there);
    await talk.say(ada, 'alias common for everybody = locks', there);
    await talk.say(noor, 'every day at 9 policy shop in production', there);
    await talk.world.pass(1_000);
  });
  after(() => talk.close());

  for (const [line, answer] of refused)
    it(`can’t ${line}`, async () => assert.match(await talk.say(nico, line, there), answer));

  it('left no trace', async () => {
    const done = (await talk.audits()).filter(({ who, outcome }) => who === nico.id && outcome !== 'refused');
    assert.deepEqual(done, []);
  });
});
