import assert from 'node:assert/strict';
import { installationActivities, messageActivity } from '../../src/playground/activities';
import type { Activity } from '../../src/playground/activities';
import { answerTeam } from '../../src/playground/protocol/roster';
import { conversations, people, team } from '../../src/playground/world';
import recorded from '../chat/teams/recorded/teams-shapes.json';

/** The playground reveals no more than Teams. */

const origin = (type: string, membership?: string) => {
  const conversation = conversations.find((each) => each.type === type && each.membership === membership);
  const [person] = people;
  assert.ok(conversation && person);
  return { serviceUrl: 'http://127.0.0.1:1/', person, conversation, root: undefined };
};

/** The paths of everything that names or describes something, without its values. */
function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => pathsOf(each, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, each]) => pathsOf(each, path === '' ? key : `${path}.${key}`));
}

const telling = (activity: unknown): string[] =>
  pathsOf(activity).filter((path) => /^(conversation|channelData|membersAdded|membersRemoved)/.test(path));

describe("the playground's activities", () => {
  const ofTeams = (name: keyof typeof recorded.shapes): ReadonlySet<string> =>
    new Set(telling(recorded.shapes[name].activity));
  const [installed, added] = installationActivities(origin('channel'));
  const [, removed] = installationActivities(origin('channel'), true);

  const pairs: readonly [what: string, made: Activity | undefined, shape: ReadonlySet<string>][] = [
    ['a message in a channel', messageActivity(origin('channel'), 'hello', 'normal'), ofTeams('message in a channel')],
    [
      'a message in a group chat',
      messageActivity(origin('groupChat'), 'hello', 'normal'),
      ofTeams('message in a channel'),
    ],
    [
      'a message in a chat of two',
      messageActivity(origin('personal'), 'hello', 'none'),
      ofTeams('message in a channel'),
    ],
    ['an installation', installed, ofTeams('bot added to a team')],
    ['being added', added, ofTeams('bot added to a team')],
    ['being removed', removed, new Set([...ofTeams('bot removed from a team'), ...ofTeams('bot added to a team')])],
  ];
  /** What Teams sends in every activity of a channel. */
  const everywhere = ['channelData.channel.id', 'channelData.teamsChannelId', 'channelData.teamsTeamId'];
  for (const [what, made, shape] of pairs)
    it(`tell no more than Teams does: ${what}`, () => {
      const more = telling(made).filter((path) => !shape.has(path) && !everywhere.includes(path));
      assert.deepEqual(
        more.filter((path) => !path.startsWith('membersRemoved')),
        [],
      );
    });

  it('never name a channel or a chat', () => {
    for (const { activity } of pairs.map(([, activity]) => ({ activity })))
      assert.deepEqual(
        pathsOf(activity).filter((path) => /^(conversation|channelData\.channel)\.name$/.test(path)),
        [],
      );
  });

  it('come with Teams’ list of channels, where General is the team and has no name', () => {
    const { conversations: listed } = answerTeam(team.id, 'conversations')
      .body as (typeof recorded)['channels of a team']['answer'];
    assert.deepEqual(
      listed.find(({ id }) => id === team.id),
      { id: team.id, name: null },
    );
    assert.ok(listed.filter(({ id }) => id !== team.id).every(({ name }) => typeof name === 'string'));
  });
});
