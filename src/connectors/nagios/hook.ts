import { cleanText, jsonIn } from '../../core/text';
import type { AlertHook, SourceAlert } from '../contract';
import { monitoredKey, nameOf } from '../monitored/objects';
import { pageOf, severityOf } from './reading';
import { HookBody } from './schema';

/** What `deploy/nagios-notify` posts for a notification; undefined if it's something else. `url` is the address of Nagios’ pages. Pure. */
export function readHook(body: string, url: string): AlertHook | undefined {
  const found = HookBody.safeParse(jsonIn(body));
  if (!found.success) return undefined;
  const { host, service, state, output, since, at } = found.data;
  const monitored = { host, ...(service !== undefined && service !== '' && { service }) };
  const word = state.toLowerCase();
  const severity = severityOf(word);
  const alert: SourceAlert = {
    ...{ key: monitoredKey(monitored), name: cleanText(nameOf(monitored), 200), since: since * 1_000 },
    severity: severity ?? 'warning',
    summary: cleanText(`${host}: ${output.trim() === '' ? `it is ${word}` : output}`),
    ...{ labels: { ...monitored }, url: pageOf(url, monitored), silences: [] },
  };
  return severity
    ? { firing: [alert], ended: [], isCut: false }
    : { firing: [], ended: [{ alert, at: at * 1_000 }], isCut: false };
}
