import { lineOf, textBetween } from './line';
import { readMoment } from './moment';
import type { Asked, Unread } from './moment';

/** `until Monday 8:00 because of the release`, taken apart. Pure. */
export interface Term {
  /** Milliseconds since 1970; undefined: no end was named, or it can't be read. */
  readonly until?: number;
  /** To the letter, without the spaces around it. */
  readonly reason: string;
  /** Why the words before the reason are no moment. */
  readonly unread?: Unread;
}

/** `[until <moment>] [because <reason>]`; what stands there without `until` is read as the moment too. */
export function readTerm(words: string, asked: Asked): Term {
  const line = lineOf(words, asked.count);
  const because = line.words.findIndex(({ text }) => text === 'because');
  const end = because < 0 ? line.words.length : because;
  const reason = because < 0 ? '' : words.slice(line.words[because]?.end).trim();
  const named = textBetween(line, 0, end);
  if (named === '') return { reason };
  const read = readMoment(named, 'until', asked);
  return 'at' in read ? { until: read.at, reason } : { reason, unread: read };
}

/** Says why words can't be read, what was not done therefore (`nothing was locked`), and what to write. */
export function unreadWords({ problem, fix }: Unread, undone: string, example: string): string {
  return `${problem}, so ${undone}. ${fix ?? `Write for example ${example}.`}`;
}
