import type { Content, Destination, MessageFate } from '../../chat/contract';
import type { Target } from '../../core/catalog/rights';
import { idFrom } from '../../core/keys';
import { readAll } from '../../store/contract';
import type { Collection, Store, Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { ActivityOf, Applied } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { drawSummary } from './cards';
import type { Delivery, Quiet, ServiceEvent } from './contract';
import { notifyAt, sizeOf } from './record';
import type { Subscriber } from './record';
import { subscriberWorkflow, wakesWithinMs } from './workflow';
import type { SubscriberEvent, SubscriberVerdict } from './workflow';

/** The prefix of notification keys in the outbox. */
export const messagePrefix = 'heard:';

/** The key of a subscriber's message in the outbox. */
function messageKey(subscriberId: string, what: string): string {
  return `${messagePrefix}${idFrom('listener', subscriberId).slice(0, 12)}:${what}`;
}

export function destinationOf({ to }: Pick<Subscriber, 'to'>, id: string): Destination {
  return to === 'person' ? { to, personId: id } : { to, placeId: id };
}

/** The topic of cards about somebody's subscriptions. */
export const subscriptionsTopic = (id: string): string => `subscriptions:${id}`;
/** The topic of a place's setup cards. */
export const setupTopic = (placeId: string): string => `setup:${placeId}`;

export type SubscriberStore = ReturnType<typeof createSubscriberStore>;

/** The subscribers as stored, and their next states. `onChoice` is called with the id of a subscriber whose choices have changed. */
export function createSubscriberStore(deps: FeatureDependencies, onChoice: (id: string) => Promise<void>) {
  const { clock, outbox } = deps;
  const send = (
    { id, value, effect: { what, revision } }: Stored<Subscriber> & { effect: { what: string; revision: number } },
    content: Content,
  ): Promise<void> =>
    outbox.put({
      key: messageKey(id, what),
      destination: destinationOf(value, id),
      content,
      revision,
      final: true,
    });

  const { apply, records } = openWorkflow(
    deps,
    subscriberWorkflow,
    (opened): ActivityOf<Subscriber, SubscriberVerdict> => ({
      effects: {
        say: (call) => send(call, { text: call.effect.text }),
        async show({ id }) {
          await outbox.changed(subscriptionsTopic(id));
          await outbox.changed(setupTopic(id));
          await onChoice(id);
        },
        'sum up': (call) => send(call, drawSummary(call.effect.tally, call.effect.why, call.value.zone, clock.now())),
      },
      wakesWithinMs,
      async wake({ id, value: { refused, last } }) {
        const fate = refused && last ? await outbox.fate(messageKey(id, last.what)) : undefined;
        await opened.apply(id, { type: 'time', lastMessage: fate?.state }, {});
      },
    }),
  );
  return {
    find: async (id: string): Promise<Subscriber | undefined> => (await records.get(id))?.value,
    all: (): Promise<readonly Stored<Subscriber>[]> => readSubscribers(records),
    /** The channels and group chats that subscribed to anything about this service there, muted or not. */
    async placesFor({ service, environment }: Target): Promise<readonly string[]> {
      const wants = (names: readonly string[], name: string): boolean => names.length === 0 || names.includes(name);
      return (await readAll(records, { where: { to: 'place' } }))
        .filter(({ value: { rules } }) =>
          rules.some(({ services, environments }) => wants(services, service) && wants(environments, environment)),
        )
        .map(({ id }) => id);
    },
    /** Whether this place wants to hear nothing now about something so severe; undefined if it can be told. */
    async quietAt(placeId: string, { severity }: Pick<ServiceEvent, 'severity'>): Promise<Quiet | undefined> {
      const found = (await records.get(placeId))?.value;
      if (!found) return undefined;
      const now = clock.now();
      const { mutedUntil = now } = found;
      if (mutedUntil > now) return { why: 'muted', until: mutedUntil };
      // A digest is about notifications, and a card isn't one.
      const until = notifyAt({ ...found, digest: 'none' }, now, severity === 'critical');
      return until > now ? { why: 'quiet hours', until } : undefined;
    },
    apply: (id: string, event: SubscriberEvent): Promise<Applied<Subscriber, SubscriberVerdict>> =>
      apply(id, event, {}),
    remove: (id: string): Promise<boolean> => records.remove(id),
  };
}

/** All subscribers, people first. */
async function readSubscribers(records: Pick<Collection<Subscriber>, 'find'>): Promise<Stored<Subscriber>[]> {
  const people = await readAll(records, { where: { to: 'person' } });
  return [...people, ...(await readAll(records, { where: { to: 'place' } }))];
}

type FateOf = (key: string) => Promise<MessageFate | undefined>;

/** Whether notifications arrive, from the store of another process; `fateOf` gives the delivery status of a message by its key. */
export async function deliveriesIn(store: Store, fateOf: FateOf): Promise<readonly Delivery[]> {
  return readDeliveries(await readSubscribers(store.collection(subscriberWorkflow.spec)), fateOf);
}

export async function readDeliveries(subscribers: readonly Stored<Subscriber>[], fateOf: FateOf): Promise<Delivery[]> {
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
