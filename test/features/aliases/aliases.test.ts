import assert from 'node:assert/strict';
import type { Asked } from '../../../src/chat/contract';
import { people, sampleCatalog } from '../fakes';
import { createTalkWorld, privately, roles, there } from '../talk-world';
import type { TalkWorld } from '../talk-world';

describe('aliases', () => {
  let talk: TalkWorld;
  let asked: Asked[];
  beforeEach(() => {
    asked = [];
    const confirm = (['alias', 'freeze'] as const).map((operation) => ({ operation, expiresAfterSeconds: 60 }));
    const catalog = { ...sampleCatalog(), confirm };
    talk = createTalkWorld({ guard: async (_turn, each) => void asked.push(each) }, { catalog: () => catalog });
  });
  afterEach(() => talk.close());
  const { dana, avery, nico, noor, ada } = people;

  it('say what they stand for, with an example', async () => {
    assert.match(
      await talk.say(dana, 'alias ship = deploy $1 to production because $*'),
      /\*\*ship\*\* stands for “deploy \$1 to production because \$\\\*”, just for you\. For example, “ship one and more” runs “deploy one to production because and more”/,
    );
    assert.match(await talk.say(dana, 'alias ship=where shop'), /This replaced the alias/);
    assert.match(await talk.say(dana, 'alias ship'), /“where shop”, just for you.*Created by Dana Developer/);
    assert.match(await talk.say(dana, 'aliases'), /1\salias here.*where shop.*"id":"alias ship"/);
    assert.match(await talk.say(dana, 'alias'), /1\salias here/);
  });

  it('are called with several words or an emoji, the longest name first', async () => {
    await talk.say(dana, 'alias look at = where $1');
    await talk.say(dana, 'alias look at it = health shop');
    await talk.say(dana, 'alias 🚀 = where');
    assert.match(await talk.say(dana, 'look at shop'), /What runs where/);
    assert.match(await talk.say(dana, 'Look  At It'), /"Health"/);
    assert.match(await talk.say(dana, '🚀 shop'), /What runs where/);
    assert.match(await talk.say(dana, '🚀'), /What runs where/);
    assert.match(await talk.say(dana, 'unalias 🚀'), /Removed the alias/);
    assert.match(await talk.say(dana, 'unalias look at it'), /Removed the alias/);
    assert.match(await talk.say(dana, 'unalias look at'), /Removed the alias/);
  });

  it('run the line as if it had been typed: the guard sees it, with the permissions of the person who typed it', async () => {
    await talk.say(nico, 'alias wait = freeze staging 2h because $*');
    await talk.say(noor, 'alias wait = freeze staging 2h because $*');
    assert.match(await talk.say(nico, 'wait finance is closing the books'), /You can’t freeze/);
    assert.deepEqual(asked.at(-1)?.action, 'alias add');
    assert.match(await talk.say(noor, 'wait finance is closing the books'), /staging is frozen/);
    assert.equal(asked.at(-1)?.action, 'freeze');
    assert.equal(asked.at(-1)?.line, 'freeze staging 2h because finance is closing the books');
    const audits = await talk.audits();
    assert.deepEqual(
      audits.map(({ who, what, outcome }) => [who, what, outcome]),
      [
        [noor.id, 'freezes.freeze', 'frozen'],
        [nico.id, 'freezes.freeze', 'refused'],
        [noor.id, 'aliases.alias', 'kept'],
        [nico.id, 'aliases.alias', 'kept'],
      ],
    );
  });

  it('are looked up first among one’s own, then the place’s, then everybody’s', async () => {
    await talk.say(ada, 'alias look for everybody = policy shop in production');
    assert.match(await talk.say(dana, 'look'), /Policy|production/);
    await talk.say(avery, 'alias look here = freezes');
    assert.match(await talk.say(dana, 'look'), /Nothing is frozen/);
    await talk.say(dana, 'alias look = locks');
    assert.match(await talk.say(dana, 'look'), /Nothing is locked/);
    assert.match(await talk.say(avery, 'look'), /Nothing is frozen/);
    assert.doesNotMatch(await talk.say(avery, 'look', there), /Nothing is frozen/);
    assert.match(await talk.say(dana, 'unalias look'), /Removed the alias \*\*look\*\*, which was saved just for you/);
    assert.match(await talk.say(dana, 'look'), /Nothing is frozen/);
  });

  it('of a place by somebody else first show what they would do, then run for the person who clicks', async () => {
    await talk.say(nico, 'alias lunch here = freeze staging 2h because I can');
    const shown = await talk.say(noor, 'lunch');
    assert.match(shown, /Nothing has been done yet.*Nico Newcomer.*freeze staging 2h because I can.*Run this command/);
    assert.match(await talk.say(noor, 'freezes'), /Nothing is frozen/);
    assert.match(await talk.click(nico, 'chat.run', 'freeze staging 2h because I can'), /You can’t/);
    assert.match(await talk.click(noor, 'chat.run', 'freeze staging 2h because I can'), /staging is frozen/);
  });

  it('for everybody by somebody else first show what they would do', async () => {
    await talk.say(ada, 'alias standup for everybody = freeze staging 2h because standup');
    assert.match(
      await talk.say(noor, 'standup'),
      /Nothing has been done yet.*Ada Admin created this alias for everybody/,
    );
    assert.match(await talk.say(noor, 'freezes'), /Nothing is frozen/);
    assert.match(await talk.say(ada, 'standup'), /staging is frozen/, 'her own runs at once');
  });

  it('never hide a command, nor call another alias', async () => {
    assert.match(await talk.say(ada, 'alias deploy = where'), /`deploy` is already a command.*Nothing was saved/);
    assert.match(await talk.say(ada, 'alias thaw for everybody = where'), /`thaw` is already a command/);
    for (const name of ["what's up", 'whats up', 'is anything down', 'D-1001'])
      assert.match(
        await talk.say(dana, `alias ${name} = where`),
        /already understand “.*” as `\w+`.*Nothing was saved/,
      );
    await talk.say(dana, 'alias one = where');
    assert.match(await talk.say(dana, 'alias two = one'), /not for another alias/);
    assert.match(await talk.say(dana, 'alias one = one'), /not for another alias/);
  });

  it('are not looked up if the line is a command, nor twice for their own line', async () => {
    const lines: string[] = [];
    const other = createTalkWorld({ resolveAlias: async (_turn, text) => (lines.push(text), 'again and again') });
    await other.say(dana, 'where');
    assert.deepEqual(lines, []);
    assert.match(await other.say(dana, '@Gavel again'), /I didn’t understand/);
    assert.deepEqual(lines, ['again']);
    await other.close();
  });

  it('are saved and removed once for one message, and the next one with that name stays', async () => {
    await talk.say(ada, 'alias look here = where');
    await talk.say(ada, 'alias look = locks');
    const removal = { correlationId: 'c-remove' };
    const first = await talk.say(ada, 'unalias look', removal);
    assert.match(first, /just for you/);
    assert.equal(await talk.say(ada, 'unalias look', removal), first);
    assert.match(await talk.say(ada, 'alias look'), /“where”, here in Deployments/);
    const making = { correlationId: 'c-make' };
    const made = await talk.say(ada, 'alias look here = freezes', making);
    assert.match(made, /This replaced the alias/);
    assert.equal(await talk.say(ada, 'alias look here = freezes', making), made);
  });

  it('contain no secret, and a person has at most fifty', async () => {
    assert.match(await talk.say(dana, 'alias go = where --token=abc123'), /don’t store secrets/);
    await Promise.all(Array.from({ length: 50 }, (_, index) => talk.say(dana, `alias a${index} = where`)));
    assert.match(await talk.say(dana, 'alias more = where'), /50 aliases .+ is the limit/);
    assert.match(await talk.say(dana, 'alias a1 = locks'), /stands for “locks”/);
    assert.match(await talk.say(dana, 'alias more here = where'), /here in Deployments/);
  });

  const table: Record<string, readonly (keyof typeof roles)[]> = {
    'alias x = where': ['viewer', 'developer', 'approver', 'operator', 'admin'],
    'alias x here = where': ['viewer', 'developer', 'approver', 'operator', 'admin'],
    'alias x for everybody = where': ['admin'],
    'alias theirs here = where': ['operator', 'admin'],
    'unalias theirs': ['operator', 'admin'],
    aliases: ['viewer', 'developer', 'approver', 'operator', 'admin'],
    'alias common': ['viewer', 'developer', 'approver', 'operator', 'admin'],
    'unalias common': ['admin'],
  };
  for (const [role, who] of Object.entries(roles))
    it(`let the ${role} do what a ${role} can, and name who can do the rest`, async () => {
      await talk.say(who === avery ? dana : avery, 'alias theirs here = locks');
      await talk.say(ada, 'alias common for everybody = locks');
      for (const [line, allowed] of Object.entries(table)) {
        const said = await talk.say(who, line);
        const refused =
          /nothing was changed\..*"Can\s(?:save|change)\sit","value":"[^"]*Ada Admin|Ada Admin.* can/i.test(said);
        assert.equal(refused, !allowed.includes(role as keyof typeof roles), `${line}: ${said}`);
      }
    });

  it('work in a personal chat, too', async () => {
    assert.match(await talk.say(dana, 'alias here x = where', privately(dana)), /here in our chat/);
    assert.match(await talk.say(dana, 'nothing-like-that'), /I didn’t understand/);
  });
});
