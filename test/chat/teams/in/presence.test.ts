import assert from 'node:assert/strict';
import type { Activity } from 'botbuilder';
import { namesIn } from '../../../../src/chat/teams/directory/places';
import { placeFromActivity, presenceIn } from '../../../../src/chat/teams/in/inbound';
import recorded from '../recorded/teams-shapes.json';

const team = '19:efa9296d959346209fea44151c742e73@thread.skype';
const channel = '19:6d97d816470f481dbcda38244b98689a@thread.skype';
const bot = '28:f5d48856-5b42-41a0-8c3a-c5f944b679b0';
const shape = (name: keyof typeof recorded.shapes): Activity =>
  structuredClone(recorded.shapes[name].activity) as unknown as Activity;

describe('what Teams says about where Gavel is', () => {
  const inTeam = { teamId: team };
  const cases: readonly [what: string, activity: object, expected: object | undefined][] = [
    ['a message', shape('message in a channel'), undefined],
    ['added to a team', shape('bot added to a team'), { is: 'there', where: inTeam, added: true }],
    ['removed, naming the team', shape('bot removed from a team'), { is: 'gone', where: inTeam, why: 'removed' }],
    [
      'removed, naming a channel',
      { ...shape('bot removed from a team'), conversation: { id: channel, conversationType: 'channel' } },
      { is: 'gone', where: inTeam, why: 'removed' },
    ],
    [
      'uninstalled from a team',
      { ...shape('bot removed from a team'), type: 'installationUpdate', action: 'remove', membersRemoved: undefined },
      { is: 'gone', where: inTeam, why: 'removed' },
    ],
    [
      'removed from a private channel',
      {
        ...shape('bot removed from a team'),
        conversation: { id: channel, conversationType: 'channel' },
        channelData: { team: { id: team }, channel: { id: channel, type: 'private' } },
      },
      { is: 'gone', where: { placeId: channel }, why: 'removed' },
    ],
    [
      'removed from a group chat',
      {
        ...shape('bot removed from a team'),
        conversation: { id: '19:chat', conversationType: 'groupChat' },
        channelData: {},
      },
      { is: 'gone', where: { placeId: '19:chat' }, why: 'removed' },
    ],
    [
      'uninstalled by a person',
      {
        ...shape('bot added to a personal chat'),
        type: 'installationUpdate',
        action: 'remove-upgrade',
        membersAdded: [],
      },
      { is: 'gone', where: { placeId: 'a:1pL6i0oY3C0K8oAj8' }, why: 'removed' },
    ],
    [
      'somebody else removed',
      { ...shape('bot removed from a team'), membersRemoved: [{ id: '29:somebody' }] },
      undefined,
    ],
    ['a channel deleted', shape('channelDeleted'), { is: 'gone', where: { placeId: channel }, why: 'deleted' }],
    ['a channel restored', shape('channelRestored'), { is: 'there', where: { placeId: channel }, added: false }],
    ['a channel renamed', shape('channelRenamed'), undefined],
    [
      'a team deleted',
      { ...shape('channelDeleted'), channelData: { team: { id: team }, eventType: 'teamDeleted' } },
      { is: 'gone', where: inTeam, why: 'deleted' },
    ],
    [
      'rubbish in every field',
      {
        type: 'conversationUpdate',
        recipient: { id: bot },
        conversation: { id: 'x' },
        membersRemoved: [null, 3],
        channelData: 'no',
      },
      undefined,
    ],
  ];
  for (const [what, activity, expected] of cases)
    it(what, () => assert.deepEqual(presenceIn(activity as Activity), expected));
});

describe('names of channels', () => {
  it('are never taken from a message or an event of another channel', () => {
    for (const { activity } of Object.values(recorded.shapes)) {
      const { name } = placeFromActivity(activity as unknown as Activity);
      assert.ok(['the channel', 'the private channel', 'General', 'personal chat'].includes(name), name);
    }
  });

  it('are read from the list that Teams returns, General without one', () => {
    const names = namesIn(recorded['channels of a team'].answer);
    assert.deepEqual([...names], [['19:cc25e4aae50746ecbb11473bba24c70a@thread.skype', 'Materials']]);
  });

  it('are empty if the list is not a list', () => {
    for (const answer of [
      undefined,
      null,
      3,
      'no',
      {},
      { conversations: 'no' },
      [null, { id: 3 }, { id: 'x', name: '' }],
    ])
      assert.equal(namesIn(answer).size, 0);
  });
});
