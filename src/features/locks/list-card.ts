import type { Reply, Turn } from '../../chat/contract';
import { may, shownInPart } from '../../core/rights';
import { bandState } from '../../core/status';
import { cleanText, plural } from '../../core/text';
import { durationWords, footerTime, momentWords } from '../../core/time-words';
import type { FeatureDependencies } from '../contract';
import type { LockBook } from './book';
import type { Lock } from './record';

interface ListNeeds {
  readonly deps: FeatureDependencies;
  readonly book: LockBook;
}

/** What is locked, as far as the one who asks may look there. */
export async function listLocks({ deps, book }: ListNeeds, turn: Turn): Promise<Reply> {
  const catalog = deps.catalog();
  const { timeZone } = catalog;
  const now = deps.clock.now();
  const all = await book.all();
  const held = all.filter((each) => may(catalog, turn.person.id, 'view', each));
  const nothing = held.length < all.length ? 'Nothing of yours is locked' : 'Nothing is locked';
  return {
    card: 'policy/list',
    data: {
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
      actions: [],
      footer: `${footerTime(now, timeZone)} · ref ${turn.reference}`,
    },
  };
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
        ? `for ${durationWords(now - (holder?.since ?? now))}`
        : `until ${momentWords(holder.until, now, timeZone)}`,
  };
}
