import assert from 'node:assert/strict';
import { listPrefix, listTopic, readListTopic } from '../../../src/chat/contract';
import type { CardContent, Content } from '../../../src/chat/contract';
import { createOutbox } from '../../../src/chat/outbox';
import type { RunningOutbox } from '../../../src/chat/outbox';
import { SendError } from '../../../src/chat/sender';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { sampleOf } from '../../core/card/sample';
import { createMovableClock } from '../../core/time/movable-clock';
import type { MovableClock } from '../../core/time/movable-clock';
import { temporaryStore } from '../../store/temporary-store';
import type { TemporaryStore } from '../../store/temporary-store';

const dana = { id: 'dana', name: 'Dana' };
const avery = { id: 'avery', name: 'Avery' };
const channel = { id: 'c', kind: 'channel', name: 'Deployments' } as const;
const alone = { id: 'p', kind: 'personal', name: 'Gavel' } as const;

const card = (summary: string, footer = 'now'): CardContent => ({
  card: 'deployments/closed',
  data: { ...sampleOf('deployments/closed').data, summary, footer },
});

describe('the copies of a card', () => {
  let temporary: TemporaryStore;
  let clock: MovableClock;
  let outbox: RunningOutbox;
  let edits: string[];
  let drawn: string[];
  let posts: number;
  let state: string;
  let gone: boolean;
  const opened: RunningOutbox[] = [];

  const summary = (content: Content): string => ('text' in content ? content.text : content.data.summary);
  const open = (): RunningOutbox => {
    const made = createOutbox({
      store: temporary.store,
      sender: {
        create: async (destination) => {
          posts++;
          return { placeId: 'placeId' in destination ? destination.placeId : 'p', activityId: `post-${posts}` };
        },
        async edit({ activityId }, content) {
          if (gone) throw new SendError('gone', 'deleted');
          edits.push(`${activityId}: ${summary(content)}`);
        },
        remove: async () => undefined,
        probe: async () => undefined,
      },
      clock,
      logger: silentLogger,
      random: () => 1,
      redrawListsAfterMs: 1,
    });
    made.drawCopies('thing:', async ({ about, person, place }) =>
      card(`${about} ${state}, ${person.name} in ${place.id}`),
    );
    made.drawCopies(listPrefix, async ({ about }) => {
      drawn.push(about);
      return card(`${readListTopic(about)?.line} ${state}`);
    });
    made.drawCopies('list', async () => card(`list ${state}`));
    opened.push(made);
    return made;
  };
  const turn = (person = dana, place: typeof channel | typeof alone = channel) => ({
    ...{ person, place, thread: undefined, reference: 'ref', receivedAt: clock.now() },
  });
  const at = (activityId: string, place: typeof channel | typeof alone = channel) => ({
    placeId: place.id,
    activityId,
  });
  const changed = async (about: string): Promise<void> => {
    clock.advance(2_000);
    await outbox.changed(about);
    await outbox.idle();
  };

  beforeEach(() => {
    temporary = temporaryStore();
    clock = createMovableClock(1_000_000);
    [edits, drawn, posts, state, gone] = [[], [], 0, 'open', false];
    outbox = open();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.stop();
    await temporary.remove();
  });

  it('are all edited after a change, also by the next process, and once for each change', async () => {
    const drawnNow = card('thing:1 open, Dana in c');
    await outbox.keepPosted({ turn: turn(), content: drawnNow, about: 'thing:1', posted: at('a1') });
    await outbox.keepPosted({
      turn: turn(avery, alone),
      content: card('thing:1 open, Avery in p'),
      about: 'thing:1',
      posted: at('a2', alone),
    });
    await outbox.keepPosted({
      turn: turn(),
      content: card('thing:2 open, Dana in c'),
      about: 'thing:2',
      posted: at('a3'),
    });
    await outbox.stop();
    outbox = open();
    outbox.start();
    await outbox.idle();
    state = 'closed';
    await changed('thing:1');
    await changed('thing:1');
    assert.deepEqual(edits.sort(), ['a1: thing:1 closed, Dana in c', 'a2: thing:1 closed, Avery in p']);
    assert.equal(posts, 0);
  });

  it('show changes that happened while they were being posted', async () => {
    const asked = turn();
    state = 'closed';
    await changed('thing:1');
    await outbox.keepPosted({ turn: asked, content: card('open'), about: 'thing:1', posted: at('a1') });
    await outbox.idle();
    assert.deepEqual(edits, ['a1: thing:1 closed, Dana in c']);
  });

  it('become what a click shows in a personal chat, and keep following that', async () => {
    await outbox.keepPosted({
      turn: turn(dana, alone),
      content: card('list open'),
      about: 'list',
      posted: at('a1', alone),
    });
    clock.advance(2_000);
    await outbox.keepClicked({
      turn: turn(dana, alone),
      content: card('thing'),
      about: 'thing:1',
      posted: at('a1', alone),
    });
    await outbox.idle();
    assert.deepEqual(edits, ['a1: thing']);
    state = 'closed';
    await changed('list');
    await changed('thing:1');
    assert.deepEqual(edits, ['a1: thing', 'a1: thing:1 closed, Dana in p']);
  });

  it('from before copies were kept are kept from the first click on', async () => {
    await outbox.keepClicked({
      turn: turn(dana, alone),
      content: card('thing'),
      about: 'thing:1',
      posted: at('old', alone),
    });
    await outbox.idle();
    state = 'closed';
    await changed('thing:1');
    assert.deepEqual(edits, ['old: thing', 'old: thing:1 closed, Dana in p']);
  });

  it('that a click shows to one person in a channel end with an edit of the message', async () => {
    await outbox.keepPosted({ turn: turn(), content: card('list open'), about: 'list', posted: at('a1') });
    await outbox.keepClicked({ turn: turn(avery), content: card('thing'), about: 'thing:1', posted: at('a1') });
    await changed('thing:1');
    await changed('thing:1');
    assert.deepEqual(edits, ['a1: list open']);
  });

  it('are left to the feature that keeps them current under its own key', async () => {
    const destination = { to: 'person', personId: dana.id } as const;
    await outbox.put({ key: 'thing:1:person:0', destination, content: card('own'), revision: 7 });
    await outbox.idle();
    await outbox.keepClicked({
      turn: turn(dana, alone),
      content: card('x'),
      about: 'thing:1',
      posted: at('post-1', alone),
    });
    await changed('thing:1');
    assert.deepEqual(edits, []);
  });

  it('are not posted again if somebody deleted them', async () => {
    await outbox.keepPosted({ turn: turn(), content: card('open'), about: 'thing:1', posted: at('a1') });
    gone = true;
    state = 'closed';
    await changed('thing:1');
    state = 'open again';
    await changed('thing:1');
    assert.equal(posts, 0);
  });

  describe('of a list', () => {
    const locks = listTopic('locks', ['locks', 'freezes']);
    const post = (activityId: string, about = locks, where: typeof channel | typeof alone = channel) =>
      outbox.keepPosted({ turn: turn(dana, where), content: card('list'), about, posted: at(activityId, where) });
    const note = async (subject: string): Promise<void> => {
      clock.advance(2_000);
      outbox.noteChange(subject);
      await outbox.idle();
    };

    /** One conversation allows about a message a second. */
    const sendAll = async (): Promise<void> => {
      for (let second = 0; second < 5; second++) {
        await outbox.idle();
        clock.advance(2_000);
      }
      await outbox.idle();
    };

    it('are redrawn once for all changes of a moment, if they show them', async () => {
      await post('a1');
      await post('a2', listTopic('schedules', ['schedules']));
      state = 'changed';
      outbox.noteChange('locks');
      outbox.noteChange('freezes');
      await note('deployments');
      assert.deepEqual(edits, ['a1: locks changed']);
      assert.deepEqual(drawn, [locks]);
    });

    it('of one kind are current for the newest three of a place; others say as of when they are', async () => {
      for (const activityId of ['a1', 'a2', 'a3', 'a4', 'a5']) {
        clock.advance(10);
        await post(activityId);
      }
      await post('p1', locks, alone);
      await post('b1', listTopic('schedules', ['schedules']));
      state = 'changed';
      await note('freezes');
      await sendAll();
      assert.deepEqual(edits.sort(), [
        'a3: locks changed',
        'a4: locks changed',
        'a5: locks changed',
        'p1: locks changed',
      ]);
    });

    it('that somebody opens on a message after a change stay open until the next one', async () => {
      await outbox.keepPosted({ turn: turn(), content: card('open'), about: 'list', posted: at('a1') });
      outbox.noteChange('locks');
      clock.advance(10);
      await outbox.keepClicked({ turn: turn(avery), content: card('locks'), about: locks, posted: at('a1') });
      await outbox.idle();
      assert.deepEqual(edits, []);
      await note('locks');
      assert.deepEqual(edits, ['a1: open']);
    });

    it('that were being posted during a change show the change, too', async () => {
      const asked = turn();
      state = 'changed';
      await note('locks');
      await outbox.keepPosted({ turn: asked, content: card('list'), about: locks, posted: at('a1') });
      await outbox.idle();
      assert.deepEqual(edits, ['a1: locks changed']);
    });

    it('that a dead process left are redrawn by the next one, like every other card', async () => {
      await post('a1');
      await outbox.keepPosted({ turn: turn(), content: card('open'), about: 'thing:1', posted: at('a2') });
      await outbox.stop();
      clock.advance(2_000);
      state = 'changed';
      outbox = open();
      outbox.start();
      await sendAll();
      assert.deepEqual(edits.sort(), ['a1: locks changed', 'a2: thing:1 changed, Dana in c']);
    });
  });
});
