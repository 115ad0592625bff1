import assert from 'node:assert/strict';
import type { Activity } from 'botbuilder';
import { withNames } from '../../../../src/chat/contract/turn';
import { normalizeText } from '../../../../src/chat/language';
import { resolveMentions, textForBot } from '../../../../src/chat/teams/in/messages';

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
  textForBot({ text, entities, recipient: { id: bot } } as unknown as Activity);
const read = async (text: string, ...entities: object[]) => resolveMentions(heard(text, ...entities), 'place', roster);

describe('typed text with its mentions', () => {
  it('has the roster’s id where the person was mentioned, and the name where people read it', async () => {
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

  it('tells two people with one name apart, even next to each other', async () => {
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

  it('takes no tag, channel, team or other bot for a person, whatever its name', async () => {
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

  it('does not guess who somebody is if they aren’t a member or Teams can’t say', async () => {
    const gone = await read('grant admin to <at>Nico Newcomer</at>', at('Nico Newcomer', '29:gone'));
    assert.equal(gone.mentions[0]?.why, 'not found');
    const silent = { member: () => Promise.reject(new Error('no answer')) };
    const said = heard('grant admin to <at>Nico Newcomer</at>', at('Nico Newcomer', '29:nico'));
    assert.equal((await resolveMentions(said, 'place', silent)).mentions[0]?.why, 'not found');
  });

  it('takes no typed mark and no typed tag for a mention', async () => {
    const { text, mentions } = await read('grant admin to @[0] and <at>Nico Newcomer</at>');
    assert.deepEqual(mentions, []);
    assert.doesNotMatch(text, /@\[0\]|<at>/);
  });

  it('recognizes a mention of the bot only by its id', () => {
    assert.equal(heard('<at>Gavel</at> help', at('Gavel', bot)).mentioned, true);
    assert.equal(heard('<at>Gavel</at> help', at('Gavel', '28:another')).mentioned, false);
    assert.equal(heard('<at>Gavel</at> help').mentioned, false);
  });

  describe('finds the bot', () => {
    const mention = (id: string, more: object = {}) => ({ type: 'mention', mentioned: { id, ...more } });
    const crowd = Array.from({ length: 25 }, (_, index) => at(`Person ${index}`, `29:p${index}`));
    const crowdText = crowd.map(({ text }) => text).join(' ');
    const cases: readonly (readonly [
      how: string,
      name: string,
      text: string,
      entities: readonly object[],
      line: string,
    ])[] = [
      [
        'without the text of the entity',
        'Deploy Bot',
        '<at>Deploy Bot</at> where shop',
        [mention(bot, { name: 'Deploy Bot' })],
        'where shop',
      ],
      ['without text and name', 'Deploy Bot', '<at>Deploy Bot</at> where shop', [mention(bot)], 'where shop'],
      ['under a name it no longer has', 'Gavel', '<at>Deploy Bot</at> where shop', [mention(bot)], 'where shop'],
      ['with an encoded name', 'R&D Bot', '<at>R&amp;D Bot</at> where shop', [at('R&D Bot', bot)], 'where shop'],
      [
        'with a name encoded in the entity alone',
        'R&D Bot',
        '<at>R&D Bot</at> where shop',
        [at('R&amp;D Bot', bot)],
        'where shop',
      ],
      [
        'with an entity that has no tags',
        'Gavel',
        '@Gavel where shop',
        [{ ...mention(bot), text: '@Gavel' }],
        'where shop',
      ],
      [
        'mentioned twice with one entity',
        'Gavel',
        '<at>Gavel</at> <at>Gavel</at> where shop',
        [at('Gavel', bot)],
        'where shop',
      ],
      ['mentioned at the end', 'Gavel', 'where shop <at>Gavel</at>', [at('Gavel', bot)], 'where shop'],
      ['with nothing else', 'Gavel', '<at>Gavel</at>\n&nbsp;', [at('Gavel', bot)], ''],
      [
        'behind a quoted message',
        'Gavel',
        '<quoted messageId="1784"/> <at>Gavel</at> where shop',
        [at('Gavel', bot)],
        'where shop',
      ],
      [
        'first in the text and last of the entities',
        'Gavel',
        `<at>Gavel</at> where shop`,
        [at('Gone', '29:gone'), at('Gavel', bot)],
        'where shop',
      ],
    ];
    for (const [how, name, text, entities, line] of cases)
      it(how, () => {
        const said = textForBot({ text, entities, recipient: { id: bot, name } } as unknown as Activity);
        assert.equal(said.mentioned, true);
        assert.equal(normalizeText(said.text), line);
        assert.deepEqual(said.named, []);
      });

    it('after 25 people', async () => {
      const { mentioned, text, named } = heard(`${crowdText} <at>Gavel</at> help`, ...crowd, at('Gavel', bot));
      assert.ok(mentioned);
      assert.equal(named.length, 25);
      assert.match(text, /@\[24\]\s+help$/);
      const asked: string[] = [];
      const { mentions } = await resolveMentions({ text, mentioned, named }, 'place', {
        member: async (_place: string, teamsId: string) => void asked.push(teamsId),
      });
      assert.equal(asked.length, 20, 'nobody makes Gavel look up a whole company');
      assert.equal(mentions[24]?.why, 'too many');
    });

    it('in a message that contains only tags', () => {
      const text = '<at>'.repeat(7_000);
      assert.equal(heard(text, at('Gavel', bot)).mentioned, true);
    });
  });

  it('finds people with symbols in their names, by the name if the text differs', async () => {
    const signs = 'Test ($~&)';
    for (const entity of [
      { ...at(signs, '29:nico'), text: '<at>Test ($~&amp;)</at>' },
      at(signs, '29:nico'),
      { type: 'mention', mentioned: { id: '29:nico', name: signs } },
    ])
      for (const shown of ['Test ($~&amp;)', signs]) {
        const { text } = await read(`<at>Gavel</at> grant viewer to <at>${shown}</at>`, at('Gavel', bot), entity);
        assert.equal(normalizeText(text), 'grant viewer to entra:t/nico');
      }
  });

  it('finds nobody from text alone, however it is tagged', async () => {
    const { mentions, text } = await read('grant admin to <at>Nico Newcomer</at>', {
      type: 'mention',
      text: '<at>Nico Newcomer</at>',
    });
    assert.deepEqual(mentions, []);
    assert.equal(normalizeText(text), 'grant admin to Nico Newcomer');
  });
});
