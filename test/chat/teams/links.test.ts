import assert from 'node:assert/strict';
import { messageCollection } from '../../../src/chat/outbox/record';
import { createMessageLinks } from '../../../src/chat/teams/out/links';
import type { KnownPlace } from '../../../src/chat/teams';
import { createFakeWorld } from '../../features/fakes';

const known = { name: '', serviceUrl: 'https://smba.example/', tenantId: 'tenant-1', botId: 'bot', seenAt: 0 };
const places = new Map<string, KnownPlace>([
  ['19:a@thread.tacv2', { ...known, kind: 'channel' }],
  ['19:b@thread.v2', { ...known, kind: 'group' }],
  ['a:personal', { ...known, kind: 'personal' }],
]);

describe('the address of a message in Teams', () => {
  it('leads to what was posted where others can see it', async () => {
    const { deps, close } = createFakeWorld();
    try {
      const linkTo = createMessageLinks(deps.store, { place: async (id) => places.get(id) });
      const messages = deps.store.collection(messageCollection);
      const keep = (key: string, placeId: string | undefined): Promise<unknown> => {
        const posted = placeId === undefined ? {} : { posted: { placeId, activityId: '1700000000000' } };
        return messages.insert(key, {
          key,
          lane: key,
          destination: { to: 'place', placeId: 'p' },
          state: 'posted',
          ambiguous: 0,
          changedAt: 0,
          ...posted,
        } as never);
      };
      await keep('channel', '19:a@thread.tacv2');
      await keep('group', '19:b@thread.v2');
      await keep('personal', 'a:personal');
      await keep('elsewhere', '19:gone@thread.tacv2');
      await keep('waiting', undefined);
      assert.equal(
        await linkTo('channel'),
        'https://teams.microsoft.com/l/message/19%3Aa%40thread.tacv2/1700000000000?tenantId=tenant-1&parentMessageId=1700000000000',
      );
      const group = new URL((await linkTo('group')) ?? '');
      assert.equal(group.pathname, '/l/message/19%3Ab%40thread.v2/1700000000000');
      assert.equal(group.searchParams.get('context'), '{"contextType":"chat"}');
      for (const key of ['personal', 'elsewhere', 'waiting', 'unknown'])
        assert.equal(await linkTo(key), undefined, key);
    } finally {
      await close();
    }
  });
});
