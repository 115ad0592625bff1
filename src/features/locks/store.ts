import type { Content } from '../../chat/contract';
import type { Target } from '../../core/catalog/rights';
import { MissingWordError, UserError } from '../../core/errors';
import { RefusalError } from '../../core/refusal';
import { lookUp, newId } from '../../core/keys';
import { openWorkflow } from '../../workflows';
import type { ActivityOf, Applied, EffectCall } from '../../workflows';
import { tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import { lockNotice, refusalSentence, stillNeededCard } from './cards';
import { freeLock, lockWorkflow } from './workflow';
import type { Holder, Lock, LockChange, LockContext, LockEffect, LockEvent, LockVerdict } from './workflow';

/** Who keeps everybody else from changing a service in an environment, and the ids of the people in line, the next one first. */
export type HeldLock = Omit<Holder, 'askAt'> & { readonly inLine: readonly string[] };

/** Who holds which lock. */
export type Locks = Pick<LockStore, 'held' | 'all' | 'lastPlace'>;

export type LockStore = ReturnType<typeof createLockStore>;

interface LockOutcome {
  readonly change: LockChange;
  readonly lock: Lock;
}

/** A lock belongs to its holder, even if others can break it. */
function othersLock({ service, environment, holder }: Lock, why: string): RefusalError {
  return new RefusalError({
    act: `change the lock on ${service} in ${environment}`,
    nothing: 'nothing was changed',
    why,
    able: holder ? [holder.person.name] : [],
    can: 'unlock it',
  });
}

/** The stored locks and their next states. */
export function createLockStore(deps: FeatureDependencies) {
  const { catalog, clock } = deps;

  const contextOf = (target: Target, correlationId: string): LockContext => ({
    target,
    askAfterMs: (lookUp(catalog().environments, target.environment)?.lockAskAfterSeconds ?? 14_400) * 1000,
    correlationId,
  });

  const tell = ({ key, effect }: EffectCall<Lock, LockEffect>, content: Content): Promise<void> =>
    tellPerson(deps, effect.who, key, content);
  const effects: ActivityOf<Lock, LockVerdict>['effects'] = {
    ask: (call) => tell(call, stillNeededCard(call.id, call.value, clock.now(), catalog().timeZone)),
    tell: (call) => tell(call, { text: lockNotice(call.value, call.effect) }),
  };
  const workflow = openWorkflow(deps, lockWorkflow, ({ apply }) => ({
    effects,
    wake: async ({ id, value }) => void (await apply(id, { type: 'time' }, contextOf(value, newId()))),
    wakesWithinMs: (lock) => contextOf(lock, '').askAfterMs,
  }));

  const isHeld = ({ holder }: Lock): boolean =>
    holder !== undefined && (holder.until === undefined || holder.until > clock.now());

  function outcomeOf(target: Target, { verdict, stored }: Applied<Lock, LockVerdict>): LockOutcome {
    const lock = stored?.value ?? freeLock(target);
    if ('refusal' in verdict) {
      const sentence = refusalSentence(verdict.refusal, lock, clock.now(), catalog().timeZone);
      if (verdict.refusal === 'not yours') throw othersLock(lock, sentence);
      throw verdict.refusal === 'no reason' ? new MissingWordError('reason', sentence) : new UserError(sentence);
    }
    return { change: verdict, lock };
  }

  return {
    /** Rejects with `UserError` if the event is refused, as `foresee` does. */
    apply: async (target: Target, event: LockEvent, correlationId: string) =>
      outcomeOf(target, await workflow.apply(lockId(target), event, contextOf(target, correlationId))),
    /** What `apply` would do now; nothing is changed, so `lock` is the current one. */
    foresee: async (target: Target, event: LockEvent) =>
      outcomeOf(target, await workflow.foresee(lockId(target), event, contextOf(target, newId()))),
    /** Undefined if it is free. */
    async held(target: Target): Promise<HeldLock | undefined> {
      const lock = (await workflow.records.get(lockId(target)))?.value;
      if (!lock?.holder || !isHeld(lock)) return undefined;
      const { person, reason, since, until } = lock.holder;
      return { person, reason, since, until, inLine: lock.queue.map((each) => each.person.id) };
    },
    /** The channel or chat where it was last locked; undefined if nobody knows. */
    lastPlace: async (target: Target): Promise<string | undefined> =>
      (await workflow.records.get(lockId(target)))?.value.lockedIn,
    /** The current locks, the longest first. */
    async all(): Promise<readonly Lock[]> {
      const { items } = await workflow.records.find({ where: { state: 'held' }, orderBy: 'since', limit: 1000 });
      return items.map(({ value }) => value).filter(isHeld);
    },
  };
}

function lockId({ service, environment }: Target): string {
  return `${service}/${environment}`;
}
