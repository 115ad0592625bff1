import type { Feature, PersonalData, Place } from '../../chat/contract';
import { isUnfinished } from '../../workflows';
import type { OpenCard } from '../announcements';
import type { FeatureDependencies } from '../contract';
import { describeSubscriptionAudit } from './audit';
import { showSubscriptions, subscriptionCommands } from './commands';
import type { Delivery, NotificationChoice } from './contract';
import { createEventStore, notifyOfDeployments } from './follow';
import type { SubscriptionNeeds } from './follow';
import { choiceOf } from './record';
import { createSubscriberStore, messagePrefix, readDeliveries, subscriptionsTopic } from './store';

export type * from './contract';
export { deliveriesIn, setupTopic } from './store';

/** Tells subscribers what happened, and stores their choices. */
export type Subscriptions = ReturnType<typeof createSubscriptions>['subscriptions'];

/** Who is notified about what, at once or in one message, and whether it arrives. */
export function createSubscriptions(deps: FeatureDependencies, needs: SubscriptionNeeds) {
  const { outbox } = deps;
  const subscribers = createSubscriberStore(deps);
  const events = createEventStore(deps, subscribers);
  notifyOfDeployments(deps, { ...needs, placesFor: subscribers.placesFor }, events.notify);

  outbox.onUndeliverable(messagePrefix, async (key, destination) => {
    const what = key.slice(key.indexOf(':', messagePrefix.length) + 1);
    const tally = what.startsWith('t:') ? await events.latestOf(what.slice(2)) : undefined;
    const id =
      destination.to === 'person' ? destination.personId : destination.to === 'place' ? destination.placeId : '';
    await subscribers.apply(id, { type: 'bounce', what, tally });
  });

  let openCard: OpenCard | undefined;
  const subscriptions = {
    /** Sets what `subscribe` without a service opens: the card of what comes to a channel, or one's own settings. */
    openWith(open: OpenCard): void {
      openCard = open;
    },
    /** Resolves when it is stored; subscribers are told a moment later. The same event again changes nothing. */
    notify: events.notify,
    /** Replaces what was chosen on a card before; without services, nothing of it remains. `id` is a person's or a place's. */
    async choose(id: string, choice: NotificationChoice, place?: Place): Promise<void> {
      const { stored } = await subscribers.apply(id, { type: 'choose', choice, name: place?.name ?? '' });
      if (!stored) return;
      const { rules, held } = stored.value;
      // Nothing would be lost with it.
      if (rules.length === 0 && held.length === 0 && !isUnfinished(stored.value)) await subscribers.remove(id);
    },
    /** The current choices from a card. */
    async chosen(id: string): Promise<NotificationChoice | undefined> {
      const found = await subscribers.find(id);
      return found && choiceOf(found);
    },
    /** The channels and group chats that subscribed to anything about this service there, muted or not. */
    placesFor: subscribers.placesFor,
    /** Whether any place has a subscription. */
    reachAnyPlace: async (): Promise<boolean> =>
      (await subscribers.all()).some(({ value }) => value.to === 'place' && value.rules.length > 0),
    /** Everybody who has a subscription, and whether it arrives. */
    deliveries: async (): Promise<readonly Delivery[]> => readDeliveries(await subscribers.all(), outbox.fate),
  };
  const personalData: PersonalData = {
    name: 'subscriptions',
    async *exportOf(personId) {
      const found = await subscribers.find(personId);
      if (!found || found.rules.length === 0) return;
      const { rules, digest, digestHour, hours, zone, mutedUntil } = found;
      yield { rules, digest, digestHour, hours, zone, mutedUntil };
    },
    deleteOf: async (personId) => ((await subscribers.remove(personId)) ? 1 : 0),
  };
  const parts = { deps, subscribers, deliveries: subscriptions.deliveries, openCard: () => openCard };
  outbox.drawCopies(subscriptionsTopic(''), (copy) => showSubscriptions(parts, copy));
  const commands = subscriptionCommands(parts);
  const feature: Feature = {
    name: 'subscriptions',
    commands,
    personalData: [personalData],
    describeAudit: describeSubscriptionAudit,
  };
  return { feature, subscriptions };
}
