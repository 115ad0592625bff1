import type { ApprovalRule, ApprovalSeat, ApprovalStage, Catalog } from './schema';
import { lookUp } from '../look-up';
import { holdsRoleEverywhere, scopeOfReach, whoHoldsEverywhere } from './rights';
import type { Reach } from './rights';
import { enumerate, plural } from '../text';

/** Who has a say in an approval, stage by stage. Pure functions over rule and catalog. */

/** The stages in order; a rule without any has one, without a name. Empty: nobody has to approve. */
export function stagesOf({ stages, required, role }: ApprovalRule): readonly ApprovalStage[] {
  if (stages) return stages;
  return required === 0 ? [] : [{ name: '', required, role }];
}

/** The rules that an approval has to satisfy: the one it was requested under and the one that holds now; one if they ask the same. */
export function applicableRules(then: ApprovalRule, now: ApprovalRule): readonly ApprovalRule[] {
  return demandsOf(then) === demandsOf(now) ? [now] : [now, then];
}

/** What a rule asks of people, so that two rules can be compared. */
function demandsOf(rule: ApprovalRule): string {
  const { requesterMayApprove, committersMayApprove = true, authorsUnknown = 'strict', escalateTo } = rule;
  const seats = stagesOf(rule).map(({ required, role, group }) => [required, role, group]);
  const barred = [requesterMayApprove, committersMayApprove, committersMayApprove ? '' : authorsUnknown];
  return JSON.stringify([seats, barred, escalateTo?.role, escalateTo?.group]);
}

/** With one more approval than it asks for, in its last stage; a rule that needs no approval stays as it is. */
export function withOneMore(rule: ApprovalRule): ApprovalRule {
  const { stages, required } = rule;
  if (required === 0) return rule;
  const last = (stages?.length ?? 0) - 1;
  return {
    ...rule,
    required: required + 1,
    ...(stages && {
      stages: stages.map((stage, index) => (index === last ? { ...stage, required: stage.required + 1 } : stage)),
    }),
  };
}

/** Whether this person's word counts there; for what was not named, everywhere. */
export function holdsSeat(catalog: Catalog, personId: string, { role, group }: ApprovalSeat, reach: Reach): boolean {
  if (role !== undefined) return holdsRoleEverywhere(catalog, personId, role, scopeOfReach(reach));
  return (lookUp(catalog.groups, group) ?? []).some((key) => lookUp(catalog.people, key)?.id === personId);
}

/** Everybody whose word counts there, in catalog order. */
export function seatHolders(
  catalog: Catalog,
  { role, group }: ApprovalSeat,
  reach: Reach,
): readonly { readonly id: string; readonly name: string }[] {
  if (role !== undefined) return whoHoldsEverywhere(catalog, role, scopeOfReach(reach));
  return (lookUp(catalog.groups, group) ?? []).flatMap((key) => lookUp(catalog.people, key) ?? []);
}

/** `the role approver`, `the group change-board` */
export function describeSeat({ role, group }: ApprovalSeat): string {
  return role === undefined ? `the group ${group}` : `the role ${role}`;
}

/** `1 approval from the role approver, not from who asks`; with stages `1 from the owners, then 2 from the change board`. */
export function ruleSentence(rule: ApprovalRule): string {
  const [first, ...more] = stagesOf(rule);
  if (!first) return 'No approval needed';
  const barred = [
    ...(rule.requesterMayApprove ? [] : ['who asks']),
    ...(rule.committersMayApprove === false ? ['who wrote it'] : []),
  ];
  const notFrom = barred.length === 0 ? '' : `, not from ${enumerate(barred, 'or')}`;
  if (more.length === 0) return `${plural(first.required, 'approval')} from ${describeSeat(first)}${notFrom}`;
  const parts = [first, ...more].map(({ required, name }) => `${required} from ${name}`);
  return `${parts.join(', then ')}${notFrom}`;
}
