import assert from 'node:assert/strict';
import { createIcingaClient } from '../../../src/connectors/icinga/client';
import { downtimeIdOf, icingaAlertsOf, isAwaited } from '../../../src/connectors/icinga/reading';
import { CommentsAnswer, DowntimesAnswer, HostsAnswer, ServicesAnswer } from '../../../src/connectors/icinga/schema';
import type { Comment, Downtime, Host, Service } from '../../../src/connectors/icinga/schema';
import { monitoredKey, monitoredOf } from '../../../src/connectors/monitored/objects';
import { ClientWorld } from '../http/client-world';
import { answer } from '../http/faulty-server';

const now = 1_795_993_506_000;
const seconds = now / 1_000;
const attributes = {
  ...{ state: 2, state_type: 1, last_hard_state: 2, last_hard_state_change: seconds, acknowledgement: 0 },
  last_check_result: { output: 'CRITICAL - 502\nmore of it' },
};

/** As Icinga's answer has it. */
const oneOf = <T>(answerOf: { parse(answer: unknown): { results: { attrs: T }[] } }, attrs: object): T =>
  answerOf.parse({ results: [{ attrs }] }).results[0]?.attrs ?? assert.fail();
const service = (more: object = {}): Service =>
  oneOf(ServicesAnswer, { ...attributes, name: 'HTTP', host_name: 'web01', ...more });
const host = (more: object = {}): Host =>
  oneOf(HostsAnswer, { ...attributes, name: 'web01', state: 1, last_hard_state: 1, ...more });
const comment = (more: object = {}): Comment =>
  oneOf(CommentsAnswer, {
    ...{ host_name: 'web01', service_name: 'HTTP', entry_time: 1, author: 'Noor', text: 'we know, by Gavel', ...more },
  });
const downtime = (more: object = {}): Downtime =>
  oneOf(DowntimesAnswer, {
    ...{ host_name: 'web01', service_name: 'HTTP', __name: 'web01!HTTP!1', author: 'Noor', comment: 'new disk' },
    ...{ end_time: seconds + 60, fixed: true, duration: 0, trigger_time: seconds - 60, ...more },
  });
const read = (known: Partial<Parameters<typeof icingaAlertsOf>[0]>) =>
  icingaAlertsOf({ services: [], hosts: [], acknowledgements: [], downtimes: [], now, ...known });

