import type { Arguments, Command, Reply, Turn } from '../../../chat/contract';
import { lacksRight, requireEnvironment, requirePlace, requireService } from '../../../core/catalog/refusals';
import { may } from '../../../core/catalog/rights';
import { MissingWordError, UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import { cleanText, plainText, withFullStop } from '../../../core/text';
import { momentInZone } from '../../../core/time/clock';
import { describeUnread, readTerm } from '../../../core/time/typed/moment';
import { timeZoneOf } from '../../contract';
import { act, visible } from '../actions';
import type { ActionParts } from '../actions';
import { alertTopic, drawAlert } from '../effects';
import { listAlerts } from './list';
import type { ListFacts } from './list';
import type { MaintenanceStore } from '../maintenance/store';
import { readSilenceEnd } from '../parse';

/** The typed commands about alerts. */

interface CommandParts extends ActionParts {
  readonly maintenance: MaintenanceStore;
  readonly facts: () => Promise<ListFacts>;
}

const alertId = { name: 'id', kind: 'word', summary: 'the alert’s number', required: true } as const;
const reason = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' } as const;
const where = [
  { name: 'service', kind: 'service', summary: 'the service', required: true },
  { name: 'environment', kind: 'environment', summary: 'where it runs', keyword: 'in', required: true },
] as const;

export function alertCommands(parts: CommandParts): Command[] {
  return [listCommand(parts), showCommand(parts), ...actCommands(parts), ...maintenanceCommands(parts)];
}

function listCommand({ deps, facts }: CommandParts): Command {
  return {
    name: 'alert list',
    synonyms: ['alerts', 'problems'],
    phrasings: ['which|what alerts are [still] firing', 'what is alerting|firing', 'who works on what'],
    operation: 'look',
    summary: 'List what is wrong now and who works on it',
    shows: ['alerts'],
    topic: 'Look',
    arguments: [
      { name: 'service', kind: 'service', summary: 'only this service' },
      { name: 'environment', kind: 'environment', summary: 'only there', keyword: 'in' },
    ],
    examples: ['alert list', 'alert list shop in production'],
    right: 'view',
    async run(turn, { service, environment }) {
      const catalog = deps.catalog();
      if (service !== undefined) requireService(catalog, service);
      if (environment !== undefined) requireEnvironment(catalog, environment);
      const reach = { ...(service !== undefined && { service }), ...(environment !== undefined && { environment }) };
      return listAlerts(deps, turn, await facts(), reach);
    },
  };
}

function showCommand(parts: CommandParts): Command {
  return {
    name: 'alert show',
    operation: 'look',
    summary: 'Show an alert',
    topic: 'Look',
    arguments: [alertId],
    examples: ['alert show A-101'],
    right: 'view',
    async run(turn, { id = '' }) {
      const found = await visible(parts, turn, id);
      return { ...(await drawAlert(parts, found, undefined)), about: alertTopic(found.id) };
    },
  };
}

function actCommands(parts: CommandParts): Command[] {
  return [
    {
      name: 'alert acknowledge',
      synonyms: ['acknowledge', 'ack'],
      operation: 'acknowledge',
      summary: 'Say that you’re working on an alert',
      topic: 'Decide',
      arguments: [alertId, reason],
      examples: ['alert acknowledge A-101', 'alert acknowledge A-101 because the disk is on its way'],
      right: 'operate',
      acts: (turn, args) => actsOn(parts, turn, args, 'acknowledge'),
      async run(turn, { id = '', reason: comment = '' }) {
        const { value } = await act(parts, turn, id, { type: 'acknowledge' }, comment);
        return { text: `**You’re working on A-${value.number}.** In 4 h, Gavel asks again.` };
      },
    },
    {
      name: 'alert silence',
      synonyms: ['silence'],
      operation: 'silence',
      summary: 'Stop notifications about an alert until a time',
      topic: 'Decide',
      arguments: [
        alertId,
        { name: 'time', kind: 'moment', summary: 'until when', keyword: 'until', required: true },
        reason,
      ],
      examples: ['alert silence A-101 until 18:00 because the new disk comes today'],
      right: 'operate',
      acts: (turn, args) => actsOn(parts, turn, args, 'silence'),
      run: (turn, args) => silence(parts, turn, args),
    },
  ];
}

async function actsOn(parts: CommandParts, turn: Turn, { id = '' }: Arguments, operation: 'acknowledge' | 'silence') {
  const { service, environment } = (await visible(parts, turn, id)).value;
  return [{ operation, reach: { service, environment } }];
}

async function silence(
  parts: CommandParts,
  turn: Turn,
  { id = '', time = '', reason: why = '' }: Arguments,
): Promise<Reply> {
  const { deps } = parts;
  const asked = { now: deps.clock.now(), timeZone: await timeZoneOf(deps, turn.person.id) };
  const until = readSilenceEnd(time, asked);
  if (why.trim() === '')
    throw new MissingWordError(
      'reason',
      `A silence needs a reason. Nothing was silenced. Write \`alert silence ${plainText(id, 20)} until 18:00 because …\`.`,
    );
  const { value } = await act(parts, turn, id, { type: 'silence', until }, why);
  const end = momentInZone(until, asked.now, asked.timeZone);
  return { text: `**A-${value.number} is silenced until ${end}.** Its card stays current, and its end is still told.` };
}

function maintenanceCommands(parts: CommandParts): Command[] {
  const { deps, maintenance } = parts;
  return [
    {
      name: 'alert maintenance',
      synonyms: ['maintenance'],
      operation: 'maintain',
      summary: 'Plan maintenance, without notifications about a service',
      topic: 'Decide',
      arguments: [
        ...where,
        { name: 'time', kind: 'moment', summary: 'how long, or until when', keyword: 'for', required: true },
        reason,
      ],
      examples: ['alert maintenance shop in production for 2h because the database moves'],
      right: 'operate',
      run: (turn, args) => beginMaintenance(parts, turn, args),
    },
    {
      name: 'alert end maintenance',
      synonyms: ['end maintenance'],
      operation: 'maintain',
      summary: 'End a maintenance early',
      topic: 'Decide',
      arguments: [...where],
      examples: ['alert end maintenance shop in production'],
      right: 'operate',
      async run(turn, args) {
        const target = targetOf(parts, turn, args);
        const { service, environment } = target;
        const current = (await maintenance.planned()).filter(
          ({ value }) => value.service === service && value.environment === environment,
        );
        if (current.length === 0)
          throw new UserError(`${service} in ${environment} isn’t in maintenance. Nothing was changed.`);
        const { person: by, correlationId } = turn;
        for (const { id } of current) await maintenance.apply(id, { type: 'end', by, correlationId });
        deps.logger.info({ service, environment }, 'A maintenance was ended early');
        return { text: `**Maintenance of ${service} in ${environment} has ended.** What still fires is notified now.` };
      },
    },
  ];
}

function targetOf({ deps }: CommandParts, { person }: Turn, { service = '', environment = '' }: Arguments) {
  const catalog = deps.catalog();
  requirePlace(catalog, service, environment, 'nothing was changed');
  if (may(catalog, person.id, 'operate', { service, environment })) return { service, environment };
  throw lacksRight(catalog, {
    ...{ right: 'operate', reach: { service, environment }, act: `plan maintenance of ${service} in ${environment}` },
  });
}

async function beginMaintenance(parts: CommandParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { deps, maintenance } = parts;
  const target = targetOf(parts, turn, args);
  const { service, environment } = target;
  const now = deps.clock.now();
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const { until, unread, reason: why } = readTerm(args, { now, timeZone });
  const example = `\`alert maintenance ${service} in ${environment} for 2h because …\``;
  if (unread || until === undefined)
    throw new UserError(
      describeUnread(unread ?? { problem: 'A maintenance needs an end' }, 'nothing was changed', example),
    );
  if (why === '')
    throw new MissingWordError('reason', `A maintenance needs a reason. Nothing was changed. Write ${example}.`);
  const { person, place, correlationId } = turn;
  await maintenance.apply(idFrom('maintenance', correlationId), {
    type: 'plan',
    maintenance: {
      ...{ service, environment, from: now, until, reason: cleanText(why, 200) },
      ...{ by: { id: person.id, name: person.name }, placeId: place.id },
    },
    correlationId,
  });
  return {
    text: `**${service} in ${environment} is in maintenance until ${momentInZone(until, now, timeZone)}**: ${withFullStop(plainText(why, 200))} Until then, nobody is notified about its alerts; what still fires then is notified once.`,
  };
}
