import { z } from 'zod';
import { defineAction, listTopic } from '../../../chat/contract';
import type { Action, Arguments, Command, Reply, Turn } from '../../../chat/contract';
import { lacksRight, requirePlace } from '../../../core/catalog/refusals';
import { may, namedReach } from '../../../core/catalog/rights';
import type { Target } from '../../../core/catalog/rights';
import { MissingWordError, UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import { describeUnread, readTerm } from '../../../core/time/typed/moment';
import type { Stored } from '../../../store/contract';
import { timeZoneOf } from '../../contract';
import { listMaintenance } from './list';
import type { MaintenanceParts } from './list';
import type { Maintenance } from './workflow';

const reason = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' } as const;
const where = [
  { name: 'service', kind: 'service', summary: 'the service', required: true },
  { name: 'environment', kind: 'environment', summary: 'where it runs', keyword: 'in', required: true },
] as const;

/** The commands about maintenance, and the list that they answer with. */
export function maintenanceCommands(parts: MaintenanceParts): Command[] {
  const { deps } = parts;
  return [
    {
      name: 'alert maintenance',
      synonyms: ['maintenance'],
      operation: 'maintain',
      summary: 'Plan maintenance of a service, with no alerts about it',
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
      summary: 'End a maintenance window early',
      topic: 'Decide',
      arguments: [...where],
      examples: ['alert end maintenance shop in production'],
      right: 'operate',
      async run(turn, args) {
        const target = requireMaintainable(parts, turn, args);
        const current = (await parts.maintenance.planned()).filter(({ value }) => isIn(value, target));
        if (current.length === 0)
          throw new UserError(`${target.service} in ${target.environment} isn’t in maintenance. Nothing was changed.`);
        for (const each of current) await endMaintenance(parts, turn, each);
        return { about: windowsTopic(target), ...(await listMaintenance(parts, turn, target, describeEnd(target))) };
      },
    },
    {
      name: 'alert maintenance windows',
      synonyms: ['maintenance windows'],
      phrasings: ['what is in maintenance', 'is anything|something in maintenance'],
      operation: 'look',
      summary: 'List what is in maintenance, until when, and why',
      shows: ['maintenance'],
      topic: 'Look',
      arguments: [
        { name: 'service', kind: 'service', summary: 'only this service' },
        { name: 'environment', kind: 'environment', summary: 'only there', keyword: 'in' },
      ],
      examples: ['alert maintenance windows', 'alert maintenance windows shop in production'],
      right: 'view',
      run: (turn, args) => listMaintenance(parts, turn, namedReach(deps.catalog(), args)),
    },
  ];
}

/** A place that exists and where this person can plan maintenance. */
function requireMaintainable(
  { deps }: MaintenanceParts,
  { person }: Turn,
  { service = '', environment = '' }: Arguments,
) {
  const catalog = deps.catalog();
  requirePlace(catalog, service, environment, 'nothing was changed');
  if (may(catalog, person.id, 'operate', { service, environment })) return { service, environment };
  throw lacksRight(catalog, {
    ...{ right: 'operate', reach: { service, environment }, act: `plan maintenance of ${service} in ${environment}` },
  });
}

async function beginMaintenance(parts: MaintenanceParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { deps, maintenance } = parts;
  const target = requireMaintainable(parts, turn, args);
  const { service, environment } = target;
  const now = deps.clock.now();
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const { until, unread, reason: why } = readTerm(args, { now, timeZone });
  const example = `\`alert maintenance ${service} in ${environment} for 2h because …\``;
  if (unread || until === undefined)
    throw new UserError(
      describeUnread(unread ?? { problem: 'A maintenance window needs an end' }, 'nothing was changed', example),
    );
  if (why === '')
    throw new MissingWordError('reason', `A maintenance window needs a reason. Nothing was changed. Type ${example}.`);
  const { person, place, correlationId } = turn;
  await maintenance.apply(idFrom('maintenance', correlationId), {
    type: 'plan',
    maintenance: {
      ...{ service, environment, from: now, until, reason: cleanText(why, 200) },
      ...{ by: { id: person.id, name: person.name }, placeId: place.id },
    },
    correlationId,
  });
  return { about: windowsTopic(target), ...(await listMaintenance(parts, turn, target)) };
}

/** The button of a list that ends one maintenance. */
export function endMaintenanceAction(parts: MaintenanceParts): Action {
  const requireCurrent = async (turn: Turn, id: string): Promise<Stored<Maintenance>> => {
    const found = (await parts.maintenance.planned()).find((each) => each.id === id);
    if (!found) throw new UserError('That maintenance has already ended. Nothing was changed.');
    requireMaintainable(parts, turn, { service: found.value.service, environment: found.value.environment });
    return found;
  };
  return defineAction({
    verb: 'alerts.end-maintenance',
    operation: 'maintain',
    input: z.object({ id: z.string().regex(/^[0-9a-f]{32}$/) }),
    async acts(turn, { id }) {
      const { service, environment } = (await requireCurrent(turn, id)).value;
      return [{ operation: 'maintain', reach: { service, environment } }];
    },
    async run(turn, { id }) {
      const found = await requireCurrent(turn, id);
      await endMaintenance(parts, turn, found);
      return { notice: describeEnd(found.value).replaceAll('**', '') };
    },
  });
}

const windowsTopic = ({ service, environment }: Target): string =>
  listTopic(`alert maintenance windows ${service} in ${environment}`, ['maintenance']);

const isIn = (one: Target, other: Target): boolean =>
  one.service === other.service && one.environment === other.environment;

const describeEnd = ({ service, environment }: Target): string =>
  `**Maintenance on ${service} in ${environment} has ended.** People will be notified about alerts that are still firing.`;

async function endMaintenance(
  { deps, maintenance }: MaintenanceParts,
  { person: by, correlationId }: Turn,
  { id, value: { service, environment } }: Stored<Maintenance>,
): Promise<void> {
  await maintenance.apply(id, { type: 'end', by, correlationId });
  deps.logger.info({ service, environment }, 'A maintenance was ended early');
}
