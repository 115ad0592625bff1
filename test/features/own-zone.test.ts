import assert from 'node:assert/strict';
import type { Person } from '../../src/chat/contract';
import { newOnboarding, onboardingWorkflow } from '../../src/features/onboarding/workflow';
import { eventually } from '../patience';
import { people } from './fakes';
import { createTalkWorld } from './talk-world';
import type { TalkWorld } from './talk-world';

const { ada, avery, dana, nico, noor } = people;

/** It is Friday, 20 November 2026, 13:00 UTC: 22:00 in Tokyo, 8:00 in New York. The team's clock is UTC. */
describe('the author’s time zone', () => {
  let talk: TalkWorld;
  const livesIn = (who: Person, zone: string): Promise<unknown> => {
    const { clock, store } = talk.world.deps;
    const answered = { ...newOnboarding(who, '', clock.now()), wishes: { zone }, pending: [] };
    return store.collection(onboardingWorkflow.spec).upsert(who.id, () => answered);
  };
  const spaced = (text: string): string => text.replaceAll('\u00A0', ' ');
  const say = async (who: Person, line: string, more = {}): Promise<string> => spaced(await talk.say(who, line, more));

  beforeEach(async () => {
    talk = createTalkWorld();
    await livesIn(dana, 'Asia/Tokyo');
    await livesIn(noor, 'America/New_York');
    await livesIn(ada, 'Asia/Tokyo');
    await livesIn(avery, 'America/New_York');
  });
  afterEach(() => talk.close());

  it('applies to the end of a lock, and the answer names its zone', async () => {
    assert.match(await say(dana, 'lock shop staging until 23:00 because x'), /until 23:00 GMT\+9/);
    assert.match(await say(nico, 'locks'), /14:00/);
  });

  it('applies to the end of a freeze', async () => {
    assert.match(
      await say(noor, 'freeze staging until Friday because x'),
      /is frozen\*\* until Sat, Nov 21, 00:00 EST: “x”/,
    );
    assert.match(
      await say(noor, 'freeze staging until 9:00 CET because x'),
      /is frozen\*\* until Sat, Nov 21, 03:00 EST/,
    );
  });

  it('applies to the end of a delegation, and the other person is told in their own zone', async () => {
    assert.match(await say(avery, 'delegate my approvals to Noor Operator until noon'), /until 12:00 EST/);
    const told = (): string =>
      [...talk.world.outbox.messages.values()]
        .flatMap(({ content }) => ('text' in content ? [content.text] : []))
        .join();
    await eventually('a word to the delegate', () =>
      /You can approve requests on behalf of Avery Approver until 12:00 EST/.test(spaced(told())),
    );
  });

  it('applies to the end of a granted or requested role', async () => {
    const given = await say(ada, `grant developer on shop in staging to ${nico.id} until midnight because x`);
    assert.match(given, /until Sat, Nov 21, 00:00 GMT\+9/);
    assert.match(
      await say(dana, 'access operator on shop until tomorrow 9 because x'),
      /until Sat, Nov 21, 09:00 GMT\+9/,
    );
  });

  it('is the team’s for people who chose none', async () => {
    assert.match(await say(nico, 'in 2h remind me to rest'), /15:00 UTC \(team time, UTC/);
    assert.match(await say(nico, 'access operator on shop until 18:00 because x'), /until 18:00 UTC/);
  });

  it('is used to refuse a time that it can’t read in one sentence, without doing anything', async () => {
    for (const [who, line, answer] of [
      [
        dana,
        'lock shop staging until 01/02/2027 because x',
        /could mean Feb 1, 2027 or Jan 2, 2027. Nothing was locked/,
      ],
      [noor, 'freeze staging until 18:00 IST because x', /IST is the name of several time zones. Nothing was frozen/],
      [avery, 'delegate my approvals to Noor Operator until yesterday', /“yesterday” has passed. Nothing was changed/],
      [noor, 'freeze staging until next week because x', /“next week” isn’t a specific day. Nothing was frozen/],
    ] as const)
      assert.match(await say(who, line), answer, line);
    assert.match(await say(nico, 'locks'), /Nothing is locked|nothing is locked|No locks/i);
  });
});
