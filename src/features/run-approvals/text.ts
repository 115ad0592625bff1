import { capitalize, enumerate, plainText, withFullStop } from '../../core/text';
import { describeMoment, describeWhen } from '../../core/time/clock';
import type { DescribeAudit } from '../../chat/contract';
import { lookUp } from '../../core/keys';
import type { RunApproval } from './contract';

/** Sentences about steps that wait in an outside system. Outside text is escaped. */

interface View {
  /** What people call the tool, escaped. */
  readonly tool: string;
  readonly now: number;
  readonly timeZone: string;
}

/** `Pay refunds: Pay 16 refunds`: outside text, not escaped. */
export function titleOf({ title, name }: Pick<RunApproval, 'title' | 'name'>): string {
  return name === '' || name === title ? title : `${title}: ${name}`;
}

/** How it is, for its card; undefined while Gavel's people have to decide. */
export function describeRunApproval(approval: RunApproval, view: View): string | undefined {
  const { state, stateSince, decision, whyNot, end = {}, triedAt, looks = 0, expiresAt } = approval;
  const { tool, now, timeZone } = view;
  const when = describeWhen(stateSince, now, timeZone);
  const what = decision?.approves ? 'approval' : 'rejection';
  switch (state) {
    case 'waiting':
      return whyNot === undefined
        ? undefined
        : `**Waiting for a decision in ${tool}.** It can’t be made through Gavel. ${withFullStop(plainText(whyNot, 300))}`;
    case 'deciding':
      return triedAt !== undefined && looks > 0
        ? `**${describeDecision(decision)}.** Gavel doesn’t know yet whether ${tool} received the ${what}, and will keep checking.`
        : `**${describeDecision(decision)}.** Gavel is sending the ${what} to ${tool}.`;
    case 'approved':
      return `**${describeDecision(decision)}** ${when}. The run continues in ${tool}.`;
    case 'rejected':
      return `**${describeDecision(decision)}** ${when}. Gavel sent the ${what} to ${tool}.`;
    case 'decided there':
      return describeDecidedThere(approval, view);
    case 'expired':
      return `**No decision was made by ${describeMoment(expiresAt, now, timeZone)}**, so the request expired.`;
    case 'ended':
      return `**The run ended ${when}, before the decision counted.** ${withFullStop(capitalize(plainText(end.reason ?? '', 300)))}`;
    case 'refused':
      return `**${tool} refused the decision from Gavel.** Someone still has to decide in ${tool}.`;
    case 'unsent':
      return `**The decision didn’t reach ${tool}.** ${withFullStop(plainText(end.reason ?? '', 300))} Someone has to decide again, on a new card.`;
  }
}

function describeDecision(decision: RunApproval['decision']): string {
  const names = enumerate((decision?.by ?? []).map(({ name }) => plainText(name, 60)));
  return `${decision?.approves ? 'Approved' : 'Rejected'} by ${names === '' ? 'nobody' : names}`;
}

function describeDecidedThere({ end = {}, stateSince }: RunApproval, { tool, now, timeZone }: View): string {
  const { by, at, approves, comment } = end;
  const word = approves === undefined ? 'Decided' : approves ? 'Approved' : 'Rejected';
  const who = by === undefined ? `, which doesn’t say by whom` : ` by ${plainText(by, 60)}`;
  const why = comment === undefined || comment === '' ? '' : ` They wrote: “${plainText(comment, 300)}”.`;
  // Not every tool says when it was, and Gavel may have seen it much later.
  const when =
    at === undefined
      ? `, sometime before ${describeMoment(stateSince, now, timeZone)}`
      : ` ${describeWhen(at, now, timeZone)}`;
  return `**${word} in ${tool}${who}**${when}.${why}`;
}

const maxComment = 900;

/** What the tool keeps with the decision: who made it, where it can be found, and why. Outside text, one line. */
export function commentFor({ approves, by, words }: NonNullable<RunApproval['decision']>, label: string): string {
  const names = enumerate(by.map(({ name }) => name));
  const why = words === '' ? '' : `: ${words}`;
  return `${approves ? 'Approved' : 'Rejected'} by ${names} in Gavel (${label})${why}`
    .replace(/\s+/g, ' ')
    .slice(0, maxComment);
}

/** `sent the approval of local/pay-refunds to its tool (A-1b2c3d)`: the lines of the audit log about how it ended. */
export const describeRunApprovalAudit: DescribeAudit = ({ what, target, outcome }) => {
  if (what !== 'run-approvals.end') return undefined;
  const [, label = target, address = 'a pipeline'] = /^(A-\S+) (.+)$/.exec(target) ?? [];
  return lookUp(sentences, outcome)?.(`${address} (${label})`);
};

const sentences: Readonly<Record<string, (run: string) => string>> = {
  approved: (run) => `sent the approval of ${run} to its tool`,
  rejected: (run) => `sent the rejection of ${run} to its tool`,
  'decided there': (run) => `saw someone decide ${run} in its tool`,
  expired: (run) => `closed the approval of ${run} because nobody approved or rejected it in time`,
  ended: (run) => `closed the approval of ${run} because its run had ended`,
  refused: (run) => `couldn’t decide ${run}, because its tool refused`,
  unsent: (run) => `couldn’t send the decision on ${run} to its tool`,
};
