import { z } from 'zod';
import type { Target } from '../../core/catalog/rights';
import { fillTemplate, text } from '../../core/catalog/templates';
import { ConnectorError } from '../../core/errors';
import { cutAtWord } from '../../core/text';
import type { FoundTicket, Ticket, TicketRequest, TicketState, TicketTracker } from '../contract';
import type { createSearchLooks } from '../finding/looks';
import { markOf } from '../finding/marks';
import { addComment } from './comments';
import type { JiraClient } from './client';
import { CreatedAnswer } from './schema';
import { ticketOfIssue, waysFrom } from './states';
import type { RejectedNames } from './states';

/** The issues of a project as tickets. */

export const jiraTicketsBinding = z.strictObject({
  /** The key of the project, such as `SHOP`. */
  project: text,
  /** The name of the type that new issues have; `Task` if omitted. */
  issueType: text.optional(),
});
type IssuesBinding = z.output<typeof jiraTicketsBinding>;

interface TrackerParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: JiraClient;
  readonly looks: ReturnType<typeof createSearchLooks>;
  readonly site: string;
  readonly rejected: RejectedNames;
}

const maxTitleLength = 255;

/** The description has the same links, so an issue without this one lacks nothing. */
async function linkBack(client: JiraClient, id: string, { key, notes }: TicketRequest): Promise<void> {
  const about = notes.find(({ url }) => url !== undefined);
  if (!about) return;
  const object = { url: about.url, title: cutAtWord(about.text, maxTitleLength) };
  try {
    await client.link(id, { globalId: markOf(key), application: { name: 'Gavel' }, object });
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
  }
}

/** Jira writes keys of projects in capitals. */
export const projectOf = ({ project }: IssuesBinding, target: Target): string =>
  fillTemplate(project, target).toUpperCase();

export const issueTypeOf = ({ issueType }: IssuesBinding, target: Target): string =>
  issueType ? fillTemplate(issueType, target) : 'Task';

export function bindTickets(tracker: TrackerParts, binding: IssuesBinding, target: Target): TicketTracker {
  const { name, client, looks, site, rejected } = tracker;
  const project = projectOf(binding, target);

  function readId(written: string): string | undefined {
    const [, page, id = written.trim()] = /^(.+)\/browse\/([^/?#]+)$/.exec(written.trim()) ?? [];
    const [, place, number] = /^([A-Z][A-Z0-9_]*)-([1-9]\d{0,8})$/.exec(id.toUpperCase()) ?? [];
    return place === project && (page === undefined || page === site) ? `${place}-${number}` : undefined;
  }

  async function readIssue(id: string) {
    const [issue, transitions] = await Promise.all([client.issue(id), client.transitions(id)]);
    return { ticket: ticketOfIssue(issue, transitions, { site, rejected }), ways: waysFrom(transitions, rejected) };
  }

  /** Reads what was just written. That it can’t be read says nothing against the write. */
  async function readAfter(id: string): Promise<Ticket> {
    try {
      return (await readIssue(id)).ticket;
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      throw new ConnectorError(name, 'unclear', `${id} was written and can’t be read: ${error.message}`, {
        cause: error,
      });
    }
  }

  async function open(request: TicketRequest): Promise<Ticket> {
    const { key, title, description, notes } = request;
    looks.forget(key);
    const fields = {
      ...{ project: { key: project }, issuetype: { name: issueTypeOf(binding, target) } },
      ...{ summary: cutAtWord(title, maxTitleLength), description: client.write(description, notes) },
      labels: [markOf(key)],
    };
    const properties = [{ key: 'gavel', value: { key } }];
    const { key: id } = await client.create({ fields, properties }, CreatedAnswer);
    await linkBack(client, id, request);
    return readAfter(id);
  }

  async function findTicket({ key }: Pick<TicketRequest, 'key' | 'askedAt'>): Promise<FoundTicket> {
    const label = markOf(key);
    const { issues, isComplete } = await client.search(project, label);
    const found = issues.find(({ fields }) => fields.labels.includes(label));
    if (found) {
      const transitions = await client.transitions(found.key);
      return { found: 'ticket', ticket: ticketOfIssue(found, transitions, { site, rejected }) };
    }
    if (!isComplete) return { found: 'cannot tell' };
    if (looks.areEnough(key)) return { found: 'none' };
    throw new ConnectorError(name, 'unreachable', 'Jira can take two minutes to find a new issue; asked again later');
  }

  async function move(id: string, to: TicketState): Promise<Ticket> {
    const { ticket, ways } = await readIssue(id);
    if (ticket.state === to) return ticket;
    const leading = ways.filter((way) => way.to === to);
    const way = leading.find(({ missing }) => missing.length === 0);
    if (!way) throw new ConnectorError(name, 'refused', refusalOf(ticket, leading[0]));
    const { transition, resolution } = way;
    const fields = resolution === undefined ? {} : { fields: { resolution: { name: resolution } } };
    await client.move(id, { transition: { id: transition }, ...fields });
    return readAfter(id);
  }

  return {
    place: project,
    ...{ readId, open, findTicket, move },
    comment: (id, comment) => addComment(tracker, id, comment),
    async read(id) {
      try {
        return (await readIssue(id)).ticket;
      } catch (error) {
        if (error instanceof ConnectorError && error.failure === 'not found') return undefined;
        throw error;
      }
    },
  };
}

function refusalOf({ id, status }: Ticket, way: ReturnType<typeof waysFrom>[number] | undefined): string {
  return way
    ? `${id} can become “${way.status}” only in Jira, which asks for ${way.missing.join(', ')}`
    : `the workflow of ${id} doesn’t allow that from “${status}”`;
}
