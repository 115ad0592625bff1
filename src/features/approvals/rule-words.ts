import { ruleSentence, describeSeat } from '../../core/catalog/approval-rule';
import { enumerate, plainText } from '../../core/text';
import { hasRuleChanged } from './lapse-words';
import type { Approval } from './record';
import { authorsGap } from './stage';
import type { Standing } from './stage';

/** The rule of an approval as one fact of its card, with what has changed and what can't be known. Pure. */

const maxNamed = 4;

export function ruleWords(approval: Approval, standing: Standing, deciders: readonly { name: string }[]): string {
  if (approval.request.practice) return 'One approval, in practice from Gavel; elsewhere not from the requester';
  const words = demandWords(standing, deciders);
  const changed = hasRuleChanged(approval)
    ? ' The rule changed after the request; both the old and the new one apply.'
    : '';
  const gap = standing.rule.committersMayApprove === false ? authorsGap(approval.request) : undefined;
  if (gap === undefined) return `${words}${changed && `.${changed}`}`;
  const team = standing.rule.authorsUnknown;
  const then =
    typeof team === 'object' ? `nobody from ${plainText(team.team, 60)} can approve` : 'it needs one more approval';
  return `${words}.${changed} Not every author is known, because ${plainText(gap, 120)}, so ${then}`;
}

function demandWords({ stage, stages, rule }: Standing, deciders: readonly { name: string }[]): string {
  const named = namesOfSome(deciders);
  if (stages.length > 1) return `${plainText(ruleSentence(rule), 300)}${named === '' ? '' : `; now ${named}`}`;
  const count = rule.required === 1 ? 'One approval' : `${rule.required} approvals`;
  const nobody = `nobody yet: no one who can decide has ${plainText(stage ? describeSeat(stage) : rule.role, 60)}`;
  return `${count} from ${named || nobody}${rule.requesterMayApprove ? '' : ', not from the requester'}`;
}

function namesOfSome(deciders: readonly { name: string }[]): string {
  const named = deciders.slice(0, maxNamed).map(({ name }) => plainText(name, 60));
  const more = deciders.length - named.length;
  return enumerate(more > 0 ? [...named, `${more} more`] : named, 'or');
}
