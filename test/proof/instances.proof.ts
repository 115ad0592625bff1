import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-ports';
import { eventually } from '../patience';
import { startWireDoubleProcess } from '../store/wire-double/process';
import { askForDeployment } from './ask';
import { declareProof } from './contract';
import type { Figure, Scale } from './contract';
import {
  channelNumber,
  createPeople,
  dana,
  deliver,
  percentile,
  personNumber,
  startInstance,
  textIn,
  writeProofCatalog,
} from './harness';
import type { Instance } from './harness';
import { startProxy } from './proxy';
import type { Proxy } from './proxy';
import { startRunLedger } from './runs/run-ledger';
import type { RunLedger } from './runs/run-ledger';
import { startOpenConnector } from './teams/open-connector';
import type { OpenConnector } from './teams/open-connector';

interface Stage {
  readonly ledger: RunLedger;
  readonly connector: OpenConnector;
  readonly ports: readonly [number, number];
  readonly instances: [Instance, Instance];
  /** One address for both. */
  readonly proxy: Proxy;
  start(index: 0 | 1): Promise<void>;
}

type StoreKind = 'SQLite' | 'MongoDB double';

const runMs = 1_200;
const services = 24;
const talkers = 8;

/** Two instances on one store behind one address; everything is stopped at the end, whatever happens. */
async function withStage(kind: StoreKind, work: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-instances-'));
  writeProofCatalog(folder, services, 4);
  const [ledger, connector] = await Promise.all([startRunLedger({ runMs }), startOpenConnector()]);
  const double = kind === 'SQLite' ? undefined : await startWireDoubleProcess();
  const ports = [await freePort(), await freePort()] as const;
  const run = (index: 0 | 1): Promise<Instance> =>
    startInstance({
      port: ports[index],
      folder,
      ledgerUrl: ledger.url,
      environment: {
        GAVEL_INSTANCE: `instance-${index + 1}`,
        ...(double && { MONGODB_URI: double.url, GAVEL_AUDIT_KEY: 'ab'.repeat(32) }),
      },
    });
  const instances: [Instance, Instance] = [await run(0), await run(1)];
  const proxy = await startProxy(ports);
  await eventually('both are ready', () => (proxy.ready.size === 2 ? true : undefined));
  try {
    await work({
      ledger,
      connector,
      ports,
      instances,
      proxy,
      async start(index) {
        instances[index] = await run(index);
      },
    });
  } finally {
    await Promise.all(instances.map((instance) => instance.stop('SIGKILL')));
    await Promise.all([proxy.close(), ledger.close(), connector.close(), double?.kill('SIGKILL')]);
    rmSync(folder, { recursive: true, force: true });
  }
}

const succeeded = (connector: OpenConnector, service: string, version: string) => () =>
  [...connector.messages.values()].find(({ activity }) => {
    const text = textIn(activity);
    return text.includes(`${service} ${version}`) && text.includes('Succeeded');
  });

/** Requested through one address, approved through the other, followed to the end. */
async function deployTogether(stage: Stage, count: number): Promise<number> {
  const { connector, ledger, ports } = stage;
  const people = createPeople(connector.url);
  const before = ledger.started.length;
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const [asking, approving] = index % 2 === 0 ? ports : [ports[1], ports[0]];
      const channel = channelNumber(100 + index);
      const service = `s${index + 1}`;
      const asked = await askForDeployment(asking, connector, channel, service, '1.0.1');
      const clicks = [1, 2, 3].map((number) =>
        deliver(
          number === 2 ? asking : approving,
          people.clicks(personNumber(number), channel, asked.card.id, 'approvals.approve', { id: asked.approvalId }),
        ),
      );
      for (const { status } of await Promise.all(clicks)) assert.equal(status, 200);
      await eventually(`${service} 1.0.1 succeeds`, succeeded(connector, service, '1.0.1'));
    }),
  );
  return ledger.started.length - before;
}

/** Kills one of the two in the middle of a run; returns how long after the end of the run (or the kill) the card says so. */
async function killOne(stage: Stage, index: 0 | 1, service: string): Promise<number> {
  const { connector, ledger, ports } = stage;
  const people = createPeople(connector.url);
  const channel = channelNumber(200 + index);
  const asked = await askForDeployment(ports[index], connector, channel, service, '1.0.2');
  await deliver(
    ports[index],
    people.clicks(personNumber(1), channel, asked.card.id, 'approvals.approve', { id: asked.approvalId }),
  );
  const run = await eventually('its run', () =>
    ledger.started.find((each) => each.service === service && each.version === '1.0.2'),
  );
  await stage.instances[index].stop('SIGKILL');
  const from = Math.max(Date.now(), run.startedAt + runMs);
  await eventually(`${service} 1.0.2 succeeds`, succeeded(connector, service, '1.0.2'));
  const tookMs = Date.now() - from;
  await stage.start(index);
  return tookMs;
}

