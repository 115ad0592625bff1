import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Activity } from '../../src/playground/activities';
import { freePorts } from '../free-ports';
import { eventually, patienceMs } from '../patience';
import { askForDeployment } from '../proof/ask';
import type { Asked } from '../proof/ask';
import { channelNumber, createPeople, personNumber, writeProofCatalog } from '../proof/harness';
import { startRunLedger } from '../proof/runs/run-ledger';
import type { RunLedger } from '../proof/runs/run-ledger';
import { startOpenConnector } from '../proof/teams/open-connector';
import type { OpenConnector } from '../proof/teams/open-connector';
import { root } from '../rules/source-files';
import { findNginx, startNginx } from './nginx';
import type { RunningNginx } from './nginx';
import { deliverThrough, handOverWords, isReady, run, startUnit, stopUnit, writeUnits } from './two-ports';
import type { Ports } from './two-ports';

// Two real releases of Gavel on one store, the real hand-over script and the real nginx; only systemctl is replaced by two small scripts.

const services = 3;
const typescript = JSON.stringify(require.resolve('tsx/cjs'));
const gavelItself = `require(${typescript}); require(${JSON.stringify(join(root, 'test/proof/instance.ts'))});`;

describe('the options of a hand-over', () => {
  const refused: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [['--relaese', '/x'], /--relaese/],
    [['--constructor', '/x'], /--constructor/],
    [['--release'], /--release/],
    [['/opt/gavel/releases/1.1.0'], /\/opt\/gavel\/releases\/1\.1\.0/],
    [['--release', '/nowhere'], /There is no built release in \/nowhere/],
    [[], /There is no built release in \(none\)\. Name its folder with --release/],
  ];
  for (const [words, says] of refused)
    it(`are refused before anything happens: ${words.join(' ') || 'none'}`, async () => {
      const { code, text } = await run(process.execPath, [join(root, 'deploy/hand-over.js'), ...words]);
      assert.equal(code, 1);
      assert.match(text, says);
      assert.doesNotMatch(text, /start:|\n\s+at /);
    });
});

describe('a new release takes over from the old one', () => {
  let folder: string;
  let ports: Ports;
  let nginx: RunningNginx;
  let ledger: RunLedger;
  let connector: OpenConnector;
  let program: string;

  before(async function () {
    const found = findNginx();
    if (found === undefined) return this.skip();
    program = found;
    folder = mkdtempSync(join(tmpdir(), 'gavel-hand-over-'));
    const [one = 0, other = 0] = await freePorts(2);
    ports = [one, other];
    ledger = await startRunLedger();
    connector = await startOpenConnector();
    mkdirSync(join(folder, 'data'));
    writeProofCatalog(join(folder, 'data'), services, 1);
    for (const name of ['1', '2']) writeRelease(name, gavelItself);
    writeRelease('broken', 'process.exit(1);');
    const data = join(folder, 'data');
    writeUnits(folder, { GAVEL_DATA: data, GAVEL_CATALOG: join(data, 'catalog.yaml'), PROOF_LEDGER: ledger.url });
    symlinkSync(join(folder, 'releases/1'), join(folder, String(ports[0])));
    await startUnit(folder, ports[0]);
    nginx = await startNginx(program, folder, ports);
    await eventually('the first release is ready', async () => ((await isReady(ports[0])) ? true : undefined));
  });
  after(async () => {
    for (const port of ports ?? []) await stopUnit(folder, port);
    await nginx?.stop();
    await ledger?.close();
    await connector?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  function writeRelease(name: string, main: string): void {
    mkdirSync(join(folder, 'releases', name, 'dist'), { recursive: true });
    writeFileSync(
      join(folder, 'releases', name, 'dist/index.js'),
      `process.chdir(${JSON.stringify(root)});\n${main}\n`,
    );
  }

  function handOver(release: string, readySeconds: number): Promise<{ code: number; text: string }> {
    const words = [
      ...['--release', join(folder, 'releases', release), '--ready-seconds', String(readySeconds)],
      ...handOverWords(folder, ports, nginx.upstreamFile, program),
    ];
    return run(process.execPath, [join(root, 'deploy/hand-over.js'), ...words]);
  }

  const deliver = (activity: Activity): Promise<number> => deliverThrough(nginx, activity);
  const serving = (): string => readFileSync(nginx.upstreamFile, 'utf8').split('\n')[0] ?? '';

  it('keeps the old one if the new one does not become ready', async () => {
    const { code, text } = await handOver('broken', 2);
    assert.equal(code, 1);
    assert.match(text, new RegExp(`port ${ports[0]} is still live`));
    assert.match(serving(), new RegExp(`:${ports[0]} `));
    assert.ok(await isReady(ports[0]));
  });

  it('answers every click in the meantime, loses no decision and starts each run once', async () => {
    const people = createPeople(connector.url);
    const approver = personNumber(1);
    const asked: Asked[] = [];
    for (let number = 1; number <= services; number++)
      asked.push(await askForDeployment(0, connector, channelNumber(number), `s${number}`, '1.0.1', deliver));

    const statuses: number[] = [];
    let over = false;
    const talk = async (number: number): Promise<void> => {
      while (!over) {
        statuses.push(await deliver(people.says(approver, channelNumber(10 + number), 'where')));
        await wait(20);
      }
    };
    const talking = [1, 2, 3].map(talk);
    const handing = handOver('2', patienceMs / 1_000);
    // One decision before the switch, one during it, and one while the old release stops.
    for (const [index, { card, approvalId, channel }] of asked.entries()) {
      if (index > 0) await eventually(`step ${index}`, () => reached(index));
      const click = people.clicks(approver, channel, card.id, 'approvals.approve', { id: approvalId });
      statuses.push(await deliver(click));
    }
    const { code, text } = await handing;
    await eventually('lines enough to tell', () => statuses.length > 50);
    over = true;
    await Promise.all(talking);

    assert.equal(code, 0, text);
    assert.match(serving(), new RegExp(`:${ports[1]} `));
    assert.ok(await isReady(ports[1]));
    assert.equal(await isReady(ports[0]), false);
    assert.deepEqual(
      statuses.filter((status) => status !== 200),
      [],
    );
    await eventually('every run was started', () => (ledger.started.length >= services ? true : undefined));
    const succeeded = (): number =>
      [...connector.messages.values()].filter(({ activity }) =>
        / 1\.0\.1 .*(succeeded|runs)/i.test(JSON.stringify(activity)),
      ).length;
    await eventually('every deployment ended on its card', () => (succeeded() >= services ? true : undefined));
    const runs = ledger.started.map(({ service }) => service).sort();
    assert.deepEqual(runs, ['s1', 's2', 's3']);
  });

  /** Whether nginx was reloaded (1), and the old release asked to stop (2). */
  async function reached(step: number): Promise<true | undefined> {
    const there = step === 1 ? serving().includes(`:${ports[1]} `) : !(await isReady(ports[0]));
    return there || undefined;
  }
});
