import { listGivenUp } from '../chat/outbox/notices';
import { messageCollection } from '../chat/outbox/record';
import { placesSpec } from '../chat/teams';
import { givenUpShownMs } from '../self-check';
import type { GivenUpLook } from '../self-check';
import type { Store } from '../store/contract';

/** The messages of recent days that were given up and not retried since, with the names of their places, the latest first. */
export async function givenUpIn(store: Store, now: number): Promise<readonly GivenUpLook[]> {
  const places = store.collection(placesSpec);
  const found = await listGivenUp(store.collection(messageCollection), now - givenUpShownMs);
  return Promise.all(
    found.map(async ({ at, summary, placeId, error }) => {
      const place = placeId === undefined ? undefined : await places.get(placeId);
      const name = place?.value.kind === 'personal' ? undefined : (place?.value.name ?? placeId);
      return { at, summary, place: name, error };
    }),
  );
}
