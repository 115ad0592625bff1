import { DateTime } from 'luxon';
import type { Turn } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { everything, mayAnywhere, mayEverywhere, wholeService, whoMayEverywhere } from '../../core/catalog/rights';
import type { Scope } from '../../core/catalog/rights';
import { enumerate, plainText } from '../../core/text';
import { severities } from './contract';
import type { Digest, Rule, ServiceEvent } from './contract';
import type { Subscriber } from './record';

/** Which events a rule lets through, when a notification may go out, and who chooses what comes to a place. Pure. */

const isAmong = (list: readonly string[], one: string): boolean => list.length === 0 || list.includes(one);

/** Whether a rule lets an event through. */
export function matchesRule(rule: Rule, event: ServiceEvent): boolean {
  return (
    isAmong(rule.services, event.service) &&
    isAmong(rule.environments, event.environment) &&
    (rule.branches.length === 0 || (event.branch !== undefined && rule.branches.includes(event.branch))) &&
    rule.outcomes.includes(event.outcome) &&
    severities.indexOf(event.severity) >= severities.indexOf(rule.severity)
  );
}

/** When a notification about something that happens now may go out; `now` itself when it may at once. What is critical is never kept back. */
export function notifyAt(
  { hours = 'none', zone, digest, digestHour }: Pick<Subscriber, 'hours' | 'zone' | 'digest' | 'digestHour'>,
  now: number,
  critical = false,
): number {
  if (critical) return now;
  const wanted = digest === 'none' ? now : nextDigest(digestHour, now, zone, digest);
  const [from, to] = hours.split('-');
  if (from === undefined || to === undefined) return wanted;
  return isWithinHours(from, to, wanted, zone) ? nextTime(to, wanted, zone) : wanted;
}

function nextDigest(hour: number, after: number, zone: string, digest: Digest): number {
  let moment = nextTime(`${hour}:00`, after, zone);
  // The week begins on Monday.
  while (digest === 'weekly' && DateTime.fromMillis(moment, { zone }).weekday !== 1)
    moment = nextTime(`${hour}:00`, moment, zone);
  return moment;
}

function isWithinHours(from: string, to: string, moment: number, zone: string): boolean {
  const time = DateTime.fromMillis(moment, { zone }).toFormat('HH:mm');
  return from < to ? time >= from && time < to : time >= from || time < to;
}

/** The next time that the clock there shows this. */
function nextTime(time: string, after: number, zone: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const today = DateTime.fromMillis(after, { zone }).set({ hour, minute, second: 0, millisecond: 0 });
  return (today.toMillis() > after ? today : today.plus({ days: 1 })).toMillis();
}

export const isOwn = ({ place }: Turn): boolean => place.kind === 'personal';

/** Everybody chooses for themselves, of what they may see; for a shared place it takes the right to choose where messages go, on all it is about. */
export function requireChooser(all: Catalog, turn: Turn, scopes: readonly Scope[]): void {
  const { id } = turn.person;
  if (
    isOwn(turn)
      ? scopes.every((scope) => maySeeSome(all, id, scope))
      : scopes.every((scope) => mayEverywhere(all, id, 'announce', scope))
  )
    return;
  const right = isOwn(turn) ? 'view' : 'announce';
  const barred = scopes.find((scope) => !mayEverywhere(all, id, right, scope)) ?? everything;
  const who = whoMayEverywhere(all, right, barred).map(({ name }) => plainText(name, 60));
  const about = barred.services === undefined ? 'everything' : plainText(enumerate(barred.services), 80);
  throw new UserError(
    `You can't change ${isOwn(turn) ? 'your notifications' : 'the notifications here'} about ${about}, so nothing was changed. ${who.length > 0 ? `${enumerate(who.slice(0, 4), 'or')} can` : 'Nobody can yet'}; \`access ${right}\` asks for the permission.`,
  );
}

/** What goes to oneself is checked again for each message, so something of it is enough to subscribe. */
function maySeeSome(catalog: Catalog, personId: string, { services = [], environments = [] }: Scope): boolean {
  return mayAnywhere(catalog, personId, 'view', { service: services[0], environment: environments[0] });
}

/** What a subscription touches: a service where it runs, everything for `all`. */
export function scopeFor(catalog: Catalog, service: string, environment?: string): Scope {
  const where = environment === undefined ? {} : { environments: [environment] };
  return service === 'all' ? where : { ...wholeService(catalog, service), ...where };
}

/** All that is subscribed in a place; everything where nothing is, for what is set there holds for all that comes later. */
export function scopesOf(catalog: Catalog, rules: readonly Rule[]): Scope[] {
  if (rules.length === 0) return [everything];
  return rules.flatMap(({ services, environments }) => {
    const where = environments.length === 0 ? [undefined] : environments;
    return (services.length === 0 ? ['all'] : services).flatMap((service) =>
      where.map((environment) => scopeFor(catalog, service, environment)),
    );
  });
}
