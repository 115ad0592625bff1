import assert from 'node:assert/strict';
import type { PersonalData } from '../../../src/chat/contract';
import { people, turnOf } from '../fakes';
import { createTalkWorld, privately } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana, noor, nico } = people;

describe('my data', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
  });
  afterEach(() => talk.close());

  const outboxOf = () => [...talk.world.outbox.messages.values()].filter(({ key }) => key.startsWith('privacy:'));
  const words = (index: number): string => JSON.stringify(outboxOf()[index]?.content ?? {});
  const idOfQuestion = (): string => outboxOf()[0]?.key.split(':')[1] ?? '';

  it('says how much of each kind there is, and offers to export and delete it', async () => {
    await talk.say(dana, 'remember release day is Thursday', privately(dana));
    const said = await talk.say(dana, 'my data', privately(dana));
    assert.match(said, /Saved facts.*1\u00a0entry/);
    assert.match(said, /export my data.*delete my data/);
    assert.match(said, /audit log/);
  });

  it('is for everybody, even without any right, and shows a channel nothing', async () => {
    await talk.say(dana, 'remember the box is 4711 times two', privately(dana));
    assert.match(await talk.say(nico, 'my data', privately(nico)), /What Gavel stores about you/);
    assert.match(await talk.say(dana, 'my data'), /just for you, so I sent it to our personal chat/);
    const sent = [...talk.world.outbox.messages.values()];
    assert.deepEqual(
      sent.map(({ destination }) => destination),
      [{ to: 'person', personId: dana.id }],
    );
  });

  it('is exported as JSON that nothing in it can break out of, and only to the person', async () => {
    await talk.say(dana, 'remember trick is ``` <at>all</at>', privately(dana));
    await talk.say(noor, 'remember hers is not for Dana', privately(noor));
    await talk.say(dana, 'export my data 1');
    const texts = outboxOf().map(({ content }) => ('text' in content ? content.text : ''));
    assert.ok(texts.length >= 1);
    assert.ok(outboxOf().every(({ destination }) => destination.to === 'person' && destination.personId === dana.id));
    const json = texts.map((text) => /```json\n([\s\S]*)\n```$/.exec(text)?.[1] ?? '');
    assert.ok(json.every((each) => !/[`<]/.test(each)));
    const all = Object.assign({}, ...json.map((each) => JSON.parse(each) as object)) as {
      'saved facts'?: { text: string }[];
    };
    assert.equal(all['saved facts']?.[0]?.text, '``` <at>all</at>');
    assert.doesNotMatch(texts.join(''), /not for Dana/);
  });

  it('is one message if it fits, with all kinds in it and the right count', async () => {
    await talk.say(dana, 'remember release day is Thursday', privately(dana));
    await talk.say(dana, 'alias ship = where shop', privately(dana));
    const text = await talk.say(dana, 'export my data 1', privately(dana));
    assert.match(text, /^\*\*Your data, 4\sentries\*\*/);
    const all = JSON.parse(/```json\n([\s\S]*)\n```$/.exec(text)?.[1] ?? '') as Record<string, object[]>;
    assert.deepEqual(Object.fromEntries(Object.entries(all).map(([name, { length }]) => [name, length])), {
      history: 2,
      aliases: 1,
      'saved facts': 1,
    });
    assert.equal(outboxOf().length, 0, 'nothing else is sent');
  });

  it('is offered as one file, which is given only to that person', async () => {
    await talk.say(dana, 'remember release day is Thursday', privately(dana));
    const offer = await talk.say(dana, 'export my data');
    assert.match(offer, /I offered my-data\.json with \d+\sentr/);
    const [sent] = outboxOf();
    assert.ok(sent && 'text' in sent.content && sent.content.offers);
    assert.deepEqual(sent.destination, { to: 'person', personId: dana.id });
    const reply = await talk.router.handleAction(turnOf(dana), sent.content.offers.verb, { id: 'json' });
    assert.match(reply.file?.body ?? '', /release day/);
    const others = await talk.router.handleAction(turnOf(noor), sent.content.offers.verb, { id: 'json' });
    assert.doesNotMatch(others.file?.body ?? '', /release day/);
  });

  it('is a file of 20,000 entries at most, which says so; the rest comes as text', async () => {
    const hold = (count: number): TalkWorld => createTalkWorld({}, { personalData: () => [numbersUpTo(count)] });
    const offerOf = async (world: TalkWorld): Promise<string> => {
      const said = await world.say(dana, 'data export', privately(dana));
      await world.close();
      return said.replaceAll('\u00a0', ' ');
    };
    assert.match(
      await offerOf(hold(20_000)),
      /^\*\*my-data\.json: 20,000 entries\.\*\* Accept the file to save it to your OneDrive\. If/,
    );
    assert.match(
      await offerOf(hold(20_001)),
      /my-data\.json: 20,000 entries\.\*\* .*There is more, but it doesn’t fit in one file\. `export my data 1` sends all of it/,
    );
    const world = hold(20_001);
    const pages = /in (\d+)\u00a0messages: parts 1 to 5 now/.exec(
      await world.say(dana, 'data export 1', privately(dana)),
    );
    const last = Math.ceil(Number(pages?.[1]) / 5);
    await world.say(dana, `data export ${last}`, privately(dana));
    const sent = [...world.world.outbox.messages.values()].map(({ content }) =>
      'text' in content ? content.text : '',
    );
    assert.match(sent.at(-1) ?? '', /\{"number":20001\}/);
    await world.close();
  });

  it('has pages if there is a lot, each entry in exactly one', async () => {
    for (let index = 0; index < 60; index++)
      await talk.say(dana, `remember fact ${index} is ${'long '.repeat(150)}`, privately(dana));
    await talk.say(dana, 'my data', privately(dana));
    const first = await talk.say(dana, 'export my data 1', privately(dana));
    const messages = Number(/120 entries in (\d+) messages: parts 1 to 5 now\..*export my data 2/.exec(first)?.[1]);
    for (let page = 2; page <= Math.ceil(messages / 5); page++)
      await talk.say(dana, `export my data ${page}`, privately(dana));
    const all = outboxOf()
      .map(({ content }) => ('text' in content ? content.text : ''))
      .filter((text) => text.includes('"saved facts"'));
    assert.ok(all.every((text) => text.length < 12_000));
    const names = all.flatMap((text) => text.match(/"name":"fact \d+"/g) ?? []);
    assert.equal(names.length, 60);
    assert.equal(new Set(names).size, 60);
    assert.match(
      await talk.say(dana, 'export my data 99', privately(dana)),
      /There is no such page: your data has \d+\spages?\. Type `export my data 1` for page 1/,
    );
  });

  it('is deleted only once the same person confirms it, and says what stays and why', async () => {
    await talk.say(dana, 'remember release day is Thursday', privately(dana));
    assert.match(await talk.say(dana, 'delete my data', privately(dana)), /Nothing has been deleted yet/);
    await talk.world.deps.sweeper.idle();
    assert.match(words(0), /This permanently deletes[^"]*saved facts/);
    assert.match(words(0), /Roles.*stay until they’re revoked.*Audit log/);
    assert.doesNotMatch(words(0), /This permanently deletes[^"]*your rights/);
    assert.match(await talk.click(noor, 'privacy.delete', idOfQuestion()), /someone else’s data/);
    assert.match(await talk.say(dana, 'recall release day', privately(dana)), /Thursday/);
    await talk.click(dana, 'privacy.delete', idOfQuestion(), privately(dana));
    await talk.world.deps.sweeper.idle();
    assert.match(words(0), /Your data is deleted/);
    assert.doesNotMatch(await talk.say(dana, 'recall release day', privately(dana)), /Thursday/);
    const mine = (await talk.audits()).filter(({ what }) => what === 'privacy.delete');
    assert.ok(mine.some(({ who, outcome }) => who === dana.id && outcome === 'deletion confirmed'));
  });

  it('stays if the person keeps it, and if nobody confirms in time', async () => {
    await talk.say(dana, 'remember release day is Thursday', privately(dana));
    await talk.say(dana, 'delete my data', privately(dana));
    await talk.world.deps.sweeper.idle();
    assert.match(await talk.click(dana, 'privacy.keep', idOfQuestion()), /Nothing was deleted/);
    assert.match(await talk.click(dana, 'privacy.delete', idOfQuestion()), /Nothing was deleted/);
    await talk.world.deps.sweeper.idle();
    await talk.say(dana, 'delete my data', privately(dana));
    await talk.world.deps.sweeper.idle();
    const late = outboxOf()[1]?.key.split(':')[1] ?? '';
    talk.world.clock.advance(16 * 60_000);
    assert.match(await talk.click(dana, 'privacy.delete', late), /didn’t confirm the deletion in time/);
    await talk.world.deps.sweeper.idle();
    assert.match(await talk.say(dana, 'recall release day', privately(dana)), /Thursday/);
  });
});

/** A kind of data with so many entries. */
function numbersUpTo(count: number): PersonalData {
  return {
    name: 'numbers',
    async *exportOf() {
      for (let number = 1; number <= count; number++) yield { number };
    },
    deleteOf: async () => 0,
  };
}
