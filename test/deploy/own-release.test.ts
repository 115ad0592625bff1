import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Activity } from '../../src/playground/activities';
import { tenantId } from '../../src/playground/world';
import { freePorts } from '../free-ports';
import { eventually } from '../patience';
import { askForDeployment } from '../proof/ask';
import type { Asked } from '../proof/ask';
import { channelNumber, createPeople, dana, personNumber, textIn } from '../proof/harness';
import { startOpenConnector } from '../proof/teams/open-connector';
import type { OpenConnector, PostedMessage } from '../proof/teams/open-connector';
import { compile, history, layOut } from './built-releases';
import { findNginx, startNginx } from './nginx';
import type { RunningNginx } from './nginx';
import { deliverThrough, handOverWords, isReady, startUnit, stopUnit, writeUnits } from './two-ports';
import type { Ports } from './two-ports';

// Three compiled releases of Gavel behind nginx, and Gavel asked with its own cards to replace itself with its next release.

const [first, broken, next] = history(['1.0.0', '1.0.1', '1.1.0']);
const approver = personNumber(1);
/** The product without the sign-in of Teams, as in every test that replaces Teams. */
const main = `
const { createApp } = require('./app'); const { readConfig } = require('./config');
const { config, problems } = readConfig(process.env);
if (problems) throw new Error(problems.join());
createApp({ ...config, mode: 'teams' }, { childEnvironment: { PATH: process.env.PATH } }).then(async (app) => {
  await app.start();
  process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)));
});`;

