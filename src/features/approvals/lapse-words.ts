import { ruleSentence, applicableRules } from '../../core/catalog/approval-rule';
import type { Catalog } from '../../core/catalog';
import type { Approval } from './record';
import { standingOf } from './stage';

/** Why the votes of an approval are not enough any more: a whole sentence in outside text; undefined when they are. Pure. */
export function notEnough(catalog: Catalog, approval: Approval): string | undefined {
  const { stage, rule } = standingOf(catalog, approval);
  if (stage === undefined) return undefined;
  const [last] = [...(approval.lapsed ?? [])].reverse();
  if (last) return `The approval by ${last.person.name} no longer counts: ${last.why}.`;
  return `The rule has changed since it was approved: ${ruleSentence(rule)}.`;
}

/** Whether the rule asks for something else than when it was requested. */
export function hasRuleChanged({ request, ruleNow }: Approval): boolean {
  return applicableRules(request.rule, ruleNow ?? request.rule).length > 1;
}
