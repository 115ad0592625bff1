import type { Ticket, TicketState } from '../../contract';
import type { WorkItem, WorkItemState } from './schema';

/** What a work item is as a ticket. Pure. */

/** `#12`, or its number alone; or its address. */
export function workItemIn(written: string): number | undefined {
  const text = written.trim();
  const [, number] =
    /^#?(\d{1,9})$/.exec(text) ?? /^https?:\/\/[^?#]+\/_workitems\/edit\/(\d{1,9})\/?$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) || undefined;
}

/** `Removed`, and what the usual processes call work that was closed without being done. */
const rejectedNames = /^(?:removed|rejected|won.?t fix|declined|cancel+ed|abandoned)$/i;

/** https://learn.microsoft.com/azure/devops/boards/work-items/workflow-and-state-categories */
function meaningOf({ name, category }: WorkItemState): TicketState {
  if (category === 'Removed' || rejectedNames.test(name)) return 'rejected';
  if (category === 'Completed') return 'done';
  return category === 'InProgress' || category === 'Resolved' ? 'doing' : 'open';
}

/** The state to move to: the first of its category, and one in progress before one that is resolved. */
export function stateFor(to: TicketState, states: readonly WorkItemState[]): string | undefined {
  return states.find((each) => meaningOf(each) === to)?.name;
}

/** `page`: where its project’s work items are. */
export function ticketFromWorkItem({ id, fields }: WorkItem, states: readonly WorkItemState[], page: string): Ticket {
  const status = fields['System.State'];
  const own = states.find(({ name }) => name === status);
  const state = own ? meaningOf(own) : 'open';
  const assignee = fields['System.AssignedTo'];
  const possible = [...new Set(states.map(meaningOf))];
  return {
    ...{ id: `#${id}`, title: fields['System.Title'], state, status, updatedAt: fields['System.ChangedDate'] },
    ...(assignee !== '' && { assignee }),
    ...(page.startsWith('https://') && { url: `${page}/${id}` }),
    moves: possible.filter((to) => to !== state),
  };
}
