import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { people } from '../fakes';
import { createTalkWorld, privately, roles, there } from '../talk-world';
import type { TalkWorld } from '../talk-world';

describe('memory', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
  });
  afterEach(() => talk.close());
  const { dana, avery, nico, noor, ada } = people;

  it('remembers, recalls with who and when, and forgets', async () => {
    assert.match(
      await talk.say(dana, 'remember here the release day is Thursday'),
      /\*\*release day\*\* here in Deployments/,
    );
    assert.match(
      await talk.say(nico, 'recall Release Day'),
      /\*\*release day\*\*: Thursday\n\nSaved by Dana Developer, 13:00, here in Deployments\./,
    );
    assert.match(await talk.say(nico, 'recall release day', there), /Nothing is saved under “release day”/);
    assert.match(await talk.say(dana, 'remember here release day is Friday'), /This replaced the fact/);
    assert.match(await talk.say(dana, 'forget the release day'), /Deleted \*\*release day\*\*, which was saved here/);
    assert.match(await talk.say(dana, 'recall release day'), /Nothing is saved under/);
    assert.match(await talk.say(dana, 'forget release day'), /Nothing was deleted/);
  });

  it('finds by a word in name or value', async () => {
    await talk.say(dana, 'remember here release day is Thursday');
    await talk.say(ada, 'remember for everybody runbook is at docs.example, for each release');
    await talk.say(dana, 'remember here lunch is at 12');
    for (const line of ['recall *release*', 'recall about Release'])
      assert.match(await talk.say(nico, line), /2\ssaved facts.*release day.*runbook/);
    assert.match(await talk.say(nico, 'recall'), /3\ssaved facts.*"id":"memory recall release day"/);
    assert.match(await talk.say(nico, 'recall here'), /2\ssaved facts/);
    assert.match(
      await talk.say(nico, 'recall release'),
      /Nothing is saved under that name.*2\ssaved facts mention it.*release day.*runbook/,
    );
    assert.match(await talk.say(nico, 'recall about bananas'), /No saved facts match/);
  });

  it('shows personal memories only to their owner', async () => {
    await talk.say(dana, 'remember shoe size is 38', privately(dana));
    assert.match(await talk.say(dana, 'recall shoe size', privately(dana)), /: 38/);
    assert.doesNotMatch(await talk.say(dana, 'recall'), /shoe|: 38/);
    assert.match(await talk.say(dana, 'recall'), /1\s(?:more|saved fact) is just for you/);
    assert.match(await talk.say(dana, 'recall shoe size'), /sent it to our personal chat/);
    const [put] = talk.world.outbox.puts.filter(({ key }) => key.startsWith('memory:'));
    assert.deepEqual(put?.destination, { to: 'person', personId: dana.id });
    assert.match(JSON.stringify(put?.content), /: 38/);
    assert.match(await talk.say(nico, 'recall shoe size'), /Nothing is saved under/);
    assert.match(await talk.say(nico, 'forget shoe size'), /Nothing was deleted/);
  });

  it('shows values only as text', async () => {
    await talk.say(dana, 'remember here trick is **[x](https://evil.example)** <at>all</at>');
    const said = await talk.say(nico, 'recall trick');
    assert.match(said, /\\\*\\\*\\\[x\\\]\\\(https:/);
    assert.doesNotMatch(said, /[^\\]<at>/);
    assert.match(await talk.say(nico, 'recall'), /trick/);
  });

  it('keeps nothing of a secret, in no file and no record', async () => {
    assert.match(await talk.say(dana, 'remember db password is correct-horse-9'), /That looks like a password/);
    assert.match(await talk.say(dana, 'remember here db is postgres://u:correct-horse-9@h/d'), /a connection string/);
    await talk.features.idle();
    await talk.world.deps.store.check();
    assert.doesNotMatch(await talk.say(dana, 'recall'), /correct-horse-9/);
    assert.doesNotMatch(await talk.say(dana, 'history'), /correct-horse-9/);
    assert.doesNotMatch(JSON.stringify(await talk.audits()), /correct-horse-9/);
    for (const { name, parentPath } of readdirSync(talk.world.folder, { withFileTypes: true, recursive: true }).filter(
      (each) => each.isFile(),
    ))
      assert.ok(!readFileSync(join(parentPath, name)).includes('correct-horse-9'), name);
  });

  it('changes once for one message', async () => {
    await talk.say(noor, 'remember here day is Thursday');
    await talk.say(noor, 'remember day is Friday');
    const again = { correlationId: 'c-again' };
    const first = await talk.say(noor, 'forget day', again);
    assert.match(first, /just for you/);
    assert.equal(await talk.say(noor, 'forget day', again), first);
    assert.match(await talk.say(noor, 'recall day'), /: Thursday/);
    const making = { correlationId: 'c-make' };
    const made = await talk.say(noor, 'remember here day is Monday', making);
    await talk.say(avery, 'remember other is thing');
    assert.equal(await talk.say(noor, 'remember here day is Monday', making), made);
    const outcomes = (await talk.audits()).map(({ outcome }) => outcome);
    assert.equal(outcomes.filter((outcome) => outcome === 'forgotten').length, 1);
  });

  it('has a limit, and says so', async () => {
    await Promise.all(Array.from({ length: 200 }, (_, index) => talk.say(dana, `remember k${index} is x`)));
    assert.match(await talk.say(dana, 'remember more is x'), /200 .+ is the limit/);
    assert.match(await talk.say(dana, 'remember k1 is y'), /Saved/);
  });

  const everybody = Object.keys(roles) as (keyof typeof roles)[];
  const table: Record<string, readonly (keyof typeof roles)[]> = {
    'remember x is y': everybody,
    'remember here x is y': everybody,
    'remember for everybody x is y': ['admin'],
    'remember here theirs is y': ['operator', 'admin'],
    'forget here theirs': ['operator', 'admin'],
    recall: everybody,
    'recall common': everybody,
    'forget common': ['admin'],
  };
  for (const [role, who] of Object.entries(roles))
    it(`lets the ${role} do what a ${role} can, and names who can do the rest`, async () => {
      await talk.say(who === avery ? dana : avery, 'remember here theirs is x');
      await talk.say(ada, 'remember for everybody common is x');
      for (const [line, allowed] of Object.entries(table)) {
        const said = await talk.say(who, line);
        const refused =
          /nothing was changed\..*"Can\s(?:save|change)\sit","value":"[^"]*Ada Admin|Ada Admin.* can/i.test(said);
        assert.equal(refused, !allowed.includes(role as keyof typeof roles), `${line}: ${said}`);
      }
    });
});
