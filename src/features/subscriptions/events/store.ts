import { idFrom } from '../../../core/keys';
import { may } from '../../../core/catalog/rights';
import { openWorkflow } from '../../../workflows';
import type { ActivityOf } from '../../../workflows';
import type { FeatureDependencies } from '../../contract';
import type { ServiceEvent } from '../contract';
import { countEvent, emptyTally } from '../record';
import type { Tally } from '../record';
import type { SubscriberStore } from '../store';
import { classify, eventWorkflow, serviceStates, stateAfter } from './workflow';
import type { EventVerdict, StoredEvent } from './workflow';

interface EventStore {
  /** Stores an event before anybody relies on it; everybody who subscribed to it is told a moment later. */
  notify(event: ServiceEvent): Promise<void>;
  /** The latest event about one thing, such as a deployment. */
  latestOf(thread: string): Promise<Tally | undefined>;
}

export function createEventStore(
  deps: FeatureDependencies,
  subscribers: Pick<SubscriberStore, 'all' | 'apply'>,
): EventStore {
  const { catalog, store } = deps;
  const states = store.collection(serviceStates);

  const effects: ActivityOf<StoredEvent, EventVerdict>['effects'] = {
    async 'fan out'({ value: { happening: about } }) {
      const { service, environment, toldTo } = about;
      for (const { id, value } of await subscribers.all()) {
        const maySee = value.to === 'place' || may(catalog(), id, 'view', { service, environment });
        if (maySee && !toldTo.includes(id)) await subscribers.apply(id, { type: 'notify', about });
      }
    },
  };
  const events = openWorkflow(deps, eventWorkflow, () => ({ effects }));

  return {
    async notify(event) {
      const key = `${event.service} ${event.environment}`;
      const { value } = await states.upsert(key, (known) => stateAfter(known, event));
      await events.apply(idFrom('happening', event.id), { type: 'happen', event: classify(value, event) }, {});
    },
    async latestOf(thread) {
      const { items } = await events.records.find({ where: { thread }, limit: 50 });
      const [latest] = items
        .map(({ value }) => value)
        .sort((one, other) => other.happening.revision - one.happening.revision);
      return latest && countEvent(emptyTally, latest.happening, latest.at);
    },
  };
}
