import { lookUp } from '../../core/keys';
import { cleanText } from '../../core/text';
import type { SourceAlert } from '../contract';
import { nameLabel } from '../labels/alert-words';
import type { AlertWords } from '../labels/alert-words';
import { silenceOf } from './silences';
import type { KnownAlert, StoredSilence } from './schema';

/** What Alertmanager's API says of an alert, in Gavel's words. Pure. */

/** In what those differ that have this API. */
export interface AlertDialect {
  /** The version that its webhooks name. */
  readonly hookVersion: string;
  wordsOf(labels: Labels, annotations: Labels): AlertWords;
  /** The page of the alert with these labels. */
  pageOf(labels: Labels): string;
}

type Labels = Readonly<Record<string, string>>;

export function alertsOf(
  alerts: readonly KnownAlert[],
  silences: readonly StoredSilence[],
  { wordsOf, pageOf }: AlertDialect,
): SourceAlert[] {
  const byFingerprint = new Map(alerts.map((alert) => [alert.fingerprint, alert]));
  const byId = new Map(silences.map((silence) => [silence.id, silence]));
  return alerts.map(({ fingerprint, labels, annotations, startsAt, status }) => {
    const heldBackBy = [
      ...(status.inhibitedBy ?? []).map((other) => nameOf(byFingerprint.get(other))),
      ...(status.mutedBy ?? []).map((interval) => `the time interval ${interval}`),
    ];
    return {
      ...{ key: fingerprint, ...wordsOf(labels, annotations), since: startsAt, labels },
      url: pageOf(labels),
      silences: (status.silencedBy ?? []).flatMap((id) => {
        const silence = byId.get(id);
        return silence ? [silenceOf(silence)] : [];
      }),
      ...(heldBackBy.length > 0 && { heldBackBy: cleanText([...new Set(heldBackBy)].join(', '), 200) }),
    };
  });
}

const nameOf = (alert: KnownAlert | undefined): string => lookUp(alert?.labels, nameLabel) ?? 'another alert';
