import { UserError } from '../../core/errors';
import type { CollectionSpec, Query, Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { ActivityOf, Applied, Circumstance } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import type { DeploymentHistory } from '../health';
import type { Deployment, Deployments, FoundDeployment } from './contract';
import { targetKey } from './record';
import type { DeploymentVerdict } from './transitions';
import { deploymentWorkflow } from './workflow';
import type { DeploymentContext, DeploymentEvent } from './workflow';

type Place = Pick<Deployment, 'service' | 'environment'>;

/** What came of an event. */
interface EventResult extends FoundDeployment {
  /** Why nothing changed; undefined when the event had its effect. */
  readonly refused: string | undefined;
}

/** Deployments in the store, changed by events only. */
export interface DeploymentStore extends Pick<Deployments, 'find' | 'recent' | 'current' | 'wasVerified'> {
  get(id: string): Promise<Stored<Deployment> | undefined>;
  select(query: Query): Promise<readonly Stored<Deployment>[]>;
  /** The one that holds this service and environment now, if any. */
  holderOf(place: Place): Promise<Stored<Deployment> | undefined>;
  /** The runs that succeeded there, for a graph. */
  readonly marks: DeploymentHistory['marks'];
  /** Begins the life of a new one, under the next number; gives the one that has this id already. */
  create(id: string, deployment: Omit<Deployment, 'number'>): Promise<FoundDeployment>;
  /** Rejects with `ConflictError` when its service and environment are held by another, and with `UserError` when it's gone. */
  apply(id: string, event: DeploymentEvent): Promise<EventResult>;
  /** What `apply` would make of it now; nothing is changed. */
  foresee(id: string, event: DeploymentEvent): Promise<EventResult>;
}

/** Counts the numbers that people type. */
export const numbersSpec: CollectionSpec<{ readonly last: number }> = {
  name: 'deployment-numbers',
  schema: 1,
  indexes: {},
  queries: [],
};

const firstNumber = 1001;

type OpenWorkflow = ReturnType<
  typeof openWorkflow<Deployment, DeploymentEvent, DeploymentContext & Pick<Circumstance, 'now'>, DeploymentVerdict>
>;

/** Opens the deployments; `activity` says what their effects do, with the open store. */
export function openDeploymentStore(
  deps: Pick<FeatureDependencies, 'store' | 'sweeper' | 'clock'>,
  pollMs: number,
  activity: (store: DeploymentStore) => ActivityOf<Deployment, DeploymentVerdict>,
): DeploymentStore {
  const numbers = deps.store.collection(numbersSpec);
  const nextNumber = async (): Promise<number> =>
    (await numbers.upsert('deployments', (value) => ({ last: value ? value.last + 1 : firstNumber }))).value.last;
  const storeOf = (workflow: OpenWorkflow): DeploymentStore => ({
    ...readDeployments(workflow.records),
    async create(id, request) {
      const deployment = { ...request, number: await nextNumber() };
      const { stored } = await workflow.apply(id, { type: 'requested', deployment }, { pollMs });
      return { id, deployment: stored?.value ?? deployment };
    },
    apply: async (id, event) => resultOf(await workflow.apply(id, event, { pollMs })),
    foresee: async (id, event) => resultOf(await workflow.foresee(id, event, { pollMs })),
  });
  return storeOf(openWorkflow(deps, deploymentWorkflow, (workflow) => activity(storeOf(workflow))));
}

function resultOf({ verdict, stored }: Applied<Deployment, DeploymentVerdict>): EventResult {
  const refused = 'refused' in verdict ? verdict.refused : undefined;
  if (!stored) throw new UserError(refused);
  return { id: stored.id, deployment: stored.value, refused };
}

/** What can be read of deployments. */
export function readDeployments(
  records: Pick<OpenWorkflow['records'], 'get' | 'find'>,
): Omit<DeploymentStore, 'create' | 'apply' | 'foresee'> {
  const select = async (query: Query): Promise<readonly Stored<Deployment>[]> => (await records.find(query)).items;
  const found = (stored: Stored<Deployment> | undefined): FoundDeployment | undefined =>
    stored && { id: stored.id, deployment: stored.value };
  const latest = (where: Query['where'], limit: number): Promise<readonly Stored<Deployment>[]> =>
    select({ where, orderBy: 'requestedAt', descending: true, limit });

  async function holderOf(place: Place): Promise<Stored<Deployment> | undefined> {
    const held = await select({
      where: { target: targetKey(place), state: { in: ['running', 'verifying', 'unclear'] } },
      orderBy: 'requestedAt',
      limit: 10,
    });
    return held.find(({ value }) => value.rollbackOf === undefined) ?? held[0];
  }

  return {
    get: (id) => records.get(id),
    select,
    holderOf,
    async find(idOrNumber) {
      const number = /^(?:d-?)?(\d{1,9})$/i.exec(idOrNumber.trim())?.[1];
      return number === undefined
        ? found(await records.get(idOrNumber))
        : found((await select({ where: { number: Number(number) }, limit: 1 }))[0]);
    },
    async recent({ service, environment, limit }) {
      const where: Query['where'] =
        service !== undefined && environment !== undefined
          ? { target: targetKey({ service, environment }) }
          : { ...(service !== undefined && { service }), ...(environment !== undefined && { environment }) };
      return (await latest(where, limit)).map(({ id, value }) => ({ id, deployment: value }));
    },
    async current(target) {
      const where = { target: targetKey(target), state: 'approved' };
      return found((await holderOf(target)) ?? (await select({ where, orderBy: 'requestedAt', limit: 1 }))[0]);
    },
    async wasVerified(service, environment, commit) {
      const where = { target: targetKey({ service, environment }), state: 'succeeded', commit };
      return (await select({ where, limit: 1 })).length > 0;
    },
    async marks(service, environment, fromMs) {
      return (await latest({ target: targetKey({ service, environment }) }, 20))
        .flatMap(({ value: { version, run, requester } }) =>
          run?.state === 'succeeded' ? [{ version, at: run.endedAt ?? run.startedAt, by: requester.name }] : [],
        )
        .filter((mark) => mark.at >= fromMs)
        .reverse();
    },
  };
}
