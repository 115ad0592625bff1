import type { CountStep } from '../../core/text/steps';
import { readClock } from '../../core/time/typed/clock';
import { lineOf } from '../../core/time/typed/line';
import type { Unread } from '../../core/time/typed/moment';
import type { Digest } from './contract';

/** `daily at 9am`, `weekly`, `off`: when a digest is to come. Pure. */

const usualHour = 9;
const hourMs = 3_600_000;
const kinds = new Map<string, Digest>([
  ['daily', 'daily'],
  ['weekly', 'weekly'],
  ['off', 'none'],
  ['none', 'none'],
]);

/** The digest and its hour, 0 to 23, or why the words name none. */
export function readDigest(
  text: string,
  count?: CountStep,
): { readonly digest: Digest; readonly hour: number } | Unread {
  const line = lineOf(text, count);
  const digest = kinds.get(line.wordAt(0));
  if (!digest) return { problem: "I can't read that as a digest" };
  if (line.words.length === 1) return { digest, hour: usualHour };
  const read = readClock(line, line.wordAt(1) === 'at' ? 2 : 1);
  if (!read || read.next < line.words.length) return { problem: "I can't tell when the digest should come" };
  if (read.value.ms % hourMs !== 0 || read.value.zone !== undefined)
    return {
      problem: 'A digest comes on the full hour, in the time zone that is set here',
      fix: 'Write for example `digest daily at 9`.',
    };
  return { digest, hour: (read.value.ms / hourMs) % 24 };
}
