import assert from 'node:assert/strict';
import type { Reply } from '../../../src/chat/contract';
import { renderCard } from '../../../src/core/card';
import type { Command } from '../../../src/features/contract';
import { createHelp } from '../../../src/features/help';
import { ada, command, dana, nico, readingDependencies, stranger, turnOf } from './commands-for-tests';

describe('help', () => {
  const commands: Command[] = [
    command('deploy', 'Ship', 'deploy', 'Shows what a release would change'),
    command('rollback', 'Ship', 'deploy', 'Puts back the release before'),
    command('cancel', 'Ship', 'deploy'),
    command('restart', 'Ship', 'operate'),
    command('approvals', 'Decide', 'approve'),
    command('where', 'Look', 'view'),
    command('audit', 'Look', 'audit'),
  ];
  const help = createHelp(readingDependencies(), { commands: () => commands });
  commands.push(...(help.feature.commands ?? []));

  const say = (person: { id: string; name: string }, name: string, topic?: string): Promise<Reply> => {
    const found = commands.find((each) => each.name === name);
    assert.ok(found);
    return found.run(turnOf(person), { topic });
  };
  const textOf = (reply: Reply): string => {
    assert.ok('card' in reply, JSON.stringify(reply));
    return JSON.stringify(renderCard(reply.card, reply.data)).replaceAll('\u00a0', ' ');
  };

  it('shows what this person may use, as lines to click', async () => {
    const text = textOf(await say(dana, 'help'));
    assert.match(text, /"verb":"chat.run","data":\{"id":"deploy shop"\}/);
    assert.match(text, /"id":"where shop"/);
    assert.doesNotMatch(text, /restart shop|approvals shop|audit shop/);
    assert.match(text, /3 more need a right you do not have. Ada Admin can give it/);
  });

  it('hides nothing from an admin', async () => {
    const text = textOf(await say(ada, 'help'));
    assert.match(text, /approvals shop/);
    assert.doesNotMatch(text, /a right you do not have/);
  });

  it('never shows a wall: at most eight lines, the rest behind a button', async () => {
    const text = textOf(await say(ada, 'help'));
    assert.ok((text.match(/"Action.Execute","title":"Try /g) ?? []).length <= 8);
    assert.match(text, /"More: Ship"/);
    assert.match(textOf(await say(ada, 'help', 'Ship')), /restart shop/);
  });

  it('explains one command with its arguments and examples', async () => {
    const text = textOf(await say(dana, 'help', 'deploy'));
    assert.match(text, /deploy <service>/);
    assert.match(text, /I ask when you leave it out/);
    assert.match(text, /"title":"Try deploy shop"/);
  });

  it('says of a command one may not use who can give the right, and offers no button', async () => {
    const text = textOf(await say(nico, 'help', 'deploy'));
    assert.match(text, /It needs a right you do not have. Ada Admin can give it/);
    assert.doesNotMatch(text, /"title":"Try deploy/);
  });

  it('finds commands by what they do, and never ends in nothing', async () => {
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
    assert.ok('text' in thanks && thanks.text === 'You are welcome, Dana.');
  });
});
