import type { CardContent, Reply, Turn } from '../../chat/contract';
import { may, shownInPart } from '../../core/catalog/rights';
import { bandState } from '../../core/card';
import { cleanText, plainText, plural, withFullStop } from '../../core/text';
import { describeDuration, footerTime, describeMoment } from '../../core/time/clock';
import { drawList } from '../contract';
import type { LockParts } from './commands';
import type { Lock } from './workflow';

/** What is locked, as far as the one who asks may look there. */
export async function listLocks({ deps, locks }: LockParts, turn: Turn): Promise<Reply> {
  const catalog = deps.catalog();
  const { timeZone } = catalog;
  const now = deps.clock.now();
  const all = await locks.all();
  const held = all.filter((each) => may(catalog, turn.person.id, 'view', each));
  const nothing = held.length < all.length ? 'Nothing of yours is locked' : 'Nothing is locked';
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
    more: [
      ...(held.length > 15 ? [`And ${held.length - 15} more.`] : []),
      ...(held.length < all.length ? [shownInPart] : []),
    ].join(' '),
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
