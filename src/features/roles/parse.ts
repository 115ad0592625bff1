import type { Arguments, ArgumentSpec, Command, Turn } from '../../chat/contract';
import { builtInRoles, rights } from '../../core/catalog';
import type { Catalog, Right } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { scopeOfReach } from '../../core/catalog/rights';
import type { Scope } from '../../core/catalog/rights';
import { readTerm, describeUnread } from '../../core/time/typed/moment';
import type { Term } from '../../core/time/typed/moment';
import type { FeatureDependencies } from '../contract';
import { timeZoneOf } from '../contract';
import { requireEnvironment, requirePlace, requireService } from '../../core/catalog/refusals';

/** What is typed behind a command about rights, checked against the catalog. */

/** All roles there are, those of Gavel first. */
export function roleNames({ roles }: Pick<Catalog, 'roles'>): string[] {
  return [...new Set([...Object.keys(builtInRoles), ...Object.keys(roles)])];
}

export const whereArguments: readonly ArgumentSpec[] = [
  { name: 'service', kind: 'service', summary: 'on which service; all without', keyword: 'on' },
  { name: 'environment', kind: 'environment', summary: 'in which environment; all without', keyword: 'in' },
];
export const reasonArgument: ArgumentSpec = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' };
export const termArguments: readonly ArgumentSpec[] = [
  { name: 'time', kind: 'moment', summary: 'until when', keyword: 'until' },
  reasonArgument,
];

/** A right by its own name or by that of a command; else a role. */
export function rightNamed(
  catalog: Catalog,
  commands: readonly Command[],
  said: string,
): Right | { readonly role: string } | undefined {
  const word = said.toLowerCase();
  const right = rights.find((each) => each === word);
  if (right) return right;
  if (roleNames(catalog).includes(word)) return { role: word };
  return commands.find(({ name, synonyms = [] }) => name === word || synonyms.includes(word))?.right;
}

/** The named service and environment; without a name all of them. */
export function scopeOf(catalog: Catalog, args: Arguments): Scope {
  const [service, environment] = [args['service'], args['environment']].map((name = '') =>
    /^(|all|every|everything|everywhere|any)$/.test(name) ? undefined : name,
  );
  const undone = 'nothing was changed';
  if (service !== undefined) requireService(catalog, service, undone);
  if (environment !== undefined && service === undefined) requireEnvironment(catalog, environment, undone);
  else if (environment !== undefined && service !== undefined) requirePlace(catalog, service, environment, undone);
  return scopeOfReach({ service, environment });
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
