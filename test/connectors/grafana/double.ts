import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { jsonIn } from '../../../src/core/text';
import { answer, FaultyServer } from '../http/faulty-server';
import type { Exchange } from '../http/faulty-server';
import { operations } from './contract';
import type { OperationName } from './contract';

type Response<N extends OperationName> = z.output<(typeof operations)[N]['response']>;
type Body<N extends OperationName> = z.output<(typeof operations)[N]['body']>;
type Silence = Response<'readSilence'>;
export type Alert = Response<'listAlerts'>[number];
export type Dashboard = Response<'readDashboard'>['dashboard'];
export type Frame = NonNullable<Response<'query'>['results'][string]['frames']>[number];
export type Query = Body<'query'>['queries'][number];
export type Rule = Response<'listRules'>['data']['groups'][number]['rules'][number];

/** What an operation was called with. */
interface Call {
  /** What stands for each `*` of the path. */
  readonly parts: readonly string[];
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly body: unknown;
}

/** A status beside the one of success, with a message. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export const token = 'token-of-the-test';

/** A double of Grafana. Each request and each response fits the contract, or the test fails. */
export class Grafana {
  readonly annotations: Response<'findAnnotations'> = [];
  readonly silences: Silence[] = [];
  alerts: Alert[] = [];
  rules: Rule[] = [];
  dashboards: Dashboard[] = [];
  readonly tags = new Map<string, readonly string[]>();
  libraryPanels: Response<'readLibraryPanel'>['result'][] = [];
  readonly settings: Response<'readSettings'> = {
    ...{ defaultDatasource: 'Metrics', rendererAvailable: true },
    datasources: {
      Metrics: { uid: 'metrics-1', type: 'prometheus', name: 'Metrics' },
      Orders: { uid: 'orders-1', type: 'mysql', name: 'Orders' },
    },
  };
  /** The queries that arrived, and what each of them gives. */
  readonly queries: Query[] = [];
  answerQuery: (query: Query) => Response<'query'>['results'][string] = () => ({ status: 200, frames: [] });
  /** What its renderer draws. */
  picture: (width: number, height: number) => Buffer = pngOf;
  readonly rendered: Call['query'][] = [];
  /** Every operation that was called. */
  readonly called: OperationName[] = [];
  /** What didn't fit. */
  readonly mistakes: string[] = [];

  private constructor(readonly server: FaultyServer) {}

  static async start(): Promise<Grafana> {
    const grafana = new Grafana(await FaultyServer.start());
    grafana.server.serve = (exchange) => grafana.serve(exchange);
    return grafana;
  }

  /** Ends it. Fails if a request or a response didn't fit. */
  async close(): Promise<void> {
    await this.server.close();
    assert.deepEqual(this.mistakes, []);
  }

  private serve({ request, response, body }: Exchange): void {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://grafana.example');
    const place = pathname
      .slice(1)
      .split('/')
      .map((part) => decodeURIComponent(part));
    try {
      assert.equal(request.headers.authorization, `Bearer ${token}`);
      const [name, parts] = this.find(request.method, place);
      const { query: Query, body: Body, status, response: Answer } = operations[name];
      this.called.push(name);
      const query: Record<string, string[]> = {};
      for (const [key, value] of searchParams) (query[key] ??= []).push(value);
      const given = body === '' ? '' : jsonIn(body);
      // The checks of Gavel ask for what Grafana refuses.
      if (name === 'createAnnotation' && (given as { text?: string }).text === '')
        throw new Refusal(400, 'Failed to save annotation');
      if (name === 'query' && (given as { queries?: unknown[] }).queries?.length === 0)
        throw new Refusal(400, 'No queries found');
      const call = { parts, query: Query.parse(query) as Call['query'], body: Body.parse(given) };
      const answered = Answer.parse(this.handlers[name](call));
      if (!Buffer.isBuffer(answered)) return answer(response, status, answered);
      response.writeHead(status, { 'content-type': 'image/png' });
      response.end(answered);
    } catch (error) {
      if (error instanceof Refusal) return answer(response, error.status, { message: error.message });
      this.mistakes.push(`${request.method} ${request.url}: ${String(error)}`);
      answer(response, 418, { message: 'not in the contract' });
    }
  }

