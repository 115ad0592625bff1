import type { ApprovalRule, Catalog } from '../../../core/catalog';
import { whoHolds } from '../../../core/rights';
import { listWords, plainText, plural } from '../../../core/text';
import { durationWords } from '../../../core/time-words';

/** `1 approval from role approver, not yours`, one fact long. */
export function ruleWords(rule: ApprovalRule): string {
  if (rule.required === 0) return 'No approval needed';
  const own = rule.requesterMayApprove ? '' : ', not yours';
  return `${plural(rule.required, 'approval')} from role ${rule.role}${own}`;
}

/** The people whose approval counts when `requesterId` asks, as words for a `TextBlock` or a fact. */
export function approverNames(
  catalog: Catalog,
  rule: ApprovalRule,
  target: { service: string; environment: string },
  requesterId: string,
): string {
  const people = whoHolds(catalog, rule.role, target).filter(
    (person) => rule.requesterMayApprove || person.id !== requesterId,
  );
  const names = people.map((person) => plainText(person.name, 60));
  if (names.length === 0) return 'Nobody holds that role yet';
  return listWords(names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names, 'or');
}

/** `Watched for 2 min, rolled back by itself if unwell` */
export function verificationWords(verifyForSeconds: number, rollBackAutomatically: boolean): string {
  const watched = `Watched for ${durationWords(verifyForSeconds * 1000)}`;
  return rollBackAutomatically ? `${watched}, rolled back if unwell` : watched;
}
