import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli';
import { firingAlert } from '../connectors/grafana/alerts';
import { dashboard, frameWith } from '../connectors/grafana/dashboards';
import { Grafana, token } from '../connectors/grafana/double';
import { sampleCatalogText } from '../features/fakes';

describe('gavel connectors record, with Grafana', () => {
  it('keeps alerts, panels and their data, writes nothing there, and shows no machine, person or token', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-record-grafana-'));
    const grafana = await Grafana.start();
    grafana.alerts = [firingAlert({ service: 'shop', instance: 'web01' })];
    grafana.dashboards = [{ ...dashboard, createdBy: 'Noor Ferreira' }];
    grafana.answerQuery = () => ({ status: 200, frames: [frameWith([1, 2], 'load of web01:9100')] });
    const catalog = join(folder, 'catalog.yaml');
    const alerts = '{ connection: grafana, match: { service: "{service}" } }';
    const metrics = '{ connection: grafana, p95: shop-1/2/B, queries: { time: { query: shop-1/2/A } } }';
    writeFileSync(
      catalog,
      `${sampleCatalogText}connections: { grafana: { kind: grafana, url: "${grafana.server.url}", credential: GAVEL_GRAFANA } }\nbindings: { alerts: [${alerts}], metrics: [${metrics}] }\n`,
    );
    const said: string[] = [];
    const environment = { GAVEL_CATALOG: catalog, GAVEL_DATA: join(folder, 'data'), GAVEL_GRAFANA: token };
    const target = join(folder, 'recorded');
    const words = ['connectors', 'record', 'grafana', '--to', target];
    const code = await runCommandLine(words, environment, (line) => said.push(line));
    assert.equal(code, 0, said.join('\n'));
    const called = new Set(grafana.called);
    for (const name of ['listAlerts', 'listRules', 'listSilences', 'readDashboard', 'query'] as const)
      assert.ok(called.has(name), name);
    for (const name of ['saveSilence', 'endSilence', 'createAnnotation'] as const) assert.ok(!called.has(name), name);
    const all = readdirSync(target)
      .map((name) => readFileSync(join(target, name), 'utf8'))
      .join('\n');
    for (const kept of ['QueueTooLong', 'Response time', 'p95{service', '"values"'])
      assert.ok(all.includes(kept), kept);
    for (const gone of [token, 'Ferreira', 'web01', '127.0.0.1']) assert.ok(!all.includes(gone), gone);
    await grafana.close();
    rmSync(folder, { recursive: true, force: true });
  });
});
