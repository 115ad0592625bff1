import assert from 'node:assert/strict';
import { refusalIn } from '../../../src/connectors/nagios/commands/submit';
import { stylesOf, writeDate } from '../../../src/connectors/nagios/commands/dates';
import { authorOf, fieldsOf, inAscii } from '../../../src/connectors/nagios/commands/words';
import { readHook } from '../../../src/connectors/nagios/hook';
import { perfdataIn, secondsToMs } from '../../../src/connectors/nagios/perfdata';
import { alertsOf, isSettled, pastProblemsIn, silencesOf } from '../../../src/connectors/nagios/reading';
import { Downtime, Host, Service } from '../../../src/connectors/nagios/schema';

const url = 'https://nagios.example/nagios/';
const at = 1_795_993_506_000;
const hardState = { state_type: 'hard', last_hard_state: 'ok', last_hard_state_change: at, last_check: at };
const service = (more: Partial<Service> = {}): Service =>
  Service.parse({
    ...{ host_name: 'web01', description: 'HTTP', status: 'critical', plugin_output: 'CRITICAL - 502' },
    ...{ ...hardState, problem_has_been_acknowledged: false, ...more },
  });
const host = (more: Partial<Host> = {}): Host =>
  Host.parse({ name: 'web01', status: 'up', ...hardState, problem_has_been_acknowledged: false, ...more });
const none = { acknowledgements: [], downtimes: [], startedAt: 0, readAt: at, url };

describe('a problem of Nagios', () => {
  for (const [what, more, expected] of [
    ['critical', {}, 'critical'],
    ['a warning', { status: 'warning' }, 'warning'],
    ['unknown', { status: 'unknown' }, 'warning'],
    ['not sure yet', { state_type: 'soft' }, undefined],
    ['a warning that may become critical', { state_type: 'soft', last_hard_state: 'warning' }, 'warning'],
    ['not checked yet', { status: 'pending' }, undefined],
    ['well', { status: 'ok' }, undefined],
  ] as const)
    it(`that is ${what} is ${expected ?? 'none'}`, () => {
      const [alert] = alertsOf({ ...none, services: [service(more)], hosts: [] });
      assert.equal(alert?.severity, expected);
    });

  for (const [what, more, hosts, expected] of [
    ['nothing', {}, [], undefined],
    ['its host', {}, [host({ status: 'down', plugin_output: 'no route' })], 'the host web01, which is down'],
    ['another host', {}, [host({ name: 'web02', status: 'down' })], undefined],
    [
      'turned off notifications',
      { notifications_enabled: false },
      [],
      'Nagios, where its notifications are turned off',
    ],
  ] as const)
    it(`is held back by ${what}`, () => {
      const alerts = alertsOf({ ...none, services: [service(more)], hosts });
      assert.equal(alerts.find(({ name }) => name === 'HTTP')?.heldBackBy, expected);
    });

  it('has the newest acknowledgement, a summary of one line, and its page', () => {
    const comment = { host_name: 'web01', service_description: 'HTTP', author: 'Admin' };
    const [alert] = alertsOf({
      ...{ ...none, hosts: [], services: [service({ problem_has_been_acknowledged: true, plugin_output: 'a\nb' })] },
      acknowledgements: [
        { ...comment, entry_time: 2, comment_data: 'Noor: we know, by Gavel' },
        { ...comment, entry_time: 1, comment_data: 'old' },
        { ...comment, service_description: 'SSH', entry_time: 3, comment_data: 'another' },
      ],
    });
    assert.deepEqual(alert?.acknowledgement, { by: 'Noor', comment: 'we know' });
    assert.deepEqual(
      [alert?.summary, alert?.url],
      ['web01: a b', 'https://nagios.example/nagios/cgi-bin/extinfo.cgi?type=2&host=web01&service=HTTP'],
    );
  });

  const downtime = (more: Partial<Downtime> = {}): Downtime => ({
    ...{ host_name: 'web01', service_description: 'HTTP', downtime_id: 7, type: 'service', is_in_effect: true },
    ...{ start_time: 1, end_time: 2, author: 'Admin', comment: 'Noor: new disk, by Gavel [gavel:M-1%2Fa]', ...more },
  });
  for (const [what, more, expected] of [
    ['of its own', {}, [{ id: 'M-1/a', by: 'Noor', comment: 'new disk', until: 2 }]],
    [
      'of its host',
      { type: 'host', service_description: undefined },
      [{ id: 'M-1/a', by: 'Noor', comment: 'new disk', until: 2 }],
    ],
    ['made in Nagios', { comment: 'by hand' }, [{ id: 'service-7', by: 'Admin', comment: 'by hand', until: 2 }]],
    ['of another service', { service_description: 'SSH' }, []],
    ['of another host', { host_name: 'web02' }, []],
    ['that hasn’t begun', { is_in_effect: false }, []],
  ] as const)
    it(`shows a downtime ${what}: ${expected.length}`, () =>
      assert.deepEqual(silencesOf([downtime(more)], { host: 'web01', service: 'HTTP' }), expected));

  for (const [what, more, startedAt, expected] of [
    ['all is checked', {}, at - 1, true],
    ['a check is missing', { status: 'pending' }, at - 1, false],
    ['a check is missing for a quarter of an hour', { status: 'pending' }, at - 900_001, true],
    ['nobody checks', { status: 'pending', checks_enabled: false }, at - 1, true],
  ] as const)
    it(`${expected ? 'has ended' : 'may go on'} if it isn’t listed while ${what}`, () =>
      assert.equal(isSettled({ services: [service(more)], hosts: [], startedAt, readAt: at }), expected));
});

