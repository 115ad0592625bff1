import { setTimeout as pause } from 'node:timers/promises';
import { idFrom, newId } from '../../core/keys';
import { ConnectorError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { ActedBy, AlertBinding, AlertSource, ServiceControl } from '../contract';
import { commentOf } from '../monitored/comments';
import { monitoredOf, subjectOf } from '../monitored/objects';
import type { Monitored, Selection } from '../monitored/objects';
import type { IcingaClient } from './client';
import { downtimeIdOf, icingaAlertsOf, isAwaited } from './reading';

/** The problems of hosts and services that Icinga knows, with its acknowledgements and downtimes. */

interface IcingaParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: IcingaClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the connection is closed. */
  readonly closed: AbortSignal;
}

type ClientPart = Pick<IcingaParts, 'name' | 'client'>;

/** An Icinga whose state was lost begins without any. */
const settleMs = 15 * 60_000;

export function createIcingaAlertSource(parts: IcingaParts): AlertSource {
  const { client, clock } = parts;
  return {
    async read() {
      const [services, hosts, startedAt] = await Promise.all([client.services(), client.hosts(), client.startedAt()]);
      // Read afterwards, so that each that is in effect is among them.
      const [acknowledgements, downtimes] = await Promise.all([client.acknowledgements(), client.downtimes()]);
      const now = clock.now();
      return {
        alerts: icingaAlertsOf({ services, hosts, acknowledgements, downtimes, now }),
        isComplete: now - startedAt > settleMs || ![...services, ...hosts].some(isAwaited),
      };
    },
    watch: (onChange) => watchEvents(parts, onChange),
    async acknowledge({ key }, by, untilMs) {
      const expiry = untilMs !== undefined && { expiry: Math.ceil(untilMs / 1_000) };
      const values = { author: by.name, comment: commentOf(by), sticky: false, notify: true, ...expiry };
      // Icinga refuses a second one.
      if (!(await isAcknowledged(client, key)))
        await client.act('acknowledge-problem', monitoredOf(key), values, by.name);
    },
    unacknowledge: ({ key }, by) =>
      client.act('remove-acknowledgement', monitoredOf(key), { author: by.name }, by.name),
    async silence(alert, by, untilMs, id) {
      const key = idFrom('silence', alert.key, by.name, by.comment, String(untilMs));
      await schedule(client, [monitoredOf(alert.key)], { key, by, fromMs: clock.now(), toMs: untilMs });
      // Icinga can’t change a downtime.
      if (id !== undefined && id !== key) await endDowntimes(client, id, by);
      return { id: key };
    },
    endSilence: (id, by) => endDowntimes(client, id, by),
  };
}

async function isAcknowledged(client: IcingaClient, key: string): Promise<boolean> {
  const { host, service } = monitoredOf(key);
  const found =
    service === undefined
      ? (await client.hosts()).find(({ name }) => name === host)
      : (await client.services()).find((each) => each.host_name === host && each.name === service);
  return found !== undefined && found.acknowledgement !== 0;
}

interface Window {
  readonly key: string;
  readonly by: ActedBy;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The same key never plans a second downtime for the same host or service, as long as there is one. */
async function schedule(client: IcingaClient, all: readonly Monitored[], { key, by, fromMs, toMs }: Window) {
  const known = (await client.downtimes()).filter((each) => downtimeIdOf(each) === key);
  const times = { start_time: Math.floor(fromMs / 1_000), end_time: Math.ceil(toMs / 1_000), fixed: true };
  for (const { host, service } of all)
    if (!known.some((each) => each.host_name === host && each.service_name === (service ?? '')))
      await client.act(
        'schedule-downtime',
        { host, ...(service !== undefined && { service }) },
        { author: by.name, comment: commentOf(by, key), ...times },
        by.name,
      );
}

/** Harmless if there is none. */
async function endDowntimes(client: IcingaClient, id: string, by: ActedBy): Promise<void> {
  for (const downtime of await client.downtimes())
    if (downtimeIdOf(downtime) === id) await client.removeDowntime(downtime.__name, by.name);
}

/** What a binding selects, and not too much of it. */
async function selected({ name, client }: ClientPart, { concerns, isWholeHost }: Selection): Promise<Monitored[]> {
  const all = (await client.names()).filter((each) => concerns(each) && (isWholeHost || each.service !== undefined));
  if (all.length === 0) throw new ConnectorError(name, 'not found', 'no host or service that the binding names');
  if (all.length > 100) throw new ConnectorError(name, 'refused', `${all.length} hosts and services, more than 100`);
  return all;
}

export function bindIcingaAlerts(parts: ClientPart, selection: Selection): AlertBinding {
  return {
    concerns: ({ key }) => selection.concerns(monitoredOf(key)),
    quiets: async () => (await selected(parts, selection)).map(subjectOf),
    async maintain(key, by, fromMs, toMs) {
      await schedule(parts.client, await selected(parts, selection), { key, by, fromMs, toMs });
      return { id: key };
    },
  };
}

/** Forces a check of everything that a binding selects, also outside its hours. */
export function bindIcingaControl(parts: ClientPart, selection: Selection): ServiceControl {
  return {
    async recheck() {
      for (const each of await selected(parts, selection))
        await parts.client.act('reschedule-check', each, { force: true });
    },
  };
}

const firstPauseMs = 1_000;
const maxPauseMs = 30_000;

/** Reads the event stream, which tells nothing of what was missed: so each new beginning is a change. Ends when the connection is closed. */
async function watchEvents({ client, logger, name, closed }: IcingaParts, onChange: () => void): Promise<void> {
  const queue = `gavel-${newId()}`;
  let pauseMs = firstPauseMs;
  const onEvent = (): void => {
    pauseMs = firstPauseMs;
    onChange();
  };
  while (!closed.aborted) {
    onChange();
    await client.events(queue, onEvent, closed).catch((error: unknown) => {
      if (!closed.aborted) logger.debug({ error, connection: name }, 'The event stream has ended');
    });
    await pause(pauseMs, undefined, { signal: closed }).catch(() => undefined);
    pauseMs = Math.min(maxPauseMs, pauseMs * 2);
  }
}
