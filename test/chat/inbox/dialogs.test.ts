import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TestAdapter, TurnContext } from 'botbuilder';
import { ComponentDialog, TextPrompt, WaterfallDialog } from 'botbuilder-dialogs';
import type { WaterfallStepContext } from 'botbuilder-dialogs';
import { createDialogs } from '../../../src/chat/inbox/dialogs';
import type { Dialogs } from '../../../src/chat/inbox/dialogs';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { createLeases } from '../../../src/jobs';
import { temporaryStore } from '../../store/temporary-store';
import type { TemporaryStore } from '../../store/temporary-store';

const questions = ['color', 'shape', 'size'] as const;

class ThingDialog extends ComponentDialog {
  constructor(heard: string[]) {
    super('thing');
    this.addDialog(new TextPrompt('text'));
    const asks = questions.map((question, index) => async (step: WaterfallStepContext) => {
      if (index > 0) heard.push(`${questions[index - 1]} ${String(step.result)}`);
      // Another turn can come in between.
      for (let turn = 0; turn < 20; turn++) await nextTurn();
      return step.prompt('text', `Which ${question}?`);
    });
    this.addDialog(
      new WaterfallDialog('steps', [
        ...asks,
        async (step) => {
          heard.push(`size ${String(step.result)}`);
          return step.endDialog();
        },
      ]),
    );
    this.initialDialogId = 'steps';
  }
}

describe('the dialogs of two instances on one store', () => {
  let temporary: TemporaryStore;
  let heard: string[];
  let asked: string[];
  let lines = 0;
  beforeEach(() => {
    temporary = temporaryStore();
    heard = [];
    asked = [];
  });
  afterEach(() => temporary.remove());

  function instance(owner: string, withLeases: boolean): Dialogs {
    const { store } = temporary;
    const leases = createLeases({ store, clock: systemClock, owner });
    return createDialogs({
      store,
      dialogs: [{ id: 'thing', make: () => new ThingDialog(heard) }],
      clock: systemClock,
      logger: silentLogger,
      ...(withLeases && { leases }),
    });
  }

  function said(text: string): TurnContext {
    const adapter = new TestAdapter(async () => undefined);
    const context = new TurnContext(adapter, { ...adapter.makeActivity(text), id: `line ${(lines += 1)}` });
    context.onSendActivities(async (_, activities) => {
      for (const each of activities) asked.push(each.text ?? '');
      return activities.map(() => ({ id: '1' }));
    });
    return context;
  }

  it('handle two lines of one person one after the other, whichever instance they reach', async () => {
    const [one, two] = [instance('one', true), instance('two', true)];
    await one.begin(said('begin'), 'p', 'thing');
    await Promise.all([one.continue(said('red'), 'p'), two.continue(said('round'), 'p')]);
    assert.deepEqual(asked, ['Which color?', 'Which shape?', 'Which size?']);
    assert.deepEqual(
      heard.map((each) => each.split(' ')[0]),
      ['color', 'shape'],
    );
    await two.continue(said('large'), 'p');
    assert.deepEqual(heard.at(-1), 'size large');
    assert.equal(await one.isOpen('p'), false);
  });

  it('answer many people at once, each in turn', async () => {
    const [one, two] = [instance('one', true), instance('two', true)];
    const either = (index: number): Dialogs => (index % 2 === 0 ? one : two);
    const people = ['p', 'q', 'r', 's'];
    await Promise.all(people.map((person, index) => either(index).begin(said('begin'), person, 'thing')));
    await Promise.all(
      people.flatMap((person) => ['a', 'b', 'c'].map((line, at) => either(at).continue(said(line), person))),
    );
    assert.equal(heard.length, 12);
    for (const person of people) assert.equal(await one.isOpen(person), false);
  });

  it('keep the first state if two turns collide anyway', async () => {
    const [one, two] = [instance('one', false), instance('two', false)];
    await one.begin(said('begin'), 'p', 'thing');
    await Promise.all([one.continue(said('red'), 'p'), two.continue(said('blue'), 'p')]);
    assert.deepEqual(asked.slice(1), ['Which shape?', 'Which shape?']);
    await two.continue(said('round'), 'p');
    await one.continue(said('large'), 'p');
    assert.deepEqual(heard.slice(2), ['shape round', 'size large']);
    assert.equal(await one.isOpen('p'), false);
  });
});
