import assert from 'node:assert/strict';
import { join } from 'node:path';
import { hookSecret } from '../connectors/hooks/signing';
import { eventually } from '../patience';
import { actionsOf, wordsOf } from '../playground/client';
import type { PlaygroundClient, SeenMessage } from '../playground/client';
import { startAlertmanager } from '../servers/alertmanager';
import type { Alertmanager } from '../servers/alertmanager';
import { basicAuthorization } from '../servers/daemon';
import { Exporter } from '../servers/exporter';
import { startPrometheus } from '../servers/prometheus';
import type { Prometheus } from '../servers/prometheus';
import { settingsWithMonitoring } from './monitoring-catalog';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';

const deployments = '19:deployments@thread.tacv2';
const hourMs = 3_600_000;
/** The card shows minutes, and the click takes a moment. */
const toleranceMs = 300_000;

/** A silence as Alertmanager's API shows it. */
interface RawSilence {
  readonly id: string;
  readonly status: { readonly state: string };
  readonly createdBy: string;
  readonly comment: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly matchers: readonly {
    readonly name: string;
    readonly value: string;
    readonly isRegex: boolean;
    readonly isEqual: boolean;
  }[];
}

interface RawAlert {
  readonly labels: Readonly<Record<string, string>>;
}

describe('the whole product with an alert of a real Prometheus and a real Alertmanager', () => {
  const folder = temporaryFolder();
  const exporter = new Exporter([]);
  let alertmanager: Alertmanager;
  let prometheus: Prometheus;
  let product: Product | undefined;
  let told: SeenMessage;

  before(async () => {
    const ports = await portsOfProduct();
    await exporter.start();
    alertmanager = await startAlertmanager({
      folder: join(folder.path, 'alertmanager'),
      ...{ webhook: `http://127.0.0.1:${ports.port}/api/hooks/alertmanager`, webhookSecret: hookSecret },
    });
    prometheus = await startPrometheus({
      ...{ folder: join(folder.path, 'prometheus'), scrape: { app: exporter.address }, alertmanager: alertmanager.url },
      rules: [
        {
          ...{ alert: 'QueueTooLong', expr: 'queue_length > 10' },
          labels: { severity: 'warning', environment: 'staging' },
          annotations: { summary: '{{ $value }} jobs wait' },
        },
      ],
    });
    const environment = settingsWithMonitoring(folder.path, { alertmanager });
    product = await startProduct({ dataDir: folder.path, ports, environment });
    await client().say('ada', deployments, 'subscription announce shop here');
    exporter.queue.set({ service: 'shop' }, 42);
  });
  after(async () => {
    await product?.kill();
    await prometheus.stop();
    await alertmanager.stop();
    await exporter.stop();
    folder.remove();
  });

  const client = (): PlaygroundClient => product?.client ?? assert.fail('it didn’t start');

  /** What the server itself says, past Gavel. */
  async function ask<T>(path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${alertmanager.url}/api/v2/${path}`, {
      headers: { authorization: basicAuthorization, 'content-type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    assert.equal(response.status, 200, path);
    return (await response.json()) as T;
  }

  const silences = (): Promise<RawSilence[]> => ask('silences');
  const silencesIn = async (state: string): Promise<RawSilence[]> =>
    (await silences()).filter(({ status }) => status.state === state);

  /** The card as everybody in the channel sees it now. */
  const shows = (pattern: RegExp): Promise<SeenMessage> =>
    client().waitFor('noor', deployments, ({ id, card }) => id === told.id && pattern.test(wordsOf(card)));

  /** The newest card as Noor sees it, once it has this button: it may just be edited. */
  const asNoor = (wanted: string): Promise<SeenMessage> =>
    eventually(`Noor sees ${wanted}`, async () => {
      const find = async () => (await client().messages('noor', deployments)).find(({ id }) => id === told.id);
      await client().refresh('noor', (await find()) ?? told);
      const seen = await find();
      const isThere = actionsOf(seen?.view).some(({ verb, data }) => (data['verb'] ?? verb) === wanted);
      return isThere && seen;
    });

  it('has its card in the channel of the service', async () => {
    told = await client().waitFor('noor', deployments, ({ card }) => wordsOf(card).includes('42 jobs wait'));
    assert.match(wordsOf(told.card), /shop in staging: QueueTooLong/);
  });

  it('isn’t silenced by somebody without the permission, who gets one clear sentence', async () => {
    const { data } =
      actionsOf((await asNoor('alerts.more')).view).find(
        ({ verb, data: own }) => (own['verb'] ?? verb) === 'alerts.more',
      ) ?? {};
    const clicked = await client().forge('avery', told, 'alerts.silence', {
      ...{ ...data, verb: 'alerts.silence' },
      ...{ until: '1h', why: 'because I can' },
    });
    assert.match(
      JSON.stringify(clicked),
      /You can’t silence A-\d+[^.]*\..*You need the operate permission for shop in staging\./,
    );
    const [, number = ''] = /Alert (A-\d+)/.exec(wordsOf(told.card)) ?? [];
    const asked = await client().say('avery', deployments, `silence ${number} until 23:59 because I can`);
    await client().waitFor('avery', deployments, (each) => {
      const isAnswer = each.from.isBot && each.root === asked.id;
      return isAnswer && /can’t silence A-\d+/.test(`${each.text} ${wordsOf(each.card)}`);
    });
    assert.deepEqual(await silences(), []);
  });

  it('is silenced for an hour by a click, with exactly its labels, the person, and the comment', async () => {
    const clickedAt = Date.now();
    await silence('the supplier works on it');
    const [made, ...more] = await eventually('it’s there', async () => {
      const active = await silencesIn('active');
      return active.length > 0 && active;
    });
    assert.ok(made);
    assert.deepEqual(more, []);
    const [alert] = await ask<RawAlert[]>('alerts');
    assert.equal(alert?.labels['alertname'], 'QueueTooLong');
    assert.deepEqual(
      Object.fromEntries(made.matchers.map(({ name, value }) => [name, value])),
      alert.labels,
      'exactly its labels',
    );
    assert.ok(made.matchers.every(({ isRegex, isEqual }) => !isRegex && isEqual));
    assert.equal(made.createdBy, 'Noor Operator');
    assert.equal(made.comment, 'the supplier works on it, by Gavel');
    const lastsMs = Date.parse(made.endsAt) - clickedAt;
    assert.ok(Math.abs(lastsMs - hourMs) < toleranceMs, `${lastsMs} ms`);
    const { card } = await shows(/Silenced until .* by Noor Operator/);
    assert.match(wordsOf(card), /“the supplier works on it”/);
    await shows(/Silenced.in Gavel and Alertmanager/);
  });

  it('is silenced in Alertmanager no longer when its silence is ended on the card', async () => {
    await client().click('noor', await asNoor('alerts.end-silence'), 'alerts.end-silence');
    await eventually('it has expired', async () => (await silencesIn('active')).length === 0);
    assert.equal((await silencesIn('expired')).length, 1);
    await shows(/Firing since/);
  });

  it('shows a silence that somebody made in Alertmanager, and its end, when it’s checked again', async () => {
    const startsAt = new Date().toISOString();
    const endsAt = new Date(Date.now() + hourMs).toISOString();
    const matchers = [{ name: 'service', value: 'shop', isRegex: false, isEqual: true }];
    const { silenceID } = await ask<{ silenceID: string }>('silences', {
      ...{ matchers, startsAt, endsAt, createdBy: 'mira', comment: 'new queue comes' },
    });
    await checkAgain();
    await shows(/Silenced until .* in Alertmanager by mira/);
    const expired = await fetch(`${alertmanager.url}/api/v2/silence/${silenceID}`, {
      ...{ method: 'DELETE', headers: { authorization: basicAuthorization } },
    });
    assert.equal(expired.status, 200);
    await checkAgain();
    await shows(/Firing since/);
  });

  /** As people do it: More…, Silence…, the comment, and the button. */
  async function silence(why: string): Promise<void> {
    const seen = await asNoor('alerts.more');
    const more = await client().open('noor', seen, 'alerts.more');
    const form = await more.press('alerts.silence');
    assert.ok(form.kind === 'dialog', JSON.stringify(form));
    const go = actionsOf(form.card).find(({ data }) => data['verb'] === 'alerts.silence') ?? assert.fail('no button');
    await client().forgeDialog('noor', seen, 'task/submit', { ...go.data, until: '1h', why });
  }

  async function checkAgain(): Promise<void> {
    const more = await client().open('noor', await asNoor('alerts.more'), 'alerts.more');
    await more.press('alerts.recheck');
  }
});
