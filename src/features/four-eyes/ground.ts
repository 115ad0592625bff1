import type { Catalog, Right } from '../../core/catalog';
import { lookUp } from '../../core/look-up';
import { doorsOf } from '../../core/operations';
import type { Act } from '../../core/operations';
import { may } from '../../core/catalog/rights';
import type { Command } from '../../chat/contract';
import type { HeldAction } from './record';

/**
 * Why what is held can't be done any more, whoever approves it: a whole sentence in outside text; undefined while it may be. Pure.
 * Whether it may be done then is checked where it is done; this only ends what nobody needs to decide on any more.
 */
export function whyLost(
  catalog: Catalog,
  { covers, person }: Pick<HeldAction, 'covers' | 'person'>,
  commands: readonly Command[],
): string | undefined {
  for (const { operation, reach } of covers) {
    const { service, environment } = reach;
    if (service !== undefined && !lookUp(catalog.services, service))
      return `The catalog no longer has the service ${service}.`;
    if (environment !== undefined && !lookUp(catalog.environments, environment))
      return `The catalog no longer has the environment ${environment}.`;
    if (service !== undefined && environment !== undefined)
      if (!lookUp(catalog.services, service)?.environments.includes(environment))
        return `${service} no longer runs in ${environment}.`;
    const right = rightFor(operation, commands);
    if (right && service !== undefined && environment !== undefined)
      if (!may(catalog, person.id, right, { service, environment }))
        return `${person.name} no longer has the permission ${right} on ${service} in ${environment}.`;
  }
  return undefined;
}

/** What the command that does it asks for; a button asks for the same. */
function rightFor(operation: Act['operation'], commands: readonly Command[]): Right | undefined {
  return commands.find(({ name }) => doorsOf(operation).includes(name))?.right;
}
