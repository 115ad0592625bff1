import assert from 'node:assert/strict';
import { ConversationState, MemoryStorage, TestAdapter } from 'botbuilder';
import { DialogSet, DialogTurnStatus } from 'botbuilder-dialogs';
import { createTourDialog, tourDialogId } from '../../../src/features/help/tour-dialog';
import { sampleCatalog } from './commands-for-tests';

/** What is said, and what each reply to it must contain, in order. */
type Step = readonly [said: string, ...replies: RegExp[]];

/** One bot over this storage; a new one with the same storage is a bot that was started again. */
function talker(storage: MemoryStorage): (said: string) => Promise<string[]> {
  const state = new ConversationState(storage);
  const dialogs = new DialogSet(state.createProperty('dialogs'));
  dialogs.add(createTourDialog(sampleCatalog));
  const adapter = new TestAdapter(async (context) => {
    const dialog = await dialogs.createContext(context);
    const result = await dialog.continueDialog();
    if (result.status === DialogTurnStatus.empty && context.activity.text === 'tour')
      await dialog.beginDialog(tourDialogId);
    await state.saveChanges(context);
  });
  return async (said) => {
    adapter.activeQueue.length = 0;
    await adapter.receiveActivity(said);
    return adapter.activeQueue.map((activity) => activity.text ?? '');
  };
}

async function follow(steps: readonly Step[], say = talker(new MemoryStorage())): Promise<void> {
  for (const [said, ...expected] of steps) {
    const replies = await say(said);
    assert.equal(replies.length, expected.length, `“${said}” got ${JSON.stringify(replies)}`);
    expected.forEach((words, index) => assert.match(replies[index] ?? '', words, said));
  }
}

describe('the tour', () => {
  it('goes through five short questions to an end that says what to try', () =>
    follow([
      ['tour', /1 of 5.*ship.*decide.*look/],
      ['ship', /Good: you ask/, /2 of 5.*where/],
      ['Where.', /Right.*where shop/, /3 of 5.*shop to staging/],
      ['deploy shop to staging', /did not open it/, /4 of 5.*In production/],
      ['no', /Right\. Somebody else/, /5 of 5/],
      ['rollback', /rollback shop in production/, /That was the tour.*deploy shop/],
      ['rollback'],
    ]));

  it('asks a wrong answer again in other words, and goes on after the third', () =>
    follow([
      ['tour', /1 of 5/],
      ['bananas', /One word is enough/],
      ['more bananas', /One word is enough/],
      ['bananas again', /Let us say you ship/, /2 of 5/],
      ['what', /Just the word/],
      ['where', /Right/, /3 of 5/],
      ['rollback shop', /Begin with \*\*deploy\*\*/],
      ['deploy shop', /Right/, /4 of 5/],
      ['perhaps', /Write \*\*yes\*\* or \*\*no\*\*/],
      ['Yes', /Not usually/, /5 of 5/],
    ]));

  it('helps at any question and asks it again', () =>
    follow([
      ['tour', /1 of 5/],
      ['help', /This is the tour/, /1 of 5/],
      ['look', /Good: I show/, /2 of 5/],
      ['Help', /This is the tour/, /2 of 5/],
    ]));

  it('can be left at any question, and begun again from the start', () =>
    follow([
      ['tour', /1 of 5/],
      ['decide', /Good: requests come/, /2 of 5/],
      ['Cancel.', /You have left the tour. Nothing was changed/],
      ['where'],
      ['tour', /1 of 5/],
    ]));

  it('is taken up where it was after a restart, with the earlier answer remembered', async () => {
    const storage = new MemoryStorage();
    await follow(
      [
        ['tour', /1 of 5/],
        ['look', /Good/, /2 of 5/],
        ['where', /Right/, /3 of 5/],
      ],
      talker(storage),
    );
    await follow(
      [
        ['release shop', /Right/, /4 of 5/],
        ['nope', /Right/, /5 of 5.*looks odd/],
        ['Roll back', /Right/, /Try \*\*health shop\*\*/],
      ],
      talker(storage),
    );
  });
});
