import type { Arguments, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { enumerate, plainText } from '../../core/text';
import type { Act } from '../../core/operations';
import type { LockParts } from './commands';
import type { LockTarget } from './contract';
import { personOf, reasonOf, refuseOthers, refuseOutsiders, targetOf, termOf } from './parse';
import { holderSentence, refusalSentence } from './text';
import type { ApprovedLock, Lock, LockChange, LockEvent } from './workflow';

/** What commands about locks would change, by the very rules that change it. */

interface Foreseen {
  readonly verdict: LockChange;
  readonly before: Lock;
}

export async function previewLock(parts: LockParts, turn: Turn, args: Arguments): Promise<string> {
  const { deps } = parts;
  const target = targetOf(deps, args);
  refuseOutsiders(deps.catalog(), turn, target);
  const { until, reason, end } = await termOf(deps, turn, args);
  const { verdict, before } = await foreseen(parts, target, { type: 'lock', by: personOf(turn), reason, until });
  const place = `${target.service} in ${target.environment}`;
  const now = deps.clock.now();
  const { timeZone } = deps.catalog();
  if (verdict.became === 'queued')
    return `${holderSentence(before, now, timeZone)} You get in line for ${place}, as number ${verdict.record.queue.length}.`;
  return `Only you change ${place} ${end}.`;
}

export async function previewUnlock(parts: LockParts, turn: Turn, target: LockTarget): Promise<string> {
  refuseOutsiders(parts.deps.catalog(), turn, target);
  const by = personOf(turn);
  const { lock: before } = await parts.locks.foresee(target, { type: 'unlock', by });
  const waits = before.holder?.person.id !== by.id && before.queue.some(({ person }) => person.id === by.id);
  const { verdict } = await foreseen(parts, target, { type: waits ? 'leave' : 'unlock', by });
  const place = `${target.service} in ${target.environment}`;
  return waits ? `You no longer wait for ${place}.` : `Frees ${place}. ${describeNext(verdict.record)}`;
}

/** Breaking the very lock that stands now: whoever holds it later is somebody else's question. */
export async function breakAct(parts: LockParts, turn: Turn, args: Arguments): Promise<Act> {
  const { target, before } = await broken(parts, turn, args);
  const { holder } = before;
  const { service, environment } = target;
  return {
    operation: 'break-lock',
    reach: { service, environment },
    ...(holder && {
      thing: `of ${holder.person.name} since ${new Date(holder.since).toISOString()}`,
      details: { personId: holder.person.id, since: String(holder.since) },
    }),
  };
}

/** The place and the lock that were approved; undefined when no approval was needed, and for records of versions that kept no details. */
export function approvedLock(
  approved: readonly Act[] | undefined,
): { readonly target: LockTarget; readonly only: ApprovedLock } | undefined {
  const [act] = approved ?? [];
  const { service, environment } = act?.reach ?? {};
  const { personId, since } = act?.details ?? {};
  if (service === undefined || environment === undefined || personId === undefined) return undefined;
  return { target: { service, environment }, only: { personId, since: Number(since) } };
}

export async function previewBreak(parts: LockParts, turn: Turn, args: Arguments): Promise<string> {
  const { deps } = parts;
  const { verdict, before } = await broken(parts, turn, args);
  const held = holderSentence(before, deps.clock.now(), deps.catalog().timeZone);
  return `${held} The lock is taken from them, and they are told why. ${describeNext(verdict.record)}`;
}

async function broken(
  parts: LockParts,
  turn: Turn,
  args: Arguments,
): Promise<Foreseen & { readonly target: LockTarget }> {
  const { deps } = parts;
  const target = targetOf(deps, args);
  refuseOutsiders(deps.catalog(), turn, target);
  refuseOthers(deps.catalog(), turn, target);
  const event = { type: 'break', by: personOf(turn), reason: reasonOf(args) } as const;
  return { target, ...(await foreseen(parts, target, event)) };
}

async function foreseen({ deps, locks }: LockParts, target: LockTarget, event: LockEvent): Promise<Foreseen> {
  const { verdict, lock: before } = await locks.foresee(target, event);
  if ('refusal' in verdict)
    throw new UserError(refusalSentence(verdict.refusal, before, deps.clock.now(), deps.catalog().timeZone));
  return { verdict, before };
}

/** Who has it then. */
function describeNext({ holder, queue }: Lock): string {
  if (!holder) return 'Nobody waits for it.';
  const waiting = queue.map(({ person }) => plainText(person.name, 60));
  const behind = waiting.length === 0 ? '' : ` Behind in line: ${enumerate(waiting.slice(0, 4))}.`;
  return `${plainText(holder.person.name, 60)} is next in line and gets it.${behind}`;
}