  private find(method: string | undefined, place: readonly string[]): readonly [OperationName, readonly string[]] {
    for (const name of Object.keys(operations) as OperationName[]) {
      const wanted = operations[name].path.split('/');
      const fits =
        operations[name].method === method &&
        wanted.length === place.length &&
        wanted.every((part, index) => part === '*' || part === place[index]);
      if (fits) return [name, place.filter((_, index) => wanted[index] === '*')];
    }
    throw new Error('no such operation');
  }

  private readonly handlers: Readonly<Record<OperationName, (call: Call) => unknown>> = {
    findAnnotations: ({ query }) => {
      const [from, to] = [Number(query['from']?.[0]), Number(query['to']?.[0])];
      return this.annotations.filter(
        ({ time, tags }) => time >= from && time <= to && query['tags']?.every((tag) => tags.includes(tag)),
      );
    },
    createAnnotation: ({ body }) => {
      const id = this.annotations.length + 1;
      this.annotations.push({ id, ...(body as Body<'createAnnotation'>) });
      return { message: 'Annotation added', id };
    },
    listAlerts: () => this.alerts.map((alert) => this.silenced(alert)),
    listSilences: () => this.silences,
    readSilence: ({ parts }) => this.silence(parts[0]),
    saveSilence: ({ body }) => ({ silenceID: this.save(body as Body<'saveSilence'>) }),
    endSilence: ({ parts }) => {
      const known = this.silence(parts[0]);
      if (known.status.state === 'expired') throw new Refusal(500, 'silence already expired');
      known.status.state = 'expired';
      return { message: 'silence deleted' };
    },
    readDashboard: ({ parts }) => ({ dashboard: this.dashboard(parts[0]), meta: { slug: 'slug' } }),
    searchDashboards: ({ query }) =>
      this.dashboards
        .map(({ uid, title }, id) => ({
          id,
          uid,
          title,
          url: `/d/${uid}`,
          type: 'dash-db',
          tags: this.tags.get(uid) ?? [],
        }))
        .filter(({ title, tags }) => {
          const [[tag] = [], [words = ''] = []] = [query['tag'], query['query']];
          return (tag === undefined || tags.includes(tag)) && title.toLowerCase().includes(words.toLowerCase());
        }),
    readLibraryPanel: ({ parts }) => {
      const result = this.libraryPanels.find(({ uid }) => uid === parts[0]);
      if (!result) throw new Refusal(404, 'library element could not be found');
      return { result };
    },
    readSettings: () => this.settings,
    query: ({ body }) => {
      const { queries } = body as Body<'query'>;
      this.queries.push(...queries);
      return { results: Object.fromEntries(queries.map((each) => [each.refId, this.answerQuery(each)])) };
    },
    renderPanel: ({ parts, query }) => {
      this.dashboard(parts[0]);
      this.rendered.push(query);
      return this.picture(Number(query['width']?.[0]), Number(query['height']?.[0]));
    },
    listRules: () => ({
      status: 'success',
      data: { groups: [{ name: 'shop', file: 'Shop', interval: 60, rules: this.rules }] },
    }),
  };

  private dashboard(uid: string | undefined): Dashboard {
    const known = this.dashboards.find((each) => each.uid === uid);
    if (!known) throw new Refusal(404, 'Dashboard not found');
    return known;
  }

  private silence(id: string | undefined): Silence {
    const known = this.silences.find((each) => each.id === id);
    if (!known) throw new Refusal(404, 'silence not found');
    return known;
  }

  private save({ id, ...silence }: Body<'saveSilence'>): string {
    if (Date.parse(silence.endsAt) <= Date.now()) throw new Refusal(400, 'end time can’t be in the past');
    const known = id === undefined ? undefined : this.silence(id);
    if (known) Object.assign(known, silence);
    else this.silences.push({ ...silence, id: randomUUID(), updatedAt: silence.startsAt, status: { state: 'active' } });
    return known?.id ?? this.silences.at(-1)?.id ?? '';
  }

  private silenced(alert: Alert): Alert {
    const silencedBy = this.silences
      .filter(({ status, matchers }) => status.state === 'active' && matchers.every((each) => fits(each, alert.labels)))
      .map(({ id }) => id);
    return {
      ...alert,
      status: { ...alert.status, silencedBy, state: silencedBy.length > 0 ? 'suppressed' : 'active' },
    };
  }
}

/** The beginning of a PNG of this size. */
export function pngOf(width: number, height: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), size]);
}

const fits = (
  { name, value }: Silence['matchers'][number],
  labels: Readonly<Record<string, string | undefined>>,
): boolean => (labels[name] ?? '') === value;
