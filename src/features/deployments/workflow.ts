import type { RunStatus } from '../../connectors/contract';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { UserError } from '../../core/errors';
import type { CollectionSpec } from '../../store/contract';
import { defineWorkflow, openWorkflow } from '../../workflows';
import type { ActivityOf, Applied, Circumstance, StoredEffect } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import type { Deployment } from './contract';
import { runSteps } from './run/transitions';
import { isFinal, labelOf, occupies, readDeployments, targetKey } from './store';
import type { DeploymentStore } from './store';
import { audit, requestSteps, startLife } from './transitions';
import type { AuditStep, DeploymentEvent, DeploymentVerdict, LifeStep, StepEvent } from './transitions';

/** The workflow of a deployment, from the request to its end, and how the store keeps it. */

interface DeploymentContext extends Pick<Circumstance, 'now'> {
  /** How often a run or a verification is checked. */
  readonly pollMs: number;
}

const slowestLookMs = 15_000;

/** How the store keeps deployments and their next states. A deployment in progress reserves its service and environment. */
export const deploymentWorkflow = defineWorkflow({
  name: 'deployments',
  keyPrefix: 'deployment',
  collection: {
    name: 'deployments',
    schema: 4,
    upgrade: deploymentFromOlder,
    upgradeEffect: auditFromFirstSchema,
    indexes: {
      number: ({ number }) => number,
      requestedAt: ({ requestedAt }) => requestedAt,
      service: ({ service }) => service,
      environment: ({ environment }) => environment,
      target: targetKey,
      state: ({ state }) => state,
      commit: ({ commit }) => commit,
    },
    queries: [
      { where: ['number'] },
      { orderBy: 'requestedAt' },
      { where: ['service'], orderBy: 'requestedAt' },
      { where: ['environment'], orderBy: 'requestedAt' },
      { where: ['state'], orderBy: 'requestedAt' },
      { where: ['target'], orderBy: 'requestedAt' },
      { where: ['target', 'state'], orderBy: 'requestedAt' },
      { where: ['target', 'state', 'commit'] },
    ],
    // Open deployments stay.
    expiresAt: (deployment) =>
      isFinal(deployment) ? deployment.stateSince + defaultRetentionMs('deployments') : undefined,
    unique: { occupied: (deployment) => (occupies(deployment) ? targetKey(deployment) : undefined) },
  },
  transition: deploymentTransition,
  isOver: isFinal,
});

function deploymentFromOlder(value: unknown, fromSchema: number): Deployment {
  const deployment = value as Deployment;
  return fromSchema < 3 ? withFacts(withRuns(deployment)) : withRuns(deployment);
}

/** Up to the third schema, connectors wrote the state of a canceled run as deployments do. */
function withRuns(deployment: Deployment): Deployment {
  const { run, rollback } = deployment;
  const upgraded = (known: RunStatus): RunStatus =>
    (known.state as string) === 'cancelled' ? { ...known, state: 'canceled' } : known;
  return {
    ...deployment,
    ...(run && { run: upgraded(run) }),
    ...(rollback?.run && { rollback: { ...rollback, run: upgraded(rollback.run) } }),
  };
}

/** Before the third schema, only words of the reason told that another request took its place, or that it never ran. */
function withFacts(deployment: Deployment): Deployment {
  const { ended } = deployment;
  const [, number, version] = /^D-(\d+) asks for (.+) instead$/.exec(ended?.reason ?? '') ?? [];
  if (ended && number !== undefined && version !== undefined)
    return { ...deployment, ended: { ...ended, successor: { number: Number(number), version } } };
  return ended && /^it didn’t run$/.test(ended.reason)
    ? { ...deployment, ended: { ...ended, neverRan: true } }
    : deployment;
}

/** The first schema stored only the step of an audit line, and what the record didn't say about it. */
function auditFromFirstSchema(effect: StoredEffect, deployment: Deployment, fromSchema: number): StoredEffect {
  if (fromSchema > 1 || effect.kind !== 'audit') return effect;
  const { step, ...taken } = effect.detail ?? {};
  const { kind: _kind, ...line } = audit(deployment, step as AuditStep, taken);
  return { ...effect, detail: line };
}

