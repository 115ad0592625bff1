import type { Ticket, TicketState } from '../../contract';
import type { IssueEntry } from './schema';

/** What an issue is as a ticket. Pure. */

/** On every issue that Gavel opens. */
export const label = 'gavel';

export const issueIdOf = (number: number): string => `#${number}`;

/** The number of an issue, as people write it: `#12`, `12`, `acme/shop#12`, or its address. */
export function numberIn(written: string, repository: string): number | undefined {
  const [, named, number] = /^(?:([\w.-]+\/[\w.-]+)?#)?(\d{1,9})$/.exec(written.trim()) ?? [];
  if (number !== undefined && (named === undefined || named.toLowerCase() === repository.toLowerCase()))
    return Number(number) || undefined;
  const [, path = '', issue] = /^https?:\/\/[^/\s]+\/([\w.-]+\/[\w.-]+)\/issues\/(\d{1,9})$/.exec(written.trim()) ?? [];
  return path.toLowerCase() === repository.toLowerCase() ? Number(issue) || undefined : undefined;
}

/** `inProgress`: the label of issues in progress; undefined if an assignee means that. */
export function ticketFrom(issue: IssueEntry, inProgress: string | undefined): Ticket {
  const { number, title, html_url, assignees, updated_at } = issue;
  const state = stateOf(issue, inProgress);
  const assignee = assignees.map(({ login }) => login).join(', ');
  return {
    ...{ id: issueIdOf(number), title, state, status: statusOf(issue, state, inProgress), updatedAt: updated_at },
    ...(assignee !== '' && { assignee }),
    ...(html_url !== '' && { url: html_url }),
    moves: movesFrom(state, inProgress),
  };
}

function stateOf({ state, state_reason, assignees, labels }: IssueEntry, inProgress: string | undefined): TicketState {
  if (state === 'closed') return state_reason === 'not_planned' || state_reason === 'duplicate' ? 'rejected' : 'done';
  const isDoing = inProgress === undefined ? assignees.length > 0 : labels.includes(inProgress);
  return isDoing ? 'doing' : 'open';
}

const closings: Readonly<Record<string, string>> = {
  not_planned: 'Closed as not planned',
  duplicate: 'Closed as duplicate',
};

function statusOf({ state, state_reason }: IssueEntry, meaning: TicketState, inProgress: string | undefined): string {
  if (state === 'closed') return new Map(Object.entries(closings)).get(state_reason) ?? 'Closed';
  if (meaning === 'open') return 'Open';
  return inProgress ?? 'Assigned';
}

/** Without a label, only people in GitHub can assign somebody. */
function movesFrom(state: TicketState, inProgress: string | undefined): readonly TicketState[] {
  const moves: Readonly<Record<TicketState, readonly TicketState[]>> = {
    open: ['doing', 'done', 'rejected'],
    doing: ['open', 'done', 'rejected'],
    done: ['open'],
    rejected: ['open'],
  };
  const needsAssignee = inProgress === undefined;
  return moves[state].filter((to) => !needsAssignee || (to !== 'doing' && !(to === 'open' && state === 'doing')));
}
