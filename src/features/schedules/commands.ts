import type { Command, ResolveAlias, Reply, Turn } from '../../chat/contract';
import { ConflictError, UserError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { everything, mayEverywhere } from '../../core/catalog/rights';
import { findSecret } from '../../core/text/secret-forms';
import { cleanText, plainText, plural } from '../../core/text';
import { footerTime, momentInZone, describeMoment } from '../../core/time/words';
import type { Unread } from '../../core/time/typed/moment';
import { describeUnread } from '../../core/time/typed/term';
import type { Stored } from '../../store/contract';
import { createAskLimit } from '../ask-limit';
import type { Runner } from './perform';
import { endedSchedule } from './record';
import type { Schedule, TimedLine } from './record';
import { nextAfter, readReminder } from './spoken';
import type { Spoken } from './spoken';

/** How schedules are made, listed and cancelled. */

export interface Talk extends Runner {
  /** All that can be typed; asked late. */
  readonly commands: () => readonly Command[];
  /** What stands behind an alias. */
  readonly expand: ResolveAlias;
}

/** How a plan is read on the clock of a time zone. */
export type ReadPlan = (timeZone: string) => Spoken | Unread;

const maxEach = 20;
const farthestMs = 366 * 86_400_000;
const shownRows = 15;
const examples = '`every weekday at 9 health of shop` or `in 2 hours remind me to look at the graphs`';

export async function make(talk: Talk, turn: Turn, read: ReadPlan): Promise<Reply> {
  const { catalog, clock } = talk.deps;
  const ownZone = await talk.deps.zoneOf?.(turn.person.id);
  const now = clock.now();
  const spoken = read(ownZone ?? catalog().timeZone);
  if ('problem' in spoken) throw new UserError(describeUnread(spoken, 'nothing was planned', examples));
  const timeZone = spoken.timeZone ?? ownZone ?? catalog().timeZone;
  const wakeAt = nextAfter(spoken.when, now, timeZone);
  if (wakeAt === undefined || wakeAt > now + farthestMs)
    throw new UserError('That is more than a year away or never comes, so nothing was planned. Name a nearer time.');
  const does = await doesOf(talk, turn, spoken.what);
  const known = await talk.schedules.get(idOf(turn));
  if (!known) {
    const refused = 'line' in does ? await triedOut(talk, turn, does.line) : undefined;
    if (refused) return refused;
    await checkRoom(talk, turn);
    if ('remind' in does && does.remind !== 'me')
      await createAskLimit(talk.deps).count(turn.person.id, 'reminder for others', idOf(turn));
  }
  const stored =
    known ??
    (await insert(talk, turn, {
      spoken,
      does,
      wakeAt,
      timeZone,
      ...(ownZone === timeZone && { isOwnZone: true }),
    }));
  return {
    text: madeWords(stored.value, now, catalog().timeZone),
    audit: { target: `schedule ${stored.value.number}`, outcome: 'made' },
  };
}

const idOf = ({ correlationId }: Turn): string => idFrom('schedule', correlationId);

/** Nobody is there to confirm or to answer when the time comes, so only what looks is timed. */
async function doesOf(talk: Talk, turn: Turn, what: string): Promise<Schedule['does']> {
  const secret = findSecret(what);
  if (secret !== undefined)
    throw new UserError(`That looks like ${secret}, so nothing was planned. Secrets do not belong here.`);
  const named = (turn.mentions ?? []).reduce((words, { token, name }) => words.replaceAll(token, name), what);
  const reminder = readReminder(named);
  if (reminder) return { remind: reminder.whom, text: cleanText(reminder.text, 500) };
  if (what.length > 300)
    throw new UserError('That line is longer than 300 characters, so nothing was planned. Say it shorter.');
  const line = lineOf(talk, what, named);
  if (line) return line;
  const found = await talk.expand(turn, what);
  // Only what looks is timed, so what somebody else prepared can do no harm here.
  const meant = typeof found === 'object' ? found.line : found;
  const behind = meant === undefined ? undefined : lineOf(talk, meant, cleanText(meant, 300));
  if (!behind)
    throw new UserError(
      `I know no command “${plainText(named, 60)}”, so nothing was planned. Write it like ${examples}.`,
    );
  return { ...behind, alias: cleanText(named, 60) };
}

/** The line when a command begins it that only looks; undefined when none does. */
function lineOf({ commands }: Talk, what: string, named: string): TimedLine | undefined {
  const words = what.toLowerCase().split(/\s+/);
  const begins = (name: string): boolean => name.split(' ').every((word, index) => words[index] === word);
  const lengths = (command: Command): number =>
    Math.max(
      0,
      ...[command.name, ...(command.synonyms ?? [])]
        .filter((name) => begins(name.toLowerCase()))
        .map((name) => name.length),
    );
  const [command] = [...commands()].filter((each) => lengths(each) > 0).sort((a, b) => lengths(b) - lengths(a));
  if (!command) return undefined;
  if (command.topic !== 'Look' || command.operation !== 'look') throw new UserError(notTimed(command.name));
  return { line: what, words: cleanText(named, 300) };
}

const notTimed = (name: string): string =>
  `\`${plainText(name, 40)}\` is not run by the clock, so nothing was planned: nobody is there to confirm it or to see how it goes. What can be timed are reminders and commands that only look. Let me remind you instead: \`in 2 hours remind me to ${plainText(name, 40)} …\`.`;

/** Runs it once, unseen: what would be refused or asked back then is so now. */
async function triedOut({ runLine }: Talk, turn: Turn, line: string): Promise<Reply | undefined> {
  let outcome = 'done';
  const tried = { ...turn, correlationId: idFrom('tried', turn.correlationId) };
  const reply = await runLine(tried, line, (ended) => (outcome = ended));
  return ['refused', 'not understood', 'asked back'].includes(outcome) ? reply : undefined;
}

async function checkRoom({ schedules }: Talk, { person }: Turn): Promise<void> {
  const { items } = await schedules.find({ where: { person: person.id, state: 'on' }, limit: maxEach });
  if (items.length >= maxEach)
    throw new UserError(
      `You have ${maxEach} schedules already, so nothing was planned. Cancel one with \`cancel schedule\` and its number.`,
    );
}

async function insert(
  { deps, schedules }: Talk,
  turn: Turn,
  made: Pick<Schedule, 'does' | 'timeZone' | 'isOwnZone'> & { readonly spoken: Spoken; readonly wakeAt: number },
): Promise<Stored<Schedule>> {
  const { person, place, thread } = turn;
  const { spoken, ...rest } = made;
  for (;;) {
    const [last] = (await schedules.find({ orderBy: 'number', descending: true, limit: 1 })).items;
    const number = (last?.value.number ?? 0) + 1;
    try {
      return await schedules.insert(idOf(turn), {
        ...rest,
        number,
        person: { id: person.id, name: person.name },
        place,
        thread,
        when: spoken.when,
        madeAt: deps.clock.now(),
        state: 'on',
        runs: 0,
        pending: [],
      });
    } catch (error) {
      // Somebody was faster with this number, or this very message was delivered twice.
      if (!(error instanceof ConflictError)) throw error;
      const known = await schedules.get(idOf(turn));
      if (known) return known;
    }
  }
}

function whatWords({ does }: Schedule): string {
  return 'line' in does ? does.words : `remind ${does.remind}: ${does.text}`;
}

function whenWords({ when, wakeAt, timeZone }: Schedule, now: number): string {
  const next = wakeAt === undefined ? '' : momentInZone(wakeAt, now, timeZone);
  return when.kind === 'once' ? next : `${when.words}, next ${next}`;
}

function madeWords(schedule: Schedule, now: number, teamZone: string): string {
  const { number, does, isOwnZone, timeZone } = schedule;
  const alias = 'line' in does ? does.alias : undefined;
  const meant =
    alias === undefined
      ? ''
      : ` That is what \`${plainText(alias, 60)}\` means now; it stays so when the alias changes.`;
  const zone = plainText(timeZone, 40);
  const teams = timeZone === teamZone ? `the team's time zone, ${zone}; set yours with \`settings\`` : `in ${zone}`;
  const clock = isOwnZone ? `your time zone, ${zone}` : teams;
  return `**Schedule ${number}**: ${plainText(whatWords(schedule), 300)}. When: ${whenWords(schedule, now)} (${clock}). It comes here; \`cancel schedule ${number}\` ends it.${meant}`;
}

export async function list({ deps, schedules }: Talk, turn: Turn): Promise<Reply> {
  const { catalog, clock } = deps;
  const { timeZone } = catalog();
  const now = clock.now();
  const alone = turn.place.kind === 'personal';
  const where = { ...(alone ? { person: turn.person.id } : { place: turn.place.id }), state: 'on' };
  const { items } = await schedules.find({ where, limit: 1_000 });
  const found = items.map(({ value }) => value).sort((a, b) => (a.wakeAt ?? 0) - (b.wakeAt ?? 0));
  const hidden = found.length - shownRows;
  return {
    card: 'policy/list',
    data: {
      kind: 'Schedules',
      state: { glyph: '', word: '', tone: 'emphasis' },
      title: alone ? 'What you have planned' : 'What is planned here',
      summary: `Schedules: ${plural(found.length, 'entry', 'entries')}`,
      sentence:
        found.length === 0
          ? `**Nothing is planned.** Write ${examples}.`
          : `**${plural(found.length, 'schedule')}**, the next first. \`cancel schedule\` and a number ends one.`,
      rows: found.slice(0, shownRows).map((each) => ({
        glyph: '○',
        color: 'Default',
        name: cleanText(`${each.number}: ${whatWords(each)}`, 200),
        words: cleanText(
          `${each.when.kind === 'once' ? 'once' : each.when.words}${each.timeZone === timeZone ? '' : ` (${each.timeZone})`}, ${alone ? `in ${each.place.name}` : `by ${each.person.name}`}`,
          200,
        ),
        when: each.wakeAt === undefined ? '' : describeMoment(each.wakeAt, now, each.timeZone),
      })),
      more: hidden > 0 ? `and ${hidden} more` : '',
      actions: [],
      footer: `${footerTime(now, timeZone)} · ref ${turn.reference}`,
    },
  };
}

export async function cancel({ deps, schedules }: Talk, turn: Turn, typed: string): Promise<Reply> {
  const number = /^#?(\d{1,9})$/.exec(typed.trim())?.[1];
  const [found] =
    number === undefined ? [] : (await schedules.find({ where: { number: Number(number) }, limit: 1 })).items;
  // What others keep in their personal chats is not even known to be there.
  const seen = found && (found.value.person.id === turn.person.id || found.value.place.id === turn.place.id);
  if (!found || !seen)
    throw new UserError(
      `There is no schedule “${plainText(typed, 20)}” here, so nothing was cancelled. \`schedules\` lists them.`,
    );
  const { value, id } = found;
  if (value.person.id !== turn.person.id && !mayEverywhere(deps.catalog(), turn.person.id, 'operate', everything))
    throw new UserError(
      `${plainText(value.person.name, 60) || 'Somebody'} made this schedule, so it stays. They can cancel it, and so can whoever may operate every service everywhere.`,
    );
  const after = await schedules.update(id, (each) => endedSchedule(each, 'cancelled', deps.clock.now()));
  const target = `schedule ${value.number}`;
  if (after?.changed === true)
    return {
      text: `Schedule ${value.number} is cancelled: ${plainText(whatWords(value), 300)}.`,
      audit: { target, outcome: 'cancelled' },
    };
  return { notice: `Schedule ${value.number} has ended already.` };
}
