import assert from 'node:assert/strict';
import { createApp } from '../../../src/app';
import { messageCollection } from '../../../src/chat/outbox/record';
import { readConfig } from '../../../src/config';
import type { SampleConversation } from '../../../src/playground/world';
import type { Store } from '../../../src/store/contract';
import { freePort } from '../../free-ports';
import { eventually } from '../../patience';
import { everyRecord } from '../../store/every-record';
import { openStoreIn } from '../../store/temporary-store';
import { idBehind } from '../ask';
import { channelNumber, createPeople, dana, deliver, personNumber, textIn, writeProofCatalog } from '../harness';
import { inFolder } from '../outbox/stage';
import { createLedgerConnector } from '../runs/ledger-connector';
import { startRunLedger } from '../runs/run-ledger';
import type { KeptMessage } from '../teams/answers';
import { startBotConnector } from '../teams/bot-connector';
import type { BotConnector, Misbehavior } from '../teams/bot-connector';
import { begin, end } from './kinds';
import type { Losses, Outage } from './kinds';
import { compare, isQuiet } from './ledger';
import { connectorsWith } from '../../systems';

const approver = personNumber(1);
const answersWithinMs = 3_000;

interface Scene {
  readonly port: number;
  readonly connector: BotConnector;
  readonly store: Store;
}

/**
 * One outage in real time, through the whole app over HTTP: people ask, request and approve, and a run ends, all while nothing gets through. Two deployments
 * run to their end during it.
 */
export async function outageByDay(outage: Outage, lastsMs: number): Promise<Losses & { readonly runs: number }> {
  const connector = await startBotConnector();
  const ledger = await startRunLedger({ runMs: Math.min(3_000, lastsMs / 2) });
  const port = await freePort();
  try {
    return await inFolder(async (folder) => {
      writeProofCatalog(folder, 4, 2);
      const store = openStoreIn(folder);
      const connectors = connectorsWith(createLedgerConnector(ledger.url));
      const teams = { timeLimitMs: answersWithinMs };
      const app = await createApp(configFor(folder, port), { childEnvironment: {}, store, connectors, teams });
      await app.start();
      try {
        const scene = { port, connector, store };
        const stood = await during(scene, outage, lastsMs);
        // A slow machine may still work on the clicks, so nothing has to be sent yet: first everything is there, then it is quiet.
        await everyKind(scene);
        await eventually('quiet', async () => ((await isQuiet(store)) ? true : undefined));
        assert.equal(new Set(ledger.started.map(({ key }) => key)).size, ledger.started.length);
        return { ...(await compare(store, connector, stood)), runs: ledger.started.length };
      } finally {
        await app.stop();
      }
    });
  } finally {
    await connector.close();
    await ledger.close();
  }
}

/** Resolves to the messages that existed when the outage began. */
async function during(scene: Scene, outage: Outage, lastsMs: number): Promise<ReadonlySet<string>> {
  const { port, connector } = scene;
  const people = createPeople(connector.url);
  for (const person of [personNumber(1), personNumber(2)])
    await deliver(port, people.says(person, channelNumber(9), 'help'));
  const pickers = new Map<number, KeptMessage>();
  for (const number of [2, 3, 4]) pickers.set(number, await pickerFor(scene, number));
  const click = (number: number) => request(scene, number, pickers.get(number));
  await click(3);
  await click(4);
  const approvals = [await approvalIn(scene, 3), await approvalIn(scene, 4)];
  await approve(scene, 4, approvals[1]);
  await eventually('its run card', () => cardIn(connector, 4, 'deployments.'));
  const stood = new Set(connector.messages.keys());
  const over = new Promise((resolve) => setTimeout(resolve, lastsMs));
  await begin(connector, outage as Misbehavior);
  await Promise.all([
    deliver(port, people.says(dana, channelNumber(1), 'deploy s1 1.0.2 to production')),
    click(2),
    approve(scene, 3, approvals[0]),
  ]);
  await over;
  await end(connector, outage as Misbehavior);
  return stood;
}

/** Resolves when each of the four kinds is visible: the answer, the approval, the run and the end. */
async function everyKind({ connector, store }: Scene): Promise<void> {
  const words = (number: number): string =>
    connector
      .inPlace(channelNumber(number).id)
      .map(({ activity }) => textIn(activity))
      .join('\n');
  await eventually('the answer to who asked', () => cardIn(connector, 1, 'deployments.request'));
  await eventually('the approval card', () => cardIn(connector, 2, 'approvals.view'));
  await eventually('the personal copies of three approvals', async () => {
    const records = await everyRecord(store, messageCollection);
    return records.filter(({ id, value }) => /^approval:.*:person:/.test(id) && value.state === 'posted').length === 6;
  });
  for (const number of [3, 4]) await eventually('the end of a deployment', () => /succeeded/i.test(words(number)));
}

async function pickerFor({ port, connector }: Scene, number: number): Promise<KeptMessage> {
  const people = createPeople(connector.url);
  await deliver(port, people.says(dana, channelNumber(number), `deploy s${number} 1.0.2 to production`));
  return eventually(`a picker for s${number}`, () => cardIn(connector, number, 'deployments.request'));
}

async function request({ port, connector }: Scene, number: number, picker: KeptMessage | undefined): Promise<void> {
  assert.ok(picker);
  const data = {
    id: idBehind(picker, 'deployments.request'),
    service: `s${number}`,
    release: '1.0.2',
    environment: 'production',
  };
  const people = createPeople(connector.url);
  const answer = await deliver(
    port,
    people.clicks(dana, channelNumber(number), picker.id, 'deployments.request', data),
  );
  assert.equal(answer.status, 200);
}

async function approvalIn({ connector }: Scene, number: number): Promise<{ id: string; card: string }> {
  const card = await eventually('an approval card', () => cardIn(connector, number, 'approvals.view'));
  return { id: idBehind(card, 'approvals.view') ?? '', card: card.id };
}

async function approve(
  { port, connector }: Scene,
  number: number,
  approval: { id: string; card: string } | undefined,
): Promise<void> {
  assert.ok(approval);
  const people = createPeople(connector.url);
  const place: SampleConversation = channelNumber(number);
  const answer = await deliver(
    port,
    people.clicks(approver, place, approval.card, 'approvals.approve', { id: approval.id }),
  );
  assert.match(textIn(answer.body), /Approved|working/);
}

function cardIn(connector: BotConnector, number: number, verb: string): KeptMessage | undefined {
  return connector
    .inPlace(channelNumber(number).id)
    .find(({ activity }) => JSON.stringify(activity).includes(`"verb":"${verb}`));
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
