import type { z } from 'zod';
import type { HttpCall } from '../http/contract';
import type { HttpClient } from '../http';
import { IncidentAnswer, IncidentsAnswer, NotesAnswer, ReadableAnswer } from './schema';
import type { Incident } from './schema';

/** The calls of ServiceNow’s Table API that Gavel makes. See https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html */

const table = ['api', 'now', 'table', 'incident'] as const;
const fields = 'sys_id,number,short_description,state,assigned_to,sys_updated_on,correlation_id';
const shown = { sysparm_display_value: 'all', sysparm_exclude_reference_link: true };

/** What Gavel needs to read of an incident, beside what everybody can. */
export const keptFields = ['correlation_id', 'work_notes', 'state'] as const;

export type ServiceNowClient = ReturnType<typeof createServiceNowClient>;

/** Every method rejects with `ConnectorError`. */
export function createServiceNowClient(http: HttpClient) {
  const list = <T>(query: HttpCall['query'], schema: z.ZodType<T>): Promise<T> =>
    http.json({ kind: 'read', path: table, query: { sysparm_no_count: true, ...shown, ...query } }, schema);

  return {
    /** The incidents whose field is exactly this, the oldest first. `value` has no sign of ServiceNow’s query language. */
    async find(field: 'number' | 'correlation_id', value: string): Promise<readonly Incident[]> {
      const query = `${field}=${value}^ORDERBYsys_created_on`;
      return (await list({ sysparm_query: query, sysparm_limit: 5, sysparm_fields: fields }, IncidentsAnswer)).result;
    },
    /** What can be read of any one incident; undefined if none can be seen. */
    async readAny(): Promise<Readonly<Record<string, unknown>> | undefined> {
      // The value of a journal is empty: nobody’s notes are needed for this.
      const values = { sysparm_display_value: 'false', sysparm_fields: ['sys_id', ...keptFields].join(',') };
      return (await list({ sysparm_limit: 1, ...values }, ReadableAnswer)).result[0];
    },
    async notes(incident: string): Promise<string> {
      const query = { ...shown, sysparm_fields: 'work_notes' };
      const answer = await http.json({ kind: 'read', path: [...table, incident], query }, NotesAnswer);
      return answer.result.work_notes.display_value;
    },
    /** Names stand for the records that they name. */
    async create(json: object): Promise<Incident> {
      const query = { ...shown, sysparm_fields: fields, sysparm_input_display_value: true };
      return (await http.json({ kind: 'once', path: table, query, body: { json } }, IncidentAnswer)).result;
    },
    async change(incident: string, json: object): Promise<Incident> {
      const query = { ...shown, sysparm_fields: fields };
      const call = { kind: 'once', method: 'PATCH', path: [...table, incident], query, body: { json } } as const;
      return (await http.json(call, IncidentAnswer)).result;
    },
  };
}
