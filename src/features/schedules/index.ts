import type { Command, DescribeAudit, Feature, PersonalData, Reply, Turn } from '../../chat/contract';
import { everything, mayEverywhere, whoMayEverywhere } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { RefusalError } from '../../core/refusal';
import { cleanText, plainText, plural } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import type { AskedWhen, Unread } from '../../core/time/typed/moment';
import { readAll, readEach } from '../../store/contract';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import { readEvery, readOnce, readRemind } from './parse';
import type { Spoken } from './parse';
import { describeWhat, makeSchedule, planExamples } from './plan';
import type { ScheduleParts } from './plan';
import { createScheduleStore } from './workflow';
import type { ScheduleStore } from './workflow';

/** Queries and reminders at their time, once or repeatedly. */
export function createSchedules(
  deps: FeatureDependencies,
  needs: Omit<ScheduleParts, 'deps' | 'schedules'>,
): { readonly feature: Feature } {
  const schedules = createScheduleStore(deps, needs.runLine);
  return {
    feature: {
      name: 'schedules',
      commands: scheduleCommands({ deps, schedules, ...needs }),
      personalData: [schedulesOf(schedules)],
      describeAudit,
    },
  };
}

const plain = { topic: 'Talk', right: 'view' } as const;

/** The commands about schedules. */
function scheduleCommands(parts: ScheduleParts): Command[] {
  const planning = (
    door: Pick<Command, 'name' | 'synonyms' | 'summary' | 'examples'>,
    summary: string,
    read: (plan: string, asked: AskedWhen) => Spoken | Unread,
  ): Command => ({
    ...plain,
    ...door,
    operation: 'schedule',
    arguments: [{ name: 'plan', label: 'Schedule', kind: 'text', summary, required: true }],
    refusesSecrets: true,
    run: (turn, { plan = '' }) => makeSchedule(parts, turn, (asked) => read(plan, asked)),
  });
  const once = (word: string, summary: string, example: string): Command =>
    planning(
      { name: `schedule ${word}`, synonyms: [word], summary, examples: [`schedule ${example}`] },
      'when, and what to run',
      (plan, asked) => readOnce(`${word} ${plan}`, asked),
    );
  return [
    planning(
      {
        name: 'schedule every',
        synonyms: ['every'],
        summary: 'Run a query or a reminder on a schedule',
        examples: [
          'schedule every weekday at 9 health of shop',
          'schedule every weekday at 9 problems in production',
          'schedule every Friday at 16:00 remind us to write the notes',
        ],
      },
      'which days, what time, and what to run',
      (plan) => readEvery(plan),
    ),
    once('in', 'Run a query or a reminder after a while', 'in 2 hours remind me to look at the graphs'),
    once('at', 'Run a query or a reminder at a time', 'at 16:30 remind me to go home'),
    once('on', 'Run a query or a reminder on a day', 'on Friday at 16:00 remind us to write the notes'),
    once('tomorrow', 'Run a query or a reminder tomorrow', 'tomorrow at 9 remind me to ask Noor'),
    planning(
      {
        name: 'schedule reminder',
        synonyms: ['remind'],
        summary: 'Remind you or everyone here, either once or on a schedule',
        examples: ['remind me to look at the graphs in 2 hours', 'remind us every Friday at 16:00 to write the notes'],
      },
      'who, what, and when',
      readRemind,
    ),
    {
      ...plain,
      name: 'schedule list',
      phrasings: [
        'schedule',
        'what is scheduled [here]',
        'which|what schedules|reminders are there',
        'my reminders|schedules',
        'list schedules|reminders',
      ],
      synonyms: ['schedules'],
      summary: 'List the schedules here',
      shows: ['schedules'],
      topic: 'Look',
      operation: 'look',
      examples: ['schedule list'],
      run: (turn) => listSchedules(parts, turn),
    },
    {
      ...plain,
      name: 'schedule cancel',
      synonyms: ['cancel schedule'],
      summary: 'Cancel a schedule',
      operation: 'cancel-schedule',
      arguments: [
        { name: 'number', label: 'Schedule number', kind: 'word', summary: 'the schedule’s number', required: true },
      ],
      examples: ['schedule cancel 3'],
      run: (turn, { number = '' }) => cancel(parts, turn, number),
    },
  ];
}

