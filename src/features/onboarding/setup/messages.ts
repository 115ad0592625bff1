import type { Place, Turn } from '../../../chat/contract';
import { idFrom } from '../../../core/keys';
import { enumerate, plainText } from '../../../core/text';
import { tellPerson } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import type { Subscriptions } from '../../subscriptions';
import { drawSetup } from './cards';

interface Visited {
  readonly place: Place;
  readonly seenAt: number;
  /** Where it was asked for last. */
  readonly thread?: string;
}

/** The setup card goes to one person alone, the test message to the place that was set up. */
export interface SetupMessages {
  /** Sends the card; `key` makes it once. */
  offer(turn: Turn, key: string): Promise<void>;
  /** Says in the place what it is notified about from now on. */
  test(turn: Turn, place: Place, services: readonly string[]): Promise<void>;
  /** A place where the card was asked for. */
  findPlace(id: string): Promise<Place | undefined>;
}

export function createSetupMessages(
  deps: FeatureDependencies,
  subscriptions: Pick<Subscriptions, 'chosen'>,
): SetupMessages {
  const { catalog, clock, outbox, store } = deps;
  const visited = store.collection<Visited>({ name: 'setup-places', schema: 1, indexes: {}, queries: [] });
  const findPlace = async (id: string): Promise<Place | undefined> => (await visited.get(id))?.value.place;

  // Whoever never wrote to Gavel alone can't be written to: said where they asked.
  outbox.onUndeliverable('setup:', async (key) => {
    const placeId = key.split(':').slice(2).join(':');
    const thread = (await visited.get(placeId))?.value.thread;
    await outbox.put({
      key: `setup-missed:${key}`,
      destination: { to: 'place', placeId, ...(thread !== undefined && { thread }) },
      content: {
        text: "**I can't write to you alone yet**, so the card that sets this place up did not arrive. Open a chat with me, say hello there, then write `@Gavel setup` here again.",
      },
      revision: 1,
      final: true,
    });
  });

  outbox.onUndeliverable('setup-test:', async (key, destination) => {
    const place = destination.to === 'place' ? await findPlace(destination.placeId) : undefined;
    await tellPerson(deps, key.split(':').slice(2).join(':'), `setup-failed:${key}`, {
      text: `**The test message did not arrive in ${plainText(place?.name ?? 'that place', 60)}.** Teams does not let me write there: add me to that channel or chat, then write \`setup\` in it.`,
    });
  });

  return {
    findPlace,
    async offer({ place, person, thread, reference }, key) {
      const now = clock.now();
      await visited.upsert(place.id, () => ({ place, seenAt: now, thread }));
      const choice = await subscriptions.chosen(place.id);
      const card = drawSetup({ catalog: catalog(), personId: person.id, place, choice, now, reference });
      await tellPerson(deps, person.id, `setup:${key}:${place.id}`, card);
    },
    test: ({ person, correlationId }, place, services) =>
      outbox.put({
        key: `setup-test:${idFrom('setup-test', place.id, correlationId)}:${person.id}`,
        destination: { to: 'place', placeId: place.id },
        content: {
          text:
            services.length === 0
              ? `${plainText(person.name, 60)} has ended what came here by itself. Write \`@Gavel setup\` to choose anew.`
              : `**This is a test message, and it arrived.** ${plainText(person.name, 60)} chose that ${plainText(place.name, 60)} hears of ${plainText(enumerate(services), 150)}.`,
        },
        revision: 1,
        final: true,
      }),
  };
}
