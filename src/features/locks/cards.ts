import type { CardContent, Reply, Turn } from '../../chat/contract';
import { bandState, noState } from '../../core/card';
import { describeReach, may, shownInPart } from '../../core/catalog/rights';
import type { Reach } from '../../core/catalog/rights';
import { cleanText, plainText, plural, quote, quoteClean } from '../../core/text';
import { describeMoment, footerTime, momentInZone } from '../../core/time/clock';
import { drawList, timeZoneOf } from '../contract';
import type { LockParts } from './commands';
import type { Lock, LockEffect, LockRefusal } from './workflow';

/** The locks, as far as this person can view them. */
export async function listLocks({ deps, locks }: LockParts, turn: Turn, within: Reach): Promise<Reply> {
  const catalog = deps.catalog();
  const { timeZone } = catalog;
  const now = deps.clock.now();
  const { service, environment } = within;
  const all = (await locks.all()).filter(
    (each) =>
      (service === undefined || each.service === service) &&
      (environment === undefined || each.environment === environment),
  );
  const where = describeReach(within);
  const there = where === '' ? '' : service === undefined ? ` in ${where}` : ` on ${where}`;
  const held = all.filter((each) => may(catalog, turn.person.id, 'view', each));
  const [only] = held;
  if (only && service !== undefined && environment !== undefined)
    return drawLock(deps, turn, only, await timeZoneOf(deps, turn.person.id));
  const isPart = held.length < all.length;
  const nothing =
    service === undefined || isPart
      ? `Nothing ${isPart ? 'you can view ' : ''}is locked${there}`
      : `${where} isn’t locked`;
  return drawList(deps, turn, {
    kind: 'Locks',
    state: held.length === 0 ? noState : bandState('locked'),
    title: held.length === 0 ? nothing : plural(held.length, 'lock'),
    summary: held.length === 0 ? `Locks: ${nothing.replace(/^N/, 'n')}` : `Locks: ${held.length} held`,
    sentence:
      held.length === 0
        ? `**${nothing}.** Lock a service with \`lock <service> in <environment> because <reason>\`.`
        : '**Only the person who holds a lock can change the locked service.** To get in line, type `lock` with that service.',
    rows: held.slice(0, 15).map((each) => rowOf(each, now, timeZone)),
    more: [held.length > 15 && `And ${held.length - 15} more.`, isPart && shownInPart].filter(Boolean).join(' '),
  });
}

/** One held lock with the people in line for it and the button that releases it. */
function drawLock(deps: LockParts['deps'], turn: Turn, lock: Lock, timeZone: string): Reply {
  const { service, environment, holder, queue } = lock;
  const target = `${service} in ${environment}`;
  const name = holder?.person.name ?? 'Someone';
  const end = holder?.until === undefined ? '' : ` until ${momentInZone(holder.until, deps.clock.now(), timeZone)}`;
  const reason = quote(holder?.reason ?? '');
  return drawList(deps, turn, {
    kind: 'Lock',
    state: bandState('locked'),
    title: target,
    summary: `${target} is locked by ${cleanText(name, 60)}`,
    sentence: `**${target} is locked**${end}: ${reason}. Only ${plainText(name, 60)} can make changes there.`,
    rows: queue.map(({ person, reason: why }, index) => ({
      name: `${index + 1}. ${cleanText(person.name, 60)}`,
      words: quoteClean(why),
    })),
    most: 15,
    ...(queue.length > 0 && { more: 'Gavel tells the next person in line when the lock is theirs.' }),
    actions: [{ title: 'Release lock', verb: 'locks.unlock', id: `${service}/${environment}/${holder?.since ?? 0}` }],
  });
}

function rowOf({ service, environment, holder, queue }: Lock, now: number, timeZone: string) {
  const line = queue.length === 0 ? '' : `; in line: ${queue.map(({ person }) => person.name).join(', ')}`;
  return {
    glyph: '▣',
    color: 'Warning',
    name: `${service} in ${environment}`,
    words: `${cleanText(holder?.person.name ?? 'Someone', 60)}: ${quoteClean(holder?.reason ?? '')}${cleanText(line, 120)}`,
    when:
      holder?.until === undefined
        ? `since ${describeMoment(holder?.since ?? now, now, timeZone)}`
        : `until ${describeMoment(holder.until, now, timeZone)}`,
    action: `Show the lock of ${service} in ${environment}`,
    ...{ verb: 'chat.run', id: `locks ${service} in ${environment}` },
  };
}

/** Asks somebody who has held a lock for a long time whether it's still needed. */
export function stillNeededCard(
  id: string,
  { service, environment, holder, queue }: Lock,
  now: number,
  timeZone: string,
): CardContent {
  const since = holder?.since ?? now;
  const lockId = `${id}/${since}`;
  const reason = holder?.reason ? ` (${quote(holder.reason)})` : '';
  const waiting =
    queue.length === 0
      ? 'Nobody is waiting for it.'
      : `${plural(queue.length, 'person is', 'people are')} in line for it.`;
  return {
    card: 'policy/list',
    data: {
      kind: 'Lock',
      state: bandState('locked'),
      title: `${service} in ${environment}`,
      summary: `Do you still need the lock on ${service} in ${environment}?`,
      sentence: `**Do you still need this lock?** You’ve had it since ${describeMoment(since, now, timeZone)}${reason}. ${waiting}`,
      rows: [],
      more: '',
      actions: [
        { title: 'Release lock', verb: 'locks.unlock', id: lockId },
        { title: 'Keep lock', verb: 'locks.keep', id: lockId },
      ],
      footer: footerTime(now, timeZone),
    },
  };
}

/** `Dana Developer holds shop in production until 18:00: “I am testing the tax fix”.` */
export function holderSentence({ service, environment, holder }: Lock, now: number, timeZone: string): string {
  const until = holder?.until === undefined ? '' : ` until ${describeMoment(holder.until, now, timeZone)}`;
  return `${plainText(holder?.person.name ?? 'Someone', 60)} holds the lock on ${service} in ${environment}${until}: ${quote(holder?.reason ?? '')}.`;
}

/** One sentence for somebody who can't change that. */
export function refusalSentence(refusal: LockRefusal, lock: Lock, now: number, timeZone: string): string {
  const place = `${lock.service} in ${lock.environment}`;
  const held = holderSentence(lock, now, timeZone);
  const sentences: Record<LockRefusal, string> = {
    'yours already': `You already hold the lock on ${place} for that reason. Nothing was changed.`,
    'waiting already': `You’re already in line for the lock on ${place}. Nothing was changed. ${held}`,
    'not yours': `${held} Nothing was changed. People who can break locks can type \`break lock ${place} because …\`.`,
    free: `${place} isn’t locked. Nothing was changed.`,
    'another lock': `That lock on ${place} has already ended. Nothing was changed. ${held}`,
    'no reason': 'A lock needs a reason. Nothing was changed. Type the command again with `because …` at the end.',
  };
  return sentences[refusal];
}

/** What somebody is told about their lock. */
export function lockNotice({ service, environment }: Lock, told: Extract<LockEffect, { kind: 'tell' }>): string {
  const target = `${service} in ${environment}`;
  switch (told.what) {
    case 'yours':
      return `**The lock on ${target} is yours now.** You were next in line. Release it with \`unlock ${target}\` when you’re done.`;
    case 'lapsed':
      return `**Your lock on ${target} has expired.**`;
    case 'broken':
      return `**Your lock on ${target} was broken** by ${plainText(told.by, 60)}: ${quote(told.reason)}.`;
  }
}
