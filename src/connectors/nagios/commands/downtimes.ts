import { setTimeout as pause } from 'node:timers/promises';
import { ConnectorError } from '../../../core/errors';
import type { Clock } from '../../../core/time/clock';
import type { ActedBy } from '../../contract';
import { hasKey } from '../../monitored/comments';
import type { Monitored } from '../../monitored/objects';
import type { NagiosClient } from '../client';
import { idOf } from '../reading';
import type { Downtime } from '../schema';
import { stylesOf, writeDate } from './dates';
import { commandTypes } from './submit';
import type { NagiosCommands } from './submit';
import { fieldsOf, inAscii } from './words';

/** Downtimes of Nagios: planned with a key, found by it, and ended. */

/** Nagios writes its state down every ten seconds unless it's set up otherwise. */
const showsWithinMs = 30_000;
const lookEachMs = 500;
const maxDowntimes = 100;

interface DowntimeParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: NagiosClient;
  readonly commands: NagiosCommands;
  readonly clock: Clock;
}

interface Window {
  /** Found again by it: the same key never plans a second downtime for the same host or service, as long as there is one. */
  readonly key: string;
  readonly by: ActedBy;
  readonly fromMs: number;
  readonly toMs: number;
}

export type NagiosDowntimes = ReturnType<typeof createDowntimes>;

export function createDowntimes({ name, client, commands, clock }: DowntimeParts) {
  const fail = (failure: 'refused' | 'unclear' | 'not found', words: string): ConnectorError =>
    new ConnectorError(name, failure, words);

  const ofKey = async (key: string): Promise<Downtime[]> =>
    (await client.downtimes()).filter(({ comment }) => hasKey(comment, key));

  async function end(downtimes: readonly Downtime[], by: ActedBy): Promise<void> {
    for (const { type, downtime_id: id } of downtimes)
      await commands.submit(commandTypes.endDowntime[type], { down_id: String(id) }, by.name);
  }

  /** What Nagios shows of a key as soon as that is about all of these. */
  async function untilShown(all: readonly Monitored[], key: string): Promise<Downtime[]> {
    for (const until = clock.elapsed() + showsWithinMs; ; await pause(lookEachMs)) {
      const found = await ofKey(key);
      if (all.every((each) => found.some((downtime) => isFor(downtime, each)))) return found;
      if (clock.elapsed() > until) throw fail('unclear', `Nagios accepted a downtime but doesn’t list it (${key})`);
    }
  }

  return {
    /** Resolves when Nagios shows the downtime of each. */
    async schedule(all: readonly Monitored[], { key, by, fromMs, toMs }: Window): Promise<void> {
      if (all.length > maxDowntimes)
        throw fail('refused', `${all.length} hosts and services, more than ${maxDowntimes}`);
      const known = await ofKey(key);
      const missing = all.filter((each) => !known.some((downtime) => isFor(downtime, each)));
      if (missing.length === 0) return;
      const { now } = await commands.openForm(commandTypes.scheduleDowntime.host);
      const [from, to] = await client.localTimes(fromMs, toMs);
      const [today] = await client.localTimes(clock.now(), clock.now() + 1_000);
      const { com_author, com_data } = fieldsOf(by, key);
      const words = { com_author, com_data: inAscii(com_data), fixed: '1', trigger: '0', childoptions: '0' };
      for (const style of stylesOf(now ?? today, today)) {
        const times = { start_time: writeDate(from, style), end_time: writeDate(to, style) };
        for (const each of missing)
          await commands.submit(
            commandTypes.scheduleDowntime[objectTypeOf(each)],
            { ...targetFields(each), ...words, ...times },
            by.name,
          );
        const shown = await untilShown(all, key);
        const wrong = shown.filter(({ end_time: at }) => Math.abs(at - toMs) > 1_000);
        if (wrong.length === 0) return;
        await end(wrong, by);
      }
      throw fail('refused', 'Nagios reads dates differently from how it writes them');
    },
    /** By the key it was planned with, or by what Nagios knows it by. Harmless if there is none. */
    async endById(id: string, by: ActedBy): Promise<void> {
      await end(
        (await client.downtimes()).filter((each) => idOf(each) === id),
        by,
      );
    },
  };
}

const isFor = ({ type, host_name, service_description }: Downtime, { host, service }: Monitored): boolean =>
  host_name === host && (type === 'host' ? service === undefined : service_description === service);

export const objectTypeOf = ({ service }: Monitored): 'host' | 'service' =>
  service === undefined ? 'host' : 'service';

/** The fields of a form that name a host or a service. */
export const targetFields = ({ host, service }: Monitored): Readonly<Record<string, string>> => ({
  host,
  ...(service !== undefined && { service }),
});
