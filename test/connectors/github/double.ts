import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { jsonIn } from '../../../src/core/text';
import { answer, FaultyServer } from '../http/faulty-server';
import type { Exchange } from '../http/faulty-server';
import { handlers, Refusal } from './handlers';
import { issueHandlers } from './issue-handlers';
import type { Handler } from './handlers';
import { sourceHandlers } from './source-handlers';
import { appId, publicKey, token } from './identities';
import type { Caller } from './identities';
import { createCompleter } from './openapi/complete';
import type { Face, HookId, OperationId } from './openapi/operations';
import { validatorOf } from './openapi/validate';
import { Repository } from './world';

export interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  statusCode: number;
}

/**
 * A double of GitHub, because neither GitHub nor its Enterprise Server can run in a test: it speaks real HTTP and keeps a state. Each request and each
 * response fits GitHub's own OpenAPI description of the face that it plays, or the test fails when the double is closed. What a description can't say,
 * such as what a dispatch does, is written down from the documentation.
 */
export class GitHub {
  readonly repositories = new Map<string, Repository>();
  readonly deliveries: Delivery[] = [];
  /** Deliveries that were asked for again. */
  readonly redelivered: number[] = [];
  /** Called for each of those. */
  onRedeliver: (delivery: number) => void = () => undefined;
  /** Every operation that was called, in order. */
  readonly called: OperationId[] = [];
  /** What a token of an installation may do. */
  permissions: Record<string, string> = { actions: 'write', deployments: 'write', contents: 'read', metadata: 'read' };
  /** What the App subscribes to. */
  events = ['workflow_run', 'workflow_job', 'deployment_protection_rule', 'deployment_review'];
  /** How many calls a new token is refused for. */
  unsettledCalls = 0;
  tokensMade = 0;
  /** Refuses everything for so many seconds. */
  limitedForSeconds = 0;
  /** Whether a person's token may write. */
  mayWrite = true;
  /** Drops the connection after doing what these operations ask. */
  readonly losesAnswerOf = new Set<OperationId>();
  /** Called for each operation: `before` it does anything, `after` it did and instead of its answer, or once it has `answered`. */
  stopAt: (id: OperationId) => 'before' | 'after' | 'answered' | undefined = () => undefined;
  onStop: () => void = () => undefined;
  /** What didn't fit. */
  readonly mistakes: string[] = [];
  readonly validator;
  private readonly completer;
  private lastId = 1_000;

  private constructor(
    readonly face: Face,
    readonly server: FaultyServer,
    /** Where logs are kept: another host. */
    readonly logs: FaultyServer,
  ) {
    this.validator = validatorOf(face);
    this.completer = createCompleter(this.validator.description);
  }

  static async start(face: Face = 'github.com'): Promise<GitHub> {
    const github = new GitHub(face, await FaultyServer.start(), await FaultyServer.start());
    github.server.serve = (exchange) => github.serve(exchange);
    github.logs.serve = (exchange) => github.serveLog(exchange);
    return github;
  }

  /** The address that connections name. */
  get url(): string {
    return `${this.server.url}${this.prefix}`;
  }
  private get prefix(): string {
    return this.face === 'github.com' ? '' : '/api/v3';
  }

  /** Ends it. Fails if a request or a response didn't fit. */
  async close(): Promise<void> {
    await this.server.close();
    await this.logs.close();
    assert.deepEqual(this.mistakes, []);
  }

  repository(name: string, files: Readonly<Record<string, string>> = {}): Repository {
    const made = new Repository(name, () => this.nextId());
    for (const [file, text] of Object.entries(files)) made.files.set(file, text);
    this.repositories.set(name, made);
    return made;
  }

  /** The body of an event, with what these fields leave out. */
  eventBody(id: HookId, given: object): string {
    const body = this.completer.complete(this.validator.description.hooks[id] ?? {}, given);
    this.mistakes.push(...this.validator.hookProblems(id, body));
    return JSON.stringify(body);
  }

  nextId(): number {
    return ++this.lastId;
  }

