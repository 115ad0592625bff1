import type { Person } from '../../../chat/contract';
import type { Scope } from '../../../core/catalog/rights';
import { plainText } from '../../../core/text';
import type { ApprovalOutcome } from '../../approvals';
import { describeWhere, describeUntil } from '../text';
import type { AccessRequest } from './workflow';

/** `developer on shop in staging` */
export function describeWanted(role: string, scope: Scope): string {
  return `${plainText(role)} ${describeWhere(scope)}`;
}

type WhyNotGiven =
  | Exclude<ApprovalOutcome, { state: 'approved' | 'lapsed' }>
  | { readonly state: 'lapsed'; readonly reason: string }
  | { readonly mayNot: Person }
  | 'unread'
  | undefined;

/** What somebody hears whose request came to nothing. */
export function describeNotGiven(request: AccessRequest, why: WhyNotGiven): string {
  const lead = `**Not given**: ${describeWanted(request.role, request)}`;
  if (why === 'unread')
    return `${lead}. I can't follow all that the approvers wrote with it. Ask again with \`access\`.`;
  if (why && 'mayNot' in why)
    return `${lead}, although ${plainText(why.mayNot.name, 60)} said yes: by now they may not give it themselves. Ask again with \`access\`.`;
  if (why?.state === 'rejected') return `${lead}. ${plainText(why.by.name, 60)} said no: ${plainText(why.reason, 300)}`;
  if (why?.state === 'lapsed') return `${lead}. ${plainText(why.reason, 500)} Ask again with \`access\`.`;
  return `${lead}. Nobody decided in time. Ask again with \`access\`, or speak to an admin.`;
}

/** Shows an approver what of their note was understood and what was not; nothing is given before they say it again. */
export function describeUnreadNote(
  role: string,
  { unread, understood }: { readonly unread: string; readonly understood: Scope & { readonly until?: number } },
  now: number,
  timeZone: string,
): string {
  const end = describeUntil(understood.until, now, timeZone) || ', without an end';
  const leavesNothing = understood.services?.length === 0 || understood.environments?.length === 0;
  const rest = leavesNothing
    ? 'Nothing of what was asked for would be left.'
    : `Without it you would give ${role} ${describeWhere(understood)}${end}.`;
  return `I don't understand ${unread} as a limit. ${rest} Write the limits alone, such as “only staging until Friday”, or “as asked”; everything else goes behind “note:”`;
}
