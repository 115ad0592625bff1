import type { Turn } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { everything, mayAnywhere, mayEverywhere, wholeService, whoMayEverywhere } from '../../core/catalog/rights';
import type { Scope } from '../../core/catalog/rights';
import { enumerate, plainText } from '../../core/text';
import type { Rule } from './contract';

/** Who may choose what a place or a person hears of. Pure. */

export const isOwn = ({ place }: Turn): boolean => place.kind === 'personal';

/** Everybody chooses for themselves, of what they may see; for a shared place it takes the right to choose where messages go, on all it is about. */
export function refuseOthers(all: Catalog, turn: Turn, scopes: readonly Scope[]): void {
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

/** What one hears oneself is checked again for each message, so something of it is enough to subscribe. */
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
