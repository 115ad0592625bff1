import assert from 'node:assert/strict';
import { answer, FaultyServer } from '../http/faulty-server';
import type { Exchange } from '../http/faulty-server';
import { operations } from './contract';
import type { Operation, OperationId } from './contract';
import { handlers, Refusal } from './handlers';
import type { Asked, Redirect } from './handlers';
import { JobState } from './world';
import type { BuildState, ItemState, ParameterState } from './world';

/** An account of Jenkins, with its API token. */
export const automation = { user: 'gavel', token: '11deadbeef-of-gavel' };

/**
 * A double of Jenkins, because no server of it can run in a test: it speaks real HTTP and keeps a state. Each request and each response fits
 * `contract.ts`, which says where each is from, or the test fails when the double is closed.
 */
export class Jenkins {
  readonly jobs = new Map<string, JobState>();
  readonly items: ItemState[] = [];
  /** Every operation that was called, in order. */
  readonly called: OperationId[] = [];
  /** Who may start, stop and decide nothing. */
  readonly readers = new Set<string>();
  readonly hidden = new Set<string>();
  /** Whether it has the plugin that tells of stages and input steps. */
  hasStages = true;
  /** Whether it has the plugin that tells who may start and stop. */
  hasBlueOcean = false;
  /** It refuses with a page and the status 200. */
  refusesWithPages = false;
  /** Nobody may change a description. */
  keepsDescriptions = false;
  /** Whom it lets in without a token. */
  isOpen = false;
  /** Where it’s below its server, as `/jenkins`. */
  context = '';
  /** What it calls itself, if that’s another address than the one it’s reached at. */
  ownUrl: string | undefined;
  token = automation.token;
  readonly losesAnswerOf = new Set<OperationId>();
  /** Called for each operation: `before` it does anything, `after` it did and instead of its answer, or once it has `answered`. */
  stopAt: (id: OperationId) => 'before' | 'after' | 'answered' | undefined = () => undefined;
  onStop: () => void = () => undefined;
  /** What didn’t fit. */
  readonly mistakes: string[] = [];
  private nextItem = 100;

  private constructor(readonly server: FaultyServer) {}

  static async start(): Promise<Jenkins> {
    const jenkins = new Jenkins(await FaultyServer.start());
    jenkins.server.serve = (exchange) => jenkins.serve(exchange);
    return jenkins;
  }

  get url(): string {
    return `${this.server.url}${this.context}`;
  }

  address(path: string): string {
    return `${this.ownUrl ?? this.url}/${path}`;
  }

  /** Ends it. Fails if a request or a response didn’t fit. */
  async close(): Promise<void> {
    await this.server.close();
    assert.deepEqual(this.mistakes, []);
  }

  job(fullName: string, parameters: readonly ParameterState[], isPipeline = true): JobState {
    const made = new JobState(fullName, parameters, isPipeline);
    this.jobs.set(fullName, made);
    return made;
  }

  enqueue(job: JobState, values: ItemState['values'], user: string): ItemState {
    const made = { id: this.nextItem++, job, values, user, since: Date.now(), isCanceled: false };
    this.items.push(made);
    return made;
  }

  waiting(): ItemState[] {
    return this.items.filter(({ isCanceled, build }) => !isCanceled && !build);
  }

  /** Takes the first item that waits out of the queue. */
  begin(): BuildState {
    const [item] = this.waiting();
    assert.ok(item, 'nothing waits');
    return (item.build = item.job.build(item.id, item.values, item.user));
  }

  openPipelines(): BuildState[] {
    return [...this.jobs.values()].flatMap(({ builds }) =>
      builds.filter(({ building, job }) => building && job.isPipeline),
    );
  }

  pathOf({ fullName }: JobState): string {
    return fullName
      .split('/')
      .flatMap((part) => ['job', encodeURIComponent(part)])
      .join('/');
  }

  countOf(...ids: OperationId[]): number {
    return this.called.filter((id) => ids.includes(id)).length;
  }

  /** The jobs in their folders. */
  tree(): object {
    interface Folder {
      _class: string;
      name: string;
      jobs: unknown[];
    }
    const top: Folder = { _class: 'hudson.model.Hudson', name: '', jobs: [] };
    const folders = new Map([['', top]]);
    for (const { fullName, isBuildable } of this.jobs.values()) {
      if (this.hidden.has(fullName)) continue;
      const parts = fullName.split('/');
      let at = top;
      for (let depth = 1; depth < parts.length; depth++) {
        const path = parts.slice(0, depth).join('/');
        const known = folders.get(path);
        const folder = known ?? {
          _class: 'com.cloudbees.hudson.plugins.folder.Folder',
          name: parts[depth - 1] ?? '',
          jobs: [],
        };
        if (!known) at.jobs.push(folder);
        folders.set(path, folder);
        at = folder;
      }
      at.jobs.push({
        _class: 'org.jenkinsci.plugins.workflow.job.WorkflowJob',
        name: parts.at(-1),
        buildable: isBuildable,
      });
    }
    return { _class: top._class, url: this.ownUrl ?? null, jobs: top.jobs };
  }