describe('the log of Nagios', () => {
  const line = (timestamp: number, state: string, description?: string) => ({
    ...{ timestamp, state, host_name: 'web01', ...(description !== undefined && { description }) },
  });
  for (const [what, lines, expected] of [
    ['a whole problem', [line(10, 'critical', 'HTTP'), line(20, 'ok', 'HTTP')], [[10, 20]]],
    [
      'one that gets worse',
      [line(10, 'warning', 'HTTP'), line(15, 'critical', 'HTTP'), line(20, 'ok', 'HTTP')],
      [[10, 20]],
    ],
    ['one that began earlier', [line(20, 'ok', 'HTTP')], [[5, 20]]],
    ['one that goes on', [line(10, 'down')], [[10, undefined]]],
    [
      'two',
      [line(10, 'down'), line(11, 'up'), line(12, 'down'), line(13, 'up'), line(14, 'up')],
      [
        [10, 11],
        [12, 13],
      ],
    ],
  ] as const)
    it(`tells of ${what}`, () =>
      assert.deepEqual(
        pastProblemsIn(lines, 5).map(({ from, to }) => [from, to]),
        expected,
      ));
});

describe('what Gavel writes into Nagios', () => {
  for (const [name, comment, author, data] of [
    ['Noor', 'we know', 'Noor', 'Noor: we know, by Gavel'],
    ['Noor', '', 'Noor', 'Noor, by Gavel'],
    ['No;or\n', 'a;b\r\nc <b>', 'No,or', 'No,or: a,b c b, by Gavel'],
  ] as const)
    it(`${JSON.stringify(comment)} of ${JSON.stringify(name)} is one field`, () => {
      const fields = fieldsOf({ name, comment });
      assert.deepEqual(fields, { com_author: author, com_data: data });
      assert.equal(authorOf({ author: 'Admin', comment: data }).name, author);
    });

  for (const [text, expected] of [
    ['Zoë Łuksza – “straße”', 'Zoe Luksza - "strasse"'],
    ['李 Ж', '? ?'],
    ['plain ~', 'plain ~'],
  ] as const)
    it(`“${text}” in ASCII is “${expected}”`, () => assert.equal(inAscii(text), expected));

  for (const [page, failure] of [
    ["<DIV CLASS='infoMessage'>Your command request was successfully submitted to Nagios for processing.", undefined],
    ["<DIV CLASS='errorMessage'>Sorry, but you are not authorized to commit the specified command.</DIV>", 'refused'],
    ['<p>Error: Invalid or missing CSRF cookie!</p>', 'refused'],
    ["<DIV CLASS='errorMessage'>Start or end time not valid</DIV>", 'refused'],
    ["<DIV CLASS='errorMessage'>Error: Could not stat() command file '/var/x'!</DIV>", 'unreachable'],
    ['<h1>Something else</h1>', 'unclear'],
  ] as const)
    it(`the answer ${page.slice(0, 70)}… means ${failure ?? 'that it was taken'}`, () =>
      assert.equal(refusalIn(page)?.failure, failure));
});

