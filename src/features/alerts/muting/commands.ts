import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Arguments, Command, Question, Reply, Turn } from '../../../chat/contract';
import { UserError } from '../../../core/errors';
import { describeMoment } from '../../../core/time/clock';
import { describeUnread, readMoment } from '../../../core/time/typed/moment';
import { timeZoneOf } from '../../contract';
import type { Subscriptions } from '../../subscriptions';
import { visible } from '../actions';
import type { ActionParts } from '../actions';
import { silenceChoices } from '../parse';
import { alertLabel } from '../record';
import type { Alert } from '../record';
import { titleOf } from '../text';
import type { AlertMoment } from '../text';

/** Muting one alert in one channel, or for oneself. */

interface MutingParts extends ActionParts {
  readonly subscriptions: Pick<Subscriptions, 'mute' | 'requireMuter'>;
}

export function muteCommand(parts: MutingParts): Command {
  return {
    name: 'alert mute',
    synonyms: ['mute alert'],
    operation: 'subscribe',
    summary: 'Mute an alert in this channel until a time',
    topic: 'Decide',
    arguments: [
      { name: 'id', kind: 'word', summary: 'the alert’s number', required: true },
      {
        ...{ name: 'time', kind: 'moment', keyword: 'until', required: true },
        summary: 'how long, or until when',
      },
      { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' },
    ],
    examples: ['alert mute A-101 until 18:00'],
    right: 'view',
    async acts(turn, { id = '' }) {
      return actsOn((await visible(parts, turn, id)).value);
    },
    run: (turn, { id = '', time = '', reason = '' }: Arguments) => mute(parts, turn, id, { time, reason }),
  };
}

const Id = z.string().regex(/^[0-9a-f]{32}$/);

export function muteAction(parts: MutingParts): Action {
  return defineAction({
    verb: 'alerts.mute',
    operation: 'subscribe',
    acts: async (turn, { id }) => actsOn((await visible(parts, turn, id)).value),
    input: z.object({
      id: Id,
      until: z.enum(['1h', '4h', 'morning']).default('1h'),
      date: z.string().trim().max(100).default(''),
      why: z.string().trim().max(500).default(''),
    }),
    freeText: ['why', 'date'],
    async asks(turn, id) {
      const { value } = await visible(parts, turn, id);
      await parts.subscriptions.requireMuter(turn, subjectOf(value));
      const { clock, systems } = parts.deps;
      const asked = { now: clock.now(), timeZone: await timeZoneOf(parts.deps, turn.person.id), systems };
      return askMute(value, asked, turn.place.kind);
    },
    run: (turn, { id, until, date, why }) => mute(parts, turn, id, { time: date === '' ? until : date, reason: why }),
  });
}

const actsOn = ({ service, environment }: Alert) => [
  { operation: 'subscribe' as const, reach: { service, environment } },
];

async function mute(
  parts: MutingParts,
  turn: Turn,
  idOrNumber: string,
  { time, reason }: { readonly time: string; readonly reason: string },
): Promise<Reply> {
  const { value } = await visible(parts, turn, idOrNumber);
  if (value.resolved) throw new UserError(`${alertLabel(value)} has already been resolved. Nothing was muted.`);
  const now = parts.deps.clock.now();
  const timeZone = await timeZoneOf(parts.deps, turn.person.id);
  const usual = silenceChoices(now, timeZone).find((each) => each.value === time);
  const read = usual ?? readMoment(time, 'until', { now, timeZone });
  if ('problem' in read)
    throw new UserError(describeUnread(read, 'nothing was muted', '`alert mute A-101 until Monday 8:00`'));
  return parts.subscriptions.mute(turn, subjectOf(value), { until: read.at, reason });
}

const subjectOf = (alert: Alert) => ({
  service: alert.service,
  environment: alert.environment,
  alert: alertLabel(alert),
});

/** How long this channel should hear nothing about it. */
function askMute(alert: Alert, { now, timeZone, systems }: AlertMoment, kind: Turn['place']['kind']): Question {
  const who = kind === 'personal' ? 'you get' : kind === 'group' ? 'this chat gets' : 'this channel gets';
  return {
    title: `Mute “${titleOf(alert, systems)}” here?`,
    sentence: `**While it’s muted, ${who} no notifications about it.** Nothing changes for anyone else or at the source.`,
    fields: [
      {
        name: 'until',
        label: 'Mute until',
        value: '1h',
        choices: silenceChoices(now, timeZone).map(({ title, value, at }) => ({
          title: `${title} (${describeMoment(at, now, timeZone)})`,
          value,
        })),
      },
      { name: 'date', label: 'Or until a date and time (optional)' },
      { name: 'why', label: 'Comment (optional)' },
    ],
    go: 'Mute alert',
  };
}
