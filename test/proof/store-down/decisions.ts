import assert from 'node:assert/strict';
import { createApp } from '../../../src/app';
import { readConfig } from '../../../src/config';
import { freePort } from '../../free-ports';
import { eventually } from '../../patience';
import { openStoreIn } from '../../store/temporary-store';
import { askForDeployment } from '../ask';
import type { Asked } from '../ask';
import type { Figure, Scale } from '../contract';
import {
  channelNumber,
  createPeople,
  dana,
  deliver,
  percentile,
  personNumber,
  textIn,
  writeProofCatalog,
} from '../harness';
import { inFolder } from '../outbox/stage';
import { createLedgerConnector } from '../runs/ledger-connector';
import { startRunLedger } from '../runs/run-ledger';
import type { RunLedger } from '../runs/run-ledger';
import { startOpenConnector } from '../teams/open-connector';
import type { OpenConnector } from '../teams/open-connector';
import { createStoreSwitch } from './switch';
import type { StoreSwitch } from './switch';
import { connectorsWith } from '../../systems';

interface Scene {
  readonly port: number;
  readonly connector: OpenConnector;
  readonly ledger: RunLedger;
  readonly power: StoreSwitch;
  readonly asked: readonly Asked[];
}

const approver = personNumber(1);
const refusal = /store isn’t responding/;
const stillWorking = /Still working on it/;

/** People decide while the store is down: they are told so, nothing starts, and right after it everything continues. */
export async function decisionsMeanwhile(
  downMs: number,
  scale: Scale,
  report: (figure: Figure) => void,
): Promise<void> {
  const services = scale === 'long' ? 12 : 2;
  const connector = await startOpenConnector();
  const ledger = await startRunLedger();
  const power = createStoreSwitch();
  const port = await freePort();
  try {
    await inFolder(async (folder) => {
      writeProofCatalog(folder, services, 2);
      const opened = openStoreIn(folder);
      const app = await createApp(configFor(folder, port), {
        childEnvironment: {},
        store: power.around(opened),
        connectors: connectorsWith(createLedgerConnector(ledger.url)),
      });
      await app.start();
      try {
        const asked: Asked[] = [];
        for (let number = 1; number <= services; number++)
          asked.push(await askForDeployment(port, connector, channelNumber(number), `s${number}`, '1.0.2'));
        await throughIt({ port, connector, ledger, power, asked }, downMs, report);
      } finally {
        power.state = 'up';
        await app.stop();
      }
    });
  } finally {
    await connector.close();
    await ledger.close();
  }
}

async function throughIt(scene: Scene, downMs: number, report: (figure: Figure) => void): Promise<void> {
  const { power, ledger, asked } = scene;
  const before = new Set(scene.connector.messages.keys());
  const begun = Date.now();
  const outcome = { clicks: 0, waits: [] as number[], later: 0, typed: 0 };
  for (const state of ['refuses', 'hangs'] as const) {
    power.state = state;
    const until = begun + (state === 'refuses' ? downMs / 2 : downMs);
    while (Date.now() < until) await decideInVain(scene, outcome);
    await askInVain(scene, before);
    outcome.typed++;
  }
  assert.equal(ledger.asked(), 0, 'nothing was started');
  power.state = 'up';
  const backAt = performance.now();
  const [first, ...others] = asked as [Asked, ...Asked[]];
  await eventually(
    'an approval that counts',
    async () => /Approved by/.test((await click(scene, first)).text) || undefined,
  );
  await eventually('its run', () => (ledger.started.length === 1 ? true : undefined));
  const seconds = (performance.now() - backAt) / 1_000;
  for (const each of others)
    await eventually(
      'an approval that counts',
      async () => /Approved by/.test((await click(scene, each)).text) || undefined,
    );
  await eventually('every run', () => (ledger.started.length === asked.length ? true : undefined));
  assert.equal(new Set(ledger.started.map(({ key }) => key)).size, asked.length, 'one run each');
  reportDecisions(outcome, asked.length, seconds, report);
}

function reportDecisions(
  { clicks, waits, later, typed }: { clicks: number; waits: number[]; later: number; typed: number },
  asked: number,
  seconds: number,
  report: (figure: Figure) => void,
): void {
  report({
    what: `clicks on Approve while it is down (${clicks}): answered at once with one sentence, answered “still working” and then the sentence, started`,
    measured: `${clicks - later}, ${later}, 0`,
    aim: 'every one answered, 0 started',
    holds: true,
  });
  report({
    what: 'such a click is answered, 99 of 100 within',
    measured: `${percentile(waits, 0.99).toFixed(0)} ms`,
    aim: 'under 5 s',
    holds: percentile(waits, 0.99) < 5_000,
  });
  report({ what: 'typed lines answered with the sentence', measured: `${typed} of ${typed}`, aim: 'all', holds: true });
  report({
    what: 'from the store being back to an approval that counts and its run started',
    measured: `${seconds.toFixed(1)} s`,
    aim: 'within 5 s',
    holds: seconds <= 5,
  });
  report({
    what: `runs of the ${asked} approvals afterwards`,
    measured: String(asked),
    aim: String(asked),
    holds: true,
  });
}

async function click(
  { port, connector }: Scene,
  { approvalId, card, channel }: Asked,
): Promise<{ text: string; ms: number }> {
  const people = createPeople(connector.url);
  const answer = await deliver(
    port,
    people.clicks(approver, channel, card.id, 'approvals.approve', { id: approvalId }),
  );
  assert.equal(answer.status, 200);
  return { text: textIn(answer.body), ms: answer.ms };
}

async function decideInVain(scene: Scene, outcome: { clicks: number; waits: number[]; later: number }): Promise<void> {
  const asked = scene.asked[outcome.clicks % scene.asked.length] as Asked;
  const { text, ms } = await click(scene, asked);
  assert.ok(refusal.test(text) || stillWorking.test(text), `told: ${text}`);
  outcome.clicks++;
  outcome.waits.push(ms);
  if (stillWorking.test(text)) outcome.later++;
  await new Promise((resolve) => setTimeout(resolve, 200));
}

/** A typed line gets the sentence as a reply. */
async function askInVain({ port, connector }: Scene, before: Set<string>): Promise<void> {
  const people = createPeople(connector.url);
  const answer = await deliver(port, people.says(dana, channelNumber(1), 'deployments'));
  assert.equal(answer.status, 200);
  const fresh = await eventually('the sentence', () =>
    [...connector.messages.values()].find(({ id, activity }) => !before.has(id) && refusal.test(textIn(activity))),
  );
  before.add(fresh.id);
}

function configFor(folder: string, port: number) {
  const result = readConfig({
    PORT: String(port),
    PLAYGROUND_PORT: '1',
    GAVEL_DATA: folder,
    GAVEL_CATALOG: `${folder}/catalog.yaml`,
    LOG_LEVEL: 'silent',
  });
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return { ...result.config, mode: 'teams' as const };
}
