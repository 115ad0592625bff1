import type { Command } from '../../chat/contract';
import type { ApprovalRule, Catalog } from '../../core/catalog';
import { may } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import { doorsOf, isMarkedBy, secondApprovalMark } from '../../core/operations';
import type { Act } from '../../core/operations';
import type { SecondApproval } from './workflow';

/** Which gate the catalog requires, and what makes it unnecessary. Pure. */

export type GateMark =
  | { readonly kind: 'confirm'; readonly expiresAfterMs: number }
  | {
      readonly kind: 'four-eyes';
      readonly rule: ApprovalRule;
      /** The acts that the rule covers, and the others. */
      readonly covers: readonly Act[];
      readonly others: readonly Act[];
    };

/** The confirmation that these acts need; of several marks, the one that expires first. */
export function confirmationFor({ confirm }: Catalog, acts: readonly Act[]): GateMark | undefined {
  const seconds = confirm
    .filter((mark) => acts.some((act) => isMarkedBy(mark, act)))
    .map(({ expiresAfterSeconds }) => expiresAfterSeconds);
  return seconds.length === 0 ? undefined : { kind: 'confirm', expiresAfterMs: Math.min(...seconds) * 1_000 };
}

/** The second approval that any of these acts needs, by the first rule that covers one of them. */
export function secondApprovalFor(
  catalog: Catalog,
  acts: readonly Act[],
): Extract<GateMark, { kind: 'four-eyes' }> | undefined {
  const mark = secondApprovalMark(catalog, acts);
  if (!mark) return undefined;
  const isCovered = (act: Act): boolean => isMarkedBy(mark, act);
  return {
    kind: 'four-eyes',
    rule: mark.approval,
    covers: acts.filter(isCovered),
    others: acts.filter((act) => !isCovered(act)),
  };
}

/**
 * Why the held act can't be done anymore, whoever approves it: a complete sentence of outside text; undefined while it can. Whether it is allowed is
 * checked when it is done; this only ends questions that nobody has to decide anymore.
 */
export function findObstacle(
  catalog: Catalog,
  { covers, person }: Pick<SecondApproval, 'covers' | 'person'>,
  commands: readonly Command[],
): string | undefined {
  for (const { operation, reach } of covers) {
    const { service, environment } = reach;
    if (service !== undefined && !lookUp(catalog.services, service))
      return `The ${service} service is no longer in the catalog.`;
    if (environment !== undefined && !lookUp(catalog.environments, environment))
      return `The ${environment} environment is no longer in the catalog.`;
    if (service === undefined || environment === undefined) continue;
    if (!lookUp(catalog.services, service)?.environments.includes(environment))
      return `${service} no longer runs in ${environment}.`;
    // A button needs the same right as the command with the same operation.
    const right = commands.find(({ name }) => doorsOf(operation).includes(name))?.right;
    if (right && !may(catalog, person.id, right, { service, environment }))
      return `${person.name} no longer has the ${right} permission for ${service} in ${environment}.`;
  }
  return undefined;
}