  private serve({ request, response, body }: Exchange): void {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://github.example');
    try {
      assert.ok(pathname.startsWith(this.prefix), `${pathname} isn’t below ${this.prefix}`);
      assert.equal(request.headers['x-github-api-version'] ?? '2022-11-28', '2022-11-28');
      const place = pathname
        .slice(this.prefix.length + 1)
        .split('/')
        .map(decodeURIComponent);
      const matched = this.validator.match(request.method, place);
      if (!matched) throw new Error(`no operation ${request.method} ${pathname}`);
      const { id, path } = matched;
      this.called.push(id);
      const stop = this.stopAt(id);
      if (stop === 'before') return this.onStop();
      const given: unknown = body === '' ? undefined : jsonIn(body);
      const [status, raw, more] = this.perform(id, () => {
        const caller = this.callerOf(request.headers.authorization);
        this.refuseUnknown(id, given);
        this.mistakes.push(...this.validator.requestProblems(matched, query, body));
        return (
          (handlers[id] ?? sourceHandlers[id] ?? issueHandlers[id])?.({
            github: this,
            path,
            query,
            body: (given ?? {}) as never,
            caller,
          }) ?? [404, { message: 'Not Found' }]
        );
      });
      const headers: Record<string, string> = { ...more };
      if (status === 302) headers['location'] = String(raw);
      if (this.limitedForSeconds > 0) headers['retry-after'] = String(this.limitedForSeconds);
      const whole = status === 302 ? undefined : this.completer.response(id, status, raw);
      this.mistakes.push(...this.validator.responseProblems(matched, status, whole));
      if (stop === 'after') return this.onStop();
      if (stop === 'answered') response.once('finish', () => this.onStop());
      if (this.losesAnswerOf.has(id) && status < 300) return void response.destroy();
      if (whole === undefined) {
        // Restify makes `writeHead` return nothing in every server of the process.
        response.writeHead(status, headers);
        return void response.end();
      }
      answer(response, status, whole, headers);
    } catch (error) {
      this.mistakes.push(String(error));
      answer(response, 500, { message: 'the double has a mistake' });
    }
  }

  private perform(id: OperationId, work: () => ReturnType<Handler>): ReturnType<Handler> {
    try {
      if (this.limitedForSeconds > 0) throw new Refusal(403, 'You have exceeded a secondary rate limit');
      return work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return [
        error.status,
        {
          message: error.message,
          documentation_url: `https://docs.github.com/rest/${id}`,
          status: String(error.status),
          ...(error.errors && { errors: error.errors }),
        },
      ];
    }
  }

  /** Enterprise Server 3.19 doesn't know this field; Gavel finds that out by asking. */
  private refuseUnknown(id: OperationId, body: unknown): void {
    const asks =
      id === 'actions/create-workflow-dispatch' && Object.hasOwn((body ?? {}) as object, 'return_run_details');
    if (asks && this.face === 'ghes-3.19')
      throw new Refusal(422, 'Invalid request.\n\n"return_run_details" is not a permitted key.');
  }

  private callerOf(header = ''): Caller {
    const given = header.replace(/^Bearer /, '');
    if (given === token) return 'person';
    if (given === `installation-token-${this.tokensMade}` && this.tokensMade > 0) {
      if (this.unsettledCalls-- > 0) throw new Refusal(401, 'Bad credentials');
      return 'installation';
    }
    if (this.isAppProof(given)) return 'app';
    throw new Refusal(401, 'Bad credentials');
  }

  private isAppProof(given: string): boolean {
    const [head = '', claims = '', signature = ''] = given.split('.');
    const isSigned = verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${claims}`),
      publicKey,
      Buffer.from(signature, 'base64url'),
    );
    if (!isSigned) return false;
    const { iss, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, number>;
    const now = Date.now() / 1_000;
    return (
      String(iss) === String(appId) && (iat ?? Infinity) <= now && (exp ?? 0) > now && (exp ?? Infinity) - now <= 600
    );
  }

  /** Signed addresses answer to anybody, and refuse whoever sends a credential along. */
  private serveLog({ request, response }: Exchange): void {
    if (request.headers.authorization !== undefined)
      this.mistakes.push('a credential was sent to the host of the logs');
    const id = Number(/\/(\d+)/.exec(request.url ?? '')?.[1]);
    const job = [...this.repositories.values()]
      .flatMap(({ runs }) => runs.flatMap(({ jobs }) => jobs))
      .find((each) => each.id === id);
    if (job?.status !== 'completed')
      return answer(response, 404, '<Error><Code>BlobNotFound</Code></Error>', { 'content-type': 'application/xml' });
    const lines = job.log.map((line) => `2026-11-30T10:00:00.0000000Z ${line}\n`);
    answer(response, 200, `\uFEFF${lines.join('')}`);
  }
}
