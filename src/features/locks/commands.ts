import { z } from 'zod';
import type { Action, Arguments, Command, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { plainText, withFullStop } from '../../core/text';
import { placeIdForm } from '../../core/catalog/names';
import { defineAction } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { listLocks } from './cards';
import type { LockTarget } from './contract';
import { personOf, reasonOf, refuseOthers, refuseOutsiders, targetOf, termOf } from './parse';
import { approvedLock, breakAct, previewBreak, previewLock, previewUnlock } from './preview';
import type { LockStore } from './store';
import { holderSentence, refusalSentence } from './text';

export interface LockParts {
  readonly deps: FeatureDependencies;
  readonly locks: LockStore;
}

const where = [
  { name: 'service', kind: 'service', summary: 'which service', required: true },
  { name: 'environment', kind: 'environment', summary: 'where', keyword: 'in', required: true },
] as const;

const reason = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' } as const;
const term = [{ name: 'time', kind: 'moment', summary: 'until when', keyword: 'until' }, reason] as const;

/** What one may type about locks. */
export function lockCommands(parts: LockParts): Command[] {
  return [
    {
      name: 'lock',
      operation: 'lock',
      summary: 'Keeps others from changing a service, or waits in line',
      topic: 'Decide',
      arguments: [...where, ...term],
      examples: ['lock shop in production until 18:00 because the tax fix is tried'],
      right: 'deploy',
      preview: (turn, args) => previewLock(parts, turn, args),
      run: (turn, args) => lock(parts, turn, args),
    },
    {
      name: 'unlock',
      operation: 'unlock',
      summary: 'Frees your lock, or leaves the line',
      topic: 'Decide',
      arguments: where,
      examples: ['unlock shop in production'],
      right: 'deploy',
      preview: (turn, args) => previewUnlock(parts, turn, targetOf(parts.deps, args)),
      run: (turn, args) => unlock(parts, turn, targetOf(parts.deps, args)),
    },
    {
      name: 'break lock',
      operation: 'break-lock',
      summary: 'Ends the lock of somebody else, with the reason',
      topic: 'Decide',
      arguments: [...where, reason],
      examples: ['break lock shop in production because Dana is on leave'],
      right: 'operate',
      acts: async (turn, args) => [await breakAct(parts, turn, args)],
      preview: (turn, args) => previewBreak(parts, turn, args),
      run: (turn, args, approved) => breakLock(parts, turn, args, approvedLock(approved)),
    },
    {
      name: 'locks',
      operation: 'look',
      summary: 'What is locked, by whom and why',
      topic: 'Look',
      arguments: [],
      examples: ['locks'],
      right: 'view',
      run: (turn) => listLocks(parts, turn),
    },
  ];
}

const Id = z.object({ id: z.string().regex(placeIdForm) }).transform(({ id }): LockTarget => {
  const [service = '', environment = ''] = id.split('/');
  return { service, environment };
});

/** The buttons of the card that asks whether a lock is still needed. */
export function lockActions(parts: LockParts): Action[] {
  return [
    defineAction({
      verb: 'locks.unlock',
      operation: 'unlock',
      acts: async (_turn, reach) => [{ operation: 'unlock', reach }],
      input: Id,
      preview: (turn, target) => previewUnlock(parts, turn, target),
      run: (turn, target) => unlock(parts, turn, target),
    }),
    defineAction({
      verb: 'locks.keep',
      operation: 'keep-lock',
      acts: async (turn, target) => {
        refuseOutsiders(parts.deps.catalog(), turn, target);
        return [{ operation: 'keep-lock', reach: target }];
      },
      input: Id,
      run: (turn, target) => keep(parts, turn, target),
    }),
  ];
}

async function lock({ deps, locks }: LockParts, turn: Turn, args: Arguments): Promise<Reply> {
  const target = targetOf(deps, args);
  refuseOutsiders(deps.catalog(), turn, target);
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const { until, reason, end } = await termOf(deps, turn, args);
  const { verdict, lock: after } = await locks.apply(
    target,
    { type: 'lock', by: personOf(turn), reason, until },
    turn.correlationId,
  );
  if ('refusal' in verdict) throw new UserError(refusalSentence(verdict.refusal, after, now, timeZone));
  const place = `${target.service} in ${target.environment}`;
  if (verdict.became === 'queued')
    return {
      text: `▣ ${holderSentence(after, now, timeZone)} You are number ${after.queue.length} in line for ${place} and hear from me when it is yours.`,
    };
  return {
    text: `▣ **${place} is locked** ${end}: ${withFullStop(plainText(reason, 200))} Only you change it meanwhile; free it with \`unlock ${place}\`.`,
  };
}

async function unlock({ deps, locks }: LockParts, turn: Turn, target: LockTarget): Promise<Reply> {
  refuseOutsiders(deps.catalog(), turn, target);
  const { timeZone } = deps.catalog();
  const by = personOf(turn);
  const place = `${target.service} in ${target.environment}`;
  const { verdict, lock: after } = await locks.apply(target, { type: 'unlock', by }, turn.correlationId);
  if (!('refusal' in verdict)) {
    const next = after.holder ? ` ${plainText(after.holder.person.name, 60)} was next in line and has it now.` : '';
    return answer(turn, after.holder ? `**${place} is no longer yours.**${next}` : `**${place} is free again.**`);
  }
  if (verdict.refusal === 'not yours') {
    const left = await locks.apply(target, { type: 'leave', by }, turn.correlationId);
    if (!('refusal' in left.verdict)) return answer(turn, `You no longer wait for ${place}.`);
  }
  throw new UserError(refusalSentence(verdict.refusal, after, deps.clock.now(), timeZone));
}

async function keep({ deps, locks }: LockParts, turn: Turn, target: LockTarget): Promise<Reply> {
  refuseOutsiders(deps.catalog(), turn, target);
  const { verdict, lock: after } = await locks.apply(target, { type: 'keep', by: personOf(turn) }, turn.correlationId);
  if ('refusal' in verdict)
    throw new UserError(refusalSentence(verdict.refusal, after, deps.clock.now(), deps.catalog().timeZone));
  return answer(turn, `${target.service} in ${target.environment} stays locked for you.`);
}

async function breakLock(
  { deps, locks }: LockParts,
  turn: Turn,
  args: Arguments,
  approved: ReturnType<typeof approvedLock>,
): Promise<Reply> {
  const target = approved?.target ?? targetOf(deps, args);
  const catalog = deps.catalog();
  refuseOutsiders(catalog, turn, target);
  refuseOthers(catalog, turn, target);
  const reason = reasonOf(args);
  const { verdict, lock: after } = await locks.apply(
    target,
    { type: 'break', by: personOf(turn), reason, ...(approved && { only: approved.only }) },
    turn.correlationId,
  );
  if ('refusal' in verdict)
    throw new UserError(refusalSentence(verdict.refusal, after, deps.clock.now(), catalog.timeZone));
  const next = after.holder ? ` ${plainText(after.holder.person.name, 60)} was next in line and has it now.` : '';
  return {
    text: `**The lock on ${target.service} in ${target.environment} is broken**: ${withFullStop(plainText(reason, 200))} Whoever held it was told.${next}`,
  };
}

/** A click leaves its card standing and says so beside it. */
function answer(turn: Turn, text: string): Reply {
  return turn.trigger === 'typed' ? { text } : { notice: text.replaceAll('**', '') };
}
