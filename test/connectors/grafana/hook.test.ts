import assert from 'node:assert/strict';
import { createHookDoor } from '../../../src/connectors/hooks';
import type { HookAnswer } from '../../../src/connectors/hooks';
import type { AlertHook } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { signByGavel, signByGrafana } from '../hooks/signing';
import { openGrafana } from './connection';
import { began, postedAlert, postedBody } from './alerts';
import { Grafana } from './double';

describe('a webhook of Grafana', () => {
  let grafana: Grafana;
  let connection: OpenConnection;
  const taken: AlertHook[] = [];

  before(async () => {
    grafana = await Grafana.start();
    connection = openGrafana(grafana);
  });
  after(async () => {
    await connection.close();
    await grafana.close();
  });
  beforeEach(() => void taken.splice(0));

  function post(body: string, headers: Readonly<Record<string, string>>): Promise<HookAnswer> {
    const door = createHookDoor({
      connections: { get: () => connection },
      async take(_, __, hook) {
        taken.push(hook);
        return 'taken';
      },
      ...{ lookAt: async () => undefined, clock: systemClock, logger: silentLogger },
    });
    const given = new Map(Object.entries(headers));
    return door({ connection: 'grafana', header: (name) => given.get(name), body: async () => Buffer.from(body) });
  }

  it('is taken with its signature and time, and read alert by alert', async () => {
    const body = postedBody([
      postedAlert({ service: 'shop' }, 'firing'),
      postedAlert({ service: 'search' }, 'resolved'),
    ]);
    assert.deepEqual(await post(body, signByGrafana(body)), { status: 200 });
    const [hook] = taken;
    assert.deepEqual(
      hook?.firing.map(({ key, name, since }) => [key, name, since]),
      [['f-shop', 'QueueTooLong', Date.parse(began)]],
    );
    assert.deepEqual(
      hook?.ended.map(({ alert, at }) => [alert.key, at]),
      [['f-search', Date.parse(began) + 600_000]],
    );
    assert.equal(hook?.isCut, false);
  });

  it('says when alerts were left out', async () => {
    const body = postedBody([postedAlert({ service: 'shop' }, 'firing')], { truncatedAlerts: 3 });
    await post(body, signByGrafana(body));
    assert.equal(taken[0]?.isCut, true);
  });

  const body = postedBody([postedAlert({ service: 'shop' }, 'firing')]);
  const signed = signByGrafana(body);
  const withoutTime = { 'x-grafana-alerting-signature': signed['x-grafana-alerting-signature'] };
  for (const [what, headers] of [
    ['without a time, as Grafana signs unless it’s told otherwise', withoutTime],
    ['with a signature of another secret', signByGrafana(body, { secret: 'guessed' })],
    ['that was signed six minutes ago', signByGrafana(body, { at: Date.now() - 360_000 })],
    ['signed as Gavel’s own scripts do', signByGavel(body)],
    ['with nothing', {}],
  ] as const)
    it(`${what} isn’t taken`, async () => {
      assert.deepEqual(await post(body, headers), { status: 401 });
      assert.deepEqual(taken, []);
    });

  for (const [what, other] of [
    ['of an Alertmanager', body.replace('"version":"1"', '"version":"4"')],
    ['with another template', '{"text":"shop is slow"}'],
  ] as const)
    it(`${what} isn’t read`, async () => {
      assert.deepEqual(await post(other, signByGrafana(other)), { status: 400 });
      assert.deepEqual(taken, []);
    });

  it('calls nothing by itself', () => assert.deepEqual(grafana.called, []));
});
