import assert from 'node:assert/strict';
import { contactFor } from '../../../src/features/help';
import { people } from '../fakes';
import { createTalkWorld, privately, there } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana, nico, ada, noor } = people;

describe('lines that Gavel does not understand', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
  });
  afterEach(() => talk.close());

  const stumble = async (line: string, more = {}): Promise<string> => {
    talk.world.clock.advance(1_000);
    return talk.say(nico, line, { receivedAt: talk.world.clock.now(), ...more });
  };

  it('get the nearest commands first, and a person from the third line in a row on', async () => {
    assert.match(await stumble('wheer shop'), /Did you mean “where”\?/);
    assert.doesNotMatch(await stumble('frobnicate it'), /can help you/);
    const third = await stumble('frobnicate it now');
    assert.match(third, /I didn’t understand that.*Ada Admin can help you.*"line":"ask a person"/);
    assert.match(await stumble('wheer shop'), /"line":"where shop".*"line":"ask a person"/);
  });

  it('are counted again after an understood line, in another place, and after a while', async () => {
    await stumble('frobnicate');
    await stumble('frobnicate');
    assert.doesNotMatch(await stumble('frobnicate', there), /can help you/);
    await stumble('hello');
    assert.doesNotMatch(await stumble('frobnicate'), /can help you/);
    await stumble('frobnicate');
    talk.world.clock.advance(3_600_000);
    assert.doesNotMatch(await stumble('frobnicate'), /can help you/);
  });

  it('notify that person who needs help, where and with what; once, however often somebody clicks', async () => {
    for (let click = 0; click < 2; click++)
      assert.match(await talk.click(nico, 'chat.run', 'ask a person', there), /\*\*I told Ada Admin\*\*/);
    const told = talk.world.outbox.puts.map(({ destination, content }) => ({ destination, content }));
    assert.equal(told.length, 1);
    assert.deepEqual(told[0]?.destination, { to: 'person', personId: ada.id });
    assert.match(
      JSON.stringify(told[0]?.content),
      /Nico Newcomer needs your help\.\*\* They asked for help in General\. Please message them\./,
    );
    await talk.say(nico, 'ask a person how do I see the log of *shop*', privately(nico));
    assert.match(
      JSON.stringify(talk.world.outbox.puts.at(-1)?.content),
      /They asked for help in their personal chat with me: “how do I see the log of \\\\\*shop/,
    );
  });

  it('lead to the catalog’s contact, or an owner who is an admin, or an admin, or the owner; never oneself, never a stranger', async () => {
    const { deps } = talk.world;
    const catalog = deps.catalog();
    const who = async (more: object, person = nico): Promise<string | undefined> =>
      (await contactFor({ ...deps, ...more }, { person, place: { id: 'p', kind: 'channel', name: 'P' } }))?.name;
    const ownerOf = async () => ({ personId: dana.id });
    assert.equal(await who({ ownerOf, catalog: () => ({ ...catalog, contact: 'noor' }) }), noor.name);
    // The person who added Gavel there isn't offered to an admin, nor before one.
    assert.equal(await who({ ownerOf }), ada.name);
    assert.equal(await who({ ownerOf }, ada), undefined);
    assert.equal(await who({ ownerOf: async () => ({ personId: ada.id }) }, dana), ada.name);
    const noAdmin = () => ({ ...catalog, grants: catalog.grants.filter(({ role }) => role !== 'admin') });
    assert.equal(await who({ ownerOf, catalog: noAdmin }), dana.name);
    assert.equal(await who({ ownerOf: async () => ({ personId: 'entra:x/stranger' }) }), ada.name);
    assert.equal(await who({}, ada), undefined);
  });
});
