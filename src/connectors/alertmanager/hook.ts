import { jsonIn } from '../../core/text';
import type { AlertHook } from '../contract';
import { wordsOfAlert } from '../labels/alert-words';
import { pageOf } from './reading';
import { HookBody } from './schema';

/**
 * What a webhook of Alertmanager says (version 4); undefined if it's something else. The status of the whole says only that any of its alerts fires, so
 * each is read by its own. `url` is the address of its pages. Pure.
 */
export function readHook(body: string, url: string): AlertHook | undefined {
  const found = HookBody.safeParse(jsonIn(body));
  if (!found.success) return undefined;
  const { alerts, truncatedAlerts } = found.data;
  const read = alerts.map(({ status, fingerprint, labels, annotations, startsAt, endsAt }) => ({
    isFiring: status === 'firing',
    alert: {
      ...{ key: fingerprint, ...wordsOfAlert(labels, annotations), since: startsAt, labels },
      ...{ url: pageOf(url, labels), silences: [] },
    },
    endedAt: endsAt,
  }));
  return {
    firing: read.filter(({ isFiring }) => isFiring).map(({ alert }) => alert),
    ended: read.filter(({ isFiring }) => !isFiring).map(({ alert, endedAt }) => ({ alert, at: endedAt })),
    isCut: truncatedAlerts > 0,
  };
}
