import type { Collection, Stored } from '../../store/contract';
import { readAll } from '../../store/read-all';
import { openWorkflow } from '../../workflows';
import type { Applied, Kept } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { messageKey, subscriberEffects } from './effects';
import type { Subscriber } from './record';
import { subscriberWorkflow, wakesWithinMs } from './workflow';
import type { SubscriberEvent, SubscriberVerdict } from './workflow';

/** Whoever is notified, as it's stored, and what becomes of it. */
export interface SubscriberStore {
  find(id: string): Promise<Subscriber | undefined>;
  all(): Promise<readonly Stored<Subscriber>[]>;
  apply(id: string, event: SubscriberEvent): Promise<Applied<Subscriber, SubscriberVerdict>>;
  remove(id: string): Promise<boolean>;
}

export function createSubscriberStore(deps: FeatureDependencies): SubscriberStore {
  const { outbox } = deps;
  const { apply, records } = openWorkflow(deps, subscriberWorkflow, (opened) => ({
    effects: subscriberEffects(deps),
    wakesWithinMs,
    async wake({ id, value: { refused, last } }) {
      const fate = refused && last ? await outbox.fate(messageKey(id, last.what)) : undefined;
      await opened.apply(id, { type: 'time', lastMessage: fate?.state }, {});
    },
  }));
  return {
    find: async (id) => (await records.get(id))?.value,
    all: () => readSubscribers(records),
    apply: (id, event) => apply(id, event, {}),
    remove: (id) => records.remove(id),
  };
}

/** All of them, people first. */
export async function readSubscribers(records: Pick<Collection<Subscriber>, 'find'>): Promise<Stored<Subscriber>[]> {
  const people = await readAll(records, { where: { to: 'person' } });
  return [...people, ...(await readAll(records, { where: { to: 'place' } }))];
}

/** Whether nothing would be lost with it. */
export function isIdle(subscriber: Subscriber): boolean {
  const { rules, held, pending } = subscriber as Kept<Subscriber>;
  return rules.length === 0 && held.length === 0 && pending.length === 0;
}
