import { z } from 'zod';
import { defineAction, listTopic } from '../../chat/contract';
import type { Action, Arguments, Command, Reply, Turn } from '../../chat/contract';
import { cannotSee, requirePlace } from '../../core/catalog/refusals';
import { holdsRole, may, namedReach, whoHolds } from '../../core/catalog/rights';
import type { Target } from '../../core/catalog/rights';
import { placeIdForm } from '../../core/catalog/schema';
import { UserError } from '../../core/errors';
import { RefusalError } from '../../core/refusal';
import { lookUp } from '../../core/keys';
import type { Act } from '../../core/operations';
import { cleanText, enumerate, plainText, quote } from '../../core/text';
import { momentInZone } from '../../core/time/clock';
import { describeUnread, readTerm } from '../../core/time/typed/moment';
import { timeZoneOf } from '../contract';
import type { FeatureDependencies } from '../contract';
import { holderSentence, listLocks } from './cards';
import type { LockStore } from './store';
import type { ApprovedLock, Lock } from './workflow';

export interface LockParts {
  readonly deps: FeatureDependencies;
  readonly locks: LockStore;
}

const where = [
  { name: 'service', kind: 'service', summary: 'which service', required: true },
  { name: 'environment', kind: 'environment', summary: 'where', keyword: 'in', required: true },
] as const;

const reason = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because', isNeeded: true } as const;
const term = [{ name: 'time', kind: 'moment', summary: 'until when', keyword: 'until' }, reason] as const;

/** The commands about locks. */
export function lockCommands(parts: LockParts): Command[] {
  return [
    {
      name: 'lock',
      phrasings: ['reserve|claim|book {service} in|on {environment}'],
      isInFront: true,
      operation: 'lock',
      summary: 'Lock a service for yourself, or get in line',
      topic: 'Decide',
      arguments: [...where, ...term],
      examples: ['lock shop in production until 18:00 because I am testing the tax fix'],
      right: 'deploy',
      preview: (turn, args) => previewLock(parts, turn, args),
      run: (turn, args) => lock(parts, turn, args),
    },
    {
      name: 'unlock',
      phrasings: ['give {service} in {environment} back', 'release the lock on|of {service} in {environment}'],
      operation: 'unlock',
      summary: 'Release your lock, or leave the line',
      topic: 'Decide',
      arguments: where,
      examples: ['unlock shop in production'],
      right: 'deploy',
      preview: (turn, args) => previewUnlock(parts, turn, targetOf(parts, turn, args)),
      run: (turn, args) => unlock(parts, turn, targetOf(parts, turn, args)),
    },
    {
      name: 'break lock',
      operation: 'break-lock',
      summary: 'End someone else’s lock',
      topic: 'Decide',
      arguments: [...where, reason],
      examples: ['break lock shop in production because Dana is on leave'],
      right: 'operate',
      acts: async (turn, args) => [await breakAct(parts, turn, args)],
      preview: (turn, args) => previewBreak(parts, turn, args),
      run: (turn, args, approved) => breakLock(parts, turn, args, approvedLock(approved)),
    },
    {
      name: 'policy locks',
      phrasings: [
        'what is locked',
        'is anything|something locked',
        'list locks',
        'who has|holds the|a lock|locks',
        'who locked what|anything',
        'are there [any] locks',
        'any locks',
        'which|what services are locked',
      ],
      synonyms: ['locks'],
      operation: 'look',
      summary: 'List what is locked, who locked it, and why',
      shows: ['locks'],
      topic: 'Look',
      arguments: [
        { name: 'service', kind: 'service', summary: 'only this service' },
        { name: 'environment', kind: 'environment', summary: 'only this environment', keyword: 'in' },
      ],
      examples: ['policy locks', 'policy locks shop'],
      right: 'view',
      run: (turn, args) => listLocks(parts, turn, namedReach(parts.deps.catalog(), args)),
    },
  ];
}

/** The lock on a card: `service/environment/<when it began>`. Cards of earlier versions name only the place. */
const LockInput = z.object({ id: z.string().refine(isPlaceOrLock) }).transform(({ id }) => {
  const [service = '', environment = '', since] = id.split('/');
  return { target: { service, environment }, since: since === undefined ? undefined : Number(since) };
});

