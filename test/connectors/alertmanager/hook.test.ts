import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHook as readHookOf } from '../../../src/connectors/alertmanager-api/hook';
import { alertsPage } from '../../../src/connectors/alertmanager/page';
import { wordsOfAlert } from '../../../src/connectors/labels/alert-words';

const readHook = (body: string) =>
  readHookOf(body, {
    hookVersion: '4',
    wordsOf: wordsOfAlert,
    pageOf: (labels) => alertsPage('https://alertmanager.example', labels),
  });
/** What Alertmanager 0.25 posted in the test with the real server. */
const recorded = (name: string): string => readFileSync(join(__dirname, 'recorded', `${name}.json`), 'utf8');

/** A recorded body with something changed. */
function changed(change: (body: Record<string, unknown>) => object): string {
  const body = JSON.parse(recorded('firing')) as Record<string, unknown>;
  return JSON.stringify({ ...body, ...change(body) });
}

describe('what Alertmanager posts', () => {
  for (const [name, firing, ended] of [
    ['firing', ['QueueTooLong'], []],
    ['resolved', [], ['QueueTooLong']],
    ['hostile', ['QueueTooLong'], []],
    ['partly-resolved', ['QueueTooLong'], ['HostDown']],
  ] as const)
    it(`${name}: each alert by its own status`, () => {
      const hook = readHook(recorded(name));
      assert.deepEqual(
        hook?.firing.map((alert) => alert.name),
        firing,
      );
      assert.deepEqual(
        hook?.ended.map(({ alert }) => alert.name),
        ended,
      );
      for (const { alert, at } of hook?.ended ?? []) assert.ok(at > alert.since);
    });

  it('names the alert as the API does', () => {
    const [alert] = readHook(recorded('firing'))?.firing ?? [];
    assert.deepEqual(
      [alert?.key, alert?.severity, alert?.summary, alert?.runbook],
      ['0229176ac988cb56', 'warning', '42 jobs wait', 'https://runbooks.example/queue'],
    );
    assert.equal(alert?.since, Date.parse('2026-11-29T20:47:50.639Z'));
    assert.match(decodeURIComponent(alert?.url ?? ''), /\/#\/alerts\?filter=\{.*,service="shop",severity="warning"\}$/);
  });

  it('keeps quotes, braces, backslashes and line breaks of a label', () => {
    const [alert] = readHook(recorded('hostile'))?.firing ?? [];
    assert.equal(alert?.labels.service, 'a"b\'c`d{e}f\\g\nh\ti=~".*"|j$1[5m]#ü');
  });

  for (const [what, body, isCut] of [
    ['leaves none out', changed(() => ({})), false],
    ['leaves some out', changed(() => ({ truncatedAlerts: 3 })), true],
    [
      'is of a later version with more fields',
      changed(() => ({ notification_reason: 'repeat interval elapsed' })),
      false,
    ],
  ] as const)
    it(`${what}: ${isCut ? 'says' : 'doesn’t say'} that it is cut`, () => assert.equal(readHook(body)?.isCut, isCut));

  for (const [what, body] of [
    ['no JSON', 'version=4'],
    ['nothing', ''],
    ['a list', '[]'],
    ['Grafana’s version', changed(() => ({ version: '1' }))],
    ['an alert without a fingerprint', changed(() => ({ alerts: [{ status: 'firing', labels: {} }] }))],
    ['an unknown status', changed(({ alerts }) => ({ alerts: [{ ...(alerts as object[])[0], status: 'unknown' }] }))],
  ] as const)
    it(`${what} isn’t read`, () => assert.equal(readHook(body), undefined));
});
