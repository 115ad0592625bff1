import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firingAlert, postedAlert, postedBody } from '../connectors/grafana/alerts';
import { Grafana, token } from '../connectors/grafana/double';
import { hookSecret, signByGrafana } from '../connectors/hooks/signing';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import { writeQuickCatalog } from './quick-catalog';

const deployments = '19:deployments@thread.tacv2';

/** The settings of a product whose catalog also names a Grafana that calls it. */
function settingsWithGrafana(folder: string, url: string): Readonly<Record<string, string>> {
  const file = join(folder, 'with-grafana.yaml');
  const connection = `{ kind: grafana, url: "${url}", credential: GAVEL_GRAFANA, hook: { secret: GAVEL_GRAFANA_HOOK } }`;
  const alerts = '{ connection: grafana, match: { service: "{service}", environment: "{environment}" } }';
  const text = readFileSync(writeQuickCatalog(folder), 'utf8')
    .replace(/^connections:$/m, `connections:\n  grafana: ${connection}`)
    .replace(/^bindings:$/m, `bindings:\n  alerts: [${alerts}]`);
  writeFileSync(file, text);
  return { GAVEL_CATALOG: file, GAVEL_GRAFANA: token, GAVEL_GRAFANA_HOOK: hookSecret };
}

describe('a Gavel that Grafana calls', () => {
  it('has a card for an alert, silences it in Grafana in the name of the person, and shows what is silenced there', async () => {
    const folder = temporaryFolder();
    const ports = await portsOfProduct();
    const grafana = await Grafana.start();
    const environment = settingsWithGrafana(folder.path, grafana.server.url);
    const product = await startProduct({ ports, dataDir: folder.path, environment });
    const { client } = product;
    const labels = { service: 'shop', environment: 'staging' };
    const body = postedBody([postedAlert(labels, 'firing')]);
    const post = async (headers: Readonly<Record<string, string>>): Promise<number> => {
      const address = `http://127.0.0.1:${ports.port}/api/hooks/grafana`;
      return (await fetch(address, { method: 'POST', body, headers })).status;
    };
    try {
      await client.say('ada', deployments, 'subscription announce shop here');
      grafana.alerts = [firingAlert(labels, new Date(Date.now() - 600_000).toISOString())];
      assert.equal(await post({ authorization: `Bearer ${hookSecret}` }), 401, 'only a signature counts');
      assert.equal(await post(signByGrafana(body)), 200);
      await client.waitFor('noor', deployments, ({ card }) => /42 jobs wait/.test(wordsOf(card)));

      await client.say('noor', deployments, 'silence A-101 for 2h because the supplier works on it');
      const silence = await eventually('Grafana has the silence', async () => grafana.silences[0]);
      assert.match(silence.createdBy, /Noor/);
      assert.equal(silence.comment, 'the supplier works on it, by Gavel');
      assert.equal(silence.matchers.find(({ name }) => name === '__alert_rule_uid__')?.value, 'rule 1');
      await client.waitFor('noor', deployments, ({ card }) => /[Ss]ilenced until/.test(wordsOf(card)));
      assert.doesNotMatch(product.output(), new RegExp(`${hookSecret}|${token}`));
    } finally {
      await product.kill();
      await grafana.close();
      folder.remove();
    }
  });
});
