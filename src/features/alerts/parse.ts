import { DateTime } from 'luxon';
import { UserError } from '../../core/errors';
import { describeUnread, readMoment } from '../../core/time/typed/moment';
import type { AskedWhen } from '../../core/time/typed/moment';
import type { SilenceChoice } from './muting/cards';

/** What people say about how long something should be quiet. Pure. */

const hourMs = 3_600_000;
const morningHour = 8;
/** Longer silences are forgotten. */
const longestMs = 31 * 86_400_000;

/** The usual ends of a silence. */
export function silenceChoices(now: number, timeZone: string): readonly SilenceChoice[] {
  return [
    { title: '1 hour', value: '1h', at: now + hourMs },
    { title: '4 hours', value: '4h', at: now + 4 * hourMs },
    { title: 'Until morning', value: 'morning', at: nextMorning(now, timeZone) },
  ];
}

function nextMorning(now: number, timeZone: string): number {
  const today = DateTime.fromMillis(now, { zone: timeZone }).set({
    hour: morningHour,
    minute: 0,
    second: 0,
    millisecond: 0,
  });
  return (today.toMillis() > now ? today : today.plus({ days: 1 })).toMillis();
}

/** When a silence ends: one of the usual ends, or any moment that people type. Throws `UserError` for anything else. */
export function readSilenceEnd(words: string, asked: AskedWhen): number {
  const usual = silenceChoices(asked.now, asked.timeZone).find(({ value }) => value === words);
  if (usual) return usual.at;
  const read = readMoment(words, 'until', asked);
  if ('problem' in read)
    throw new UserError(
      describeUnread(
        read,
        'Nothing was silenced',
        '`alert silence A-101 until Monday 8:00 because the new disk arrives then`',
      ),
    );
  if (read.at > asked.now + longestMs)
    throw new UserError(
      'A silence can last at most 31 days. Nothing was silenced. Choose an earlier end, and silence the alert again later if you still need to.',
    );
  return read.at;
}