async function listSchedules({ deps, schedules }: ScheduleParts, turn: Turn): Promise<Reply> {
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const alone = turn.place.kind === 'personal';
  const where = { ...(alone ? { person: turn.person.id } : { place: turn.place.id }), state: 'on' };
  const { items } = await schedules.records.find({ where, limit: 1_000 });
  const found = items.map(({ value }) => value).sort((a, b) => (a.wakeAt ?? 0) - (b.wakeAt ?? 0));
  return drawList(deps, turn, {
    kind: 'Schedules',
    title: alone ? 'Your schedules' : 'Schedules here',
    summary: `Schedules: ${plural(found.length, 'entry', 'entries')}`,
    sentence:
      found.length === 0
        ? `**${alone ? 'You have no schedules' : 'There are no schedules here'}.** To create one, type ${planExamples}.`
        : `**${plural(found.length, 'schedule')}**${found.length === 1 ? '' : ', soonest first'}. To cancel a schedule, type \`cancel schedule\` and its number.`,
    most: 15,
    rows: found.map((each) => ({
      name: cleanText(`#${each.number} · ${describeWhat(each)}`, 200),
      words: cleanText(
        `${each.when.kind === 'once' ? 'once' : each.when.words}${each.timeZone === timeZone ? '' : ` (${each.timeZone})`}, ${alone ? `in ${each.place.name}` : `by ${each.person.name}`}`,
        200,
      ),
      when: each.wakeAt === undefined ? '' : describeMoment(each.wakeAt, now, each.timeZone),
    })),
  });
}

async function cancel({ deps, schedules }: ScheduleParts, turn: Turn, typed: string): Promise<Reply> {
  const number = /^#?(\d{1,9})$/.exec(typed.trim())?.[1];
  const [found] =
    number === undefined ? [] : (await schedules.records.find({ where: { number: Number(number) }, limit: 1 })).items;
  // Schedules in other people's personal chats aren't even known to exist.
  const isSeen = found && (found.value.person.id === turn.person.id || found.value.place.id === turn.place.id);
  if (!found || !isSeen)
    throw new UserError(
      `There is no schedule “${plainText(typed, 20)}” here. Nothing was canceled. To list the schedules here, type \`schedules\`.`,
    );
  const { value, id } = found;
  if (value.person.id !== turn.person.id && !mayEverywhere(deps.catalog(), turn.person.id, 'operate', everything))
    throw new RefusalError({
      act: `cancel schedule ${value.number}`,
      nothing: 'nothing was changed',
      why: `${plainText(value.person.name, 60) || 'Someone'} created this schedule.`,
      able: [
        ...(value.person.name === '' ? [] : [value.person.name]),
        ...whoMayEverywhere(deps.catalog(), 'operate', everything).map(({ name }) => name),
      ],
      can: 'cancel it',
    });
  if (!(await schedules.end(id, 'cancelled')))
    return { notice: `Schedule ${value.number} has already ended. Nothing was changed.` };
  return {
    text: `Canceled schedule ${value.number}: ${plainText(describeWhat(value), 300)}.`,
    audit: { target: `schedule ${value.number}`, outcome: 'cancelled' },
  };
}

function schedulesOf({ records }: ScheduleStore): PersonalData {
  return {
    name: 'schedules',
    async *exportOf(person) {
      for await (const { value } of readEach(records, { where: { person } })) {
        const { number, when, does, place, state, madeAt } = value;
        yield {
          number,
          when: when.kind === 'once' ? new Date(when.at).toISOString() : when.words,
          what: 'line' in does ? does.words : does.text,
          place: place.name,
          state,
          madeAt: new Date(madeAt).toISOString(),
        };
      }
    },
    async deleteOf(person) {
      const all = await readAll(records, { where: { person } });
      for (const { id } of all) await records.remove(id);
      return all.length;
    },
  };
}

const describeAudit: DescribeAudit = ({ outcome, target }) => {
  if (outcome === 'made') return `created ${target}`;
  return outcome === 'cancelled' || outcome === 'canceled' ? `canceled ${target}` : undefined;
};
