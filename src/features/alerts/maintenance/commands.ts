import { z } from 'zod';
import { defineAction, listTopic } from '../../../chat/contract';
import type { Action, Arguments, Command, Reply, Turn } from '../../../chat/contract';
import { lacksRight, requirePlace } from '../../../core/catalog/refusals';
import { may, namedReach } from '../../../core/catalog/rights';
import type { Target } from '../../../core/catalog/rights';
import { MissingWordError, UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import { cleanText, quote } from '../../../core/text';
import { momentInZone } from '../../../core/time/clock';
import { describeUnread, readTerm } from '../../../core/time/typed/moment';
import type { Stored } from '../../../store/contract';
import { timeZoneOf } from '../../contract';
import { listMaintenance } from './list';
import type { MaintenanceParts } from './list';
import { describeElsewhere, nameTargets, quietElsewhere } from './facts';
import type { Maintenance } from './workflow';

const reason = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because', isNeeded: true } as const;
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
      acts: async (turn, args) => {
        const target = requireMaintainable(parts, turn, args);
        return maintains([target, ...(await quietElsewhere(deps, target))]);
      },
      preview: (turn, args) => previewMaintenance(parts, turn, args),
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
      acts: async (turn, args) =>
        maintains((await currentIn(parts, turn, args)).flatMap(({ value }) => reachOf(value))),
      async run(turn, args) {
        const target = requireMaintainable(parts, turn, args);
        const current = await currentIn(parts, turn, args);
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

const reachOf = ({ service, environment, also = [] }: Maintenance): readonly Target[] => [
  { service, environment },
  ...also,
];

const maintains = (all: readonly Target[]) => all.map((reach) => ({ operation: 'maintain' as const, reach }));

/** Whoever plans or ends a maintenance needs the right for everything that is quiet meanwhile. */
function requireElsewhere(
  { deps }: MaintenanceParts,
  { person }: Turn,
  { service, environment }: Target,
  also: readonly Target[],
): void {
  const catalog = deps.catalog();
  const missing = also.find((each) => !may(catalog, person.id, 'operate', each));
  if (!missing) return;
  throw lacksRight(catalog, {
    ...{ right: 'operate', reach: missing, act: `plan maintenance of ${service} in ${environment}` },
    why: `The same hosts or labels are monitored for ${nameTargets([missing])}, so you need the operate permission there, too.`,
  });
}

/** What is in maintenance there; throws if this person can't end it. */
async function currentIn(
  parts: MaintenanceParts,
  turn: Turn,
  args: Arguments,
): Promise<readonly Stored<Maintenance>[]> {
  const target = requireMaintainable(parts, turn, args);
  const current = (await parts.maintenance.planned()).filter(({ value }) => isIn(value, target));
  if (current.length === 0)
    throw new UserError(`${target.service} in ${target.environment} isn’t in maintenance. Nothing was changed.`);
  for (const { value } of current) requireElsewhere(parts, turn, target, value.also ?? []);
  return current;
}

/** What a line would plan; throws if it can't be. */
async function readPlan(parts: MaintenanceParts, turn: Turn, args: Arguments) {
  const { deps } = parts;
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
  const also = await quietElsewhere(deps, target);
  requireElsewhere(parts, turn, target, also);
  return { target, now, timeZone, until, reason: cleanText(why, 200), also };
}

async function previewMaintenance(parts: MaintenanceParts, turn: Turn, args: Arguments): Promise<string> {
  const { target, now, timeZone, until, reason: why, also } = await readPlan(parts, turn, args);
  const { service, environment } = target;
  const planned = `Starts maintenance of ${service} in ${environment} now, until ${momentInZone(until, now, timeZone)}. Nobody will be notified about its alerts. Reason: ${quote(why)}.`;
  return [planned, describeElsewhere(also)].filter((each) => each !== '').join(' ');
}

async function beginMaintenance(parts: MaintenanceParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { target, now, until, reason: why, also } = await readPlan(parts, turn, args);
  const { person, place, correlationId } = turn;
  await parts.maintenance.apply(idFrom('maintenance', correlationId), {
    type: 'plan',
    maintenance: {
      ...{ ...target, from: now, until, reason: why },
      ...{ by: { id: person.id, name: person.name }, placeId: place.id },
      ...(also.length > 0 && { also }),
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
    const { service, environment, also = [] } = found.value;
    const target = requireMaintainable(parts, turn, { service, environment });
    requireElsewhere(parts, turn, target, also);
    return found;
  };
  return defineAction({
    verb: 'alerts.end-maintenance',
    operation: 'maintain',
    input: z.object({ id: z.string().regex(/^[0-9a-f]{32}$/) }),
    async acts(turn, { id }) {
      return maintains(reachOf((await requireCurrent(turn, id)).value));
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
  `**Maintenance of ${service} in ${environment} has ended.** I’ll notify people about each of its alerts that is still firing.`;

async function endMaintenance(
  { deps, maintenance }: MaintenanceParts,
  { person: by, correlationId }: Turn,
  { id, value: { service, environment } }: Stored<Maintenance>,
): Promise<void> {
  await maintenance.apply(id, { type: 'end', by, correlationId });
  deps.logger.info({ service, environment }, 'A maintenance was ended early');
}
