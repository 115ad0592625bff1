import assert from 'node:assert/strict';
import { systemClock } from '../../../src/core/time/clock';
import { createAlertSource } from '../../../src/connectors/nagios/alerts';
import type { NagiosClient } from '../../../src/connectors/nagios/client';
import { Service } from '../../../src/connectors/nagios/schema';

const noCommand = (): never => assert.fail('a reading gives no command');

/** Stands in for a Nagios in which somebody acknowledges a problem while it answers, which a real one can’t be timed to. */
function createNagiosAcknowledgedWhileRead(): NagiosClient {
  let isAcknowledged = false;
  const service = { host_name: 'web01', service_description: 'HTTP' };
  const read = {
    async problems() {
      await new Promise((resolve) => setImmediate(resolve));
      isAcknowledged = true;
      const state = {
        ...{ host_name: 'web01', description: 'HTTP', status: 'critical', state_type: 'hard' },
        ...{ last_hard_state: 'critical', last_hard_state_change: 1, last_check: 1 },
      };
      const services = [Service.parse({ ...state, problem_has_been_acknowledged: true })];
      return { services, hosts: [], startedAt: 0, readAt: 1 };
    },
    acknowledgements: () =>
      Promise.resolve(
        isAcknowledged
          ? [{ ...service, entry_time: 1, author: 'The bot', comment_data: 'Noor: we know, by Gavel' }]
          : [],
      ),
    downtimes: () => Promise.resolve([]),
  };
  const never = { stateOf: noCommand, names: noCommand, log: noCommand, localTimes: noCommand, version: noCommand };
  return { ...read, ...never };
}

describe('a reading of Nagios', () => {
  it('names who acknowledged a problem, also when that happens while it’s read', async () => {
    const source = createAlertSource({
      ...{ name: 'ops-nagios', clock: systemClock, url: 'https://nagios.example/nagios/' },
      client: createNagiosAcknowledgedWhileRead(),
      commands: { openForm: noCommand, submit: noCommand, tryCommand: noCommand },
      downtimes: { schedule: noCommand, endById: noCommand },
    });
    const { alerts } = await source.read();
    assert.deepEqual(
      alerts.map(({ acknowledgement }) => acknowledgement),
      [{ by: 'Noor', comment: 'we know' }],
    );
  });
});
