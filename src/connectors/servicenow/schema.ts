import { z } from 'zod';

/** What of ServiceNow’s answers is used. With `sysparm_display_value=all`, each field has its value and what people see. A field that Gavel’s user can’t read is missing. */

const words = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
const Field = z
  .object({ value: words, display_value: words })
  .optional()
  .transform((field) => field ?? { value: '', display_value: '' });

const IncidentRecord = z.object({
  sys_id: z.object({ value: z.string().regex(/^[0-9a-f]{32}$/) }).transform(({ value }) => value),
  number: z.object({ value: z.string().regex(/^[A-Z]{1,20}\d{1,20}$/) }).transform(({ value }) => value),
  short_description: Field,
  state: Field,
  assigned_to: Field,
  /** In UTC, without saying so. */
  sys_updated_on: Field.transform(({ value }) => {
    const time = Date.parse(`${value.replace(' ', 'T')}Z`);
    return Number.isNaN(time) ? 0 : time;
  }),
  correlation_id: Field,
});
export type Incident = z.output<typeof IncidentRecord>;

export const IncidentAnswer = z.object({ result: IncidentRecord });
export const IncidentsAnswer = z.object({ result: z.array(IncidentRecord) });

/** All notes of the incident in one text. */
export const NotesAnswer = z.object({ result: z.object({ work_notes: Field }) });

/** The names of what can be read. */
export const ReadableAnswer = z.object({ result: z.array(z.record(z.string(), z.unknown())) });
