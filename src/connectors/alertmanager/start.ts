import { z } from 'zod';
import type { HttpClient } from '../http';

/** When Alertmanager started, as it says. https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */

/** It keeps alerts in memory only: until their senders have told it again, one that isn't listed may still fire. */
export const settleAfterStartMs = 5 * 60_000;

/** `uptime` is the moment of its start. */
const StatusAnswer = z.object({
  uptime: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
});

/** Rejects with `ConnectorError`. */
export async function readStart(http: HttpClient): Promise<number> {
  return (await http.json({ kind: 'read', path: 'api/v2/status' }, StatusAnswer)).uptime;
}
