import type { Turn } from '../../chat/contract';
import type { Bound, Ticket, TicketTracker } from '../../connectors/contract';
import type { Right } from '../../core/catalog';
import { lacksRight } from '../../core/catalog/refusals';
import { may } from '../../core/catalog/rights';
import { UserError, ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { describeOutage } from '../../core/outage';
import { plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import type { TicketRecord } from './contract';

/** Where tickets are, and who may do what with them. */

type Parts = Pick<FeatureDependencies, 'catalog' | 'systems'>;

/** Where the tickets of a service are kept. */
interface TrackerThere {
  readonly environment: string;
  readonly tracker: Bound<TicketTracker>;
}

/** The tracker of a service in this environment, or in the first where this person has the right; undefined if there is none. */
function trackerFor(
  { catalog, systems }: Parts,
  personId: string,
  right: Right,
  { service, environment }: { readonly service: string; readonly environment?: string | undefined },
): TrackerThere | undefined {
  const { environments = [] } = lookUp(catalog().services, service) ?? {};
  for (const each of environment === undefined ? environments : [environment]) {
    const tracker = systems.tickets(service, each);
    if (tracker && may(catalog(), personId, right, { service, environment: each }))
      return { environment: each, tracker };
  }
  return undefined;
}

/** Every place where this person may open tickets, service by service. */
export function placesToOpen(
  parts: Parts,
  personId: string,
): { readonly service: string; readonly environments: readonly string[] }[] {
  return Object.entries(parts.catalog().services).flatMap(([service, { environments }]) => {
    const open = environments.filter((environment) => trackerFor(parts, personId, 'deploy', { service, environment }));
    return open.length > 0 ? [{ service, environments: open }] : [];
  });
}

/** As `trackerFor`; throws `UserError` if there is none, and `RefusalError` if this person lacks the right. */
export function requireTracker(
  parts: Parts,
  { person }: Pick<Turn, 'person'>,
  right: 'view' | 'deploy',
  target: { readonly service: string; readonly environment?: string | undefined },
): TrackerThere {
  const found = trackerFor(parts, person.id, right, target);
  if (found) return found;
  const { service, environment } = target;
  const { environments = [] } = lookUp(parts.catalog().services, service) ?? {};
  const exists = (environment === undefined ? environments : [environment]).some((each) =>
    parts.systems.tickets(service, each),
  );
  if (!exists)
    throw new UserError(
      `${plainText(service, 60)}${environment === undefined ? '' : ` in ${plainText(environment, 40)}`} isn’t linked to a ticket tool. An administrator can add a \`tickets\` binding to the catalog.`,
    );
  throw lacksRight(parts.catalog(), {
    right,
    reach: { service, ...(environment !== undefined && { environment }) },
    act: right === 'view' ? `view tickets of ${service}` : `work on tickets of ${service}`,
  });
}

/** Whether this person may see the ticket. */
export function maySeeTicket({ catalog }: Pick<Parts, 'catalog'>, personId: string, record: TicketRecord): boolean {
  const { service, environment, requester } = record;
  return requester?.id === personId || may(catalog(), personId, 'view', { service, environment });
}

/** Whether this person may open it, comment on it and move it. */
export function mayWorkOn({ catalog }: Pick<Parts, 'catalog'>, personId: string, record: TicketRecord): boolean {
  const { service, environment } = record;
  return may(catalog(), personId, 'deploy', { service, environment });
}

/** Throws `RefusalError` unless this person may work on it. */
export function requireWorkOn(
  parts: Pick<Parts, 'catalog'>,
  personId: string,
  record: TicketRecord,
  act: string,
): void {
  if (mayWorkOn(parts, personId, record)) return;
  const { service, environment } = record;
  throw lacksRight(parts.catalog(), { right: 'deploy', reach: { service, environment }, act });
}

/** A ticket of the tool, with where it is. */
export interface MetTicket extends TrackerThere {
  readonly service: string;
  readonly ticket: Ticket;
}

/** Whether the words are the id of a ticket that this person can look for. */
export function couldBeId(parts: Parts, personId: string, typed: string, service: string | undefined): boolean {
  return seenTrackers(parts, personId, service).some(({ tracker }) => tracker.readId(typed) !== undefined);
}

/** The ticket with this id; several if it could be one of several services. Throws `UserError` if a tool doesn't answer. */
export async function findInTools(
  parts: Parts,
  personId: string,
  typed: string,
  service: string | undefined,
): Promise<readonly MetTicket[]> {
  const looked = seenTrackers(parts, personId, service).flatMap((each) => {
    const id = each.tracker.readId(typed);
    return id === undefined ? [] : [{ ...each, id }];
  });
  const found = await Promise.all(
    looked.slice(0, 20).map(async ({ id, ...there }): Promise<MetTicket[]> => {
      const ticket = await readTicketOf(parts, there.tracker, id);
      return ticket ? [{ ...there, ticket }] : [];
    }),
  );
  return found.flat();
}

/** Reads it. Throws `UserError` if the tool doesn't answer. */
async function readTicketOf(
  { systems }: Parts,
  tracker: Bound<TicketTracker>,
  id: string,
): Promise<Ticket | undefined> {
  try {
    return await tracker.read(id);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const { is, again } = describeOutage(error);
    throw new UserError(`${plainText(systems.titleOf(tracker.connection), 40)} ${is}. Try again ${again}.`);
  }
}

/** One for each service: its environments usually share a tracker. */
function seenTrackers(parts: Parts, personId: string, only: string | undefined) {
  const services = only === undefined ? Object.keys(parts.catalog().services) : [only];
  return services.flatMap((service) => {
    const there = trackerFor(parts, personId, 'view', { service });
    return there ? [{ service, ...there }] : [];
  });
}
