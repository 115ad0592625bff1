import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-ports';
import { eventually } from '../patience';
import { askForDeployment } from '../proof/ask';
import {
  channelNumber,
  createPeople,
  deliver,
  personNumber,
  startInstance,
  textIn,
  writeProofCatalog,
} from '../proof/harness';
import type { Instance } from '../proof/harness';
import { startRunLedger } from '../proof/runs/run-ledger';
import type { RunLedger } from '../proof/runs/run-ledger';
import { startOpenConnector } from '../proof/teams/open-connector';
import type { OpenConnector } from '../proof/teams/open-connector';
import { startIngestion } from './ingestion';
import type { Envelope, Ingestion } from './ingestion';

describe('telemetry of one deployment', () => {
  let folder: string;
  let ingestion: Ingestion;
  let ledger: RunLedger;
  let connector: OpenConnector;
  let instance: Instance;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-telemetry-'));
    writeProofCatalog(folder, 1, 2);
    [ingestion, ledger, connector] = await Promise.all([
      startIngestion(folder),
      startRunLedger(),
      startOpenConnector(),
    ]);
    const port = await freePort();
    instance = await startInstance({
      port,
      folder,
      ledgerUrl: ledger.url,
      environment: {
        APPLICATIONINSIGHTS_CONNECTION_STRING: ingestion.connectionString,
        NODE_EXTRA_CA_CERTS: ingestion.certificateFile,
        APPLICATION_INSIGHTS_NO_STATSBEAT: '1',
        GAVEL_METRICS: 'on',
      },
    });
    const channel = channelNumber(1);
    const asked = await askForDeployment(port, connector, channel, 's1', '1.0.1');
    const approve = createPeople(connector.url).clicks(personNumber(1), channel, asked.card.id, 'approvals.approve', {
      id: asked.approvalId,
    });
    await deliver(port, approve);
    await eventually('the deployment succeeds', () =>
      [...connector.messages.values()].find(({ activity }) => /Succeeded/.test(textIn(activity))),
    );
  });
  after(async () => {
    await instance?.stop();
    await Promise.all([ingestion?.close(), ledger?.close(), connector?.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is counted in metrics for Prometheus, without anybody’s name', async () => {
    const answer = await fetch(`http://127.0.0.1:${instance.port}/metrics`);
    const text = await answer.text();
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
    assert.match(text, /gavel_turn_seconds_count\{name="deployments\.request",outcome="good"\} 1/);
    assert.match(text, /gavel_events_total\{name="deployments\.end",outcome="succeeded"\} 1/);
    assert.match(text, /gavel_call_seconds_count\{target="local",name="local startRun",outcome="good"\} 1/);
    assert.match(text, /gavel_call_seconds_count\{target="Teams",name="Teams POST activities",outcome="good"\}/);
    assert.doesNotMatch(text, /Person 1|Dana|entra:|19:channel/);
  });

  it('arrives as one connected story: the request, its calls, the result', async () => {
    // Stopping sends what is still waiting.
    await instance.stop();
    const events = ingestion.envelopes.filter(({ data }) => data.baseType === 'EventData');
    const started = events.find(({ data }) => data.baseData['name'] === 'deployments.start');
    assert.ok(started, ingestion.envelopes.map(nameOf).join(', '));
    const operation = started.tags['ai.operation.id'];
    assert.match(operation ?? '', /^[0-9a-f]{32}$/);
    const story = ingestion.envelopes.filter(({ tags }) => tags['ai.operation.id'] === operation).map(nameOf);
    for (const part of [
      'RequestData deployments.request',
      'EventData deployments.request',
      'EventData approvals.approve',
      'RemoteDependencyData local startRun',
      'RemoteDependencyData Teams POST activities',
      'EventData deployments.start',
      'EventData deployments.end',
    ])
      assert.ok(story.includes(part), `${part} in ${story.join(', ')}`);
    assert.ok(!JSON.stringify(ingestion.envelopes).includes('entra:'), 'no personal data');
    const from = ({ tags }: Envelope): string => `${tags['ai.cloud.role']} on ${tags['ai.cloud.roleInstance']}`;
    assert.deepEqual([...new Set(ingestion.envelopes.map(from))], [`gavel on ${hostname()}`]);
  });
});

function nameOf({ data }: Envelope): string {
  return `${data.baseType} ${String(data.baseData['name'])}`;
}
