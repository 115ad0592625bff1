import { at, list, need, Refusal } from './handlers';
import type { Asked } from './handlers';
import type { ticketOperations } from './ticket-contract';
import { people } from './world';

/** What the double does for each call about work items and service hooks. */

export type TicketOperationId = keyof typeof ticketOperations;

export interface WorkItemState {
  readonly id: number;
  readonly type: string;
  readonly fields: Map<string, unknown>;
  readonly links: unknown[];
  readonly comments: string[];
  changedAt: number;
}

export interface SubscriptionState {
  readonly eventType: string;
  readonly url: string;
  status: string;
}

/** Those of the process Agile, with one that a team has added. */
const states = [
  ['New', 'Proposed'],
  ['Active', 'InProgress'],
  ['Resolved', 'Resolved'],
  ['Closed', 'Completed'],
  ['Removed', 'Removed'],
] as const;

interface Change {
  readonly path: string;
  readonly value: unknown;
}

function workItemOf({ id, type, fields, changedAt, links }: WorkItemState): object {
  const has = (name: string) => (fields.has(name) ? { [name]: fields.get(name) } : {});
  return {
    ...{ id, rev: 1 + links.length },
    fields: {
      ...{ 'System.Title': fields.get('System.Title'), 'System.State': fields.get('System.State') },
      ...{ 'System.WorkItemType': type, 'System.ChangedDate': at(changedAt) },
      ...{ ...has('System.AssignedTo'), ...has('System.Tags'), ...has('System.Description') },
    },
  };
}

function found({ world, place }: Asked): WorkItemState {
  const item = world.workItems.find(({ id }) => String(id) === place[0]);
  if (!item) throw new Refusal(404, `TF401232: Work item ${place[0]} does not exist.`);
  return item;
}

function change(item: WorkItemState, changes: readonly Change[]): void {
  for (const { path, value } of changes) {
    if (path === '/relations/-') item.links.push(value);
    else item.fields.set(path.replace('/fields/', ''), value);
  }
  const state = item.fields.get('System.State');
  if (!states.some(([name]) => name === state))
    throw new Refusal(400, `The field 'State' contains the value '${String(state)}'.`);
  item.changedAt = Date.now();
}

export const ticketHandlers: Readonly<Record<TicketOperationId, (asked: Asked) => unknown>> = {
  createWorkItem(asked) {
    need(asked, 'write work items');
    const { world, place, body, query } = asked;
    if (!/^(?:Issue|Bug)$/.test(place[0] ?? ''))
      throw new Refusal(404, `VS402323: Work item type ${place[0]} does not exist.`);
    const fields = new Map<string, unknown>([['System.State', 'New']]);
    const item = {
      id: 12 + world.workItems.length,
      type: place[0] ?? '',
      fields,
      links: [],
      comments: [],
      changedAt: 0,
    };
    change(item, body as Change[]);
    if (query.get('validateOnly') !== 'true') world.workItems.push(item);
    return workItemOf(item);
  },
  getWorkItem(asked) {
    need(asked, 'read work items');
    return workItemOf(found(asked));
  },
  updateWorkItem(asked) {
    need(asked, 'write work items');
    change(found(asked), asked.body as Change[]);
    return workItemOf(found(asked));
  },
  listStates: () => list(states.map(([name, category]) => ({ name, category, color: 'b2b2b2' }))),
  query(asked) {
    need(asked, 'read work items');
    const [, tag = ''] =
      /\[System\.Tags\] CONTAINS '((?:[^']|'')*)'$/.exec((asked.body as { query: string }).query) ?? [];
    const items = asked.world.workItems.filter(({ fields }) =>
      String(fields.get('System.Tags')).split('; ').includes(tag.replaceAll("''", "'")),
    );
    return { workItems: items.map(({ id }) => ({ id, url: 'https://dev.azure.example/item' })) };
  },
  listComments(asked) {
    const { comments } = found(asked);
    return { count: comments.length, comments: comments.map((text, index) => ({ id: index + 1, text })).reverse() };
  },
  addComment(asked) {
    need(asked, 'write work items');
    const { comments } = found(asked);
    const { text } = asked.body as { readonly text: string };
    return { id: comments.push(text), text };
  },
  listSubscriptions(asked) {
    need(asked, 'read subscriptions');
    return list(
      asked.world.subscriptions.map(({ eventType, url, status }, index) => ({
        ...{ id: `subscription-${index}`, eventType, status, consumerInputs: { url } },
        publisherInputs: { projectId: 'project-1' },
      })),
    );
  },
};

/** Whoever is assigned to it. */
export const assign = (item: WorkItemState): void => void item.fields.set('System.AssignedTo', people.mara);
