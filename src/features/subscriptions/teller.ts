import { defaultRetentionMs } from '../../core/catalog/retention';
import type { Content, Destination } from '../../chat/contract';
import { ConflictError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { may } from '../../core/catalog/rights';
import { dueAt } from '../../jobs/contract';
import type { Living, PendingEffect } from '../../jobs/contract';
import type { Collection, CollectionSpec, Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import type { Happening } from './contract';
import { heard, longestWakeMs, turnedAway, woken } from './listener';
import type { Listener } from './listener';
import { classified, stateAfter, statesSpec } from './states';
import { summaryCard } from './summary-card';
import { counted, emptyTally } from './tally';
import type { Tally } from './tally';

/** Brings what happened to whoever is to hear of it. It is stored before anybody relies on it, and each step may be done again. */
export interface Teller {
  tell(happening: Happening): Promise<void>;
}

interface Fact extends Living {
  readonly happening: Happening;
  readonly at: number;
}

const factSweep = 'happenings';
const listenerSweep = 'hearings';
const prefix = 'heard:';

const factsSpec: CollectionSpec<Fact> = {
  name: 'happenings',
  schema: 1,
  indexes: { dueAt, thread: ({ happening }) => happening.thread },
  queries: [{ orderBy: 'dueAt' }, { where: ['thread'] }],
  expiresAt: ({ at }) => at + defaultRetentionMs('happenings'),
};

/** The key of a listener's message in the outbox. */
export function keyOf(listenerId: string, what: string): string {
  return `${prefix}${idFrom('listener', listenerId).slice(0, 12)}:${what}`;
}

export function createTeller(deps: FeatureDependencies, listeners: Collection<Listener>): Teller {
  const { catalog, clock, outbox, store, sweeper } = deps;
  const facts = store.collection(factsSpec);
  const states = store.collection(statesSpec);

  async function everybody(work: (listener: Stored<Listener>) => Promise<void>): Promise<void> {
    for (const to of ['person', 'place'] as const) {
      let cursor: string | undefined;
      do {
        const page = await listeners.find({ where: { to }, limit: 500, cursor });
        for (const listener of page.items) await work(listener);
        cursor = page.cursor;
      } while (cursor !== undefined);
    }
  }

  const fanOut = ({ happening }: Fact): Promise<void> =>
    everybody(async ({ id, value }) => {
      const { service, environment, toldTo } = happening;
      if (toldTo.includes(id) || !heard(value, happening, clock.now())) return;
      if (value.to === 'person' && !may(catalog(), id, 'view', { service, environment })) return;
      const stored = await listeners.update(id, (record) => heard(record, happening, clock.now()));
      if (stored?.changed) sweeper.kick(listenerSweep, id);
    });

  sweeper.register<Fact>({
    name: factSweep,
    collection: facts,
    perform: ({ value }) => fanOut(value),
  });

  sweeper.register<Listener>({
    name: listenerSweep,
    collection: listeners,
    wakesWithinMs: longestWakeMs,
    async perform({ id, value }, { key, detail = {} }) {
      // What was kept before messages had names of their own.
      const what = String(detail['what'] ?? key);
      await outbox.put({
        key: keyOf(id, what),
        destination: value.to === 'person' ? { to: 'person', personId: id } : { to: 'place', placeId: id },
        content: contentOf(value, detail),
        revision: Number(detail['revision'] ?? 1),
        final: true,
      });
    },
    async wake({ id, value }, now) {
      const { refused, last } = value;
      const fate = refused && last ? await outbox.fate(keyOf(id, last.what)) : undefined;
      await listeners.update(id, (record) => woken(record, fate?.state, now));
    },
  });

  const contentOf = ({ zone }: Listener, detail: NonNullable<PendingEffect['detail']>): Content =>
    detail['tally'] === undefined
      ? { text: String(detail['text']) }
      : summaryCard(JSON.parse(String(detail['tally'])) as Tally, String(detail['why']), zone, clock.now());

  outbox.onUndeliverable(prefix, async (key, destination: Destination) => {
    const id =
      destination.to === 'person' ? destination.personId : destination.to === 'place' ? destination.placeId : '';
    const what = key.slice(key.indexOf(':', prefix.length) + 1);
    const lost = what.startsWith('t:') ? await latestOf(what.slice(2)) : undefined;
    await listeners.update(id, (record) => {
      const summed = record.sent.find(({ number }) => what === `s:${number}`)?.tally;
      return turnedAway(record, lost ?? summed, clock.now());
    });
  });

  async function latestOf(thread: string): Promise<Tally | undefined> {
    const { items } = await facts.find({ where: { thread }, limit: 50 });
    const [latest] = items.map(({ value }) => value).sort((a, b) => b.happening.revision - a.happening.revision);
    return latest && counted(emptyTally, latest.happening, latest.at);
  }

  return {
    async tell(given) {
      const { service, environment, id } = given;
      const state = await states.upsert(`${service} ${environment}`, (known) => stateAfter(known, given));
      const factId = idFrom('happening', id);
      const at = clock.now();
      const fact: Fact = {
        happening: classified(state.value, given),
        at,
        pending: [{ key: '1:fan out', kind: 'fan out', attempts: 0, dueAt: at }],
      };
      try {
        await facts.insert(factId, fact);
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
      sweeper.kick(factSweep, factId);
    },
  };
}
