import { ConflictError } from '../../core/errors';
import type { SourceAlert } from '../../connectors/contract';
import { newId } from '../../core/keys';
import { readAll } from '../../store/contract';
import type { CollectionSpec, Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { ActivityOf, Applied } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { momentsOfSignal } from './told/facts';
import { alertTarget, problemKey, reopensWithinMs } from './record';
import type { Alert, InMaintenance, Problem } from './record';
import { alertTransition, alertWorkflow, wakesWithinMs } from './workflow';
import type { AlertEvent, AlertVerdict, Begin } from './workflow';

/** Alerts in the store, changed only by events. */

export type AlertStore = ReturnType<typeof openAlertStore>;

type Observation = Omit<Extract<AlertEvent, { readonly type: 'observe' }>, 'type' | 'begin'>;

/** What a new alert depends on. */
interface BeginFacts {
  readonly maintenance: InMaintenance | undefined;
  readonly isHeldBack: boolean;
}

/** Counts the numbers that people type. */
const numbersSpec: CollectionSpec<{ readonly last: number }> = {
  name: 'alert-numbers',
  schema: 1,
  indexes: {},
  queries: [],
};
const firstNumber = 101;
const maxRaces = 5;
const openStates = ['firing', 'acknowledged'] as const;

interface StoreNeeds {
  readonly deps: Pick<FeatureDependencies, 'store' | 'sweeper' | 'clock'>;
  readonly effects: (store: AlertReader) => ActivityOf<Alert, AlertVerdict>['effects'];
  /** Read before a new alert is stored. */
  readonly beginsWith: (problem: Problem) => Promise<BeginFacts>;
}

interface AlertReader {
  apply(id: string, event: AlertEvent): Promise<Applied<Alert, AlertVerdict>>;
}

export function openAlertStore({ deps, effects, beginsWith }: StoreNeeds) {
  const numbers = deps.store.collection(numbersSpec);
  const { records, apply } = openWorkflow(deps, alertWorkflow, (workflow): ActivityOf<Alert, AlertVerdict> => ({
    effects: effects({ apply: (id, event) => workflow.apply(id, event, {}) }),
    wake: async ({ id }) => void (await workflow.apply(id, { type: 'time' }, {})),
    wakesWithinMs,
  }));

  /** The record that the next signal of this problem belongs to, if there is one. */
  async function current(problem: Problem): Promise<Stored<Alert> | undefined> {
    const where = { problem: problemKey(problem), state: { in: ['firing', 'acknowledged', 'resolved'] } };
    const [found] = (await records.find({ where, limit: 1 })).items;
    if (found?.value.state !== 'resolved' || found.value.stateSince + reopensWithinMs > deps.clock.now()) return found;
    await apply(found.id, { type: 'time' }, {});
    return undefined;
  }

  async function beginOf(problem: Problem): Promise<Begin> {
    const { value } = await numbers.upsert('alerts', (known) => ({ last: known ? known.last + 1 : firstNumber }));
    return { problem, number: value.last, ...(await beginsWith(problem)) };
  }

  return {
    current,
    get: (id: string): Promise<Stored<Alert> | undefined> => records.get(id),
    apply: (id: string, event: AlertEvent): Promise<Applied<Alert, AlertVerdict>> => apply(id, event, {}),
    /** By number as people type it: `A-101`, `101`; also by id. */
    async find(idOrNumber: string): Promise<Stored<Alert> | undefined> {
      const number = /^(?:a-?)?(\d{1,9})$/i.exec(idOrNumber.trim())?.[1];
      if (number === undefined) return records.get(idOrNumber);
      return (await records.find({ where: { number: Number(number) }, limit: 1 })).items[0];
    },
    /** Everything that fires, oldest first, and with `resolved` what can still come back. */
    open: (states: readonly ('firing' | 'acknowledged' | 'resolved')[] = openStates) =>
      readAll(records, { where: { state: { in: states } }, orderBy: 'openedAt' }),
    /** The cards that waited because this channel was quiet are tried again; they wait again if it still is. */
    async stopWaiting(placeId: string): Promise<void> {
      for (const { id, value } of await readAll(records, { where: { state: { in: openStates } }, orderBy: 'openedAt' }))
        if (value.waiting?.placeId === placeId) await apply(id, { type: 'stop waiting' }, {});
    },
    /** Everything that opened since then, oldest first, also what is over. */
    openedSince: (from: number) =>
      readAll(records, {
        where: { state: { in: ['firing', 'acknowledged', 'resolved', 'closed'] }, openedAt: { atLeast: from } },
        orderBy: 'openedAt',
      }),
    /** Whether `observe` would change anything about an alert as it was read; also if there's none yet. */
    isNews: (known: Alert | undefined, seen: Observation): boolean =>
      known === undefined ||
      alertTransition(known, { type: 'observe', ...seen }, { now: deps.clock.now() }) !== undefined,
    /** What a source lists of a problem now. A new alert begins if it lists something and there is none. */
    async observe(problem: Problem, seen: Observation): Promise<void> {
      for (let races = 0; ; races += 1) {
        const known = await current(problem);
        if (!known && seen.alerts.length === 0) return;
        const begin = known ? undefined : await beginOf(problem);
        try {
          await apply(known?.id ?? newId(), { type: 'observe', ...seen, begin }, {});
          return;
        } catch (error) {
          // Another instance began it at the same moment.
          if (!(error instanceof ConflictError) || races >= maxRaces) throw error;
        }
      }
    },
    /** Whether a record of the problem has this time of this alert already, also one that is over. */
    async hasSeen(problem: Problem, connection: string, past: SourceAlert, to: number): Promise<boolean> {
      const query = { where: { target: alertTarget(problem) }, orderBy: 'openedAt', descending: true, limit: 50 };
      return (await records.find(query)).items.some(({ value }) => hasTime(value, connection, past, to));
    },
    /** Records what began and ended while nobody listened; `id` is always the same for it. */
    async remember(
      id: string,
      problem: Problem,
      past: Omit<Extract<AlertEvent, { readonly type: 'past' }>, 'type' | 'begin'>,
    ): Promise<void> {
      if (await records.get(id)) return;
      await apply(id, { type: 'past', ...past, begin: await beginOf(problem) }, {});
    },
  };
}

/** Whether it knows when this began or ended. */
function hasTime({ signals }: Alert, connection: string, { key, since }: SourceAlert, to: number): boolean {
  return signals
    .filter((each) => each.connection === connection && each.alert.key === key)
    .some((each) => momentsOfSignal(each).some(({ at, fires }) => at === (fires ? since : to)));
}
