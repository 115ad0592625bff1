import type { Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { whoHolds } from '../../core/rights';
import type { ApprovalRequest } from './contract';

/** Who may decide on a request now, in catalog order: the holders of the rule's role there, without the requester where the rule says so. */
export function decidersOf(catalog: Catalog, { rule, target, requester }: ApprovalRequest): Person[] {
  return whoHolds(catalog, rule.role, target).filter(
    (person) => rule.requesterMayApprove || person.id !== requester.id,
  );
}
