import type { Catalog, Right } from './schema';
import { UserError } from '../errors';
import { mayEverywhere, whoMayEverywhere } from './rights';
import type { Scope } from './rights';
import { enumerate, plainText } from '../text';

/**
 * Throws a `UserError` unless this person may do it everywhere in the scope, and names who can.
 * `what` completes "You can't …" and `where` "You need `right` for …".
 */
export function requireEverywhere(
  catalog: Catalog,
  personId: string,
  { right, scope, what, where }: { right: Right; scope: Scope; what: string; where: string },
): void {
  if (mayEverywhere(catalog, personId, right, scope)) return;
  const able = whoMayEverywhere(catalog, right, scope).map(({ name }) => plainText(name, 60));
  const who = able.length > 0 ? `${enumerate(able.slice(0, 4), 'or')} can.` : 'Nobody in the catalog can.';
  throw new UserError(
    `You can't ${what}, so nothing was changed: that needs the permission \`${right}\` for ${where}. ${who}`,
  );
}

/** Completes "for …" where something acts on everything. */
export const everywhereWords = 'every service in every environment';
