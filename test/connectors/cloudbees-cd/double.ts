import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { jsonIn } from '../../../src/core/text';
import { answer, FaultyServer } from '../http/faulty-server';
import type { Exchange } from '../http/faulty-server';
import { fault, operations } from './contract';
import type { Operation, OperationId } from './contract';
import { Fault, handlers } from './handlers';
import { Project } from './world';
import type { JobState, RuntimeState } from './world';

/** An account of CloudBees CD. */
export const automation = { user: 'gavel', password: 'changeme-of-gavel' };
export const person = { user: 'noor', token: 'access-token-of-noor' };

/**
 * A double of CloudBees CD/RO, because no server of it can run in a test: it speaks real HTTP and keeps a state. Each request and each response fits
 * `contract.ts`, which says where each is from, or the test fails when the double is closed. What isn’t documented is marked as unverified there.
 */
export class CloudBees {
  readonly projects = new Map<string, Project>();
  readonly runtimes: RuntimeState[] = [];
  readonly jobs: JobState[] = [];
  /** Every operation that was called, in order, with who called it. */
  readonly called: { readonly id: OperationId; readonly user: string }[] = [];
  /** The passwords and tokens that are known, with their users. */
  readonly accounts = new Map([
    [automation.password, automation.user],
    [person.token, person.user],
  ]);
  readonly sessions = new Map<string, string>();
  sessionsMade = 0;
  /** Who may execute nothing. */
  readonly readers = new Set<string>();
  /** Errors come with the status 200, as older versions do. */
  hidesErrors = false;
  /** Drops the connection after doing what these operations ask. */
  readonly losesAnswerOf = new Set<OperationId>();
  /** Called for each operation: `before` it does anything, `after` it did and instead of its answer, or once it has `answered`. */
  stopAt: (id: OperationId) => 'before' | 'after' | 'answered' | undefined = () => undefined;
  onStop: () => void = () => undefined;
  /** Its web server shows logs as pages. */
  showsPages = false;
  /** What didn’t fit. */
  readonly mistakes: string[] = [];

  private constructor(readonly server: FaultyServer) {}

  static async start(): Promise<CloudBees> {
    const cloudbees = new CloudBees(await FaultyServer.start());
    cloudbees.server.serve = (exchange) => cloudbees.serve(exchange);
    return cloudbees;
  }

  get url(): string {
    return this.server.url;
  }

  /** Ends it. Fails if a request or a response didn’t fit. */
  async close(): Promise<void> {
    await this.server.close();
    assert.deepEqual(this.mistakes, []);
  }

  project(name: string): Project {
    const made = new Project(name);
    this.projects.set(name, made);
    return made;
  }

  countOf(id: OperationId): number {
    return this.called.filter((each) => each.id === id).length;
  }

  openSession(secret: string): { readonly sessionId: string; readonly userName: string } {
    const userName = this.accounts.get(secret);
    if (userName === undefined) throw new Fault('InvalidCredentials', 'The user name or password is wrong');
    const sessionId = randomUUID();
    this.sessions.set(sessionId, userName);
    this.sessionsMade += 1;
    return { sessionId, userName };
  }

  private serve({ request, response, body }: Exchange): void {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://cloudbees.example');
    try {
      const matched = match(request.method ?? '', pathname.slice(1), searchParams.get('request') ?? undefined);
      if (!matched) throw new Error(`no operation ${request.method} ${request.url}`);
      const { id, operation, place } = matched;
      const known = new Set(['request', ...(operation.query ?? [])]);
      for (const name of searchParams.keys()) if (!known.has(name)) this.mistakes.push(`${id} has no ${name}`);
      const sent: unknown = body === '' ? undefined : jsonIn(body);
      if (operation.sent) this.mistakes.push(...problemsOf(`${id} sent`, operation.sent, sent));
      const stop = this.stopAt(id);
      if (stop === 'before') return this.onStop();
      const { status, told } = this.perform(() => {
        const user = id === 'createSession' ? '' : this.userOf(request.headers);
        this.called.push({ id, user });
        return handlers[id]({ cloudbees: this, place, query: searchParams, sent: (sent ?? {}) as never, user });
      });
      if (status === 200 && !(told instanceof Fault))
        this.mistakes.push(...problemsOf(`${id} answered`, operation.answered, told));
      if (stop === 'after') return this.onStop();
      if (stop === 'answered') response.once('finish', () => this.onStop());
      if (this.losesAnswerOf.has(id) && status === 200) return void response.destroy();
      if (told instanceof Fault) return this.refuse(response, status, told);
      answer(response, status, told, id === 'readLog' && this.showsPages ? { 'content-type': 'text/html' } : {});
    } catch (error) {
      this.mistakes.push(String(error));
      answer(response, 500, { error: { code: 'InternalError', message: 'the double has a mistake' } });
    }
  }

  private perform(work: () => unknown): { readonly status: number; readonly told: unknown } {
    try {
      return { status: 200, told: work() };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const isSignIn = error.code === 'InvalidCredentials' || error.code === 'ExpiredSession';
      return { status: this.hidesErrors && !isSignIn ? 200 : statusOf(error.code), told: error };
    }
  }

  private refuse(response: Exchange['response'], status: number, { code, message }: Fault): void {
    const error = { code, message };
    this.mistakes.push(...problemsOf('a fault', fault, error));
    answer(response, status, status === 200 ? { responses: [{ error }] } : { error });
  }

  private userOf({ authorization = '', cookie = '' }: Exchange['request']['headers']): string {
    const [, session] = /(?:^|; )sessionId=([^;]+)/.exec(cookie) ?? [];
    if (session !== undefined) {
      const user = this.sessions.get(session);
      if (user === undefined) throw new Fault('ExpiredSession', 'The session has expired');
      return user;
    }
    const [user = '', password = ''] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':');
    if (this.accounts.get(password) !== user)
      throw new Fault('InvalidCredentials', 'The user name or password is wrong');
    return user;
  }
}

function statusOf(code: string): number {
  if (code === 'InvalidCredentials' || code === 'ExpiredSession') return 401;
  if (code === 'AccessDenied') return 403;
  return code.startsWith('NoSuch') ? 404 : 400;
}

function match(method: string, path: string, request: string | undefined) {
  const parts = path.split('/');
  for (const [id, operation] of Object.entries(operations) as [OperationId, Operation][]) {
    const pattern = operation.path.split('/');
    if (operation.method !== method || operation.request !== request || pattern.length !== parts.length) continue;
    if (pattern.some((each, index) => each !== '{}' && each !== parts[index])) continue;
    const place = parts.filter((_, index) => pattern[index] === '{}').map(decodeURIComponent);
    return { id, operation, place };
  }
  return undefined;
}

function problemsOf(what: string, schema: Operation['answered'], value: unknown): string[] {
  const read = schema.safeParse(value);
  return read.success ? [] : [`${what}: ${read.error.message} ${JSON.stringify(value)}`];
}
