import { z } from 'zod';
import type { Target } from '../../../core/catalog/rights';
import { fillTemplate, text } from '../../../core/catalog/templates';
import { ConnectorError } from '../../../core/errors';
import { jsonIn } from '../../../core/text';
import type { FoundTicket, Ticket, TicketComment, TicketRequest, TicketState, TicketTracker } from '../../contract';
import type { createSearchLooks } from '../../finding/looks';
import { within } from '../client';
import type { GithubClient } from '../client';
import { readAllPages } from '../source/pages';
import { issueKeyIn, writeBody } from './markup';
import { IssueCommentsAnswer, IssueAnswer, IssuesAnswer } from './schema';
import { issueIdOf, label, numberIn, ticketFrom } from './states';

/** The issues of a repository as tickets. */

export const issuesBinding = z.strictObject({
  repository: text,
  /** Issues with this label are in progress. Omitted: those that somebody is assigned to are. */
  inProgressLabel: text.optional(),
});

/** The clocks of two machines may differ by so much. */
const clockSkewMs = 60_000;
const maxPages = 10;

interface TrackerParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: GithubClient;
  readonly looks: ReturnType<typeof createSearchLooks>;
}

/** Everything that changed since then. */
function sinceOf(askedAt: number): string {
  return new Date(Math.max(0, askedAt - clockSkewMs)).toISOString().replace(/\.\d+/, '');
}

export function bindIssues(
  { name, client, looks }: TrackerParts,
  binding: z.output<typeof issuesBinding>,
  target: Target,
): TicketTracker {
  const repository = fillTemplate(binding.repository, target);
  const inProgress = binding.inProgressLabel && fillTemplate(binding.inProgressLabel, target);
  const issues = within(repository, 'issues');
  const issueAt = (id: string): (string | number)[] => [...issues, numberIn(id, repository) ?? 0];

  function made(body: Buffer): Ticket {
    const answer = IssueAnswer.safeParse(jsonIn(body.toString('utf8')));
    if (answer.success) return ticketFrom(answer.data, inProgress);
    throw new ConnectorError(name, 'unclear', 'the answer doesn’t name the issue');
  }

  async function read(id: string): Promise<Ticket | undefined> {
    if (numberIn(id, repository) === undefined) return undefined;
    try {
      const issue = await client.get(issueAt(id), IssueAnswer);
      return issue.pull_request === undefined ? ticketFrom(issue, inProgress) : undefined;
    } catch (error) {
      if (error instanceof ConnectorError && error.failure === 'not found') return undefined;
      throw error;
    }
  }

  async function findTicket({ key, askedAt }: Pick<TicketRequest, 'key' | 'askedAt'>): Promise<FoundTicket> {
    // A search is out of date for a while; a list isn't, or only for seconds.
    const query = { ...{ labels: label, state: 'all', sort: 'created' }, since: sinceOf(askedAt) };
    const { items, isComplete } = await readAllPages(
      (page) => client.get(issues, IssuesAnswer, { ...query, ...page }),
      maxPages,
    );
    const found = items.find(({ body }) => issueKeyIn(body) === key);
    if (found) return { found: 'ticket', ticket: ticketFrom(found, inProgress) };
    if (!isComplete) return { found: 'cannot tell' };
    if (looks.areEnough(key)) return { found: 'none' };
    throw new ConnectorError(name, 'unreachable', 'GitHub can take two minutes to list a new issue; asked again later');
  }

  async function comment(id: string, { key, text: words, by, askedAt }: TicketComment): Promise<void> {
    const path = [...issueAt(id), 'comments'];
    const { items } = await readAllPages(
      (page) => client.get(path, IssueCommentsAnswer, { since: sinceOf(askedAt), ...page }),
      maxPages,
    );
    if (items.some(({ body }) => issueKeyIn(body) === key)) return;
    await client.post(path, { body: writeBody(words, [{ text: `${by.name} with Gavel` }], key) });
  }

  async function move(id: string, to: TicketState): Promise<Ticket> {
    const before = await read(id);
    if (!before) throw new ConnectorError(name, 'not found', `there is no issue ${id} in ${repository}`);
    if (before.state === to) return before;
    if (!before.moves.includes(to)) throw new ConnectorError(name, 'refused', refusalOf(to, before, inProgress));
    const set = async (change: object): Promise<Ticket> => made((await client.patch(issueAt(id), change)).body);
    if (to === 'done') return set({ state: 'closed', state_reason: 'completed' });
    if (to === 'rejected') return set({ state: 'closed', state_reason: 'not_planned' });
    if (to === 'doing') await client.post([...issueAt(id), 'labels'], { labels: [inProgress] });
    const now = before.state === 'done' || before.state === 'rejected' ? await set({ state: 'open' }) : before;
    // Also an issue that was closed while it was in progress keeps its label.
    if (to === 'open' && now.state === 'doing' && inProgress !== undefined)
      await client.remove([...issueAt(id), 'labels', inProgress]);
    return (await read(id)) ?? now;
  }

  return {
    place: repository,
    readId: (written) => {
      const number = numberIn(written, repository);
      return number === undefined ? undefined : issueIdOf(number);
    },
    async open({ key, title, description, notes }) {
      looks.forget(key);
      return made(
        (await client.post(issues, { title, body: writeBody(description, notes, key), labels: [label] })).body,
      );
    },
    ...{ findTicket, read, comment, move },
  };
}

function refusalOf(to: TicketState, { state, id }: Ticket, inProgress: string | undefined): string {
  if (to === 'doing' && inProgress === undefined) return `${id} is in progress once GitHub has an assignee for it`;
  if (to === 'open' && state === 'doing') return `${id} is in progress while it has an assignee`;
  return `${id} has to be reopened first`;
}
