import { plainText } from '../../core/text';
import { momentInZone } from '../../core/time/clock';
import type { Schedule } from './workflow';

export const planExamples = '`every weekday at 9 health of shop` or `in 2 hours remind me to look at the graphs`';

/** `health of shop`, `remind me: look at the graphs`. Outside text. */
export function describeWhat({ does }: Pick<Schedule, 'does'>): string {
  return 'line' in does ? does.words : `remind ${does.remind}: ${does.text}`;
}

/** Says to whoever made it what is planned and when it comes. */
export function describeMade(schedule: Schedule, now: number, teamZone: string): string {
  const { number, does, when, wakeAt, isOwnZone, timeZone } = schedule;
  const next = wakeAt === undefined ? '' : momentInZone(wakeAt, now, timeZone);
  const comes = when.kind === 'once' ? next : `${when.words}, next ${next}`;
  const alias = 'line' in does ? does.alias : undefined;
  const meant =
    alias === undefined
      ? ''
      : ` That is what \`${plainText(alias, 60)}\` means now; it stays so when the alias changes.`;
  const zone = plainText(timeZone, 40);
  const teams = timeZone === teamZone ? `the team's time zone, ${zone}; set yours with \`settings\`` : `in ${zone}`;
  const clock = isOwnZone ? `your time zone, ${zone}` : teams;
  return `**Schedule ${number}**: ${plainText(describeWhat(schedule), 300)}. When: ${comes} (${clock}). It comes here; \`cancel schedule ${number}\` ends it.${meant}`;
}

/** Why a command isn't planned. */
export function describeNotPlanned(name: string): string {
  const command = plainText(name, 40);
  return `\`${command}\` is not run by the clock, so nothing was planned: nobody is there to confirm it or to see how it goes. What can be timed are reminders and commands that only look. Let me remind you instead: \`in 2 hours remind me to ${command} …\`.`;
}
