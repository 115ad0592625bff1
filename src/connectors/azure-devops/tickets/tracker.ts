import { z } from 'zod';
import type { Target } from '../../../core/catalog/rights';
import { fillTemplate, text } from '../../../core/catalog/templates';
import { ConnectorError } from '../../../core/errors';
import type { Clock } from '../../../core/time/clock';
import type { FoundTicket, Ticket, TicketComment, TicketRequest, TicketState, TicketTracker } from '../../contract';
import type { AzureCalls } from '../calls';
import { ifThere } from '../client';
import { listOf } from '../schema';
import { escapeForHtml, writeHtml } from './markup';
import { AddedComment, WorkItem, WorkItemComments, WorkItemRefs, WorkItemState } from './schema';
import { stateFor, ticketFromWorkItem, workItemIn } from './states';

/** The work items of the project as tickets. */

export const workItemsBinding = z.strictObject({
  /** The type of those that Gavel opens; `Issue` if omitted. */
  type: text.optional(),
  /** The area that they are put in. Omitted: that of the project. */
  area: text.optional(),
});

/** The type of those that Gavel opens. */
export const workItemType = ({ type }: z.output<typeof workItemsBinding>, target: Target): string =>
  type ? fillTemplate(type, target) : 'Issue';

interface TrackerParts {
  /** The name of the connection. */
  readonly name: string;
  readonly calls: AzureCalls;
  /** The address of the organization. */
  readonly url: string;
  readonly project: string;
  readonly clock: Clock;
}

const commentsVersion = '7.1-preview.4';
/** A new work item can be found some seconds late. */
const settledAfterMs = 60_000;

const add = (path: string, value: unknown): object => ({ op: 'add', path, value });
/** A tag ends at a comma or a semicolon. */
const tagOfKey = (key: string): string => `gavel-${key.replace(/[^\w.:-]/g, '_')}`;
/** https://learn.microsoft.com/azure/devops/boards/queries/wiql-syntax */
const quoted = (words: string): string => `'${words.replaceAll("'", "''")}'`;

/** What a new work item has. */
function newWorkItem({ key, title, description, notes }: TicketRequest, area: string | undefined): object[] {
  const links = notes.flatMap(({ text: words, url }) =>
    url?.startsWith('https://')
      ? [add('/relations/-', { rel: 'Hyperlink', url, attributes: { comment: words.slice(0, 200) } })]
      : [],
  );
  return [
    add('/fields/System.Title', title.slice(0, 255)),
    add('/fields/System.Description', writeHtml(description, notes)),
    add('/fields/System.Tags', `gavel; ${tagOfKey(key)}`),
    ...(area ? [add('/fields/System.AreaPath', area)] : []),
    ...links,
  ];
}

/** The type is a part of an address, and one that leads elsewhere is asked about nothing. */
function requireName(connection: string, type: string): void {
  if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(type))
    throw new ConnectorError(connection, 'refused', 'the binding names no type of work items');
}

function readWorkItemId(written: string): string | undefined {
  const number = workItemIn(written);
  return number === undefined ? undefined : `#${number}`;
}

export function bindWorkItems(
  { name, calls, url, project, clock }: TrackerParts,
  binding: z.output<typeof workItemsBinding>,
  target: Target,
): TicketTracker {
  const type = workItemType(binding, target);
  const area = binding.area && fillTemplate(binding.area, target);
  const page = `${url.replace(/\/$/, '')}/${encodeURIComponent(project)}/_workitems/edit`;
  /** The states of a type hardly ever change while somebody looks at a ticket. */
  const statesOf = async (kind: string): Promise<WorkItemState[]> =>
    (await calls.get(['wit', 'workitemtypes', kind, 'states'], listOf(WorkItemState))).value;
  const ticketOf = async (item: WorkItem): Promise<Ticket> =>
    ticketFromWorkItem(item, await statesOf(item.fields['System.WorkItemType']), page);

  const send = (path: (string | number)[], method: 'POST' | 'PATCH', changes: readonly object[]): Promise<WorkItem> =>
    calls.http.json(
      calls.callTo(
        path,
        {},
        {
          ...{ kind: 'once', method },
          body: { text: JSON.stringify(changes), type: 'application/json-patch+json' },
        },
      ),
      WorkItem,
    );

  async function readItem(id: string): Promise<WorkItem | undefined> {
    const number = workItemIn(id);
    return number === undefined ? undefined : ifThere(calls.get(['wit', 'workitems', number], WorkItem));
  }

  async function find({ key, askedAt }: Pick<TicketRequest, 'key' | 'askedAt'>): Promise<FoundTicket> {
    const query = `SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Tags] CONTAINS ${quoted(tagOfKey(key))}`;
    const { workItems } = await calls.http.json(
      calls.callTo(['wit', 'wiql'], { $top: 10 }, { body: { json: { query } } }),
      WorkItemRefs,
    );
    for (const { id } of workItems) {
      const item = await readItem(String(id));
      const tags = item?.fields['System.Tags'].split(';').map((tag) => tag.trim()) ?? [];
      if (item && tags.includes(tagOfKey(key))) return { found: 'ticket', ticket: await ticketOf(item) };
    }
    if (clock.now() - askedAt >= settledAfterMs) return { found: 'none' };
    throw new ConnectorError(name, 'unreachable', 'a new work item can still show up; asked again later');
  }

  async function comment(id: string, { key, text: written, by }: TicketComment): Promise<void> {
    const path = ['wit', 'workItems', workItemIn(id) ?? 0, 'comments'];
    const { comments } = await calls.get(path, WorkItemComments, { $top: 200, order: 'desc' }, commentsVersion);
    if (comments.some(({ text: each }) => each.includes(`${escapeForHtml(tagOfKey(key))}<`))) return;
    await calls.post(
      path,
      { text: writeHtml(written, [{ text: `${by.name} with Gavel · ${tagOfKey(key)}` }]) },
      AddedComment,
      commentsVersion,
    );
  }

  async function move(id: string, to: TicketState): Promise<Ticket> {
    const item = await readItem(id);
    if (!item) throw new ConnectorError(name, 'not found', `there is no work item ${id}`);
    const states = await statesOf(item.fields['System.WorkItemType']);
    const before = ticketFromWorkItem(item, states, page);
    if (before.state === to) return before;
    const state = stateFor(to, states);
    if (state === undefined) throw new ConnectorError(name, 'refused', `no state of ${before.id} means that`);
    const moved = await send(['wit', 'workitems', item.id], 'PATCH', [add('/fields/System.State', state)]);
    return ticketFromWorkItem(moved, states, page);
  }

  return {
    place: project,
    readId: readWorkItemId,
    async open(request) {
      requireName(name, type);
      const item = await send(['wit', 'workitems', `$${type}`], 'POST', newWorkItem(request, area));
      // It’s there, whatever its states are.
      return ticketFromWorkItem(item, await statesOf(type).catch(() => []), page);
    },
    findTicket: find,
    async read(id) {
      const item = await readItem(id);
      return item && ticketOf(item);
    },
    ...{ comment, move },
  };
}
