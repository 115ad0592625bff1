import type { Store } from '../../../store/contract';
import { messageCollection } from '../../outbox/record';
import type { Places } from '../directory/places';
import type { KnownPlace } from '../directory/place-record';

/** Addresses of messages in Teams. */

/**
 * Finds the address of the message with this key; undefined if it hasn't been posted, or if it's in a personal chat, which nobody else can open. Rejects with
 * `StoreUnavailableError`.
 */
export function createMessageLinks(
  store: Store,
  places: Pick<Places, 'place'>,
): (key: string) => Promise<string | undefined> {
  const messages = store.collection(messageCollection);
  return async (key) => {
    const posted = (await messages.get(key))?.value.posted;
    const place = posted && (await places.place(posted.placeId));
    return posted && place && messageAddress(posted.placeId, posted.activityId, place);
  };
}

/** https://learn.microsoft.com/en-us/microsoftteams/platform/concepts/build-and-test/deep-link-teams */
function messageAddress(
  placeId: string,
  messageId: string,
  { kind, tenantId }: Pick<KnownPlace, 'kind' | 'tenantId'>,
): string | undefined {
  if (kind === 'personal') return undefined;
  const query =
    kind === 'channel'
      ? new URLSearchParams({ tenantId, parentMessageId: messageId })
      : new URLSearchParams({ tenantId, context: JSON.stringify({ contextType: 'chat' }) });
  return `https://teams.microsoft.com/l/message/${encodeURIComponent(placeId)}/${encodeURIComponent(messageId)}?${query.toString()}`;
}
