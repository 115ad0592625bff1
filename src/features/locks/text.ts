import { plainText, withFullStop } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import type { Lock, LockEffect, LockRefusal } from './workflow';

/** `Dana Developer holds shop in production until 18:00: the tax fix is tried.` */
export function holderSentence({ service, environment, holder }: Lock, now: number, timeZone: string): string {
  const until = holder?.until === undefined ? '' : ` until ${describeMoment(holder.until, now, timeZone)}`;
  return `${plainText(holder?.person.name ?? 'Somebody', 60)} holds ${service} in ${environment}${until}: ${withFullStop(plainText(holder?.reason ?? '', 200))}`;
}

/** One sentence for whoever may not change that. */
export function refusalSentence(refusal: LockRefusal, lock: Lock, now: number, timeZone: string): string {
  const place = `${lock.service} in ${lock.environment}`;
  switch (refusal) {
    case 'yours already':
      return `You hold ${place} already, for this very reason. Nothing was changed.`;
    case 'waiting already':
      return `You stand in line for ${place} already. ${holderSentence(lock, now, timeZone)}`;
    case 'not yours':
      return `${holderSentence(lock, now, timeZone)} Only they free it; \`break lock ${place} because …\` is for those who may.`;
    case 'free':
      return `${place} is not locked, so nothing was changed.`;
    case 'not waiting':
      return `You do not stand in line for ${place}.`;
    case 'another lock':
      return `The lock on ${place} that was to be broken has ended, so nothing was changed. ${holderSentence(lock, now, timeZone)}`;
    case 'no reason':
      return 'Whoever takes or breaks a lock says why, so nothing was changed. Write it again with `because …` behind it.';
  }
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
