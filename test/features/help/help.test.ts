import assert from 'node:assert/strict';
import type { Command, Reply, Turn } from '../../../src/chat/contract';
import { renderCard } from '../../../src/core/card';
import { createHelp } from '../../../src/features/help';
import { ada, command, dana, nico, readingDependencies, stranger, turnOf } from './commands-for-tests';

const behind = ({ isInFront, ...command }: Command): Command => (assert.ok(isInFront), command);

describe('help', () => {
  const commands: Command[] = [
    command('deploy', 'Ship', 'deploy', 'Shows what a release would change'),
    command('rollback', 'Ship', 'deploy', 'Puts back the release before'),
    behind(command('cancel', 'Ship', 'deploy')),
    behind(command('restart', 'Ship', 'operate')),
    {
      ...behind(command('retry', 'Ship', 'deploy')),
      arguments: [{ name: 'id', kind: 'deployment', summary: 'which', required: true }],
      examples: ['retry D-1042'],
    },
    behind(command('role list', 'Look', 'view')),
    command('approvals', 'Decide', 'approve'),
    command('where', 'Look', 'view'),
    command('audit', 'Look', 'audit'),
  ];
  const help = createHelp(readingDependencies(), { commands: () => commands });
  commands.push(...(help.feature.commands ?? []));

  const run = (turn: Turn, name: string, topic?: string): Promise<Reply> => {
    const found = commands.find((each) => each.name === name);
    assert.ok(found);
    return found.run(turn, { topic });
  };
  const say = (person: Turn['person'], name: string, topic?: string): Promise<Reply> =>
    run(turnOf(person, 'personal'), name, topic);
  const textOf = (reply: Reply): string => {
    assert.ok('card' in reply, JSON.stringify(reply));
    return JSON.stringify(renderCard(reply.card, reply.data)).replaceAll('\u00a0', ' ');
  };

  it('shows what this person can use, as lines to click', async () => {
    const text = textOf(await say(dana, 'help'));
    assert.match(text, /"title":"Open deploy","verb":"chat.run","data":\{"id":"deploy","from":"help"\}/);
    assert.match(text, /"id":"where shop"/);
    assert.doesNotMatch(text, /restart shop|approvals shop|audit shop/);
    assert.match(
      text,
      /You don’t have the permissions for 3 more commands\. Ask Ada Admin for a role that includes them\./,
    );
  });

  it('hides nothing from an admin', async () => {
    const text = textOf(await say(ada, 'help'));
    assert.match(text, /approvals shop/);
    assert.doesNotMatch(text, /permissions you don’t have/);
  });

  it('never shows everything at once: only the main commands, with the rest behind a button', async () => {
    const text = textOf(await say(ada, 'help'));
    assert.doesNotMatch(text, /restart shop|cancel shop/);
    assert.match(text, /"More: Ship","verb":"chat.run","data":\{"id":"help ship"\}/);
    assert.match(textOf(await say(ada, 'help', 'Ship')), /restart shop/);
  });

  it('folds a family into one line, which opens, and leads back', async () => {
    const text = textOf(await say(dana, 'help', 'decide'));
    assert.match(
      text,
      /role ….*"title":"Show role commands","verb":"chat.run","data":\{"id":"help role commands","from":"help decide"\}/,
    );
    assert.doesNotMatch(text, /role list/);
    for (const line of ['role', 'role commands']) {
      const family = textOf(await say(dana, 'help', line));
      assert.match(family, /Role commands.*role list shop.*"title":"Show all topics"/);
    }
    assert.match(
      textOf(await say(dana, 'help', 'role list')),
      /"title":"Show role commands".*"title":"Show all commands"/,
    );
  });

  it('shows examples with names that exist here, or placeholders that ask', async () => {
    const examples = async (name: string): Promise<string> => textOf(await say(ada, 'help', name));
    assert.match(
      await examples('retry'),
      /"retry <id>".*"title":"Open retry","verb":"chat.run","data":\{"id":"retry","from":"help retry"\}/,
    );
    assert.doesNotMatch(await examples('retry'), /D-1042/);
  });

  it('says on each example which help card leads to it', async () => {
    for (const [topic, line] of [
      ['', 'help'],
      ['look', 'help look'],
      ['role', 'help role commands'],
      ['where', 'help where'],
      ['rolback', 'help rolback'],
    ]) {
      const text = textOf(await say(dana, 'help', topic));
      assert.match(
        text,
        new RegExp(`"title":"(Try|Open) [^"]*","verb":"chat.run","data":{"id":"[^"]*","from":"${line}"}`),
      );
    }
  });

  it('explains one command with its arguments and examples', async () => {
    const text = textOf(await say(dana, 'help', 'deploy'));
    assert.match(text, /deploy <service>/);
    assert.match(text, /I’ll ask if you leave it out/);
    assert.match(text, /"title":"Open deploy"/);
    assert.match(textOf(await say(dana, 'help', 'where')), /"title":"Try where shop"/);
  });

  it('says who can grant the right for a command that somebody can’t use, and offers no button', async () => {
    const text = textOf(await say(nico, 'help', 'deploy'));
    assert.match(text, /You don’t have the `deploy` permission. Ask Ada Admin for a role that includes it\./);
    assert.doesNotMatch(text, /"title":"Try deploy/);
  });

  it('shows everybody in a channel the same, and says that a click is checked', async () => {
    const [hers, theirs] = [await run(turnOf(dana), 'help'), await run(turnOf(nico), 'help')];
    assert.deepEqual(hers, theirs);
    assert.match(textOf(theirs), /Everyone here sees this list. Permissions are checked when you click/);
    assert.match(textOf(theirs), /deploy shop.*approvals shop/);
    for (const topic of ['ship', 'deploy', 'put a release back', 'nonsense words'])
      assert.deepEqual(await run(turnOf(nico), 'help', topic), await run(turnOf(dana), 'help', topic), topic);
    assert.match(
      textOf(await run(turnOf(nico), 'help', 'deploy')),
      /You need the `deploy` permission; it’s checked when you click/,
    );
  });

  it('answers a click in a channel with what that person can do, because only they see it', async () => {
    const clicked = (person: Turn['person']): Turn => ({ ...turnOf(person), trigger: 'clicked' });
    const text = textOf(await run(clicked(nico), 'help'));
    assert.doesNotMatch(text, /deploy shop|Everyone here/);
    assert.match(text, /You don’t have the permissions for/);
    assert.match(textOf(await run(clicked(dana), 'help', 'ship')), /deploy shop/);
  });

  it('pages through a long topic, ten lines at a time', async () => {
    for (let index = 0; index < 12; index++) commands.push(command(`look${index}`, 'Look', 'view'));
    const first = textOf(await say(dana, 'help', 'look'));
    assert.match(first, /Look, 1 of 2.*"title":"Show more","verb":"chat.run","data":\{"id":"help look 2"\}/);
    assert.equal((first.match(/"Action.Execute","title":"(Try|Open) /g) ?? []).length, 10);
    assert.match(textOf(await say(dana, 'help', 'look 2')), /Look, 2 of 2.*"Show the first page"/);
    assert.match(textOf(await say(dana, 'help', 'look 99')), /Look, 2 of 2/);
    commands.splice(-12);
  });

  it('can be searched from the card, and tolerates a typo', async () => {
    assert.match(textOf(await say(dana, 'help')), /"id":"chosen-topic".*"title":"Search","verb":"chat.choose"/);
    assert.match(textOf(await say(dana, 'help', 'how do I put it back?')), /rollback shop/);
    assert.match(textOf(await say(dana, 'help', 'rolback')), /rollback shop/);
  });

  it('finds commands by what they do, and never ends with nothing', async () => {
    assert.match(textOf(await say(dana, 'help', 'put a release back')), /rollback shop/);
    const text = textOf(await say(dana, 'help', '<at>x</at> [a](https://b)'));
    assert.match(text, /I found nothing about/);
    assert.doesNotMatch(text, /[^\\\\]\[a\]/);
    assert.match(text, /deploy shop/);
  });

  it('greets by first name with what this person can do', async () => {
    assert.match(textOf(await say(dana, 'hello')), /Hello, Dana.*"id":"deploy"/);
    assert.doesNotMatch(textOf(await say(nico, 'hello')), /"id":"deploy"/);
    assert.match(textOf(await say(stranger, 'hello')), /Hello, \\\\\*Mallory/);
    const thanks = await say(dana, 'thanks');
    assert.ok('text' in thanks && thanks.text === 'You’re welcome, Dana.');
  });
});
