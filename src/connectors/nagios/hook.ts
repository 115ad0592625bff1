import { cleanText, jsonIn } from '../../core/text';
import type { AlertHook, SourceAlert } from '../contract';
import { monitoredKey, nameOf } from '../monitored/objects';
import { pageOf, severityOf } from './reading';
import { HookBody } from './schema';

/** What `deploy/nagios-notify` posts for a notification; undefined if it's something else. `url` is the address of Nagios’ pages. Pure. */
export function readHook(body: string, url: string): AlertHook | undefined {
  const found = HookBody.safeParse(jsonIn(body));
  if (!found.success) return undefined;
  const { host, service, type, state, output, since, at } = found.data;
  const monitored = { host, ...(service !== undefined && service !== '' && { service }) };
  const word = state.toLowerCase();
  const severity = severityOf(word);
  // It's 0 until the first change. A notification can be sent much later.
  const changedAt = (since > 0 ? since : at) * 1_000;
  const alert: SourceAlert = {
    ...{ key: monitoredKey(monitored), name: cleanText(nameOf(monitored), 200), since: changedAt },
    severity: severity ?? 'warning',
    summary: cleanText(`${host}: ${output.trim() === '' ? `it is ${word}` : output}`),
    ...{ labels: { ...monitored }, url: pageOf(url, monitored), silences: [] },
  };
  if (severity) return { firing: [alert], ended: [], isCut: false };
  // Of what is well, Nagios also tells when a downtime begins or ends, when it stops flapping, and when somebody asks it to.
  return { firing: [], ended: type === 'RECOVERY' ? [{ alert, at: changedAt }] : [], isCut: false };
}
