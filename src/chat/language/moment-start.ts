import type { CountStep } from '../../core/text';
import { lineOf } from '../../core/time/typed/line';
import { readMomentAt } from '../../core/time/typed/moment';

/**
 * Whether words may be a moment: those that one can be read from, and those that use its vocabulary. What they mean is read by the command, once it is known
 * that somebody may. Pure.
 */

const names = new Set(
  [
    'mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun sunday',
    'jan january feb february mar march apr april may jun june jul july aug august sep sept september oct october nov november dec december',
    'today tonight tomorrow noon midday midnight morning afternoon evening night now',
    'this next the of at on in for a an and end close start day days week weeks weekend month months year years hour hours minute minutes',
    'min mins minutes h hr hrs m d w utc gmt cet cest am pm business eod cob half quarter',
  ].flatMap((line) => line.split(' ')),
);
const maxWords = 8;
/** `18:00`, `2h`, `1h30m`, `9am`, `24/12`, `2026-12-24T18:00Z`, `+01:00`, `3rd`: begins with a digit and is short. */
const number = /^[+-]?\d[\da-z:.,/+-]{0,30}$/;

export function looksLikeMoment(words: string, count: CountStep): boolean {
  const line = lineOf(words, count);
  const read = readMomentAt(line, 0, 'until', { now: 0, timeZone: 'UTC', count });
  if (read && read.next === line.words.length) return true;
  const each = words
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  return each.length > 0 && each.length <= maxWords && each.every(isPart) && each.some(isTime);
}

const bare = (word: string): string => word.replace(/[.!?]{1,3}$/, '');
const isPart = (word: string): boolean =>
  names.has(bare(word)) || number.test(bare(word)) || /^[a-z]+\/[a-z_]+$/.test(word);
const connecting = new Set([
  'this',
  'next',
  'the',
  'of',
  'at',
  'on',
  'in',
  'for',
  'a',
  'an',
  'and',
  'may',
  'close',
  'start',
  'end',
]);
const isTime = (word: string): boolean => isPart(word) && !connecting.has(bare(word));
