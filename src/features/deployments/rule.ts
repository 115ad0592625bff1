import type { ApprovalRule } from '../../core/catalog';
import { plural } from '../../core/text';

/** `It needs 1 approval by role approver.` */
export function approvalWords(rule: ApprovalRule | undefined): string {
  if (!rule || rule.required === 0) return 'It needs no approval.';
  return `It needs ${ruleFact(rule)}.`;
}

/** `1 approval by role approver, not by who asked` */
export function ruleFact(rule: ApprovalRule): string {
  if (rule.required === 0) return 'no approval';
  return `${plural(rule.required, 'approval')} by role ${rule.role}${rule.requesterMayApprove ? '' : ', not by who asked'}`;
}
