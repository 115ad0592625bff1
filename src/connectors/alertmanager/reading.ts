import { lookUp } from '../../core/keys';
import { cleanText } from '../../core/text';
import type { SourceAlert } from '../contract';
import { nameLabel, wordsOfAlert } from '../labels/alert-words';
import { silenceOf } from './silences';
import type { KnownAlert, StoredSilence } from './schema';

/** What Alertmanager says of an alert, in Gavel's words. Pure. */

/** `url` is the address of its pages. */
export function alertsOf(
  alerts: readonly KnownAlert[],
  silences: readonly StoredSilence[],
  url: string,
): SourceAlert[] {
  const byFingerprint = new Map(alerts.map((alert) => [alert.fingerprint, alert]));
  const byId = new Map(silences.map((silence) => [silence.id, silence]));
  return alerts.map(({ fingerprint, labels, annotations, startsAt, status }) => {
    const heldBackBy = [
      ...(status.inhibitedBy ?? []).map((other) => nameOf(byFingerprint.get(other))),
      ...(status.mutedBy ?? []).map((interval) => `the time interval ${interval}`),
    ];
    return {
      ...{ key: fingerprint, ...wordsOfAlert(labels, annotations), since: startsAt, labels },
      url: pageOf(url, labels),
      silences: (status.silencedBy ?? []).flatMap((id) => {
        const silence = byId.get(id);
        return silence ? [silenceOf(silence)] : [];
      }),
      ...(heldBackBy.length > 0 && { heldBackBy: cleanText([...new Set(heldBackBy)].join(', '), 200) }),
    };
  });
}

const nameOf = (alert: KnownAlert | undefined): string => lookUp(alert?.labels, nameLabel) ?? 'another alert';

/** Its list, with only the alerts that have exactly these labels. */
export function pageOf(url: string, labels: Readonly<Record<string, string>>): string {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${url.replace(/\/$/, '')}/#/alerts?filter=${encodeURIComponent(`{${wanted.join(',')}}`)}`;
}
