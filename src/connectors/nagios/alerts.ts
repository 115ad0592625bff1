import { idFrom } from '../../core/keys';
import { ConnectorError } from '../../core/errors';
import type { Clock } from '../../core/time/clock';
import type { AlertBinding, AlertSource, SourceAlert } from '../contract';
import { monitoredOf, subjectOf } from '../monitored/objects';
import type { Monitored, Selection } from '../monitored/objects';
import type { NagiosClient } from './client';
import { objectTypeOf, targetFields } from './commands/downtimes';
import type { NagiosDowntimes } from './commands/downtimes';
import { commandTypes } from './commands/submit';
import type { NagiosCommands } from './commands/submit';
import { fieldsOf } from './commands/words';
import { readHook } from './hook';
import { alertsOf, isSettled, pastProblemsIn } from './reading';

/** The problems of hosts and services that Nagios knows, with its acknowledgements and downtimes. */

interface SourceParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: NagiosClient;
  readonly commands: NagiosCommands;
  readonly downtimes: NagiosDowntimes;
  readonly clock: Clock;
  /** The address of its pages. */
  readonly url: string;
}

export function createAlertSource({ name, client, commands, downtimes, clock, url }: SourceParts): AlertSource {
  function monitoredAt({ key }: SourceAlert): Monitored {
    const monitored = monitoredOf(key);
    // No command could name it either.
    if (monitored.service === '')
      throw new ConnectorError(name, 'refused', 'Nagios doesn’t report the name of this service');
    return monitored;
  }

  return {
    async read() {
      const problems = await client.problems();
      // Read afterwards, so that the comment of each acknowledgement is among them.
      const [acknowledgements, planned] = await Promise.all([client.acknowledgements(), client.downtimes()]);
      return {
        alerts: alertsOf({ ...problems, acknowledgements, downtimes: planned, url }),
        isComplete: isSettled(problems),
      };
    },
    readHook: async (body) => readHook(body, url),
    history: async (fromMs, toMs) => pastProblemsIn(await client.log(fromMs, toMs), fromMs),
    async acknowledge(alert, by) {
      const monitored = monitoredAt(alert);
      // A second one would be another comment.
      if ((await client.stateOf(monitored)).problem_has_been_acknowledged) return;
      await commands.submit(
        commandTypes.acknowledge[objectTypeOf(monitored)],
        { ...targetFields(monitored), ...fieldsOf(by), send_notification: 'on' },
        by.name,
      );
    },
    async unacknowledge(alert, by) {
      const monitored = monitoredAt(alert);
      await commands.submit(
        commandTypes.removeAcknowledgement[objectTypeOf(monitored)],
        targetFields(monitored),
        by.name,
      );
    },
    async silence(alert, by, untilMs, id) {
      const monitored = monitoredAt(alert);
      const key = idFrom('silence', alert.key, by.name, by.comment, String(untilMs));
      await downtimes.schedule([monitored], { key, by, fromMs: clock.now(), toMs: untilMs });
      // Nagios can’t change a downtime.
      if (id !== undefined && id !== key) await downtimes.endById(id, by);
      return { id: key };
    },
    endSilence: (id, by) => downtimes.endById(id, by),
  };
}

export function bindAlerts(
  { name, client, downtimes }: Pick<SourceParts, 'name' | 'client' | 'downtimes'>,
  { concerns, isWholeHost }: Selection,
): AlertBinding {
  const selected = async (): Promise<Monitored[]> =>
    (await client.names()).filter((each) => concerns(each) && (isWholeHost || each.service !== undefined));

  return {
    concerns: ({ key }) => concerns(monitoredOf(key)),
    quiets: async () => (await selected()).map(subjectOf),
    async maintain(key, by, fromMs, toMs) {
      const all = await selected();
      if (all.length === 0) throw new ConnectorError(name, 'not found', 'no host or service that the binding names');
      await downtimes.schedule(all, { key, by, fromMs, toMs });
      return { id: key };
    },
  };
}
