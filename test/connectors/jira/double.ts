import assert from 'node:assert/strict';
import { jsonIn } from '../../../src/core/text';
import { answer, FaultyServer } from '../http/faulty-server';
import type { Exchange } from '../http/faulty-server';
import { errors, operations } from './contract';
import type { Edition, Operation } from './contract';
import { Refusal, handlers } from './handlers';
import { plainWorkflow } from './world';
import type { IssueState } from './world';

export const mail = 'gavel@acme.example';
export const token = 'changeme-token-of-gavel';

/**
 * A double of Jira, because no Jira runs in a test: it speaks real HTTP, keeps a state, and is held to `contract.ts`. Whatever a request or an answer
 * has beyond that fails the test when the double is closed.
 */
export class Jira {
  readonly issues: IssueState[] = [];
  transitions = plainWorkflow();
  readonly permissions = new Set([
    ...['BROWSE_PROJECTS', 'CREATE_ISSUES', 'ADD_COMMENTS', 'TRANSITION_ISSUES', 'LINK_ISSUES'],
  ]);
  issueTypes = ['Task', 'Bug'];
  createFields = ['summary', 'description', 'labels'];
  /** How many of the issues, from the oldest, a search knows. */
  indexed = Infinity;
  /** Each page of a search is as short as Jira may make it: the first one is empty. */
  hasShortPages = false;
  /** Does what these operations ask, and drops the connection. */
  readonly losesAnswerOf = new Set<string>();
  /** In seconds; undefined while it takes requests. */
  restsForSeconds: number | undefined;
  readonly called: string[] = [];
  private readonly mistakes: string[] = [];

  private constructor(
    readonly server: FaultyServer,
    readonly edition: Edition,
    readonly now: () => number,
  ) {}

  static async start(edition: Edition, now: () => number = Date.now): Promise<Jira> {
    const jira = new Jira(await FaultyServer.start(), edition, now);
    jira.server.serve = (exchange) => jira.serve(exchange);
    return jira;
  }

  get url(): string {
    return this.server.url;
  }

  /** Ends it. Fails if a request or an answer didn’t fit. */
  async close(): Promise<void> {
    await this.server.close();
    assert.deepEqual(this.mistakes, []);
  }

  private serve({ request, response, body }: Exchange): void {
    const { pathname, searchParams: query } = new URL(request.url ?? '', this.url);
    const found = this.match(request.method ?? '', pathname);
    if (!found) {
      this.mistakes.push(`no operation ${request.method} ${pathname}`);
      return answer(response, 404, {});
    }
    const { operation, place } = found;
    const sent = body === '' ? undefined : jsonIn(body);
    for (const name of query.keys()) if (!operation.query?.includes(name)) this.fail(operation, `has no ${name}`);
    if (operation.sent) this.hold(operation, operation.sent, sent);
    else if (sent !== undefined) this.fail(operation, 'takes no body');
    if (!this.isSignedIn(request.headers.authorization)) return this.refuse(response, operation, 401, 'not signed in');
    if (this.restsForSeconds !== undefined)
      return answer(response, 429, '', { 'retry-after': String(this.restsForSeconds), 'ratelimit-reason': 'burst' });
    this.called.push(operation.name);
    try {
      const told = handlers[operation.name]?.({ jira: this, place, query, sent: sent as never });
      this.hold(operation, operation.answered, told);
      if (this.losesAnswerOf.has(operation.name)) return void response.destroy();
      answer(response, operation.status, told ?? '');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refuse(response, operation, error.status, error.message);
    }
  }

  private refuse(response: Exchange['response'], operation: Operation, status: number, message: string): void {
    const told = { errorMessages: [message], errors: {} };
    this.hold(operation, errors, told);
    answer(response, status, told);
  }

  private isSignedIn(header: string | undefined): boolean {
    const basic = `Basic ${Buffer.from(`${mail}:${token}`).toString('base64')}`;
    return header === (this.edition === 'cloud' ? basic : `Bearer ${token}`);
  }

  private match(method: string, pathname: string) {
    const base = this.edition === 'cloud' ? '/rest/api/3/' : '/rest/api/2/';
    if (!pathname.startsWith(base)) return undefined;
    const parts = pathname.slice(base.length).split('/');
    for (const operation of operations) {
      const pattern = operation.path.split('/');
      const fits = pattern.every((each, index) => each === '{}' || each === parts[index]);
      if (!fits || operation.method !== method || pattern.length !== parts.length) continue;
      if (!operation.editions.includes(this.edition)) continue;
      return { operation, place: parts.filter((_, index) => pattern[index] === '{}').map(decodeURIComponent) };
    }
    return undefined;
  }

  private hold(operation: Operation, schema: Operation['answered'], value: unknown): void {
    const read = schema.safeParse(value);
    if (!read.success) this.fail(operation, `${read.error.message} ${JSON.stringify(value)}`);
  }

  private fail({ name }: Operation, problem: string): void {
    this.mistakes.push(`${name}: ${problem}`);
  }
}