describe('dates of Nagios', () => {
  const local = '2026-11-29 23:05:01';
  for (const [sample, clock, styles, written] of [
    ['2026-11-29 23:05:00', local, ['iso8601'], '2026-11-29 23:05:01'],
    ['2026-11-29T23:05:00', local, ['strict-iso8601'], '2026-11-29T23:05:01'],
    ['11-29-2026 23:05:00', local, ['us'], '11-29-2026 23:05:01'],
    ['29-11-2026 23:05:00', local, ['euro'], '29-11-2026 23:05:01'],
    ['12-12-2026 23:05:00', '2026-12-12 23:05:01', ['us', 'euro'], '12-12-2026 23:05:01'],
  ] as const)
    it(`${sample} is ${styles.join(' or ')}`, () => {
      const found = stylesOf(sample, clock);
      assert.deepEqual(found, styles);
      assert.equal(writeDate(clock, found[0] ?? 'us'), written);
    });
});

describe('performance data', () => {
  for (const [text, expected] of [
    ['time=0.012s;1;2;0;10 size=345B', { time: [0.012, 's'], size: [345, 'B'] }],
    ["'free space'=80%;; 'it''s'=-1.5", { 'free space': [80, '%'], "it's": [-1.5, ''] }],
    ['a=U b= =3 c=1,5ms trash d=7', { a: undefined, c: [1.5, 'ms'], d: [7, ''] }],
    ['', {}],
  ] as const)
    it(JSON.stringify(text), () => {
      const found = perfdataIn(text);
      for (const [label, value] of Object.entries(expected))
        assert.deepEqual(found.get(label), value && { value: value[0], unit: value[1] });
      assert.equal(found.size, Object.values(expected).filter(Boolean).length);
    });

  for (const [value, unit, expected] of [
    [0.25, 's', 250],
    [0.25, '', 250],
    [250, 'ms', 250],
    [250_000, 'us', 250],
    [1, 'B', undefined],
  ] as const)
    it(`${value} ${unit} is ${expected} ms`, () => assert.equal(secondsToMs({ value, unit }), expected));
});

describe('what the notify script posts', () => {
  const body = (more: object): string =>
    JSON.stringify({
      ...{ tool: 'nagios', type: 'PROBLEM', host: 'web01', service: 'HTTP', state: 'CRITICAL', output: 'gone' },
      ...{ since: 10, at: 12, ...more },
    });
  for (const [what, text, firing, ended] of [
    ['a problem', body({}), ['web01!HTTP'], []],
    ['a host that is down', body({ service: undefined, state: 'DOWN' }), ['web01'], []],
    ['an acknowledgement', body({ type: 'ACKNOWLEDGEMENT' }), ['web01!HTTP'], []],
    ['a recovery', body({ type: 'RECOVERY', state: 'OK' }), [], ['web01!HTTP']],
    ['the recovery of a host', body({ type: 'RECOVERY', state: 'UP', service: '' }), [], ['web01']],
    ['the end of a downtime of a host that is up', body({ type: 'DOWNTIMEEND', state: 'UP', service: '' }), [], []],
    ['something of another tool', body({ tool: 'zabbix' }), undefined, undefined],
    ['no JSON', 'x', undefined, undefined],
  ] as const)
    it(`${what} is understood`, () => {
      const hook = readHook(text, url);
      assert.deepEqual(
        hook?.firing.map(({ key }) => key),
        firing,
      );
      assert.deepEqual(
        hook?.ended.map(({ alert }) => alert.key),
        ended,
      );
    });
});