  private serve({ request, response, body }: Exchange): void {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://jenkins.example');
    try {
      if (!pathname.startsWith(`${this.context}/`)) return answer(response, 404, 'Not Found');
      const matched = match(request.method ?? '', pathname.slice(this.context.length + 1));
      if (!matched) throw new Error(`no operation ${request.method} ${request.url}`);
      const { id, operation, job, place } = matched;
      for (const name of query.keys()) if (!operation.query?.includes(name)) this.mistakes.push(`${id} has no ${name}`);
      const form = Object.fromEntries(new URLSearchParams(body));
      if (operation.sent) this.mistakes.push(...problemsOf(`${id} sent`, operation.sent, form));
      const stop = this.stopAt(id);
      if (stop === 'before') return this.onStop();
      const told = this.perform(id, { jenkins: this, job, place, query, form, user: this.userOf(request.headers) });
      if (stop === 'after') return this.onStop();
      if (stop === 'answered') response.once('finish', () => this.onStop());
      if (this.losesAnswerOf.has(id)) return void response.destroy();
      const value = operation.method === 'GET' ? filtered(told, query.get('tree')) : undefined;
      this.mistakes.push(...problemsOf(`${id} answered`, operation.answered, value));
      if (operation.method === 'GET') return answer(response, 200, value, sizeOf(id, query, told));
      const { status, location } = (told ?? { status: 200, location: '' }) as Redirect;
      answer(response, status, '', location === '' ? {} : { location });
    } catch (error) {
      if (error instanceof Refusal)
        return answer(
          response,
          error.status,
          error.message,
          error.status === 200 ? { 'content-type': 'text/html' } : {},
        );
      this.mistakes.push(String(error));
      answer(response, 500, 'the double has a mistake');
    }
  }

  private perform(id: OperationId, asked: Asked): unknown {
    // Nobody who isn’t signed in sees anything, but that they aren’t.
    if (asked.user === '' && id !== 'whoAmI' && !this.isOpen)
      throw new Refusal(403, 'anonymous is missing the Overall/Read permission');
    this.called.push(id);
    return handlers[id](asked);
  }

  private userOf({ authorization = '' }: Exchange['request']['headers']): string {
    if (authorization === '') return '';
    const [user = '', token = ''] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':');
    if (token !== this.token) throw new Refusal(401, 'Invalid password/token for user');
    return user;
  }
}

const sizeOf = (id: OperationId, query: URLSearchParams, told: unknown): Record<string, string> =>
  id === 'readLog'
    ? {
        'x-text-size': String(Number(query.get('start')) + Buffer.byteLength(String(told))),
        'content-type': 'text/plain',
      }
    : {};

function match(method: string, path: string) {
  const [, pipelines] = /^blue\/rest\/organizations\/jenkins((?:\/pipelines\/[^/]+)+)$/.exec(path) ?? [];
  if (pipelines !== undefined && method === 'GET') {
    const names = pipelines.split('/pipelines/').slice(1).map(decodeURIComponent);
    return {
      id: 'getPermissions' as const,
      operation: operations.getPermissions as Operation,
      job: names.join('/'),
      place: [],
    };
  }
  const [, jobParts = '', rest = path] = /^((?:job\/[^/]+\/)+)(.*)$/.exec(path) ?? [];
  const job = jobParts
    .split('/')
    .filter((part, index) => index % 2 === 1 && part !== '')
    .map(decodeURIComponent)
    .join('/');
  const parts = [...(job === '' ? [] : ['{job}']), ...rest.split('/')];
  for (const [id, operation] of Object.entries(operations) as [OperationId, Operation][]) {
    const pattern = operation.path.split('/');
    if (operation.method !== method || pattern.length !== parts.length) continue;
    if (pattern.some((each, index) => each !== '{}' && each !== parts[index])) continue;
    const place = parts.filter((_, index) => pattern[index] === '{}').map(decodeURIComponent);
    return { id, operation, job, place };
  }
  return undefined;
}

/** Only what `tree` names, and of a list only the range it names, as https://www.jenkins.io/doc/book/using/remote-access-api/ says. */
function filtered(value: unknown, tree: string | null): unknown {
  if (tree === null) return value;
  if (Array.isArray(value)) return value.map((each) => filtered(each, tree));
  if (typeof value !== 'object' || value === null) return value;
  const has = new Map<string, unknown>(Object.entries(value));
  const kept: Record<string, unknown> = has.has('_class') ? { _class: has.get('_class') } : {};
  for (const [, name = '', inner, from, to] of fieldsOf(tree)) {
    if (!has.has(name)) continue;
    const whole = has.get(name);
    const part = Array.isArray(whole) && from !== undefined ? whole.slice(Number(from), Number(to)) : whole;
    kept[name] = inner === undefined ? part : filtered(part, inner);
  }
  return kept;
}

function fieldsOf(tree: string): (string | undefined)[][] {
  const found: string[] = [];
  let depth = 0;
  let field = '';
  for (const sign of `${tree},`) {
    if (sign === ',' && depth === 0) {
      found.push(field);
      field = '';
      continue;
    }
    if (sign === '[' || sign === '{') depth++;
    if (sign === ']' || sign === '}') depth--;
    field += sign;
  }
  return found.map((each) => [...(/^(\w+)(?:\[(.*)\])?(?:\{(\d+),(\d+)\})?$/.exec(each) ?? [])]);
}

function problemsOf(what: string, schema: Operation['answered'], value: unknown): string[] {
  const read = schema.safeParse(value);
  return read.success ? [] : [`${what}: ${read.error.message} ${JSON.stringify(value)}`];
}
