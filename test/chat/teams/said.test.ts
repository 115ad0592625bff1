import assert from 'node:assert/strict';
import type { Activity } from 'botbuilder';
import { saidToBot, withPeople } from '../../../src/chat/teams/said';
import { withNames } from '../../../src/chat/mentions';

const bot = '28:gavel';
const nico = { personId: 'entra:t/nico', name: 'Nico Newcomer', isGuest: false };
const other = { personId: 'entra:t/other', name: 'Nico Newcomer', isGuest: false };
const members: Readonly<Record<string, typeof nico>> = { '29:nico': nico, '29:other': other };
const roster = { member: async (_place: string, teamsId: string) => members[teamsId] };

const at = (words: string, id: string, type?: string) => ({
  type: 'mention',
  text: `<at>${words}</at>`,
  mentioned: { id, name: words, ...(type !== undefined && { type }) },
});
const heard = (text: string, ...entities: object[]) =>
  saidToBot({ text, entities, recipient: { id: bot } } as unknown as Activity);
const read = async (text: string, ...entities: object[]) => withPeople(heard(text, ...entities), 'place', roster);

describe('what was typed, with its mentions', () => {
  it('puts the id of the roster where the person was mentioned, and the name where people read it', async () => {
    const { text, mentions } = await read(
      '<at>Gavel</at> grant viewer to <at>Nico Newcomer</at> until Friday',
      at('Gavel', bot),
      at('Nico Newcomer', '29:nico'),
    );
    assert.equal(text.replace(/\s+/g, ' ').trim(), 'grant viewer to entra:t/nico until Friday');
    assert.match(withNames({ mentions }, text), /to Nico Newcomer until/);
  });

  it('joins a mention that arrives in pieces', async () => {
    const { text, mentions } = await read(
      '<at>Gavel</at> grant viewer to <at>Nico</at>&nbsp;<at>Newcomer</at>',
      at('Gavel', bot),
      at('Nico', '29:nico'),
      at('Newcomer', '29:nico'),
    );
    assert.equal(mentions.length, 1);
    assert.match(text, /to entra:t\/nico$/);
  });

  it('tells two people of one name apart, also side by side', async () => {
    const { mentions } = await read(
      'ask <at>Nico Newcomer</at> <at>Nico Newcomer</at>',
      at('Nico Newcomer', '29:nico'),
      at('Nico Newcomer', '29:other'),
    );
    assert.deepEqual(
      mentions.map(({ person }) => person?.id),
      [nico.personId, other.personId],
    );
  });

  it('takes no tag, channel, team or other bot for a person, whatever it is called', async () => {
    for (const [id, type] of [
      ['MjQzMmI1', 'tag'],
      ['MjQzMmI1', undefined],
      ['19:general@thread.tacv2', 'channel'],
      ['28:other-bot', 'bot'],
      ['28:other-bot', undefined],
      ['29:nico', 'tag'],
    ] as const) {
      const { text, mentions } = await read('grant admin to <at>Nico Newcomer</at>', at('Nico Newcomer', id, type));
      assert.deepEqual(mentions, [{ token: '@[0]', name: 'Nico Newcomer', why: 'not a person' }], `${id} ${type}`);
      assert.match(text, /@\[0\]/);
    }
  });

  it('does not guess at somebody who is no member, or whom Teams can not tell now', async () => {
    const gone = await read('grant admin to <at>Nico Newcomer</at>', at('Nico Newcomer', '29:gone'));
    assert.equal(gone.mentions[0]?.why, 'not found');
    const silent = { member: () => Promise.reject(new Error('no answer')) };
    const said = heard('grant admin to <at>Nico Newcomer</at>', at('Nico Newcomer', '29:nico'));
    assert.equal((await withPeople(said, 'place', silent)).mentions[0]?.why, 'not found');
  });

  it('takes no typed mark and no typed tag for a mention', async () => {
    const { text, mentions } = await read('grant admin to @[0] and <at>Nico Newcomer</at>');
    assert.deepEqual(mentions, []);
    assert.doesNotMatch(text, /@\[0\]|<at>/);
  });

  it('hears that it was mentioned by its id only', () => {
    assert.equal(heard('<at>Gavel</at> help', at('Gavel', bot)).mentioned, true);
    assert.equal(heard('<at>Gavel</at> help', at('Gavel', '28:another')).mentioned, false);
    assert.equal(heard('<at>Gavel</at> help').mentioned, false);
  });
});
