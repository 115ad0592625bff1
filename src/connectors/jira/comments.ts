import { ConnectorError } from '../../core/errors';
import type { TicketComment } from '../contract';
import { markOf } from '../finding/marks';
import type { JiraClient } from './client';

/** Comments that are added once. */

interface CommentParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: JiraClient;
}

/** The clocks of two machines may differ by so much. */
const clockSkewMs = 60_000;
const maxPages = 10;

/** Adds the comment unless one with its key is there. */
export async function addComment(parts: CommentParts, id: string, comment: TicketComment): Promise<void> {
  const { key, text, by, askedAt } = comment;
  // Wiki markup would escape the hyphen.
  const mark = markOf(key).replace('-', '');
  if (await hasComment(parts, id, mark, askedAt)) return;
  const body = parts.client.write(text, [{ text: `${by.name} with Gavel (${mark})` }]);
  await parts.client.comment(id, { body });
}

async function hasComment({ name, client }: CommentParts, id: string, mark: string, askedAt: number): Promise<boolean> {
  for (let page = 0, startAt = 0; page < maxPages; page++) {
    const { comments, total } = await client.comments(id, startAt);
    if (comments.some(({ body }) => (JSON.stringify(body) ?? '').includes(mark))) return true;
    startAt += comments.length;
    const isOld = comments.some(({ created }) => created < askedAt - clockSkewMs);
    if (isOld || comments.length === 0 || startAt >= total) return false;
  }
  throw new ConnectorError(name, 'refused', `${id} has too many new comments to tell whether this one is there`);
}
