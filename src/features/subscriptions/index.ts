import type { Feature, PersonalData, Place, Reply, Turn } from '../../chat/contract';
import { isUnfinished } from '../../workflows';
import type { OpenCard } from '../announcements';
import type { FeatureDependencies } from '../contract';
import { describeSubscriptionAudit } from './audit';
import { showSubscriptions, subscriptionCommands } from './commands';
import type { Delivery, MutedSubject, NotificationChoice, PlaceMute, Quiet, QuietSubject } from './contract';
import { createEventStore, notifyOfDeployments } from './follow';
import type { SubscriptionNeeds } from './follow';
import { muteSubject, requireMuter, unmuteAction } from './mutes/commands';
import type { MuteTerm } from './mutes/commands';
import { readPlaceMutes } from './mutes/list';
import { openMutes } from './mutes/store';
import type { MuteStore } from './mutes/store';
import { choiceOf } from './record';
import { createSubscriberStore, messagePrefix, readDeliveries, subscriptionsTopic } from './store';
import type { SubscriberStore } from './store';

export type * from './contract';
export { deliveriesIn, setupTopic } from './store';

/** Tells subscribers what happened, and stores their choices. */
export type Subscriptions = ReturnType<typeof createSubscriptions>['subscriptions'];

/** Who is notified about what, at once or in one message, and whether it arrives. */
export function createSubscriptions(deps: FeatureDependencies, needs: SubscriptionNeeds) {
  const { outbox } = deps;
  const choiceListeners: ((id: string) => Promise<void>)[] = [];
  const tellListeners = async (id: string): Promise<void> => {
    for (const listen of choiceListeners) await listen(id);
  };
  const subscribers = createSubscriberStore(deps, tellListeners);
  const mutes = openMutes(deps, {
    deliver: (id, about) => subscribers.apply(id, { type: 'notify', about }),
    onChange: tellListeners,
  });
  const events = createEventStore(deps, { subscribers, mutes });
  notifyOfDeployments(deps, { ...needs, placesFor: subscribers.placesFor }, events.notify);

  outbox.onUndeliverable(messagePrefix, async (key, to) => {
    const what = key.slice(key.indexOf(':', messagePrefix.length) + 1);
    const tally = what.startsWith('t:') ? await events.latestOf(what.slice(2)) : undefined;
    const id = to.to === 'person' ? to.personId : to.to === 'place' ? to.placeId : '';
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
    /** Whether this channel wants to hear nothing about this now, because of its quiet hours or a mute. `name` is what people call it: `A-101`. */
    async quietAt(placeId: string, about: QuietSubject): Promise<Quiet | undefined> {
      const until = await mutes.mutedUntil(placeId, about);
      return until === undefined ? subscribers.quietAt(placeId, about) : { why: 'muted', until };
    },
    /** Mutes this in the place of a turn; the answer is the list of what is muted there. Throws `UserError` for people who can't choose what comes there. */
    mute: (turn: Turn, about: MutedSubject, term: MuteTerm): Promise<Reply> =>
      muteSubject({ deps, subscribers, mutes }, turn, about, term),
    /** Throws `UserError` for people who can't choose what comes to the place of this turn about it, and so can't mute it. */
    requireMuter: (turn: Pick<Turn, 'person' | 'place'>, about: MutedSubject): Promise<void> =>
      requireMuter({ deps, subscribers, mutes }, turn, about),
    /** Everything that channels and group chats muted and that lasts. */
    placeMutes: async (): Promise<readonly PlaceMute[]> =>
      readPlaceMutes(await subscribers.all(), await mutes.current(), deps.clock.now()),
    /** Calls this with the id of a channel or person whose choices have changed: what was held back there may be told now. */
    onChoice: (listen: (id: string) => Promise<void>): void => void choiceListeners.push(listen),
    /** Whether any place has a subscription. */
    reachAnyPlace: async (): Promise<boolean> =>
      (await subscribers.all()).some(({ value }) => value.to === 'place' && value.rules.length > 0),
    /** Everybody who has a subscription, and whether it arrives. */
    deliveries: async (): Promise<readonly Delivery[]> => readDeliveries(await subscribers.all(), outbox.fate),
  };
  const parts = { deps, subscribers, mutes, deliveries: subscriptions.deliveries, openCard: () => openCard };
  outbox.drawCopies(subscriptionsTopic(''), (copy) => showSubscriptions(parts, copy));
  const commands = subscriptionCommands(parts);
  const feature: Feature = {
    name: 'subscriptions',
    commands,
    actions: [unmuteAction(parts)],
    personalData: [personalDataOf(subscribers, mutes)],
    describeAudit: describeSubscriptionAudit,
  };
  return { feature, subscriptions };
}

/** What people chose and muted for themselves. */
function personalDataOf(subscribers: SubscriberStore, mutes: MuteStore): PersonalData {
  return {
    name: 'subscriptions',
    async *exportOf(personId) {
      const found = await subscribers.find(personId);
      if (found && found.rules.length > 0) {
        const { rules, digest, digestHour, hours, zone, mutedUntil } = found;
        yield { rules, digest, digestHour, hours, zone, mutedUntil };
      }
      for (const { value } of await mutes.of(personId)) {
        const { service, environment, alert, from, until, reason } = value;
        yield { muted: { service, environment, alert, from, until, reason } };
      }
    },
    deleteOf: async (personId) => ((await subscribers.remove(personId)) ? 1 : 0) + (await mutes.removeOf(personId)),
  };
}
