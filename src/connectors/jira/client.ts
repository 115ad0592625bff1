import { z } from 'zod';
import type { HttpCall } from '../http/contract';
import type { HttpClient } from '../http';
import type { TicketNote } from '../contract';
import { writeDocument, writeWiki } from './markup';
import { CommentsAnswer, JiraIssueAnswer, PermissionsAnswer, JqlAnswer, TransitionsAnswer } from './schema';
import type { JiraIssueEntry, TransitionEntry } from './schema';

/**
 * The calls of Jira that Gavel makes. Cloud: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
 * Data Center: https://developer.atlassian.com/server/jira/platform/rest/
 */

export const editions = z.enum(['cloud', 'data-center']);
type Edition = z.output<typeof editions>;

const issueFields = 'summary,status,resolution,assignee,labels,created,updated';
const maxPages = 5;

export type JiraClient = ReturnType<typeof createJiraClient>;
type Place = readonly (string | number)[];

/** Every method rejects with `ConnectorError`. */
export function createJiraClient(http: HttpClient, edition: Edition) {
  const isCloud = edition === 'cloud';
  const api = (place: Place): Place => ['rest', 'api', isCloud ? '3' : '2', ...place];
  const get = <T>(place: Place, schema: z.ZodType<T>, query: HttpCall['query'] = {}): Promise<T> =>
    http.json({ kind: 'read', path: api(place), query }, schema);
  const send = (kind: 'once' | 'idempotent', place: Place, json: object) =>
    http.bytes({ kind, path: api(place), body: { json } });

  return {
    get,
    /** The text as this edition takes it. */
    write: (text: string, notes: readonly TicketNote[]): unknown => (isCloud ? writeDocument : writeWiki)(text, notes),
    create: <T>(json: object, schema: z.ZodType<T>): Promise<T> =>
      http.json({ kind: 'once', path: api(['issue']), body: { json } }, schema),
    issue: (key: string): Promise<JiraIssueEntry> => get(['issue', key], JiraIssueAnswer, { fields: issueFields }),
    transitions: async (key: string): Promise<readonly TransitionEntry[]> =>
      (await get(['issue', key, 'transitions'], TransitionsAnswer, { expand: 'transitions.fields' })).transitions,
    move: (key: string, json: object) => send('once', ['issue', key, 'transitions'], json),
    comment: (key: string, json: object) => send('once', ['issue', key, 'comment'], json),
    /** Data Center names every permission. */
    permissions: (projectKey: string, keys: readonly string[]): Promise<z.output<typeof PermissionsAnswer>> =>
      get(['mypermissions'], PermissionsAnswer, { projectKey, ...(isCloud && { permissions: keys.join(',') }) }),
    /** Some of them, the newest first. */
    comments: (key: string, startAt: number): Promise<z.output<typeof CommentsAnswer>> =>
      get(['issue', key, 'comment'], CommentsAnswer, { orderBy: '-created', maxResults: 100, startAt }),
    /** A link with the same `globalId` is replaced. */
    link: (key: string, json: object) => send('idempotent', ['issue', key, 'remotelink'], json),
    /** The issues with this label, the oldest first; not all of them if there are too many pages. A new one can be missing for a while. */
    async search(
      project: string,
      label: string,
    ): Promise<{ readonly issues: JiraIssueEntry[]; readonly isComplete: boolean }> {
      const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
      const jql = `project = ${quoted(project)} AND labels = ${quoted(label)} ORDER BY created ASC`;
      const path = api(isCloud ? ['search', 'jql'] : ['search']);
      const { pages, isComplete } = await http.pages(
        { kind: 'read', path, query: { jql, fields: issueFields, maxResults: 50 } },
        JqlAnswer,
        { by: 'cursor', parameter: 'nextPageToken', next: ({ nextPageToken }) => nextPageToken ?? undefined },
        maxPages,
      );
      return { issues: pages.flatMap(({ issues }) => issues), isComplete };
    },
  };
}
