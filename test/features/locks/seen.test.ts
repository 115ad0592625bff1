import assert from 'node:assert/strict';
import { people, sampleCatalog } from '../fakes';
import { createTalkWorld } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana, nico, noor } = people;

describe('who holds a lock and why', () => {
  let talk: TalkWorld;
  before(async () => {
    const sample = sampleCatalog();
    // Nico can deploy to production but not view it, which only a custom role makes possible.
    const catalog = {
      ...sample,
      roles: { ...sample.roles, blind: ['deploy' as const, 'operate' as const] },
      grants: [
        ...sample.grants.filter((grant) => grant.everyone !== true),
        { person: 'nico', role: 'blind' },
        { person: 'noor', role: 'viewer' },
      ],
    };
    talk = createTalkWorld({}, { catalog: () => catalog });
    assert.match(await talk.say(noor, 'lock shop in production because secret merger prep'), /is locked/);
  });
  after(() => talk.close());

  for (const verb of ['locks.unlock', 'locks.keep'])
    it(`is hidden by ${verb} from people without permission to view it`, async () => {
      const answer = await talk.click(nico, verb, 'shop/production');
      assert.match(answer, /You can’t view shop in production/);
      assert.doesNotMatch(answer, /merger|Noor Operator holds/);
    });

  for (const line of ['lock', 'unlock', 'break lock'].map((each) => `${each} shop in production`))
    it(`is hidden by \`${line}\` from people without permission to view it`, async () => {
      const answer = await talk.say(nico, line);
      assert.match(answer, /can’t view shop in production/);
      assert.doesNotMatch(answer, /merger|Noor Operator holds/);
    });

  it('is not told by the list for one place, which never says that nothing is locked there', async () => {
    const shown = await talk.say(nico, 'locks shop in production');
    assert.match(shown, /can’t view shop in production/);
    assert.doesNotMatch(shown, /merger|Noor Operator holds|isn’t locked/);
    assert.match(await talk.say(dana, 'locks shop in staging'), /\*\*shop in staging isn’t locked\.\*\*/);
    assert.match(await talk.say(dana, 'locks shop in production'), /secret merger prep/);
  });

  it('is shown to people with permission', async () =>
    assert.match(await talk.say(dana, 'unlock shop in production'), /Noor Operator.*secret merger prep/));
});
