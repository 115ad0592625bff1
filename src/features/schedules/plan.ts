import type { Command, Reply, ResolveAlias, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { cleanText, plainText } from '../../core/text';
import { findSecret } from '../../core/text/secrets';
import { momentInZone } from '../../core/time/clock';
import { describeUnread } from '../../core/time/typed/moment';
import type { AskedWhen, Unread } from '../../core/time/typed/moment';
import type { FeatureDependencies, LaterTurns } from '../contract';
import { createAskLimit } from '../policy';
import { nextAfter, readReminder } from './parse';
import type { Spoken } from './parse';
import type { Schedule, ScheduleStore, TimedLine } from './workflow';

/** Creates schedules. */

export interface ScheduleParts {
  readonly deps: FeatureDependencies;
  readonly schedules: ScheduleStore;
  /** All commands. */
  readonly commands: () => readonly Command[];
  readonly resolveAlias: ResolveAlias;
  readonly runLine: LaterTurns['runLine'];
}

const maxEach = 20;
const farthestMs = 366 * 86_400_000;

/** `read` parses the plan in the author's time zone. */
export async function makeSchedule(
  parts: ScheduleParts,
  turn: Turn,
  read: (asked: AskedWhen) => Spoken | Unread,
): Promise<Reply> {
  const { deps, schedules } = parts;
  const { person, place, thread } = turn;
  const teamZone = deps.catalog().timeZone;
  const ownZone = await deps.zoneOf?.(person.id);
  const now = deps.clock.now();
  const spoken = read({ now, timeZone: ownZone ?? teamZone });
  if ('problem' in spoken) throw new UserError(describeUnread(spoken, 'nothing was scheduled', planExamples));
  const { when } = spoken;
  const timeZone = spoken.timeZone ?? ownZone ?? teamZone;
  const wakeAt = nextAfter(when, now, timeZone);
  if (wakeAt === undefined || wakeAt > now + farthestMs)
    throw new UserError(
      'That time doesn’t exist or is more than a year away. Nothing was scheduled. Choose another time.',
    );
  const does = await readWhat(parts, turn, spoken.what);
  const id = idFrom('schedule', turn.correlationId);
  const known = (await schedules.records.get(id))?.value;
  if (!known) {
    const refused = 'line' in does ? await tryOut(parts, turn, does.line) : undefined;
    if (refused) return refused;
    await checkRoom(parts, turn);
    if ('remind' in does && does.remind !== 'me')
      await createAskLimit(deps).count(person.id, 'reminder for others', id);
  }
  const isOwnZone = ownZone === timeZone && { isOwnZone: true as const };
  const planned = { person, place, thread, when, timeZone, ...isOwnZone, does, wakeAt };
  const made = known ?? (await schedules.make(id, { ...planned, madeAt: now, state: 'on', runs: 0 }));
  return {
    text: describeMade(made, now, teamZone),
    audit: { target: `schedule ${made.number}`, outcome: 'made' },
  };
}

/** Nobody is there to confirm or answer when the time comes, so only commands that change nothing can be scheduled. */
async function readWhat(parts: ScheduleParts, turn: Turn, what: string): Promise<Schedule['does']> {
  const secret = findSecret(what);
  if (secret !== undefined)
    throw new UserError(
      `Your message contains what looks like ${secret}. Nothing was scheduled. Please don’t put secrets in a schedule.`,
    );
  const named = (turn.mentions ?? []).reduce((words, { token, name }) => words.replaceAll(token, name), what);
  const reminder = readReminder(named);
  if (reminder) return { remind: reminder.whom, text: cleanText(reminder.text, 500) };
  if (what.length > 300)
    throw new UserError(
      'The command to schedule is longer than 300 characters. Nothing was scheduled. Please shorten it.',
    );
  const line = await readLine(parts, turn, what, named);
  if (line) return line;
  const found = await parts.resolveAlias(turn, what);
  // Only commands that change nothing are scheduled, so a line that somebody else prepared can do no harm here.
  const meant = typeof found === 'object' ? found.line : found;
  const behind = meant === undefined ? undefined : await readLine(parts, turn, meant, cleanText(meant, 300));
  if (!behind)
    throw new UserError(
      `There is no command “${plainText(named, 60)}”. Nothing was scheduled. For example, type ${planExamples}.`,
    );
  return { ...behind, alias: cleanText(named, 60) };
}

/** The line if it begins with a command that changes nothing; undefined otherwise. */
async function readLine(parts: ScheduleParts, turn: Turn, what: string, named: string): Promise<TimedLine | undefined> {
  const words = what.toLowerCase().split(/\s+/);
  const begins = (name: string): boolean => name.split(' ').every((word, index) => words[index] === word);
  const lengthIn = ({ name, synonyms = [] }: Command): number =>
    Math.max(0, ...[name, ...synonyms].filter((each) => begins(each.toLowerCase())).map(({ length }) => length));
  const [command] = parts
    .commands()
    .filter((each) => lengthIn(each) > 0)
    .sort((one, other) => lengthIn(other) - lengthIn(one));
  if (!command) return undefined;
  const [free] = command.arguments ?? [];
  const rest = restOf(what, lengthIn(command));
  // `run health of shop`: without a pipeline of that name, the rest is the line.
  if (free && rest !== '' && command.knows && !(await command.knows(turn, { [free.name]: rest }))) {
    const within = await readLine(parts, turn, rest, restOf(named, lengthIn(command)));
    if (within) return within;
  }
  if (command.topic !== 'Look' || command.operation !== 'look') throw new UserError(describeNotPlanned(command.name));
  return { line: what, words: cleanText(named, 300) };
}

const restOf = (line: string, length: number): string => line.trim().slice(length).trim();

/** Runs it once without showing the result: a refusal or a question that would come later comes now. */
async function tryOut({ runLine }: ScheduleParts, turn: Turn, line: string): Promise<Reply | undefined> {
  let outcome = 'done';
  // Nobody requested this run, so it isn't in the history and answers nobody.
  const tried: Turn = { ...turn, trigger: 'automatic', correlationId: idFrom('tried', turn.correlationId) };
  const reply = await runLine(tried, line, (ended) => (outcome = ended));
  return ['refused', 'not understood', 'asked back'].includes(outcome) ? reply : undefined;
}

async function checkRoom({ schedules }: ScheduleParts, { person }: Turn): Promise<void> {
  const { items } = await schedules.records.find({ where: { person: person.id, state: 'on' }, limit: maxEach });
  if (items.length >= maxEach)
    throw new UserError(
      `You already have ${maxEach} schedules, which is the limit. Nothing was scheduled. To cancel one, type \`cancel schedule\` and its number.`,
    );
}

export const planExamples = '`every weekday at 9 health of shop` or `in 2 hours remind me to look at the graphs`';

/** `health of shop`, `remind me: look at the graphs`. Outside text. */
export function describeWhat({ does }: Pick<Schedule, 'does'>): string {
  return 'line' in does ? does.words : `remind ${does.remind}: ${does.text}`;
}

/** Tells the author what is scheduled and when. */
function describeMade(schedule: Schedule, now: number, teamZone: string): string {
  const { number, does, when, wakeAt, isOwnZone, timeZone } = schedule;
  const next = wakeAt === undefined ? '' : momentInZone(wakeAt, now, timeZone);
  const comes = when.kind === 'once' ? next : `${when.words}, next ${next}`;
  const alias = 'line' in does ? does.alias : undefined;
  const meant =
    alias && ` The schedule keeps the current meaning of \`${plainText(alias, 60)}\`, even if the alias changes.`;
  const zone = plainText(timeZone, 40);
  const teams = timeZone === teamZone ? `team time, ${zone}; set your own with \`settings\`` : `in ${zone}`;
  const clock = isOwnZone ? `your time, ${zone}` : teams;
  return `**Schedule ${number}**: ${plainText(describeWhat(schedule), 300)}. Time: ${comes} (${clock}). I’ll post the ${'line' in does ? 'result' : 'reminder'} here. To cancel the schedule, type \`cancel schedule ${number}\`.${meant ?? ''}`;
}

/** Why a command can't be scheduled. */
function describeNotPlanned(name: string): string {
  const command = plainText(name, 40);
  return `\`${command}\` can’t be scheduled, because nobody would be there to confirm or watch it. Nothing was scheduled. You can schedule reminders and commands that only show something. I can remind you instead: \`in 2 hours remind me to ${command} …\`.`;
}
