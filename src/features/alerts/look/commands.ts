import type { Arguments, Command, Reply, Turn } from '../../../chat/contract';
import { cannotSee, requireEnvironment, requireService } from '../../../core/catalog/refusals';
import { may } from '../../../core/catalog/rights';
import { MissingWordError, UserError } from '../../../core/errors';
import { enumerate, plainText } from '../../../core/text';
import { describeWhen, momentInZone } from '../../../core/time/clock';
import { timeZoneOf } from '../../contract';
import { checkedTarget } from '../../health';
import { act, actsOn, visible } from '../actions';
import type { ActionParts } from '../actions';
import { alertTopic, drawAlert } from '../effects';
import { listAlerts } from './list';
import type { ListFacts } from './list';
import { readSilenceEnd } from '../parse';

/** The typed commands about alerts. */

interface CommandParts extends ActionParts {
  readonly facts: () => Promise<ListFacts>;
  /** The channel that is notified about a service. */
  readonly placeOf: (service: string) => Promise<string | undefined>;
  /** Reads what these connections say now. */
  readonly readNow: (connections: readonly string[]) => Promise<void>;
}

const alertId = { name: 'id', kind: 'word', summary: 'the alert’s number', required: true } as const;
const reason = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' } as const;
export function alertCommands(parts: CommandParts): Command[] {
  return [listCommand(parts), hereCommand(parts), showCommand(parts), checkCommand(parts), ...actCommands(parts)];
}

function listCommand({ deps, facts }: CommandParts): Command {
  return {
    name: 'alert list',
    synonyms: ['alerts', 'problems'],
    phrasings: [
      'which|what alerts are [still] firing',
      'what is alerting|firing',
      'who works on what',
      'problems|alerts of|with {service} [in] [{environment}]',
      'what problems are there [in] [{environment}]',
      'any|open alerts [in] [{environment}]',
      'are there [any] alerts [in] [{environment}]',
    ],
    operation: 'look',
    summary: 'List what is wrong now and who is working on it',
    shows: ['alerts'],
    topic: 'Look',
    arguments: [
      { name: 'service', kind: 'service', summary: 'only this service' },
      { name: 'environment', kind: 'environment', summary: 'only there', keyword: 'in' },
    ],
    examples: ['problems', 'problems shop in production'],
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

function hereCommand({ deps, facts, placeOf }: CommandParts): Command {
  return {
    name: 'alert here',
    synonyms: ['problems here', 'alerts here', 'alert list here'],
    phrasings: ['what is wrong|alerting|firing here'],
    operation: 'look',
    summary: 'List what is wrong with the services of this channel',
    shows: ['alerts'],
    topic: 'Look',
    examples: ['problems here'],
    right: 'view',
    async run(turn) {
      const services = Object.keys(deps.catalog().services);
      const places = await Promise.all(services.map(placeOf));
      const here = services.filter((_, index) => places[index] === turn.place.id);
      if (here.length === 0)
        throw new UserError(
          `No service is set to post its cards in this ${turn.place.kind === 'channel' ? 'channel' : 'chat'}, so there’s nothing to list. To list the problems of all services, type \`problems\`.`,
        );
      const { open, lost } = await facts();
      return listAlerts(
        deps,
        turn,
        { lost, open: open.filter(({ value }) => here.includes(value.service)), about: enumerate(here) },
        {},
      );
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

function checkCommand({ deps, readNow }: CommandParts): Command {
  const { catalog, systems } = deps;
  return {
    name: 'alert check',
    synonyms: ['check', 'recheck'],
    phrasings: ['check {service} again [in] [{environment}]'],
    operation: 'recheck',
    summary: 'Run the monitoring checks of a service now',
    topic: 'Look',
    arguments: [
      { name: 'service', kind: 'service', summary: 'the service', required: true },
      { name: 'environment', kind: 'environment', summary: 'where it runs', keyword: 'in' },
    ],
    examples: ['check shop', 'check shop in production'],
    right: 'view',
    acts: async (_turn, { service, environment }) => [
      { operation: 'recheck', reach: checkedTarget(catalog(), service ?? '', environment) },
    ],
    async run({ person }, { service: named = '', environment: there }) {
      const target = checkedTarget(catalog(), named, there);
      if (!may(catalog(), person.id, 'view', target)) throw cannotSee(catalog(), target);
      const { service, environment } = target;
      const checkers = systems.checkers(service, environment);
      if (checkers.length === 0)
        throw new UserError(
          `${service} in ${environment} can’t be checked on demand. I read every source once a minute; \`problems ${service} in ${environment}\` lists what’s wrong.`,
        );
      await Promise.all(checkers.map((checker) => checker.recheck()));
      await readNow(systems.alerts(service, environment).map(({ connection }) => connection));
      const titles = checkers.map(({ connection }) => systems.titleOf(connection));
      const who = enumerate(titles.map((each) => plainText(each, 40)));
      return {
        text: `**${who} ${checkers.length === 1 ? 'is' : 'are'} checking ${service} in ${environment} now.** Within a minute, \`problems ${service} in ${environment}\` shows the result.`,
        audit: {
          target: `${service} in ${environment}`,
          outcome: 'checked',
          detail: { connection: titles.join(', ') },
        },
      };
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
      acts: (turn, args) => actsOn(parts, turn, args['id'] ?? '', 'acknowledge'),
      async run(turn, { id = '', reason: comment = '' }) {
        const { value } = await act(parts, turn, id, { type: 'acknowledge' }, comment);
        const until = value.acknowledged?.until;
        const now = parts.deps.clock.now();
        const timeZone = await timeZoneOf(parts.deps, turn.person.id);
        const next =
          until === undefined
            ? ''
            : ` Your acknowledgment expires ${describeWhen(until, now, timeZone)}. If the alert is still firing then, acknowledge it again.`;
        return { text: `**You’re working on A-${value.number}.**${next}` };
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
        { ...reason, isNeeded: true },
      ],
      examples: ['alert silence A-101 until 18:00 because the new disk arrives today'],
      right: 'operate',
      acts: (turn, args) => actsOn(parts, turn, args['id'] ?? '', 'silence'),
      run: (turn, args) => silence(parts, turn, args),
    },
  ];
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
      `A silence needs a reason. Nothing was silenced. Type \`alert silence ${plainText(id, 20)} until 18:00 because …\`.`,
    );
  const { value } = await act(parts, turn, id, { type: 'silence', until }, why);
  const end = momentInZone(until, asked.now, asked.timeZone);
  return {
    text: `**A-${value.number} is silenced until ${end}.** Its card stays up to date and will show when the alert is resolved.`,
  };
}
