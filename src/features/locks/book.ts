import { lookUp } from '../../core/look-up';
import type { PendingEffect } from '../../jobs/contract';
import type { Collection, Stored } from '../../store/contract';
import { newId } from '../../core/ids';
import { bandState } from '../../core/status';
import { plainText, withFullStop } from '../../core/text';
import { durationWords, footerTime, momentWords } from '../../core/time-words';
import type { CardContent } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import type { LockTarget, Locks } from './contract';
import { lockTurn } from './life';
import type { LockEvent, LockVerdict } from './life';
import { freeLock, lockId, locksSpec } from './record';
import type { Lock } from './record';

/** The locks in the store: taken once, handed on, told. */
export interface LockBook extends Locks {
  apply(target: LockTarget, event: LockEvent, correlationId: string): Promise<{ verdict: LockVerdict; lock: Lock }>;
  /** What `apply` would make of it now; nothing is changed. `before` is the lock as it stands. */
  foresee(target: LockTarget, event: LockEvent): Promise<{ verdict: LockVerdict; before: Lock }>;
  /** Those that are held now, the longest first. */
  all(): Promise<readonly Lock[]>;
}

export const sweepName = 'locks';

export function createLockBook(deps: FeatureDependencies): LockBook {
  const { clock, store, sweeper } = deps;
  const locks: Collection<Lock> = store.collection(locksSpec);

  const askAfterMs = (environment: string): number =>
    (lookUp(deps.catalog().environments, environment)?.lockAskAfterSeconds ?? 14_400) * 1000;

  const isHeld = ({ holder }: Lock): boolean =>
    holder !== undefined && (holder.until === undefined || holder.until > clock.now());

  async function apply(
    target: LockTarget,
    event: LockEvent,
    correlationId: string,
  ): Promise<{ verdict: LockVerdict; lock: Lock }> {
    const id = lockId(target);
    const now = clock.now();
    const context = { askAfterMs: askAfterMs(target.environment), correlationId };
    // What is refused leaves nothing behind, not even a lock that is free.
    if (!(await locks.get(id))) {
      const lock = freeLock(target);
      const first = lockTurn(lock, event, now, context);
      if ('refusal' in first) return { verdict: first, lock };
    }
    let verdict: LockVerdict = { refusal: 'free' };
    const stored = await locks.upsert(id, (known) => {
      const lock = known ?? freeLock(target);
      verdict = lockTurn(lock, event, now, context);
      return 'next' in verdict ? verdict.next : lock;
    });
    sweeper.kick(sweepName, id);
    return { verdict, lock: stored.value };
  }

  sweeper.register<Lock>({
    name: sweepName,
    collection: locks,
    perform: (record, effect) => perform(deps, record, effect),
    wake: async ({ value }) => void (await apply(value, { type: 'time' }, newId())),
  });

  return {
    apply,
    async foresee(target, event) {
      const before = (await locks.get(lockId(target)))?.value ?? freeLock(target);
      const context = { askAfterMs: askAfterMs(target.environment), correlationId: newId() };
      return { verdict: lockTurn(before, event, clock.now(), context), before };
    },
    async held(target) {
      const lock = (await locks.get(lockId(target)))?.value;
      if (!lock?.holder || !isHeld(lock)) return undefined;
      const { person, reason, since, until } = lock.holder;
      return { person, reason, since, until, waiting: lock.queue.length };
    },
    async all() {
      const { items } = await locks.find({ where: { state: 'held' }, orderBy: 'since', limit: 1000 });
      return items.map(({ value }) => value).filter(isHeld);
    },
  };
}

async function perform(deps: FeatureDependencies, { id, value }: Stored<Lock>, effect: PendingEffect): Promise<void> {
  const { key, kind, detail = {} } = effect;
  const target = `${value.service} in ${value.environment}`;
  if (kind === 'audit') {
    const reason = String(detail['reason'] ?? '');
    return deps.store.audit.append({
      at: Number(detail['at']),
      who: String(detail['who']),
      what: 'locks.change',
      target,
      from: 'gavel',
      outcome: String(detail['outcome']),
      ...(reason !== '' && { detail: { reason } }),
      correlationId: String(detail['correlationId']),
      key: `lock:${id}:${key}`,
    });
  }
  await deps.outbox.put({
    key: `lock:${id}:${key}`,
    destination: { to: 'person', personId: String(detail['who']) },
    content: kind === 'ask' ? askCard(deps, id, value) : { text: tellWords(value, detail) },
    revision: 1,
    final: true,
  });
}

function tellWords({ service, environment }: Lock, detail: NonNullable<PendingEffect['detail']>): string {
  const target = `${service} in ${environment}`;
  if (detail['what'] === 'yours')
    return `**The lock on ${target} is yours now.** You were next in line. Free it with \`unlock ${target}\` when you are done.`;
  if (detail['what'] === 'lapsed') return `**Your lock on ${target} has ended**: its time is over.`;
  return `**Your lock on ${target} was broken** by ${plainText(String(detail['by']), 60)}: ${withFullStop(plainText(String(detail['reason']), 200))}`;
}

/** Asks somebody who has held a lock for long whether it is still needed. */
function askCard(deps: FeatureDependencies, id: string, { service, environment, holder, queue }: Lock): CardContent {
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const since = holder?.since ?? now;
  const waiting = queue.length === 0 ? 'Nobody waits for it.' : `${queue.length} wait for it.`;
  return {
    card: 'policy/list',
    data: {
      kind: 'Lock',
      state: bandState('locked'),
      title: `${service} in ${environment}`,
      summary: `Do you still need the lock on ${service} in ${environment}?`,
      sentence: `**Do you still need this lock?** You've had it since ${momentWords(since, now, timeZone)}, for ${durationWords(now - since)}: ${withFullStop(plainText(holder?.reason ?? '', 200))} ${waiting}`,
      rows: [],
      more: '',
      actions: [
        { title: 'Free it', verb: 'locks.unlock', id },
        { title: 'Keep it', verb: 'locks.keep', id },
      ],
      footer: `${footerTime(now, timeZone)} · ${plainText(id)}`,
    },
  };
}
