import assert from 'node:assert/strict';
import { createLanguage } from '../../../src/chat/language';
import { knownNames } from '../../../src/chat/router/typed';
import { operationsBehind } from '../../../src/core/operations';
import { createFeatures } from '../../../src/features';
import { createFakeWorld, people } from '../fakes';
import { createTalkWorld, there } from '../talk-world';
import type { TalkWorld } from '../talk-world';

/** What people typed in 1.0, with today's command. Cards, aliases, schedules and catalogs from that time contain it, too. */
const earlier: Readonly<Record<string, string>> = {
  'grant developer on shop to Nico Newcomer': 'role grant',
  'revoke developer on shop from Nico Newcomer': 'role revoke',
  'who can deploy shop': 'role who can',
  'what can i do': 'role permissions',
  'my roles': 'role mine',
  roles: 'role list',
  'access developer on shop': 'role request',
  'request access developer on shop': 'role request',
  'delegate my approvals to Noor Operator until Friday': 'approvals delegate',
  'take back my approvals': 'approvals take back',
  delegations: 'approvals delegations',
  reviews: 'emergency reviews',
  'close review D-1001 because a check was missing': 'emergency review',
  'policy shop in production': 'policy show',
  rules: 'policy show',
  freezes: 'policy freezes',
  locks: 'policy locks',
  'announce shop here': 'subscription announce',
  announcements: 'subscription announcements',
  setup: 'subscription setup',
  'unsubscribe shop': 'subscription end',
  subscriptions: 'subscription list',
  'subscriptions test': 'subscription test',
  'mute 2h': 'subscription mute',
  unmute: 'subscription unmute',
  'digest daily at 9': 'subscription digest',
  'alias ship = deploy shop': 'alias add',
  aliases: 'alias list',
  'unalias ship': 'alias remove',
  'remember release day is Thursday': 'memory remember',
  'recall release day': 'memory recall',
  'forget release day': 'memory forget',
  'every weekday at 9 health of shop': 'schedule every',
  'in 2 hours remind me to rest': 'schedule in',
  'at 16:30 remind me to rest': 'schedule at',
  'on Friday at 16:00 remind us to rest': 'schedule on',
  'tomorrow at 9 remind me to rest': 'schedule tomorrow',
  'remind me to rest in 2 hours': 'schedule reminder',
  schedules: 'schedule list',
  'cancel schedule 3': 'schedule cancel',
  'my data': 'data show',
  'export my data': 'data export',
  'delete my data': 'data delete',
};

describe('spellings of earlier versions', () => {
  it('are still the same command', async () => {
    const world = createFakeWorld();
    const language = createLanguage(createFeatures(world.deps).features.flatMap(({ commands = [] }) => commands));
    for (const [line, name] of Object.entries(earlier)) {
      const parsed = language.parse(line, knownNames(world.deps.catalog()));
      assert.ok(parsed.kind !== 'unknown', line);
      assert.equal(parsed.command.name, name, line);
    }
    await world.close();
  });

  it('still belong to their operation, for catalogs, gates and lines of the audit log', () => {
    assert.deepEqual(operationsBehind('grant'), ['grant']);
    assert.deepEqual(operationsBehind('close review'), ['review']);
    assert.deepEqual(operationsBehind('every'), ['schedule']);
    assert.deepEqual(operationsBehind('role grant'), ['grant']);
  });

  describe('mean the same', () => {
    let talk: TalkWorld;
    beforeEach(() => void (talk = createTalkWorld()));
    afterEach(() => talk.close());

    it('in an alias', async () => {
      await talk.say(people.dana, 'alias held = locks');
      await talk.say(people.dana, 'alias shippers = who can deploy shop');
      assert.match(await talk.say(people.dana, 'held'), /Nothing is locked/);
      assert.match(await talk.say(people.dana, 'shippers'), /Dana Developer/);
    });

    it('in a schedule, when it runs', async () => {
      await talk.say(people.dana, 'in 5 minutes locks', there);
      await talk.world.pass(310_000);
      assert.match(JSON.stringify(talk.world.outbox.puts.map(({ content }) => content)), /Nothing is locked/);
    });
  });
});
