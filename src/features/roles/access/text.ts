import type { Person } from '../../../chat/contract';
import type { Scope } from '../../../core/catalog/rights';
import { enumerate, plainText } from '../../../core/text';
import type { ApprovalOutcome, SubjectFacts } from '../../approvals';
import { describeUntil, describeWhere } from '../text';
import type { AccessRequest } from './workflow';
import type { Catalog } from '../../../core/catalog';
import { describeMoment } from '../../../core/time/clock';

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

/** What the card of a request for a role shows, and how less than that can be given. Pure. */
export function accessFacts(request: AccessRequest, id: string, catalog: Catalog, now: number): SubjectFacts {
  const { person, role, rights, until, reason } = request;
  const { timeZone } = catalog;
  return {
    title: `${role} ${describeWhere(request)} for ${person.name}`,
    label: `A-${id.slice(0, 6)}`,
    nothingIs: 'given',
    approveTitle: 'Give it',
    facts: [
      { title: 'Allows', value: plainText(enumerate(rights), 200) },
      {
        title: 'Until',
        value: until === undefined ? 'it is revoked' : plainText(describeMoment(until, now, timeZone)),
      },
      ...(reason === '' ? [] : [{ title: 'Why', value: plainText(reason, 200) }]),
    ],
    choices: [
      ...choice('Where', 'Everywhere asked', request.environments, Object.keys(catalog.environments)),
      ...choice('Services', 'All asked', request.services, Object.keys(catalog.services)),
      {
        label: 'How long',
        options: [{ title: until === undefined ? 'Until revoked' : 'As asked', words: '' }, ...spans],
      },
    ],
    commitsTitle: '',
    commits: [],
    commitsMore: '',
  };
}

const spans = ['1 day', '7 days', '30 days'].map((span) => ({ title: `At most ${span}`, words: `for ${span}` }));

/** Only where there is something to leave out. */
function choice(
  label: string,
  all: string,
  asked: readonly string[] | undefined,
  known: readonly string[],
): { label: string; options: { title: string; words: string }[] }[] {
  const names = asked ?? known;
  if (names.length < 2 || names.length > 20) return [];
  const options = names.map((name) => ({ title: `Only ${name}`, words: `only ${name}` }));
  return [{ label, options: [{ title: all, words: '' }, ...options] }];
}