describe('Gavel deploys its own next release', () => {
  let folder: string;
  let ports: Ports;
  let nginx: RunningNginx;
  let connector: OpenConnector;

  before(async function () {
    const program = findNginx();
    if (program === undefined || !first || !broken || !next) return this.skip();
    folder = mkdtempSync(join(tmpdir(), 'gavel-own-release-'));
    const [one = 0, other = 0] = await freePorts(2);
    ports = [one, other];
    connector = await startOpenConnector();
    compile(join(folder, 'compiled'));
    for (const release of [first, broken, next])
      layOut(
        join(folder, 'releases', release.version),
        join(folder, 'compiled'),
        release,
        release === broken ? 'process.exit(1);' : main,
      );
    const data = join(folder, 'data');
    mkdirSync(data);
    nginx = await startNginx(program, folder, ports);
    writeFileSync(join(data, 'catalog.yaml'), catalogWords(program));
    writeUnits(folder, { GAVEL_DATA: data, GAVEL_CATALOG: join(data, 'catalog.yaml'), LOG_LEVEL: 'info' });
    symlinkSync(join(folder, 'releases', first.version), join(folder, String(ports[0])));
    await startUnit(folder, ports[0]);
    await eventually('1.0.0 is ready', async () => ((await isReady(ports[0])) ? true : undefined));
  });
  after(async () => {
    for (const port of ports ?? []) await stopUnit(folder, port);
    await nginx?.stop();
    await connector?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  function catalogWords(program: string): string {
    const rule = { required: 1, role: 'approver', requesterMayApprove: false };
    const command = [process.execPath, '{release}/deploy/hand-over.js', '--release', '{release}'];
    return JSON.stringify({
      people: Object.fromEntries(
        [dana, approver].map(({ key, name, aadObjectId }) => [key, { id: `entra:${tenantId}/${aadObjectId}`, name }]),
      ),
      grants: [
        { everyone: true, role: 'viewer' },
        { person: dana.key, role: 'developer' },
        { person: approver.key, role: 'approver' },
      ],
      services: {
        gavel: {
          description: 'This very bot',
          connector: 'host',
          environments: ['production'],
          limits: { p95Ms: 60_000, p50Ms: 60_000, errorPercent: 100, minimumRequestsPerSecond: 0 },
          host: {
            releases: join(folder, 'releases'),
            deploy: [...command, '--ready-seconds', '60', ...handOverWords(folder, ports, nginx.upstreamFile, program)],
            steps: ['start', 'switch', 'end'],
            health: `http://127.0.0.1:${nginx.innerPort}/readyz`,
          },
        },
      },
      environments: {
        production: {
          ...{ risk: 'high', deploy: rule, rollback: rule, restart: rule },
          ...{ verifyForSeconds: 2, rollBackAutomatically: false },
        },
      },
    });
  }

  const deliver = (activity: Activity): Promise<number> => deliverThrough(nginx, activity);
  const serving = async () =>
    (await (await fetch(`http://127.0.0.1:${nginx.innerPort}/readyz`)).json()) as Record<string, unknown>;
  const runs = (): string[] => readdirSync(join(folder, 'data/host/runs'));
  const ask = (channel: number, version: string): Promise<Asked> =>
    askForDeployment(0, connector, channelNumber(channel), 'gavel', version, deliver);
  const approve = ({ card, approvalId, channel }: Asked): Promise<number> =>
    deliver(createPeople(connector.url).clicks(approver, channel, card.id, 'approvals.approve', { id: approvalId }));
  /** The card of the deployment: the one with the steps of its run. */
  const runCard = (asked: Asked): PostedMessage | undefined =>
    [...connector.messages.values()].find(
      ({ conversation, activity }) =>
        conversation.startsWith(asked.channel.id) && /\b(verify|switch)\b/i.test(textIn(activity)),
    );

  it('tells only this machine which release it is', async () => {
    const { version, commit } = await serving();
    assert.deepEqual([version, commit], [first?.version, first?.commit]);
    const passedOn = await fetch(`http://127.0.0.1:${ports[0]}/readyz`, {
      headers: { 'x-forwarded-for': '192.0.2.1' },
    });
    assert.deepEqual(await passedOn.json(), { status: 'ready' });
  });

  it('changes nothing and says why if the next release does not start', async () => {
    const asked = await ask(1, '1.0.1');
    assert.equal(await approve(asked), 200);
    const told = await eventually('the card says that it failed', () =>
      [...connector.messages.values()].find(({ activity }) => /is still live/.test(textIn(activity))),
    );
    assert.match(textIn(told.activity), /failed/i);
    assert.equal((await serving())['version'], '1.0.0');
    assert.ok(await isReady(ports[0]));
    assert.equal(await isReady(ports[1]), false);
  });

  it('hands over while people click; the new Gavel completes the old one’s card, after one run', async () => {
    const before = runs();
    const asked = await ask(2, '1.1.0');
    const people = createPeople(connector.url);
    const statuses: number[] = [];
    let over = false;
    const click = async (number: number): Promise<void> => {
      const { card, channel, approvalId } = asked;
      while (!over) {
        statuses.push(await deliver(people.says(personNumber(number), channelNumber(10 + number), 'where')));
        statuses.push(
          await deliver(people.clicks(personNumber(number), channel, card.id, 'approvals.view', { id: approvalId })),
        );
        await wait(50);
      }
    };
    const clicking = [2, 3].map(click);
    const oldProcess = (await serving())['processId'];
    assert.equal(await approve(asked), 200);
    const begun = await eventually('a card with the steps of the run', () => runCard(asked));
    assert.doesNotMatch(textIn(begun.activity), /succeeded/i);
    await eventually('that card says succeeded', () =>
      /succeeded/i.test(textIn(connector.messages.get(begun.id)?.activity)) ? true : undefined,
    );
    over = true;
    await Promise.all(clicking);

    const { version, commit, processId } = await serving();
    assert.deepEqual([version, commit], [next?.version, next?.commit]);
    assert.notEqual(processId, oldProcess);
    assert.ok(await isReady(ports[1]));
    assert.equal(await isReady(ports[0]), false);
    assert.equal(runs().length - before.length, 1);
    assert.ok(statuses.length > 20, String(statuses.length));
    assert.deepEqual(
      statuses.filter((status) => status !== 200),
      [],
    );
  });
});
