/** What the double of Jira knows: a project with its workflow, and issues. */

export type StatusName = 'To Do' | 'In Progress' | 'Done' | 'Canceled';
type Category = 'new' | 'indeterminate' | 'done';

export interface IssueState {
  readonly key: string;
  readonly summary: string;
  readonly description: unknown;
  readonly labels: readonly string[];
  readonly properties: readonly unknown[];
  status: StatusName;
  resolution: string | undefined;
  assignee: string | undefined;
  readonly comments: { readonly body: unknown; readonly created: number }[];
  readonly links: Map<string, { readonly url: string; readonly title: string }>;
  readonly created: number;
  updated: number;
}

const categories: Readonly<Record<StatusName, Category>> = {
  'To Do': 'new',
  'In Progress': 'indeterminate',
  Done: 'done',
  Canceled: 'done',
};

export const statusOf = (name: StatusName) => ({
  ...{ id: name, name },
  statusCategory: { id: 1, key: categories[name], name: categories[name] },
});

/** Jira’s own way to write a moment. */
export const dateOf = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');

interface ScreenField {
  readonly name: string;
  readonly allowed?: readonly string[];
}

/** A transition that is open from everywhere but its own status. */
export interface Transition {
  readonly to: StatusName;
  readonly required: Readonly<Record<string, ScreenField>>;
}

export const plainWorkflow = (): Transition[] => [
  { to: 'To Do', required: {} },
  { to: 'In Progress', required: {} },
  { to: 'Done', required: {} },
  { to: 'Canceled', required: {} },
];

export const withResolution = { resolution: { name: 'Resolution', allowed: ['Fixed', "Won't Do"] } };

export const issueOf = (key: string, now: number, more: Partial<IssueState> = {}): IssueState => ({
  ...{ key, summary: `Issue ${key}`, description: undefined, labels: [], properties: [], status: 'To Do' },
  ...{ resolution: undefined, assignee: undefined, comments: [], links: new Map(), created: now, updated: now },
  ...more,
});
