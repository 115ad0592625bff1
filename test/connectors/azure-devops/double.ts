import assert from 'node:assert/strict';
import { jsonIn } from '../../../src/core/text';
import { answer, FaultyServer } from '../http/faulty-server';
import type { Exchange } from '../http/faulty-server';
import { operations } from './contract';
import type { OperationId } from './contract';
import type { Operation } from './shapes';
import { Refusal, runHandlers } from './handlers';
import type { Right } from './handlers';
import { sourceHandlers } from './source-handlers';
import { ticketHandlers } from './ticket-handlers';
import { World } from './world';

const handlers = { ...runHandlers, ...sourceHandlers, ...ticketHandlers };

export const token = 'token-of-the-automation-account';

/**
 * A double of Azure DevOps: it speaks real HTTP and keeps a state. Each request and each response fits `contract.ts`, which says where each is from, or the
 * test fails when the double is closed.
 */
export class AzureDevops {
  readonly world = new World();
  /** Every operation that was called, in order. */
  readonly called: OperationId[] = [];
  /** What the account may not do. */
  readonly forbidden = new Set<Right>();
  readonly losesAnswerOf = new Set<OperationId>();
  /** In seconds; it takes no requests until it’s 0 again. */
  throttlesForSeconds = 0;
  /** How it tells that a token isn’t accepted: with a page and 203, or with a redirect to one. */
  signInStatus: 203 | 302 = 203;
  /** What didn’t fit. */
  readonly mistakes: string[] = [];
  /** What is accepted beside the token: of Entra, which it also gives out. */
  private readonly bearers = new Set<string>();
  private count = 0;

  private constructor(readonly server: FaultyServer) {}

  static async start(): Promise<AzureDevops> {
    const azure = new AzureDevops(await FaultyServer.start());
    azure.server.serve = (exchange) => azure.serve(exchange);
    return azure;
  }

  /** Of the organization. */
  get url(): string {
    return `${this.server.url}/acme`;
  }

  /** Of the cloud’s sign-in. */
  get authority(): string {
    return this.server.url;
  }

  /** Ends it. Fails if a request or a response didn’t fit. */
  async close(): Promise<void> {
    await this.server.close();
    assert.deepEqual(this.mistakes, []);
  }

  countOf(...ids: OperationId[]): number {
    return this.called.filter((id) => ids.includes(id)).length;
  }

  private serve({ request, response, body }: Exchange): void {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://azure.example');
    if (pathname === '/acme.example/oauth2/v2.0/token') return this.giveToken(response, new URLSearchParams(body));
    if (!this.isKnown(request.headers.authorization)) return this.askToSignIn(response);
    if (this.throttlesForSeconds > 0)
      return answer(
        response,
        429,
        { message: 'TF400733: The request has been canceled' },
        { 'retry-after': String(this.throttlesForSeconds) },
      );
    try {
      const matched = match(request.method ?? '', pathname);
      if (!matched) throw new Error(`no operation ${request.method} ${request.url}`);
      const { id, operation, place } = matched;
      this.called.push(id);
      const sent = jsonIn(body);
      this.mistakes.push(...queryProblems(id, operation, query));
      if (operation.sent) this.mistakes.push(...problemsOf(`${id} sent`, operation.sent, sent));
      if (request.headers['x-tfs-fedauthredirect'] !== 'Suppress') this.mistakes.push(`${id} would get a page`);
      const may = (right: Right): boolean => !this.forbidden.has(right);
      const told = handlers[id]({ world: this.world, url: this.url, may, place, query, body: sent });
      this.mistakes.push(...problemsOf(`${id} answered`, operation.answered, told));
      if (this.losesAnswerOf.has(id)) return void response.destroy();
      if (told === undefined) return answer(response, 204, '');
      if (typeof told === 'string') return answer(response, 200, told, { 'content-type': 'text/plain' });
      answer(response, 200, told);
    } catch (error) {
      if (error instanceof Refusal) return answer(response, error.status, { message: error.message });
      this.mistakes.push(String(error));
      answer(response, 500, { message: 'the double has a mistake' });
    }
  }

  private isKnown(authorization = ''): boolean {
    const [scheme = '', value = ''] = authorization.split(' ');
    if (scheme === 'Basic') return Buffer.from(value, 'base64').toString().split(':')[1] === token;
    return scheme === 'Bearer' && this.bearers.has(value);
  }

  private askToSignIn(response: Exchange['response']): void {
    const type = { 'content-type': 'text/html; charset=utf-8' };
    if (this.signInStatus === 203)
      return answer(response, 203, '<html><title>Azure DevOps Services | Sign In</title>', type);
    answer(response, 302, '<html>', {
      ...type,
      location: 'https://spsprodweu1.vssps.visualstudio.example/_signin?realm=dev.azure.com',
    });
  }

  /** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
  private giveToken(response: Exchange['response'], form: URLSearchParams): void {
    const isRight =
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_secret') === token &&
      form.get('scope') === '499b84ac-1321-427f-aa17-267ca6975798/.default';
    if (!isRight) return answer(response, 401, { error: 'invalid_client', error_description: 'AADSTS7000215' });
    const made = `bearer-of-entra-${++this.count}`;
    this.bearers.add(made);
    answer(response, 200, { token_type: 'Bearer', expires_in: 3599, access_token: made });
  }
}

function match(method: string, pathname: string) {
  const [organization, ...parts] = pathname.split('/').slice(1);
  if (organization !== 'acme') return undefined;
  for (const [id, operation] of Object.entries(operations) as [OperationId, Operation][]) {
    const pattern = operation.path.startsWith('/')
      ? operation.path.slice(1).split('/')
      : ['Shop', ...operation.path.split('/')];
    if (operation.method !== method || pattern.length !== parts.length) continue;
    const place = placeIn(pattern, parts.map(decodeURIComponent));
    if (place) return { id, operation, place };
  }
  return undefined;
}

/** What stands for each `{}`, and behind the dollar of `${}`; undefined if the rest differs. */
function placeIn(pattern: readonly string[], parts: readonly string[]): string[] | undefined {
  const place: string[] = [];
  for (const [index, each] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (each === '{}' && !part.startsWith('$')) place.push(part);
    else if (each === '${}' && part.startsWith('$')) place.push(part.slice(1));
    else if (each !== part) return undefined;
  }
  return place;
}

function queryProblems(id: OperationId, operation: Operation, query: URLSearchParams): string[] {
  const unknown = [...query.keys()].filter((name) => name !== 'api-version' && !operation.query?.includes(name));
  const version = operation.version ?? '7.1';
  return [
    ...unknown.map((name) => `${id} has no ${name}`),
    ...(query.get('api-version') === version ? [] : [`${id} needs the version ${version}`]),
  ];
}

function problemsOf(what: string, schema: Operation['answered'], value: unknown): string[] {
  const read = schema.safeParse(value);
  return read.success ? [] : [`${what}: ${read.error.message} ${JSON.stringify(value)}`];
}
