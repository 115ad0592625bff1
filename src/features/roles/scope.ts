import type { Arguments, Turn } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { lookUp } from '../../core/look-up';
import { mayEverywhere } from '../../core/catalog/rights';
import type { Scope } from '../../core/catalog/rights';
import { enumerate, plainText } from '../../core/text';
import { readTerm, describeUnread } from '../../core/time/typed/term';
import type { Term } from '../../core/time/typed/term';
import { describeMoment } from '../../core/time/words';
import type { FeatureDependencies } from '../contract';
import { timeZoneOf } from '../time-zone';
import { notThereError, requireService, unknownName } from '../../core/catalog/unknown-names';
import type { LedgerRefusal } from './life';
import { scopeWords } from './words';

/** What is typed behind a command about rights, checked against the catalog; and why something is refused. */

const all = /^(all|every|everything|everywhere|any)$/;

/** The named service and environment; without a name all of them. */
export function scopeOf({ services, environments }: Catalog, { service, environment }: Arguments): Scope {
  const named = { service: all.test(service ?? '') ? undefined : service, environment };
  if (all.test(environment ?? '')) named.environment = undefined;
  if (named.service !== undefined) requireService({ services }, named.service, 'nothing was changed');
  const there = named.service === undefined ? Object.keys(environments) : lookUp(services, named.service)?.environments;
  if (named.environment !== undefined && !there?.includes(named.environment))
    throw named.service === undefined
      ? unknownName('environment', named.environment, there ?? [], 'nothing was changed')
      : notThereError(named.service, named.environment, there ?? [], 'nothing was changed');
  return {
    ...(named.service !== undefined && { services: [named.service] }),
    ...(named.environment !== undefined && { environments: [named.environment] }),
  };
}

/** Until when, by the clock of whoever says it, and why. */
export async function termOf(
  deps: FeatureDependencies,
  { person }: Turn,
  args: Arguments,
): Promise<Term & { readonly timeZone: string }> {
  const timeZone = await timeZoneOf(deps, person.id);
  const term = readTerm(args, { now: deps.clock.now(), timeZone });
  if (!term.unread) return { ...term, timeZone };
  const examples = '`until Friday` or `for 7 days`, and then `because …`';
  throw new UserError(describeUnread(term.unread, 'nothing was changed', examples));
}

/** One sentence for whoever may not change that. */
export function refusalWords(
  refusal: LedgerRefusal,
  catalog: Catalog,
  role: string,
  scope: Scope,
  now: number,
): string {
  const there = scopeWords(scope);
  switch (refusal.refusal) {
    case 'no such role':
      return noRoleWords(catalog, role);
    case 'not an admin there':
      return `You are no admin ${there}, so nothing was changed. ${givers(catalog, scope)}`;
    case 'more than you have':
      return `The role ${plainText(role)} allows \`${refusal.lacking.join('`, `')}\`, which you may not do ${there} yourself, so nothing was changed.`;
    case 'longer than you have':
      return `Your own right to give that ends ${describeMoment(refusal.until, now, catalog.timeZone)}, so nothing was changed. Give it until then at the latest.`;
    case 'full':
      return 'A thousand rights are granted in chat, which is all I keep, so nothing was changed. Put some of them in the catalog file.';
    case 'nothing to revoke':
      return `They do not hold ${plainText(role)} ${there}, so nothing was changed. \`who can\` shows who may do what.`;
    case 'stands in the file':
      return `The catalog file or the settings give them ${plainText(role)} there, and chat changes neither, so nothing was changed. Take it out of \`grants\` in the file; I read it at once.`;
    case 'reaches further':
      return `They hold ${plainText(role)} by one grant ${scopeWords(refusal.grant)}, so nothing was changed. Revoke all of it, then grant what is to stay.`;
    case 'last admin':
      return 'Nobody would be an admin there any more, so nothing was changed. Make somebody else an admin first, without an end.';
  }
}

export function noRoleWords({ roles }: Pick<Catalog, 'roles'>, role: string, builtIn: readonly string[] = []): string {
  const names = [...new Set([...builtIn, ...Object.keys(roles)])];
  return `There is no role ${plainText(role, 40)}, so nothing was changed. Write \`roles\` to see ${names.length > 0 ? enumerate(names, 'and') : 'all of them'}.`;
}

/** `Ada Admin can.` */
export function givers(catalog: Catalog, scope: Scope): string {
  const names = Object.values(catalog.people)
    .filter(({ id }) => mayEverywhere(catalog, id, 'admin', scope))
    .map(({ name }) => plainText(name, 60));
  return names.length === 0 ? 'Nobody is.' : `${enumerate(names.slice(0, 4), 'or')} can.`;
}