interface Rolled {
  readonly asked: number;
  readonly refused: string;
  readonly answers: number;
  readonly doubled: number;
  readonly drainMs: readonly number[];
  readonly exits: readonly (number | null)[];
}

/** Each instance in turn is asked to stop and started again, while people keep writing. */
async function rollingRestart(stage: Stage, rounds: number): Promise<Rolled> {
  const { connector, proxy, instances } = stage;
  const people = createPeople(connector.url);
  const drainMs: number[] = [];
  const exits: (number | null)[] = [];
  let rolling = true;
  let asked = 0;
  const refused = new Map<number, number>();
  // Each continues after an answer, so that a slow machine doesn't get more than it can do.
  const talking = Promise.all(
    Array.from({ length: talkers }, async (_, talker) => {
      while (rolling) {
        asked += 1;
        const line = `plan s1 9.9.${asked} to production`;
        const { status } = await deliver(proxy.port, people.says(dana, channelNumber(300 + talker), line));
        if (status < 200 || status > 299) refused.set(status, (refused.get(status) ?? 0) + 1);
      }
    }),
  );
  for (let round = 0; round < rounds; round++)
    for (const index of [0, 1] as const) {
      const begun = Date.now();
      exits.push(await instances[index].stop('SIGTERM'));
      drainMs.push(Date.now() - begun);
      await stage.start(index);
      await eventually('both are ready', () => (proxy.ready.size === 2 ? true : undefined));
    }
  rolling = false;
  await talking;
  const replies = (): number[] => {
    const counts = Array.from({ length: asked }, () => 0);
    for (const { activity } of connector.messages.values()) {
      const number = Number(/deploying s1 9\.9\.(\d+) to production would do/.exec(textIn(activity))?.[1]);
      if (number) counts[number - 1] = (counts[number - 1] ?? 0) + 1;
    }
    return counts;
  };
  await eventually('every line has its reply', () => (replies().every((count) => count > 0) ? true : undefined)).catch(
    () => undefined,
  );
  const counts = replies();
  return {
    asked,
    refused: [...refused].map(([status, count]) => `${count} with ${status}`).join(', ') || 'none',
    answers: counts.filter((count) => count > 0).length,
    doubled: counts.filter((count) => count > 1).length,
    drainMs,
    exits,
  };
}

async function proveOn(kind: StoreKind, scale: Scale, report: (figure: Figure) => void): Promise<void> {
  const long = scale === 'long';
  await withStage(kind, async (stage) => {
    const count = long ? 20 : 2;
    const runs = await deployTogether(stage, count);
    assert.equal(runs, count);
    report({
      what: `${kind}: deployments requested on one, approved through both at once; runs`,
      measured: `${count}; ${runs}`,
      aim: 'one run each',
      holds: runs === count,
    });
    const took = [await killOne(stage, 0, 's21'), await killOne(stage, 1, 's22')];
    assert.equal(stage.ledger.started.length, count + 2, 'nothing ran twice');
    report({
      what: `${kind}: kill -9 of the instance with the request, during its run; the other one completes the same card after, s`,
      measured: took.map((each) => (each / 1_000).toFixed(1)).join(', '),
      aim: 'at most 5 s',
      holds: Math.max(...took) <= 5_000,
    });
    const rolled = await rollingRestart(stage, long ? 5 : 1);
    report({
      what: `${kind}: rolling restart while people write: lines, refused, answered, answered twice`,
      measured: `${rolled.asked}, ${rolled.refused}, ${rolled.answers}, ${rolled.doubled}`,
      aim: 'none refused, each answered once',
      holds: rolled.refused === 'none' && rolled.answers === rolled.asked && rolled.doubled === 0,
    });
    assert.deepEqual([rolled.refused, rolled.answers, rolled.doubled], ['none', rolled.asked, 0]);
    assert.ok(
      rolled.exits.every((code) => code === 0),
      rolled.exits.join(),
    );
    report({
      what: `${kind}: SIGTERM to the end of the process under load, ms, median and maximum`,
      measured: `${percentile(rolled.drainMs, 0.5)}, ${Math.max(...rolled.drainMs)}`,
      aim: 'at most 10 000',
      holds: Math.max(...rolled.drainMs) <= 10_000,
    });
  });
}

export const proof = declareProof({
  title: 'Two instances share one store, even while one is killed or restarted',
  how: 'Two processes behind one address deploy together. One is killed in the middle of a run, and both are restarted in turn while people write. This runs on SQLite, and on MongoDB with the official driver against a test double.',
  async run(scale, report) {
    await proveOn('SQLite', scale, report);
    if (scale === 'long') await proveOn('MongoDB double', scale, report);
  },
});
