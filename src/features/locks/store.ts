import { lookUp, newId } from '../../core/keys';
import { openWorkflow } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import type { LockTarget, Locks } from './contract';
import { lockEffects } from './effects';
import { freeLock, lockId, lockWorkflow } from './workflow';
import type { Lock, LockContext, LockEvent, LockVerdict } from './workflow';

/** The locks as they're stored, and what becomes of them. */
export interface LockStore extends Locks {
  apply(target: LockTarget, event: LockEvent, correlationId: string): Promise<LockOutcome>;
  /** What `apply` would make of it now; nothing is changed, so `lock` is as it stands. */
  foresee(target: LockTarget, event: LockEvent): Promise<LockOutcome>;
  /** Those that are held now, the longest first. */
  all(): Promise<readonly Lock[]>;
}

export interface LockOutcome {
  readonly verdict: LockVerdict;
  readonly lock: Lock;
}

export function createLockStore(deps: FeatureDependencies): LockStore {
  const { catalog, clock } = deps;

  const contextOf = (target: LockTarget, correlationId: string): LockContext => ({
    target,
    askAfterMs: (lookUp(catalog().environments, target.environment)?.lockAskAfterSeconds ?? 14_400) * 1000,
    correlationId,
  });

  const workflow = openWorkflow(deps, lockWorkflow, ({ apply }) => ({
    effects: lockEffects(deps),
    wake: async ({ id, value }) => void (await apply(id, { type: 'time' }, contextOf(value, newId()))),
    wakesWithinMs: (lock) => contextOf(lock, '').askAfterMs,
  }));

  const isHeld = ({ holder }: Lock): boolean =>
    holder !== undefined && (holder.until === undefined || holder.until > clock.now());

  return {
    async apply(target, event, correlationId) {
      const { verdict, stored } = await workflow.apply(lockId(target), event, contextOf(target, correlationId));
      return { verdict, lock: stored?.value ?? freeLock(target) };
    },
    async foresee(target, event) {
      const { verdict, stored } = await workflow.foresee(lockId(target), event, contextOf(target, newId()));
      return { verdict, lock: stored?.value ?? freeLock(target) };
    },
    async held(target) {
      const lock = (await workflow.records.get(lockId(target)))?.value;
      if (!lock?.holder || !isHeld(lock)) return undefined;
      const { person, reason, since, until } = lock.holder;
      return { person, reason, since, until, waiting: lock.queue.length };
    },
    async all() {
      const { items } = await workflow.records.find({ where: { state: 'held' }, orderBy: 'since', limit: 1000 });
      return items.map(({ value }) => value).filter(isHeld);
    },
  };
}