/** The next state of a deployment after an event; a refusal says why nothing changes. Pure. */
export function deploymentTransition(
  deployment: Deployment | undefined,
  event: DeploymentEvent,
  { now, pollMs }: DeploymentContext,
): DeploymentVerdict {
  const verdict = decide(deployment, event, now);
  if ('refused' in verdict) return verdict;
  return { ...verdict, record: { ...verdict.record, wakeAt: nextLookAt(verdict.record, now, pollMs) } };
}

const steps = { ...requestSteps, ...runSteps };

function decide(deployment: Deployment | undefined, event: DeploymentEvent, now: number): DeploymentVerdict {
  if (event.type === 'requested')
    return deployment ? { refused: `${labelOf(deployment)} was already requested.` } : startLife(event.deployment);
  if (!deployment) return { refused: 'That deployment no longer exists. Type `deployments` to see the latest.' };
  return (steps[event.type] as LifeStep<StepEvent>)(deployment, event, now);
}

/** No check is further ahead than this. */
export function longestLookMs(pollMs: number): number {
  return Math.max(pollMs, slowestLookMs);
}

/** When to check a deployment next; undefined: when something happens to it. Pure. */
export function nextLookAt(deployment: Deployment, now: number, pollMs: number): number | undefined {
  if (deployment.rollbackId !== undefined) return undefined;
  const { verifyUntil = 0, looksFailed = 0 } = deployment;
  const within = (waitMs: number): number => Math.max(pollMs, Math.min(slowestLookMs, waitMs));
  const patienceMs = within(pollMs * 2 ** Math.min(10, looksFailed));
  switch (deployment.state) {
    case 'approved':
      if (deployment.heldBy !== undefined) return now + within(pollMs * 10);
      return deployment.waitsFor === undefined ? undefined : now + patienceMs;
    case 'running':
      return deployment.runId === undefined ? undefined : now + patienceMs;
    case 'verifying':
      // The last check comes exactly when the time is over.
      return verifyUntil > now ? Math.min(verifyUntil, now + patienceMs) : now + patienceMs;
    case 'unclear':
      return now + within(pollMs * 15);
    default:
      return undefined;
  }
}

/** Counts the numbers that people type. */
export const numbersSpec: CollectionSpec<{ readonly last: number }> = {
  name: 'deployment-numbers',
  schema: 1,
  indexes: {},
  queries: [],
};

const firstNumber = 1001;

/** Opens the deployments; `activity` says what their effects do, with the open store. */
export function openDeploymentStore(
  deps: Pick<FeatureDependencies, 'store' | 'sweeper' | 'clock' | 'catalog' | 'systems'>,
  pollMs: number,
  activity: (store: DeploymentStore) => ActivityOf<Deployment, DeploymentVerdict>,
): DeploymentStore {
  const numbers = deps.store.collection(numbersSpec);
  const storeOf = ({ records, apply, foresee }: OpenWorkflow): DeploymentStore => ({
    ...readDeployments(deps, records),
    async create(id, request) {
      const { value } = await numbers.upsert('deployments', (known) => ({
        last: known ? known.last + 1 : firstNumber,
      }));
      const deployment = { ...request, number: value.last };
      const { stored } = await apply(id, { type: 'requested', deployment }, { pollMs });
      return { id, deployment: stored?.value ?? deployment };
    },
    apply: async (id, event) => resultOf(await apply(id, event, { pollMs })),
    foresee: async (id, event) => resultOf(await foresee(id, event, { pollMs })),
  });
  return storeOf(openWorkflow(deps, deploymentWorkflow, (workflow) => activity(storeOf(workflow))));
}

type OpenWorkflow = ReturnType<typeof openWorkflow<Deployment, DeploymentEvent, DeploymentContext, DeploymentVerdict>>;

function resultOf({ verdict, stored }: Applied<Deployment, DeploymentVerdict>) {
  const refused = 'refused' in verdict ? verdict.refused : undefined;
  if (!stored) throw new UserError(refused);
  return { id: stored.id, deployment: stored.value, refused };
}