function isPlaceOrLock(id: string): boolean {
  return placeIdForm.test(id.replace(/\/\d{1,15}$/, ''));
}

/** The buttons of the card that asks whether a lock is still needed. */
export function lockActions(parts: LockParts): Action[] {
  return [
    defineAction({
      verb: 'locks.unlock',
      operation: 'unlock',
      acts: async (_turn, { target }) => [{ operation: 'unlock', reach: target }],
      input: LockInput,
      preview: (turn, { target, since }) => previewUnlock(parts, turn, requireVisible(parts, turn, target), since),
      run: (turn, { target, since }) => unlock(parts, turn, requireVisible(parts, turn, target), since),
    }),
    defineAction({
      verb: 'locks.keep',
      operation: 'keep-lock',
      acts: async (turn, { target }) => [{ operation: 'keep-lock', reach: requireVisible(parts, turn, target) }],
      input: LockInput,
      async run(turn, { target, since }) {
        const event = { type: 'keep', by: turn.person, since } as const;
        await parts.locks.apply(requireVisible(parts, turn, target), event, turn.correlationId);
        return answer(turn, `You still hold the lock on ${target.service} in ${target.environment}.`);
      },
    }),
  ];
}

/** The answer is the list for this place, which stays current. */
async function lock(parts: LockParts, turn: Turn, args: Arguments): Promise<Reply> {
  const target = targetOf(parts, turn, args);
  const { event } = await termOf(parts, turn, args);
  await parts.locks.apply(target, event, turn.correlationId);
  const about = listTopic(`policy locks ${target.service} in ${target.environment}`, ['locks']);
  return { about, ...(await listLocks(parts, turn, target)) };
}

async function previewLock(parts: LockParts, turn: Turn, args: Arguments): Promise<string> {
  const target = targetOf(parts, turn, args);
  const { event, end } = await termOf(parts, turn, args);
  const { change, lock: before } = await parts.locks.foresee(target, event);
  const place = `${target.service} in ${target.environment}`;
  return change.became === 'queued'
    ? `${describeHolder(parts, before)} You’ll be number ${change.record.queue.length} in line for the lock on ${place}.`
    : `Only you can make changes to ${place} ${end}.`;
}

async function unlock({ locks }: LockParts, turn: Turn, target: Target, since?: number): Promise<Reply> {
  const event = { type: 'unlock', by: turn.person, since } as const;
  const { change, lock: after } = await locks.apply(target, event, turn.correlationId);
  const place = `${target.service} in ${target.environment}`;
  if (change.became === 'changed') return answer(turn, `You’re no longer in line for the lock on ${place}.`);
  return answer(
    turn,
    after.holder ? `**You released the lock on ${place}.**${describeHeir(after)}` : `**${place} is unlocked.**`,
  );
}

async function previewUnlock({ locks }: LockParts, turn: Turn, target: Target, since?: number): Promise<string> {
  const { change } = await locks.foresee(target, { type: 'unlock', by: turn.person, since });
  const place = `${target.service} in ${target.environment}`;
  return change.became === 'changed'
    ? `Takes you out of the line for the lock on ${place}.`
    : `Releases the lock on ${place}. ${describeNext(change.record)}`;
}

async function breakLock(
  parts: LockParts,
  turn: Turn,
  args: Arguments,
  approved: ReturnType<typeof approvedLock>,
): Promise<Reply> {
  const target = requireBreaker(
    parts,
    turn,
    approved ? requireVisible(parts, turn, approved.target) : targetOf(parts, turn, args),
  );
  const reason = reasonOf(args);
  const event = { type: 'break', by: turn.person, reason, ...(approved && { only: approved.only }) } as const;
  const { lock: after } = await parts.locks.apply(target, event, turn.correlationId);
  return {
    text: `**You broke the lock on ${target.service} in ${target.environment}**: ${quote(reason)}. I’ll notify the holder.${describeHeir(after)}`,
  };
}

async function previewBreak(parts: LockParts, turn: Turn, args: Arguments): Promise<string> {
  const { change, lock: before } = await foreseeBreak(parts, turn, args);
  return `${describeHolder(parts, before)} Gavel ends their lock and tells them why. ${describeNext(change.record)}`;
}

