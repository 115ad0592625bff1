import type { RunStatus } from '../../connectors/contract';
import type { Catalog } from '../../core/catalog';
import { linkWords } from '../../core/catalog/pages';
import type { PageKind } from '../../core/catalog/pages';
import type { Target } from '../../core/catalog/rights';
import { idFrom, lookUp } from '../../core/keys';
import { cleanText, plainText, quote } from '../../core/text';
import { readEach } from '../../store/contract';
import type { Collection, Query, Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import type { DeploymentHistory } from '../health';
import type { Obstacle } from '../policy';
import { finalStates } from './contract';
import type { Deployment, Deployments, DeploymentState, FoundDeployment, SkippedRule } from './contract';
import { createRollbackTargets } from './rollback/facts';
import type { DeploymentEvent } from './transitions';

/** What can be derived from a deployment's record, and what can be read of all of them. */

/** Who rolls back automatically. Ids from chat tools have another form, so nobody can have this one. */
export const gavel = { id: 'gavel', name: 'Gavel' } as const;

export function targetKey({ service, environment }: Target): string {
  return `${service}/${environment}`;
}

/**
 * Whether it reserves its service and environment. A deployment that is being rolled back reserves them until that has ended; the rollback runs under the
 * same reservation, so that nothing can come between the two.
 */
export function occupies(deployment: Deployment): boolean {
  const { state } = deployment;
  return !isAutomatic(deployment) && (state === 'running' || state === 'verifying' || state === 'unclear');
}

/** Started by Gavel itself, without an approval, to roll back another deployment. */
export function isAutomatic({ requester, rollbackOf }: Deployment): boolean {
  return requester.id === gavel.id && rollbackOf !== undefined;
}

/** Whether another deployment restores the release that this one replaced. */
export function isRollingBack({ rollbackId, state }: Deployment): boolean {
  return rollbackId !== undefined && (state === 'running' || state === 'verifying');
}

/** Nobody has approved it yet. */
export function isWaiting({ state }: Deployment): boolean {
  return state === 'requested' || state === 'awaiting approval';
}

/** Whether its run waits for somebody's decision in its tool. */
export function waitsForApproval({ state, run }: Deployment): boolean {
  return state === 'running' && run?.state === 'waiting' && (run.approvals?.length ?? 0) > 0;
}

/** Whether a run has ended, in whatever way. */
export function isOver({ state }: Pick<RunStatus, 'state'>): boolean {
  return ['succeeded', 'failed', 'canceled', 'superseded'].includes(state);
}

export function isFinal({ state }: Deployment): boolean {
  return finalStates.includes(state);
}

/** The id of its approval: always the same, so opening it twice is harmless. */
export function approvalIdOf(id: string): string {
  return idFrom('approval', id);
}

/** `D-1042` */
export function labelOf({ number }: Pick<Deployment, 'number'>): string {
  return `D-${number}`;
}

/** A state in a sentence: `It is waiting for approval.` */
export function describeState(state: DeploymentState): string {
  if (state === 'requested' || state === 'awaiting approval') return 'waiting for approval';
  return state === 'cancelled' ? 'canceled' : state;
}

/** `shop 2.14.0 to production` */
export function describeDeployment({ kind, service, version, environment }: Deployment): string {
  return kind === 'rollback'
    ? `${service} back to ${version} in ${environment}`
    : `${service} ${version} to ${environment}`;
}

/** `deployment` or `rollback`, in a sentence. */
export function describeKind({ kind }: Pick<Deployment, 'kind'>): string {
  return kind === 'rollback' ? 'rollback' : 'deployment';
}

/** Why it was requested, for Markdown: a person's words in quotation marks, or what Gavel did it for; empty if nobody said. */
export function describeReason({ reason, requester }: Pick<Deployment, 'reason' | 'requester'>): string {
  if (reason === '') return '';
  return requester.id === gavel.id ? plainText(reason, 300) : quote(reason, 300);
}

/** The same freeze or lock as a rule that an emergency skips. */
export function skippedObstacle({ id, detail, lock }: Obstacle): SkippedRule {
  if (!lock) return { rule: 'freeze', id, name: 'Freeze', detail };
  const { person, terms } = lock;
  return { rule: 'lock', id, name: `Lock by ${cleanText(person.name, 60)}`, detail: terms, person };
}

/** Those of `rules` that aren't among the known ones. A freeze or lock with another end or reason is still the same. */
export function rulesBeyond(known: readonly SkippedRule[], rules: readonly SkippedRule[]): readonly SkippedRule[] {
  const isSame = (one: SkippedRule, other: SkippedRule): boolean =>
    one.id === undefined || other.id === undefined
      ? one.name === other.name && one.detail === other.detail
      : one.id === other.id;
  return rules.filter((rule) => !known.some((each) => each.rule === rule.rule && isSame(each, rule)));
}

/** The result of an event. */
export interface EventResult extends FoundDeployment {
  /** Why nothing changed; undefined if the event had its effect. */
  readonly refused: string | undefined;
}

/** Deployments in the store, changed only by events. */
export interface DeploymentStore extends ReturnType<typeof readDeployments> {
  /** Creates a new one with the next number; returns the existing one if this id exists. */
  create(id: string, deployment: Omit<Deployment, 'number'>): Promise<FoundDeployment>;
  /** Rejects with `ConflictError` if another deployment reserves its service and environment, and with `UserError` if it's gone. */
  apply(id: string, event: DeploymentEvent): Promise<EventResult>;
  /** What `apply` would do now; changes nothing. */
  foresee(id: string, event: DeploymentEvent): Promise<EventResult>;
}

/** What the parts of deployments need. */
export interface DeploymentParts {
  readonly deps: FeatureDependencies;
  readonly store: DeploymentStore;
}

/** What can be read of deployments, and where people can roll back to. */
export function readDeployments(
  deps: Pick<FeatureDependencies, 'systems'>,
  records: Pick<Collection<Deployment>, 'get' | 'find'>,
) {
  const select = async (query: Query): Promise<readonly Stored<Deployment>[]> => (await records.find(query)).items;
  const found = (stored: Stored<Deployment> | undefined): FoundDeployment | undefined =>
    stored && { id: stored.id, deployment: stored.value };
  const latest = (where: Query['where'], limit: number): Promise<readonly Stored<Deployment>[]> =>
    select({ where, orderBy: 'requestedAt', descending: true, limit });

  /** The deployment that reserves this service and environment now, if any. */
  async function holderOf(place: Target): Promise<Stored<Deployment> | undefined> {
    const held = await select({
      where: { target: targetKey(place), state: { in: ['running', 'verifying', 'unclear'] } },
      orderBy: 'requestedAt',
      limit: 10,
    });
    return held.find(({ value }) => value.rollbackOf === undefined) ?? held[0];
  }

  const recent: Deployments['recent'] = async ({ service, environment, limit }) => {
    const where: Query['where'] =
      service !== undefined && environment !== undefined
        ? { target: targetKey({ service, environment }) }
        : { ...(service !== undefined && { service }), ...(environment !== undefined && { environment }) };
    return (await latest(where, limit)).map(({ id, value }) => ({ id, deployment: value }));
  };

  const reading: Pick<Deployments, 'each' | 'find' | 'recent' | 'inState' | 'current' | 'wasVerified'> &
    Pick<DeploymentHistory, 'marks'> = {
    each: (query) => readEach(records, query),
    recent,
    async find(idOrNumber) {
      const number = /^(?:d-?)?(\d{1,9})$/i.exec(idOrNumber.trim())?.[1];
      return number === undefined
        ? found(await records.get(idOrNumber))
        : found((await select({ where: { number: Number(number) }, limit: 1 }))[0]);
    },
    async inState(states, limit) {
      return (await latest({ state: { in: states } }, limit)).map(({ id, value }) => ({ id, deployment: value }));
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
  return {
    ...reading,
    ...createRollbackTargets(deps, recent),
    get: (id: string) => records.get(id),
    select,
    holderOf,
  };
}

/** The page of this commit or ticket; empty if the catalog names none, or if the name could be anything else. */
export function pageFor({ links, services }: Catalog, service: string, kind: PageKind, name: string): string {
  const template = lookUp(services, service)?.links?.[kind] ?? links?.[kind];
  const plain = name.replace(/^#/, '');
  if (template === undefined || !/^[\w.-]{1,64}$/.test(plain)) return '';
  return template.replaceAll(linkWords, (_all, word: string) =>
    encodeURIComponent(word === 'service' ? service : plain),
  );
}
