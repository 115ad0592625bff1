import type { Ticket, TicketState } from '../contract';
import type { JiraIssueEntry, TransitionEntry } from './schema';

/** What an issue is as a ticket, and which transitions lead where. Pure. */

const states: Readonly<Record<string, TicketState>> = { indeterminate: 'doing', done: 'done' };
/** Each status is in a category of Jira, whatever it’s called: https://support.atlassian.com/jira-cloud-administration/docs/what-are-issue-statuses-priorities-and-resolutions/ */
const stateOfCategory = (category: string): TicketState => new Map(Object.entries(states)).get(category) ?? 'open';

/** A status or resolution with one of these names means that nothing was done. */
export type RejectedNames = readonly string[];

/** Jira’s own names have a straight apostrophe. */
const plain = (name: string): string => name.toLowerCase().replaceAll("'", '’');

const isRejected = (names: RejectedNames, name: string): boolean => names.some((each) => plain(each) === plain(name));

function stateOf({ fields: { status, resolution } }: JiraIssueEntry, names: RejectedNames): TicketState {
  const state = stateOfCategory(status.statusCategory.key);
  const isClosedUndone = isRejected(names, status.name) || isRejected(names, resolution?.name ?? '');
  return state === 'done' && isClosedUndone ? 'rejected' : state;
}

/** One transition, and what it would mean. */
interface Way {
  readonly transition: string;
  readonly to: TicketState;
  /** The name of the status. */
  readonly status: string;
  /** What to set on the screen of the transition. */
  readonly resolution?: string;
  /** The names of what that screen requires beside a resolution. */
  readonly missing: readonly string[];
}

export function waysFrom(transitions: readonly TransitionEntry[], names: RejectedNames): readonly Way[] {
  return transitions.flatMap((transition) => waysOf(transition, names));
}

function waysOf({ id, to, fields }: TransitionEntry, names: RejectedNames): readonly Way[] {
  const { resolution, ...others } = fields ?? {};
  const missing = Object.values(others).flatMap(({ required, hasDefaultValue, name }) =>
    required && hasDefaultValue !== true ? [name] : [],
  );
  const way = { transition: id, status: to.name };
  const state = stateOfCategory(to.statusCategory.key);
  if (state !== 'done') return [{ ...way, to: state, missing }];
  if (!resolution) return [{ ...way, to: isRejected(names, to.name) ? 'rejected' : 'done', missing }];
  const offered = (resolution.allowedValues ?? []).map(({ name }) => name);
  const undone = offered.find((name) => isRejected(names, name));
  const done = isRejected(names, to.name) ? undefined : offered.find((name) => !isRejected(names, name));
  return [
    ...(done === undefined ? [] : [{ ...way, to: 'done', resolution: done, missing } as const]),
    ...(undone === undefined ? [] : [{ ...way, to: 'rejected', resolution: undone, missing } as const]),
  ];
}

interface Reading {
  /** Where the pages of issues are, without a slash at the end. */
  readonly site: string;
  readonly rejected: RejectedNames;
}

export function ticketOfIssue(
  issue: JiraIssueEntry,
  transitions: readonly TransitionEntry[],
  { site, rejected }: Reading,
): Ticket {
  const { key, fields } = issue;
  const state = stateOf(issue, rejected);
  const assignee = fields.assignee?.displayName ?? '';
  const ways = waysFrom(transitions, rejected).filter(({ to, missing }) => to !== state && missing.length === 0);
  return {
    ...{ id: key, title: fields.summary, state, status: fields.status.name, updatedAt: fields.updated },
    ...(assignee !== '' && { assignee }),
    url: `${site}/browse/${key}`,
    moves: [...new Set(ways.map(({ to }) => to))],
  };
}
