import assert from 'node:assert/strict';
import type { Content } from '../../src/chat/contract';
import { createDialogs, dialogsSpec } from '../../src/chat/inbox/dialogs';
import { createOutbox } from '../../src/chat/outbox';
import type { RunningOutbox } from '../../src/chat/outbox';
import { messageCollection } from '../../src/chat/outbox/record';
import { personalDataOfChat } from '../../src/chat/personal-data';
import type { MessageSender } from '../../src/chat/sender';
import { peopleSpec, placesSpec } from '../../src/chat/teams';
import type { KnownPlace } from '../../src/chat/teams';
import { silentLogger } from '../../src/core/telemetry/logger';
import { systemClock } from '../../src/core/time/clock';
import { collect } from '../collect';
import { eventually } from '../patience';
import { temporaryStore } from '../store/temporary-store';
import type { TemporaryStore } from '../store/temporary-store';
import { personIds } from './sample';

const { dana, avery } = personIds;

describe('data about people outside the features', () => {
  let temporary: TemporaryStore;
  let outbox: RunningOutbox;
  const posts: string[] = [];
  before(async () => {
    temporary = temporaryStore();
    const { store } = temporary;
    const sender = senderInto(posts);
    outbox = createOutbox({ store, sender, clock: systemClock, logger: silentLogger, pollMs: 20 });
    outbox.start();
    for (const [key, personId] of [
      ['one', dana],
      ['two', avery],
      ['privacy:of dana', dana],
    ] as const)
      await outbox.put({
        key,
        destination: { to: 'person', personId },
        content: { text: `a word for ${key}` },
        revision: 1,
      });
    const states = () =>
      Promise.all(['one', 'two', 'privacy:of dana'].map(async (key) => (await outbox.fate(key))?.state));
    await eventually('each message posted', async () => (await states()).every((state) => state === 'posted'));
    const known = { serviceUrl: 'http://127.0.0.1/', tenantId: 't', botId: '28:gavel' };
    const place = (kind: KnownPlace['kind'], ownerId: string): KnownPlace => ({
      ...known,
      kind,
      name: `of ${kind}`,
      seenAt: 1,
      ownerId,
    });
    const places = store.collection(placesSpec);
    await places.insert('19:channel', place('channel', dana));
    await places.insert('19:other', place('channel', avery));
    await places.insert('a:dana', place('personal', dana));
    const person = { ...known, teamsId: '29:dana', name: 'Dana Developer', conversationId: 'a:dana' };
    await store.collection(peopleSpec).insert(dana, person);
    const open = { dialogId: 'onboarding.guide', state: { dialogStack: [] }, turns: 1, changedAt: Date.now() };
    for (const id of [dana, avery]) await store.collection(dialogsSpec).insert(id, open);
  });
  after(async () => {
    await outbox.stop();
    await temporary.remove();
  });

  const exported = async (personId: string): Promise<Record<string, readonly object[]>> =>
    Object.fromEntries(
      await Promise.all(
        personalDataOfChat(temporary.store).map(
          async ({ name, exportOf }) => [name, await collect(exportOf(personId))] as const,
        ),
      ),
    );

  it('is exported to the person it is about, with nothing about anybody else', async () => {
    const found = await exported(dana);
    assert.deepEqual(Object.keys(found), [
      'personal messages',
      'open questions',
      'channels you manage',
      'how Gavel reaches you',
    ]);
    assert.match(JSON.stringify(found), /a word for one.*onboarding\.guide.*of channel.*Dana Developer.*29:dana/);
    assert.doesNotMatch(JSON.stringify(found), /two|of personal/);
    assert.doesNotMatch(JSON.stringify(found), /privacy/, 'an earlier export is not exported again');
  });

  it('is deleted, or says why it stays and for how long', async () => {
    for (const kind of personalDataOfChat(temporary.store)) {
      const before = (await collect(kind.exportOf(dana))).length;
      const deleted = await kind.deleteOf(dana);
      const earlierExports = kind.name === 'personal messages' ? 1 : 0;
      assert.equal(deleted, kind.isKept ? 0 : before + earlierExports, kind.name);
      assert.equal(await kind.deleteOf(dana), 0, 'a second time finds nothing more');
      if (kind.isKept) assert.ok(kind.stays !== undefined && (await collect(kind.exportOf(dana))).length > 0);
      else assert.deepEqual(await collect(kind.exportOf(dana)), []);
    }
    const { store } = temporary;
    assert.equal((await store.collection(placesSpec).get('19:channel'))?.value.ownerId, undefined);
    assert.equal((await store.collection(placesSpec).get('a:dana'))?.value.ownerId, dana);
    const dialogs = createDialogs({ store, dialogs: [], clock: systemClock, logger: silentLogger });
    assert.equal(await dialogs.isOpen(dana), false);
  });

  it('does not affect other people’s data', async () => {
    assert.match(JSON.stringify(await exported(avery)), /a word for two.*onboarding\.guide.*of channel/);
  });

  it('still identifies a message without text: it is edited and never posted again', async () => {
    const before = posts.length;
    await outbox.put({
      key: 'one',
      destination: { to: 'person', personId: dana },
      content: { text: 'a newer word' },
      revision: 2,
    });
    await eventually('one more post', () => posts.length > before);
    assert.deepEqual(posts.slice(before), ['edit: a newer word']);
  });

  it('keeps the text of messages that are still being delivered', async () => {
    const messages = temporary.store.collection(messageCollection);
    await outbox.stop();
    await outbox.put({
      key: 'late',
      destination: { to: 'person', personId: dana },
      content: { text: 'not there yet' },
      revision: 1,
    });
    for (const { deleteOf } of personalDataOfChat(temporary.store)) await deleteOf(dana);
    assert.deepEqual((await messages.get('late'))?.value.content, { text: 'not there yet' });
  });
});

function senderInto(posts: string[]): MessageSender {
  const words = (content: Content): string => ('text' in content ? content.text : content.data.summary);
  return {
    async create(_destination, content) {
      posts.push(`post: ${words(content)}`);
      return { placeId: 'a:chat', activityId: String(posts.length) };
    },
    async edit(_posted, content) {
      posts.push(`edit: ${words(content)}`);
    },
    probe: async () => undefined,
    remove: async () => undefined,
  };
}
