import type { CardContent, Reply, Turn } from '../../chat/contract';
import { bandState } from '../../core/card';
import { may, shownInPart } from '../../core/catalog/rights';
import { cleanText, plainText, plural, withFullStop } from '../../core/text';
import { describeDuration, describeMoment, footerTime } from '../../core/time/clock';
import { drawList } from '../contract';
import type { LockParts } from './commands';
import type { Lock, LockEffect, LockRefusal } from './workflow';

/** What is locked, as far as the one who asks may look there. */
export async function listLocks({ deps, locks }: LockParts, turn: Turn): Promise<Reply> {
  const catalog = deps.catalog();
  const { timeZone } = catalog;
  const now = deps.clock.now();
  const all = await locks.all();
  const held = all.filter((each) => may(catalog, turn.person.id, 'view', each));
  const isPart = held.length < all.length;
  const nothing = isPart ? 'Nothing of yours is locked' : 'Nothing is locked';
  return drawList(deps, turn, {
    kind: 'Locks',
    state: bandState(held.length === 0 ? 'done' : 'locked'),
    title: held.length === 0 ? nothing : plural(held.length, 'lock'),
    summary: held.length === 0 ? `Locks: ${nothing.replace('N', 'n')}` : `Locks: ${held.length} held`,
    sentence:
      held.length === 0
        ? '**Everybody may change what their rights allow.** Take a lock with `lock <service> in <environment> because …`.'
        : '**Only the holder changes these.** Write `lock` for the same to stand in line.',
    rows: held.slice(0, 15).map((each) => rowOf(each, now, timeZone)),
    more: [held.length > 15 && `And ${held.length - 15} more.`, isPart && shownInPart].filter(Boolean).join(' '),
  });
}

function rowOf({ service, environment, holder, queue }: Lock, now: number, timeZone: string) {
  const line = queue.length === 0 ? '' : `; in line: ${queue.map(({ person }) => person.name).join(', ')}`;
  return {
    glyph: '▣',
    color: 'Warning',
    name: `${service} in ${environment}`,
    words: cleanText(`${holder?.person.name}: ${holder?.reason}${line}`, 240),
    when:
      holder?.until === undefined
        ? `for ${describeDuration(now - (holder?.since ?? now))}`
        : `until ${describeMoment(holder.until, now, timeZone)}`,
  };
}

/** Asks somebody who has held a lock for long whether it's still needed. */
export function stillNeededCard(
  id: string,
  { service, environment, holder, queue }: Lock,
  now: number,
  timeZone: string,
): CardContent {
  const since = holder?.since ?? now;
  const waiting = queue.length === 0 ? 'Nobody waits for it.' : `${queue.length} wait for it.`;
  return {
    card: 'policy/list',
    data: {
      kind: 'Lock',
      state: bandState('locked'),
      title: `${service} in ${environment}`,
      summary: `Do you still need the lock on ${service} in ${environment}?`,
      sentence: `**Do you still need this lock?** You've had it since ${describeMoment(since, now, timeZone)}, for ${describeDuration(now - since)}: ${withFullStop(plainText(holder?.reason ?? '', 200))} ${waiting}`,
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

/** `Dana Developer holds shop in production until 18:00: the tax fix is tried.` */
export function holderSentence({ service, environment, holder }: Lock, now: number, timeZone: string): string {
  const until = holder?.until === undefined ? '' : ` until ${describeMoment(holder.until, now, timeZone)}`;
  return `${plainText(holder?.person.name ?? 'Somebody', 60)} holds ${service} in ${environment}${until}: ${withFullStop(plainText(holder?.reason ?? '', 200))}`;
}

/** One sentence for whoever may not change that. */
export function refusalSentence(refusal: LockRefusal, lock: Lock, now: number, timeZone: string): string {
  const place = `${lock.service} in ${lock.environment}`;
  const held = holderSentence(lock, now, timeZone);
  const sentences: Record<LockRefusal, string> = {
    'yours already': `You hold ${place} already, for this very reason. Nothing was changed.`,
    'waiting already': `You stand in line for ${place} already. ${held}`,
    'not yours': `${held} Only they free it; \`break lock ${place} because …\` is for those who may.`,
    free: `${place} is not locked, so nothing was changed.`,
    'another lock': `The lock on ${place} that was to be broken has ended, so nothing was changed. ${held}`,
    'no reason': 'A lock needs a reason, so nothing was changed. Write it again and end it with `because …`.',
  };
  return sentences[refusal];
}

/** What somebody hears about their lock. */
export function lockNotice({ service, environment }: Lock, told: Extract<LockEffect, { kind: 'tell' }>): string {
  const target = `${service} in ${environment}`;
  switch (told.what) {
    case 'yours':
      return `**The lock on ${target} is yours now.** You were next in line. Free it with \`unlock ${target}\` when you're done.`;
    case 'lapsed':
      return `**Your lock on ${target} has ended**: its time is over.`;
    case 'broken':
      return `**Your lock on ${target} was broken** by ${plainText(told.by, 60)}: ${withFullStop(plainText(told.reason, 200))}`;
  }
}
