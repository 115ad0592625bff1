import assert from 'node:assert/strict';
import { z } from 'zod';
import { jsonIn } from '../../../src/core/text';
import { answer, FaultyServer } from '../http/faulty-server';
import type { Exchange } from '../http/faulty-server';

export const account = { user: 'gavel', password: 'changeme-of-gavel' };

type Fields = Readonly<Record<string, string>>;
/** A record of the table: the value of each field. */
export type IncidentState = Record<string, string>;

const text = z.string();
/**
 * What Gavel may send, as the documentation of the Table API and of incidents has it:
 * https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html. ServiceNow publishes no schema of it, so this is unverified.
 */
const sent = z.strictObject({
  short_description: text.max(160).optional(),
  description: text.max(4_000).optional(),
  correlation_id: text.min(1).max(100).optional(),
  correlation_display: text.max(100).optional(),
  assignment_group: text.optional(),
  work_notes: text.optional(),
  state: z.enum(['1', '2', '3', '6', '7', '8']).optional(),
  close_code: text.optional(),
  close_notes: text.optional(),
});
const parameters = new Set([
  ...['sysparm_query', 'sysparm_fields', 'sysparm_limit', 'sysparm_display_value', 'sysparm_no_count'],
  ...['sysparm_exclude_reference_link', 'sysparm_input_display_value'],
]);
const states: Fields = { 1: 'New', 2: 'In Progress', 3: 'On Hold', 6: 'Resolved', 7: 'Closed', 8: 'Canceled' };

/** A double of the incident table: it speaks real HTTP, keeps a state, and leaves out what an account can’t see, as ServiceNow does. */
export class ServiceNow {
  readonly incidents: IncidentState[] = [];
  /** Fields that the account can’t read, or can’t write: each is left out without a word. */
  readonly unreadable = new Set<string>();
  readonly unwritable = new Set<string>();
  seesIncidents = true;
  /** Does what a call with this method asks, and drops the connection. */
  readonly losesAnswerOf = new Set<string>();
  restsForSeconds: number | undefined;
  readonly called: string[] = [];
  private readonly mistakes: string[] = [];

  private constructor(readonly server: FaultyServer) {}

  static async start(): Promise<ServiceNow> {
    const made = new ServiceNow(await FaultyServer.start());
    made.server.serve = (exchange) => made.serve(exchange);
    return made;
  }

  get url(): string {
    return this.server.url;
  }

  /** Ends it. Fails if a request didn’t fit. */
  async close(): Promise<void> {
    await this.server.close();
    assert.deepEqual(this.mistakes, []);
  }

  add(fields: Fields = {}): IncidentState {
    const count = this.incidents.length + 1;
    const incident = {
      ...{ sys_id: count.toString(16).padStart(32, '0'), number: `INC00100${count.toString().padStart(2, '0')}` },
      ...{
        short_description: 'Slow',
        description: '',
        state: '1',
        assigned_to: '',
        work_notes: '',
        correlation_id: '',
      },
      ...{ sys_updated_on: '2026-11-30 10:00:00', sys_created_on: '2026-11-30 10:00:00' },
      ...fields,
    };
    this.incidents.push(incident);
    return incident;
  }

  private serve({ request, response, body }: Exchange): void {
    const { pathname, searchParams: query } = new URL(request.url ?? '', this.url);
    const method = request.method ?? '';
    const [, id] = /^\/api\/now\/table\/incident(?:\/([0-9a-f]{32}))?$/.exec(pathname) ?? ['', 'none'];
    if (id === 'none') this.mistakes.push(`no operation ${method} ${pathname}`);
    for (const name of query.keys()) if (!parameters.has(name)) this.mistakes.push(`no parameter ${name}`);
    const basic = Buffer.from(`${account.user}:${account.password}`).toString('base64');
    if (request.headers.authorization !== `Basic ${basic}`) return this.refuse(response, 401, 'User Not Authenticated');
    if (this.restsForSeconds !== undefined)
      return answer(response, 429, {}, { 'retry-after': String(this.restsForSeconds) });
    this.called.push(method);
    if (method === 'GET' && id === undefined)
      return answer(response, 200, { result: this.find(query).map((each) => this.show(each, query)) });
    const incident = method === 'POST' ? this.add() : this.incidents.find((each) => each['sys_id'] === id);
    if (!incident) return this.refuse(response, 404, 'No Record found');
    if (method !== 'GET') this.write(incident, body);
    if (this.losesAnswerOf.has(method)) return void response.destroy();
    answer(response, method === 'POST' ? 201 : 200, { result: this.show(incident, query) });
  }

  private write(incident: IncidentState, body: string): void {
    const read = sent.safeParse(jsonIn(body));
    if (!read.success) return void this.mistakes.push(`${read.error.message} ${body}`);
    for (const [name, value] of Object.entries(read.data)) {
      if (value === undefined || this.unwritable.has(name)) continue;
      incident[name] = name === 'work_notes' ? `${value}\n\n${incident[name] ?? ''}` : value;
    }
    if (read.data.state === '6' && read.data.close_code === undefined) this.mistakes.push('resolved without a code');
  }

  private find(query: URLSearchParams): IncidentState[] {
    if (!this.seesIncidents) return [];
    const [, field, value] = /^(\w+)=([\w-]+)\^ORDERBYsys_created_on$/.exec(query.get('sysparm_query') ?? '') ?? [];
    if (query.has('sysparm_query') && field === undefined) this.mistakes.push('a query that could find anything');
    const found = this.incidents.filter((each) => field === undefined || each[field] === value);
    return found.slice(0, Number(query.get('sysparm_limit')));
  }

  private show(incident: IncidentState, query: URLSearchParams): object {
    const names = (query.get('sysparm_fields') ?? '').split(',').filter((name) => !this.unreadable.has(name));
    const field = (name: string, value: string) => {
      if (query.get('sysparm_display_value') === 'false') return name === 'work_notes' ? '' : value;
      if (name === 'state') return { value, display_value: states[value] ?? value };
      return { value: name === 'work_notes' ? '' : value, display_value: value };
    };
    return Object.fromEntries(names.map((name) => [name, field(name, incident[name] ?? '')]));
  }

  private refuse(response: Exchange['response'], status: number, message: string): void {
    answer(response, status, { error: { message, detail: '' }, status: 'failure' });
  }
}
