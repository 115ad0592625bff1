import assert from 'node:assert/strict';
import type { OutboxMessage } from '../../src/chat/contract';
import { messageCollection, onFailed, onRequested } from '../../src/chat/outbox/record';
import { SendError } from '../../src/chat/sender';
import { placesSpec } from '../../src/chat/teams';
import { lookAtGivenUp } from '../../src/self-check/sending';
import { givenUpIn } from '../../src/start/given-up';
import { temporaryStore } from '../store/temporary-store';
import type { TemporaryStore } from '../store/temporary-store';

const dayMs = 86_400_000;
const now = Date.parse('2026-11-28T12:00:00Z');

describe('undelivered messages', () => {
  let temporary: TemporaryStore;
  beforeEach(() => (temporary = temporaryStore()));
  afterEach(() => temporary.remove());

  async function giveUp(key: string, at: number, destination: OutboxMessage['destination']): Promise<void> {
    const fresh = onRequested(
      undefined,
      { key, destination, content: { text: `Words of ${key}` }, revision: 1 },
      'lane',
      at,
      at,
    );
    assert.ok(fresh);
    const record = onFailed(fresh, new SendError('gone', 'Teams returned 404 ConversationNotFound'), at, { random: 0 });
    await temporary.store.collection(messageCollection).insert(key, record);
  }

  it('are listed with the name of their place, the latest first, for a week', async () => {
    const place = { kind: 'channel', name: 'Deployments', serviceUrl: '', tenantId: '', botId: '', seenAt: 0 } as const;
    await temporary.store.collection(placesSpec).insert('19:a', place);
    await giveUp('old', now - 8 * dayMs, { to: 'place', placeId: '19:a' });
    await giveUp('first', now - dayMs, { to: 'place', placeId: '19:a' });
    await giveUp('second', now - 60_000, { to: 'person', personId: 'dana' });
    const error = 'Teams returned 404 ConversationNotFound';
    assert.deepEqual(await givenUpIn(temporary.store, now), [
      { at: now - 60_000, summary: 'Words of second', place: undefined, error },
      { at: now - dayMs, summary: 'Words of first', place: 'Deployments', error },
    ]);
  });

  it('are a problem in doctor, with how many, where, Teams’ answer and what to do', () => {
    assert.deepEqual(lookAtGivenUp([], now, 'Europe/Berlin'), { about: 'messages: all arrived' });
    const look = { at: now - 5 * 60_000, summary: 'D-1001 waits', place: 'General', error: 'Teams returned 503' };
    const { problem } = lookAtGivenUp([look, { ...look, at: now - dayMs }], now, 'Europe/Berlin');
    assert.match(
      problem ?? '',
      /^2 messages didn’t arrive. The latest was for General \(12:55 CET\): “D-1001 waits” \(Teams returned 503\)\. Check that Gavel is installed there/,
    );
    assert.match(
      lookAtGivenUp([{ ...look, place: undefined }], now, 'Europe/Berlin').problem ?? '',
      /^1 message .* for a personal chat/,
    );
  });
});
