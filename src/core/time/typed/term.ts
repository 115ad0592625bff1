import { readMoment } from './moment';
import type { AskedWhen, Unread } from './moment';

/** The typed arguments `time` and `reason`. */
interface TypedTerm {
  readonly time?: string | undefined;
  readonly reason?: string | undefined;
}

/** Until when and why. Pure. */
export interface Term {
  /** Milliseconds since 1970; left out: no end was named, or it can't be read. */
  readonly until?: number;
  /** To the letter, without the spaces around it. */
  readonly reason: string;
  /** Why the words are no moment. */
  readonly unread?: Unread;
}

/** The end with or without `until`, and the reason. */
export function readTerm({ time = '', reason: typed = '' }: TypedTerm, asked: AskedWhen): Term {
  const reason = typed.trim();
  if (time.trim() === '') return { reason };
  const read = readMoment(time, 'until', asked);
  return 'at' in read ? { until: read.at, reason } : { reason, unread: read };
}

/** Says why words can't be read, what was not done therefore (`nothing was locked`), and what to write. */
export function describeUnread({ problem, fix }: Unread, undone: string, example: string): string {
  return `${problem}, so ${undone}. ${fix ?? `Write for example ${example}.`}`;
}
