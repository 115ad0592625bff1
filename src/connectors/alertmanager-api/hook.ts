import { jsonIn } from '../../core/text';
import type { AlertHook } from '../contract';
import type { AlertDialect } from './reading';
import { HookBody } from './schema';

/**
 * What a webhook says; undefined if it's something else. The status of the whole says only that any of its alerts fires, so each is read
 * by its own. Pure.
 */
export function readHook(body: string, { hookVersion, wordsOf, pageOf }: AlertDialect): AlertHook | undefined {
  const found = HookBody.safeParse(jsonIn(body));
  if (!found.success || found.data.version !== hookVersion) return undefined;
  const { alerts, truncatedAlerts } = found.data;
  const read = alerts.map(({ status, fingerprint, labels, annotations, startsAt, endsAt }) => ({
    isFiring: status === 'firing',
    alert: {
      ...{ key: fingerprint, ...wordsOf(labels, annotations), since: startsAt, labels },
      ...{ url: pageOf(labels), silences: [] },
    },
    endedAt: endsAt,
  }));
  return {
    firing: read.filter(({ isFiring }) => isFiring).map(({ alert }) => alert),
    ended: read.filter(({ isFiring }) => !isFiring).map(({ alert, endedAt }) => ({ alert, at: endedAt })),
    isCut: truncatedAlerts > 0,
  };
}