/** Breaking exactly the current lock: a later holder needs a new decision. */
async function breakAct(parts: LockParts, turn: Turn, args: Arguments): Promise<Act> {
  const { lock: before } = await foreseeBreak(parts, turn, args);
  const { service, environment, holder } = before;
  return {
    operation: 'break-lock',
    reach: { service, environment },
    ...(holder && {
      thing: `of ${holder.person.name} since ${new Date(holder.since).toISOString()}`,
      details: { personId: holder.person.id, since: String(holder.since) },
    }),
  };
}

function foreseeBreak(parts: LockParts, turn: Turn, args: Arguments): ReturnType<LockStore['foresee']> {
  const target = requireBreaker(parts, turn, targetOf(parts, turn, args));
  return parts.locks.foresee(target, { type: 'break', by: turn.person, reason: reasonOf(args) });
}

/** The approved place and lock; undefined if no approval was needed, and for records of versions that stored no details. */
function approvedLock(
  approved: readonly Act[] | undefined,
): { readonly target: Target; readonly only: ApprovedLock } | undefined {
  const [act] = approved ?? [];
  const { service, environment } = act?.reach ?? {};
  const { personId, since } = act?.details ?? {};
  if (service === undefined || environment === undefined || personId === undefined) return undefined;
  return { target: { service, environment }, only: { personId, since: Number(since) } };
}

/** A service that exists, where it runs and where this person can view it. */
function targetOf(parts: LockParts, turn: Turn, { service = '', environment = '' }: Arguments): Target {
  requirePlace(parts.deps.catalog(), service, environment, 'nothing was changed');
  return requireVisible(parts, turn, { service, environment });
}

/** Only people who can view it see who holds a lock and why, whatever they came to do. */
function requireVisible({ deps }: LockParts, { person }: Turn, target: Target): Target {
  if (may(deps.catalog(), person.id, 'view', target)) return target;
  throw cannotSee(deps.catalog(), target);
}

/** Lets people through who can break a lock there; tells others who can. */
function requireBreaker({ deps }: LockParts, { person }: Turn, target: Target): Target {
  const catalog = deps.catalog();
  const role = lookUp(catalog.environments, target.environment)?.lockBreaker ?? 'admin';
  if (holdsRole(catalog, person.id, role, target)) return target;
  throw new RefusalError({
    act: `break the lock on ${target.service} in ${target.environment}`,
    nothing: 'nothing was changed',
    why: `You need the ${plainText(role, 40)} role for ${target.service} in ${target.environment}.`,
    able: whoHolds(catalog, role, target).map(({ name }) => name),
    can: 'break it',
  });
}

/** The end, in the author's time zone, and the reason; `end` is for the answer. */
async function termOf({ deps }: LockParts, { person: by, place }: Turn, args: Arguments) {
  const now = deps.clock.now();
  const timeZone = await timeZoneOf(deps, by.id);
  const { until, reason, unread } = readTerm(args, { now, timeZone });
  if (unread) throw new UserError(describeUnread(unread, 'nothing was locked', '`until 18:00` or `2h`'));
  const end = until === undefined ? 'until you release the lock' : `until ${momentInZone(until, now, timeZone)}`;
  return { event: { type: 'lock', by, reason: cleanText(reason, 200), until, placeId: place.id } as const, end };
}

function reasonOf(args: Arguments): string {
  return cleanText(args['reason'] ?? '', 200);
}

function describeHolder({ deps }: LockParts, lock: Lock): string {
  return holderSentence(lock, deps.clock.now(), deps.catalog().timeZone);
}

/** Who has the lock now. */
function describeHeir({ holder }: Lock): string {
  return holder ? ` ${plainText(holder.person.name, 60)} was next in line and has it now.` : '';
}

/** Who gets the lock next. */
function describeNext({ holder, queue }: Lock): string {
  if (!holder) return 'Nobody is waiting for it.';
  const waiting = queue.map(({ person }) => plainText(person.name, 60));
  const behind = waiting.length === 0 ? '' : ` After that: ${enumerate(waiting.slice(0, 4))}.`;
  return `${plainText(holder.person.name, 60)} is next in line and gets it.${behind}`;
}

/** A click keeps its card; the answer is next to it. */
function answer(turn: Turn, text: string): Reply {
  return turn.trigger === 'typed' ? { text } : { notice: text.replaceAll('**', '') };
}