describe('a problem of Icinga', () => {
  for (const [what, more, expected] of [
    ['a warning', { state: 1, last_hard_state: 1 }, 'warning'],
    ['critical', {}, 'critical'],
    ['unknown', { state: 3, last_hard_state: 3 }, 'warning'],
    ['well', { state: 0, last_hard_state: 0 }, undefined],
    ['not sure yet', { state_type: 0, last_hard_state: 0 }, undefined],
    ['a warning that may become critical', { state_type: 0, last_hard_state: 1 }, 'warning'],
    ['critical and may become a warning', { state: 1, state_type: 0, last_hard_state: 2 }, 'critical'],
    ['never checked', { state: 3, last_check_result: null }, undefined],
    ['in a state of a later version', { state: 99, last_hard_state: 99 }, undefined],
  ] as const)
    it(`of a service that is ${what} is ${expected ?? 'none'}`, () =>
      assert.equal(read({ services: [service(more)] })[0]?.severity, expected));

  for (const [what, more, expected] of [
    ['down', {}, 'critical'],
    ['not sure yet', { state_type: 0, last_hard_state: 0 }, undefined],
    ['up', { state: 0, last_hard_state: 0 }, undefined],
    ['never checked', { last_check_result: undefined }, undefined],
  ] as const)
    it(`of a host that is ${what} is ${expected ?? 'none'}`, () =>
      assert.equal(read({ hosts: [host(more)] })[0]?.severity, expected));

  it('has a key, a name, a summary of one line, its beginning and whether it flaps', () => {
    const [alert] = read({ services: [service({ flapping: true })] });
    assert.deepEqual(alert, {
      ...{ key: 'web01!HTTP', name: 'HTTP', severity: 'critical', summary: 'web01: CRITICAL - 502' },
      ...{ since: now, isFlapping: true, labels: { host: 'web01', service: 'HTTP' }, silences: [] },
    });
    const [down] = read({ hosts: [host({ last_check_result: { output: ' ' } })] });
    assert.deepEqual(
      [down?.key, down?.name, down?.summary, down?.labels],
      ['web01', 'Host down', 'web01: it is down', { host: 'web01' }],
    );
  });

  for (const [what, known, expected] of [
    ['nothing', {}, undefined],
    ['its host', { hosts: [host()] }, 'the host web01, which is down'],
    ['no host that may be down', { hosts: [host({ state_type: 0, last_hard_state: 0 })] }, undefined],
    ['no other host', { hosts: [host({ name: 'web02' })] }, undefined],
    [
      'turned off notifications',
      { services: [service({ enable_notifications: false })] },
      'Icinga, where its notifications are turned off',
    ],
  ] as const)
    it(`is held back by ${what}`, () => {
      const alerts = read({ services: [service()], ...known });
      assert.equal(alerts.find(({ name }) => name === 'HTTP')?.heldBackBy, expected);
    });

  for (const [what, more, acknowledgements, expected] of [
    ['nobody', {}, [comment()], undefined],
    ['a person', { acknowledgement: 1 }, [comment()], { by: 'Noor', comment: 'we know, by Gavel' }],
    [
      'the last of two, until then',
      { acknowledgement: 2, acknowledgement_expiry: seconds + 60 },
      [comment({ author: 'Dana', entry_time: 3, text: 'mine' }), comment()],
      { by: 'Dana', comment: 'mine', until: now + 60_000 },
    ],
    [
      'somebody whose comment is gone',
      { acknowledgement: 1 },
      [comment({ service_name: 'SSH' }), comment({ service_name: '' }), comment({ host_name: 'web02' })],
      { by: 'someone', comment: '' },
    ],
  ] as const)
    it(`is acknowledged by ${what}`, () =>
      assert.deepEqual(read({ services: [service(more)], acknowledgements })[0]?.acknowledgement, expected));

  const shown = { id: 'web01!HTTP!1', by: 'Noor', comment: 'new disk', until: now + 60_000 };
  for (const [what, more, expected] of [
    ['in effect', {}, [shown]],
    ['over', { end_time: seconds }, []],
    ['that hasn’t begun', { trigger_time: 0 }, []],
    ['of another service', { service_name: 'SSH' }, []],
    ['of the host alone', { service_name: '' }, []],
    [
      'that began with the problem and lasts',
      { fixed: false, duration: 120, end_time: seconds - 1 },
      [{ ...shown, until: now + 60_000 }],
    ],
    ['that began with the problem and is over', { fixed: false, duration: 60, end_time: seconds + 9 }, []],
    [
      'of Gavel',
      { comment: 'new disk, by Gavel [gavel:M-1%2Fa]' },
      [{ ...shown, id: 'M-1/a', comment: 'new disk, by Gavel' }],
    ],
  ] as const)
    it(`is silenced by a downtime ${what}: ${expected.length}`, () =>
      assert.deepEqual(read({ services: [service()], downtimes: [downtime(more)] })[0]?.silences, expected));

  it('of a host is silenced by a downtime of the host', () => {
    const [alert] = read({ hosts: [host()], downtimes: [downtime({ service_name: '' })] });
    assert.deepEqual(alert?.silences, [shown]);
  });

  it('is known by the key of its downtime, or by its name in Icinga if that isn’t one', () => {
    assert.equal(downtimeIdOf(downtime({ comment: 'x [gavel:M-7]' })), 'M-7');
    assert.equal(downtimeIdOf(downtime({ comment: 'x [gavel:%E0%A4%A]' })), 'web01!HTTP!1');
  });

  for (const [what, more, expected] of [
    ['was checked', {}, false],
    ['was never checked', { last_check_result: null }, true],
    ['is never checked', { last_check_result: null, enable_active_checks: false }, false],
  ] as const)
    it(`may be missing: a service that ${what} is ${expected ? '' : 'not '}awaited`, () =>
      assert.equal(isAwaited(service(more)), expected));
});

describe('the names of Icinga', () => {
  const world = new ClientWorld();
  after(() => world.close());

  for (const [name, known] of [
    ['web01', { host: 'web01' }],
    ['HTTP on web01', { host: 'web01', service: 'HTTP' }],
    ['a percent sign', { host: '100%21 web', service: '50% full' }],
    ['an exclamation mark', { host: 'web01', service: 'wow!!' }],
    ['everything else', { host: 'a"b\\c', service: 'd{e}&f=g;h\u00FC /../' }],
  ] as const)
    it(`reach it as they are: ${name}`, async () => {
      const done = { results: [{ code: 200, status: 'done' }] };
      const server = await world.server(({ response }) => answer(response, 200, done));
      const client = createIcingaClient('Icinga', world.client(server.url));
      const monitored = monitoredOf(monitoredKey(known));
      await client.act('reschedule-check', monitored, { force: true });
      const { host: onHost, service: named } = { service: undefined, ...known };
      assert.deepEqual(JSON.parse(server.received.at(-1)?.body ?? ''), {
        ...(named === undefined ? { type: 'Host', host: onHost } : { type: 'Service', service: `${onHost}!${named}` }),
        force: true,
      });
    });
});
