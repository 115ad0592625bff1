import type { Target } from '../../core/catalog/rights';
import type { AlertBinding, AlertSource } from '../contract';
import type { Template } from '../../core/catalog/templates';
import type { Clock } from '../../core/time/clock';
import { fillLabels, hasLabels } from '../labels/match';
import { commentOf } from '../monitored/comments';
import { alertsOf } from './reading';
import type { AlertDialect } from './reading';
import type { AlertmanagerClient } from './client';
import { readHook } from './hook';
import type { KnownAlert } from './schema';
import { findByKey, findSame, hasExpired, matchersOf } from './silences';

/** The alerts and silences of what has Alertmanager's API. */

interface SourceParts {
  readonly client: AlertmanagerClient;
  readonly clock: Clock;
  readonly dialect: AlertDialect;
  /** Whether what isn't among the alerts that were read has ended. */
  readonly isComplete: (alerts: readonly KnownAlert[]) => Promise<boolean>;
}

export function createAlertSource({ client, clock, dialect, isComplete }: SourceParts): AlertSource {
  return {
    async read() {
      const alerts = await client.alerts();
      // Read afterwards, so that each silence that an alert names is among them.
      const [silences, complete] = await Promise.all([client.silences(), isComplete(alerts)]);
      return { alerts: alertsOf(alerts, silences, dialect), isComplete: complete };
    },
    readHook: async (body) => readHook(body, dialect),
    async silence({ labels }, by, untilMs, id) {
      const endsAt = new Date(untilMs).toISOString();
      const wanted = { matchers: matchersOf(Object.entries(labels)), createdBy: by.name, comment: commentOf(by) };
      const known = id === undefined ? findSame(await client.silences(), wanted) : await client.silence(id);
      if (!known || hasExpired(known)) {
        const startsAt = new Date(clock.now()).toISOString();
        return { id: await client.saveSilence({ ...wanted, startsAt, endsAt }, by.name) };
      }
      // With other matchers or another start, it would become another silence.
      const { matchers, startsAt } = known;
      const { createdBy, comment } = wanted;
      return {
        id: await client.saveSilence({ id: known.id, matchers, startsAt, endsAt, createdBy, comment }, by.name),
      };
    },
    async endSilence(id, by) {
      const known = await client.silence(id);
      // To expire one twice is an error there.
      if (known && !hasExpired(known)) await client.expireSilence(id, by.name);
    },
  };
}

export function bindAlerts(
  { client }: Pick<SourceParts, 'client'>,
  match: Readonly<Record<string, Template>>,
  target: Target,
): AlertBinding {
  const wanted = fillLabels(match, target);
  return {
    concerns: ({ labels }) => hasLabels(labels, wanted),
    quiets: async () => [{ key: '', name: '', labels: Object.fromEntries(wanted) }],
    // A silence covers every label that it doesn't name.
    isQuietWith: ({ labels }) =>
      hasLabels(labels, wanted) || hasLabels(Object.fromEntries(wanted), new Map(Object.entries(labels))),
    async maintain(key, by, fromMs, toMs) {
      const known = findByKey(await client.silences(), key);
      if (known) return { id: known.id };
      const silence = {
        ...{ matchers: matchersOf(wanted), createdBy: by.name, comment: commentOf(by, key) },
        ...{ startsAt: new Date(fromMs).toISOString(), endsAt: new Date(toMs).toISOString() },
      };
      return { id: await client.saveSilence(silence, by.name) };
    },
  };
}
