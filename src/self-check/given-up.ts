import { cleanText } from '../core/text';
import { describeDuration } from '../core/time/clock';
import type { Finding } from './finding';

/** A message that didn't arrive although Gavel tried for as long as it mattered. */
export interface GivenUpLook {
  readonly at: number;
  readonly summary: string;
  /** Where it was to go, by name; undefined for a person's own chat. */
  readonly place: string | undefined;
  /** What Teams answered last. */
  readonly error: string | undefined;
}

/** For how long a message that didn't arrive is worth a line; its next change takes it off the list. */
export const givenUpShownMs = 7 * 86_400_000;

/** `givenUp`: the latest first. Pure. */
export function lookAtGivenUp(givenUp: readonly GivenUpLook[], now: number): Finding {
  const [latest] = givenUp;
  if (!latest) return { about: 'messages: none was given up' };
  const count = `${givenUp.length} ${givenUp.length === 1 ? 'message' : 'messages'}`;
  const where = latest.place === undefined ? 'a personal chat' : cleanText(latest.place, 80);
  const answer = latest.error === undefined ? '' : ` (${cleanText(latest.error, 100)})`;
  const when = describeDuration(Math.max(0, now - latest.at));
  return {
    about: 'messages that were given up',
    problem: `${count} didn’t arrive, the latest ${when} ago in ${where}: “${cleanText(latest.summary, 100)}”${answer}; check that Gavel is a member there and that smba.trafficmanager.net can be reached. Each is posted again at its next change.`,
  };
}
