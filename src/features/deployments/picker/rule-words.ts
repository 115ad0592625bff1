import type { ApprovalRule, Catalog } from '../../../core/catalog';
import { ruleSentence, seatHolders, stagesOf } from '../../../core/catalog/approval-rule';
import { lookUp } from '../../../core/look-up';
import { enumerate, plainText } from '../../../core/text';
import { describeDuration } from '../../../core/time/words';
import type { Deployment } from '../contract';
import { describeLostRelease } from '../text';

/** `1 approval from the role approver, not yours`, one fact long. */
export function ruleWords(rule: ApprovalRule): string {
  return plainText(ruleSentence(rule).replace('not from who asks', 'not yours'), 300);
}

/** The people whose approval counts first when `requesterId` asks, as words for a `TextBlock` or a fact. */
export function approverNames(
  catalog: Catalog,
  rule: ApprovalRule,
  target: { service: string; environment: string },
  requesterId: string,
): string {
  if (lookUp(catalog.environments, target.environment)?.practice) return 'Gavel, for practice';
  const [first] = stagesOf(rule);
  const people = (first ? seatHolders(catalog, first, target) : []).filter(
    (person) => rule.requesterMayApprove || person.id !== requesterId,
  );
  const names = people.map((person) => plainText(person.name, 60));
  if (names.length === 0) return 'Nobody who can decide yet';
  const authors = rule.committersMayApprove === false ? ', but nobody who wrote part of it' : '';
  return `${enumerate(names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names, 'or')}${authors}`;
}

/** `Watched for 2 min, rolled back if unwell`, or why it could not be. */
export function verificationWords(
  verifyForSeconds: number,
  rollBackAutomatically: boolean,
  noWayBack: Deployment['noWayBack'],
): string {
  const watched = `Watched for ${describeDuration(verifyForSeconds * 1000)}`;
  if (noWayBack) return plainText(`${watched}, but ${describeLostRelease(noWayBack)}`, 300);
  return rollBackAutomatically ? `${watched}, rolled back if unwell` : watched;
}
