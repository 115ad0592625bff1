import type { Feature, MessageFate } from '../../chat/contract';
import type { Store, Stored } from '../../store/contract';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import { subscriptionCommands } from './commands';
import type { Delivery, Subscriptions } from './contract';
import { messageKey, messagePrefix } from './effects';
import { notifyOfDeployments } from './events/follow';
import { createEventStore } from './events/store';
import { choiceOf, sizeOf } from './record';
import type { Subscriber } from './record';
import { createSubscriberStore, isIdle, readSubscribers } from './store';
import { subscriberWorkflow } from './workflow';

export type * from './contract';

interface SubscriptionNeeds {
  readonly deployments: Pick<Deployments, 'onStart' | 'onEnd'>;
  readonly announcements: Pick<Announcements, 'placeOf'>;
}

/** Who is notified about what, at once or as one message, and whether it arrives. */
export function createSubscriptions(
  deps: FeatureDependencies,
  { deployments, announcements }: SubscriptionNeeds,
): { feature: Feature; subscriptions: Subscriptions } {
  const { outbox } = deps;
  const subscribers = createSubscriberStore(deps);
  const events = createEventStore(deps, subscribers);
  notifyOfDeployments(deps, deployments, announcements, events.notify);

  outbox.onUndeliverable(messagePrefix, async (key, destination) => {
    const what = key.slice(key.indexOf(':', messagePrefix.length) + 1);
    const tally = what.startsWith('t:') ? await events.latestOf(what.slice(2)) : undefined;
    const id =
      destination.to === 'person' ? destination.personId : destination.to === 'place' ? destination.placeId : '';
    await subscribers.apply(id, { type: 'bounce', what, tally });
  });

  const subscriptions: Subscriptions = {
    notify: events.notify,
    async choose(id, choice, place) {
      const { stored } = await subscribers.apply(id, { type: 'choose', choice, name: place?.name ?? '' });
      if (stored && isIdle(stored.value)) await subscribers.remove(id);
    },
    async chosen(id) {
      const found = await subscribers.find(id);
      return found && choiceOf(found);
    },
    reachAnyPlace: async () =>
      (await subscribers.all()).some(({ value }) => value.to === 'place' && value.rules.length > 0),
    deliveries: async () => readDeliveries(await subscribers.all(), outbox.fate),
    personalData: {
      name: 'subscriptions',
      async exportOf(personId) {
        const found = await subscribers.find(personId);
        if (!found) return [];
        const { rules, digest, digestHour, hours, zone, mutedUntil } = found;
        return [{ rules, digest, digestHour, hours, zone, mutedUntil }];
      },
      deleteOf: async (personId) => ((await subscribers.remove(personId)) ? 1 : 0),
    },
  };
  const commands = subscriptionCommands({ deps, subscribers, subscriptions });
  return {
    feature: { name: 'subscriptions', commands, personalData: [subscriptions.personalData] },
    subscriptions,
  };
}

/** Whether what is subscribed arrives, read from a store that this process doesn't serve; `fateOf` says what became of the message of a key. */
export async function deliveriesIn(
  store: Store,
  fateOf: (key: string) => Promise<MessageFate | undefined>,
): Promise<readonly Delivery[]> {
  return readDeliveries(await readSubscribers(store.collection(subscriberWorkflow.spec)), fateOf);
}

async function readDeliveries(
  subscribers: readonly Stored<Subscriber>[],
  fateOf: (key: string) => Promise<MessageFate | undefined>,
): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const { id, value } of subscribers) {
    const { to, name, rules, last, refused, held } = value;
    if (rules.length === 0) continue;
    const { state = 'waiting', error } = (last && (await fateOf(messageKey(id, last.what)))) ?? {};
    deliveries.push({
      id,
      to,
      name,
      ...(last && { last: { at: last.at, state, ...(error !== undefined && { error }) } }),
      ...(refused && { refusedSince: refused.since }),
      waiting: held.reduce((sum, tally) => sum + sizeOf(tally), 0),
    });
  }
  return deliveries;
}
