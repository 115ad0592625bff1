import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import type { MessageRecord } from '../../src/chat/outbox/record';
import { readHook } from '../../src/connectors/alertmanager-api/hook';
import type { AlertHook } from '../../src/connectors/contract';
import { wordsOfAlert } from '../../src/connectors/labels/alert-words';
import { readHook as readNagiosHook } from '../../src/connectors/nagios/hook';
import { changesOf, momentsOfSignal } from '../../src/features/alerts/told/facts';
import type { SignalMoment } from '../../src/features/alerts/told/facts';
import type { Alert } from '../../src/features/alerts/record';
import { hookSecret } from '../connectors/hooks/signing';
import { eventually, patienceMs } from '../patience';
import { wordsOf } from '../playground/client';
import { startAlertmanager } from '../servers/alertmanager';
import type { Alertmanager } from '../servers/alertmanager';
import { basicAuthorization } from '../servers/daemon';
import { notifyCommand, startNagios } from '../servers/nagios';
import { startRelay } from '../servers/relay';
import type { Relay } from '../servers/relay';
import type { Nagios } from '../servers/nagios';
import { settingsWithMonitoring } from './monitoring-catalog';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';

const deployments = '19:deployments@thread.tacv2';
const host = 'shop-staging';
/** How often each problem changes between firing and not: one of each pair ends with it, the other begins a last time. */
const rounds = 4;
/** `STORM_EVENTS=2000` for the whole storm, with what memory it takes a minute later. */
const wholeStorm = process.env['STORM_EVENTS'];
const wanted = Number(wholeStorm ?? 200);
const problemsOfEach = Math.ceil(wanted / 2 / (rounds + 0.5));
const roundMs = 60_000 / rounds;
const numbers = Array.from({ length: problemsOfEach }, (_, index) => index);
const passed = (moment: number) => eventually('its time', () => performance.now() >= moment);
const expected = new Set(numbers.flatMap((index) => [`Rule ${index}`, `Check ${index}`]));
const lastsToTheEnd = (index: number): boolean => index % 2 === 0;

/** Resident, in MB; 0 while it doesn't run. */
function memoryOf(product: Product | undefined): number {
  try {
    const status = readFileSync(`/proc/${product?.processId}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** A real Nagios has its own processors, so this one and its notifications give way to Gavel; they run so many at once. */
const sendersAtOnce = 8;

/**
 * Nagios' notification script, with what it needs limited: each notification starts a Python, and a thousand of them on Gavel's own processors would keep
 * Gavel waiting.
 */
function writeSender(folder: string): string {
  const turn = join(folder, 'turn-');
  for (let index = 0; index < sendersAtOnce; index += 1) writeFileSync(`${turn}${index}`, '', { mode: 0o644 });
  const file = join(folder, 'notify');
  const script = join(__dirname, '../../deploy/nagios-notify');
  const limited = `/usr/bin/nice -n 19 /usr/bin/flock "${turn}$(($$ % ${sendersAtOnce}))" ${script} "$@"`;
  writeFileSync(file, `#!/bin/sh\nexec ${limited}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A sender, and what Gavel reads in its calls. */
interface Source {
  readonly name: string;
  readonly read: (body: string) => AlertHook | undefined;
}

const sources: readonly Source[] = [
  {
    name: 'alertmanager',
    read: (body) => readHook(body, { hookVersion: '4', wordsOf: wordsOfAlert, pageOf: () => '' }),
  },
  { name: 'nagios', read: (body) => readNagiosHook(body, '') },
];

const wordsOfMoment = (name: string, { at, fires }: SignalMoment): string =>
  `${name} ${fires ? 'fires' : 'ends'} at ${at}`;

describe('a storm of events from a real Alertmanager and a real Nagios, with a kill in the middle', () => {
  const folder = temporaryFolder();
  /** Nagios runs as another user, and the product lets nobody else into its folder. */
  const nagiosFolder = temporaryFolder();
  let alertmanager: Alertmanager;
  let nagios: Nagios;
  let relay: Relay;
  let product: Product | undefined;
  const begin = async (): Promise<Product> => (product = await startProduct(settings));
  let settings: Parameters<typeof startProduct>[0];
  let sent = 0;
  /** The alerts whose cards were being posted at the kill: Teams can't be asked whether they arrived, so each may be posted once more. */
  let doubtful: readonly string[] = [];

  before(async () => {
    const ports = await portsOfProduct();
    relay = await startRelay(ports.port);
    const hooks = `http://127.0.0.1:${relay.port}/api/hooks`;
    chmodSync(nagiosFolder.path, 0o755);
    const secretFile = join(nagiosFolder.path, 'hook-secret');
    writeFileSync(secretFile, hookSecret);
    chmodSync(secretFile, 0o644);
    alertmanager = await startAlertmanager({
      folder: join(folder.path, 'alertmanager'),
      ...{ webhook: `${hooks}/alertmanager`, webhookSecret: hookSecret },
    });
    const notify = notifyCommand(writeSender(nagiosFolder.path), `${hooks}/nagios`, secretFile);
    nagios = await startNagios({
      ...{ folder: join(nagiosFolder.path, 'nagios'), hosts: [host], givesWay: true },
      services: numbers.map((index) => ({ host, service: `Check ${index}`, isPassive: true })),
      notify: { host: '/bin/true', service: notify },
    });
    settings = {
      dataDir: folder.path,
      ports,
      environment: settingsWithMonitoring(folder.path, { alertmanager, nagios }),
    };
    const { client } = await begin();
    await client.say('ada', deployments, 'subscription announce shop here');
  });
  after(async () => {
    await product?.kill();
    await nagios.stop();
    await alertmanager.stop();
    await relay.close();
    nagiosFolder.remove();
    folder.remove();
  });

  /** Both sources say of these problems that they fire, or that they don't. */
  async function change(indexes: readonly number[], fires: boolean): Promise<void> {
    const now = new Date().toISOString();
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const alerts = indexes.map((index) => ({
      labels: { alertname: `Rule ${index}`, service: 'shop', environment: 'staging', severity: 'warning' },
      annotations: { summary: `Rule ${index} says so` },
      ...(fires ? { startsAt: now, endsAt: later } : { endsAt: now }),
    }));
    const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { authorization: basicAuthorization, 'content-type': 'application/json' },
      body: JSON.stringify(alerts),
    });
    assert.equal(response.status, 200);
    nagios.report(
      indexes.map((index) => ({
        host,
        service: `Check ${index}`,
        code: fires ? 2 : 0,
        output: `Check ${index} says so`,
      })),
    );
    sent += 2 * indexes.length;
  }

  /** How long people wait for an answer meanwhile, in milliseconds. */
  async function askMeanwhile(signal: AbortSignal): Promise<readonly number[]> {
    const waits: number[] = [];
    while (!signal.aborted) {
      const askedAt = performance.now();
      const answered = await product?.client.say('noor', 'a:noor', 'where').then(
        () => true,
        () => false,
      );
      if (answered === true) waits.push(performance.now() - askedAt);
      await passed(askedAt + 1_000);
    }
    return waits;
  }

  /** The resident memory of the product in MB: when it begins, at most, and now. */
  async function followMemory(signal: AbortSignal): Promise<{ readonly first: number; readonly peak: number }> {
    let [first, peak] = [0, 0];
    while (!signal.aborted) {
      const now = memoryOf(product);
      first ||= now;
      peak = Math.max(peak, now);
      await passed(performance.now() + 500);
    }
    return { first, peak };
  }

  /** Read past the product, which has the file open, too. */
  function readStored<T>(collection: 'alerts' | 'messages'): readonly T[] {
    const file = new Database(join(folder.path, 'gavel.db'), { readonly: true });
    try {
      const rows = file.prepare(`SELECT body FROM ${collection}`).all() as readonly { readonly body: string }[];
      return rows.map(({ body }) => JSON.parse(body) as T);
    } finally {
      file.close();
    }
  }

  const alertsInStore = (): readonly Alert[] =>
    readStored<Alert>('alerts').filter(({ name }) => /^(Rule|Check) \d+$/.test(name));

  /** The numbers of the alerts that this message shows. */
  const numbersIn = (words: string): readonly string[] => /Alert (A-\d+)/.exec(words)?.slice(1) ?? [];

  const cardsBeingPosted = (): readonly string[] =>
    readStored<MessageRecord>('messages')
      .filter(({ state }) => state === 'sending')
      .flatMap(({ content }) => numbersIn(JSON.stringify(content)));

  it('loses nothing and has at most one card for each problem, and one for the storm', async () => {
    const people = new AbortController();
    const waits = askMeanwhile(people.signal);
    const memory = followMemory(people.signal);
    try {
      await sendAll();
      await eventually(
        'every problem is as its source says',
        () => describeUntrue().length === 0,
        patienceMs * 2,
      ).catch(() => assert.deepEqual(describeUntrue(), []));
      assert.equal(alertsInStore().length, expected.size, 'one record for each problem');
      const messages = (await product?.client.messages('noor', deployments)) ?? [];
      const words = messages.map(({ card }) => wordsOf(card));
      const storms = words.filter((each) => each.includes('Alert storm'));
      const numbered = words.flatMap(numbersIn);
      assert.equal(storms.length, 1, 'one card for the storm');
      const repeated = numbered.filter((number, index) => numbered.indexOf(number) !== index);
      const unexplained = repeated.filter((number) => !doubtful.includes(number));
      assert.deepEqual(
        words.filter((each) => unexplained.some((number) => numbersIn(each).includes(number))),
        [],
        'one card for each problem',
      );
      assert.equal(new Set(repeated).size, repeated.length, 'none is posted a third time');
      people.abort();
      const answered = await waits;
      console.log(
        `    ${sent} events of ${expected.size} problems: ${numbered.length} cards of alerts and one of the storm; ${doubtful.length} being posted at the kill, ${repeated.length} of them posted again; ${describeWaits(answered)}`,
      );
      const { first, peak } = await memory;
      if (wholeStorm !== undefined) await passed(performance.now() + 60_000);
      // What it took is worked off a moment later.
      await eventually('everything told is recorded', () => unrecorded().length === 0).catch(() => undefined);
      describeRecord().forEach((line) => console.log(`    ${line}`));
      assert.deepEqual(unrecorded(), [], 'everything that a source told Gavel is in a record');
      console.log(
        `    memory: ${first} MB before, at most ${peak} MB, ${memoryOf(product)} MB ${wholeStorm === undefined ? 'after it' : 'a minute after it'}`,
      );
    } finally {
      people.abort();
    }
  });

  /** What the calls that Gavel took say, each change once: `Rule 7 fires at 1796000000000`. */
  function toldBy(source: Source): ReadonlySet<string> {
    const taken = relay.calls.filter(({ path, status }) => path.endsWith(source.name) && status === 200);
    return new Set(
      taken.flatMap(({ body }) => {
        const { firing, ended } = source.read(body) ?? assert.fail(body);
        const begun = firing.map(({ name, since }) => wordsOfMoment(name, { at: since, fires: true }));
        return [...begun, ...ended.map(({ alert, at }) => wordsOfMoment(alert.name, { at, fires: false }))];
      }),
    );
  }

  const signalsOf = ({ name }: Source) =>
    alertsInStore().flatMap((alert) =>
      alert.signals.filter(({ connection }) => connection === name).map((signal) => ({ alert, signal })),
    );

  function recordedOf(source: Source): ReadonlySet<string> {
    return new Set(
      signalsOf(source).flatMap(({ alert, signal }) =>
        momentsOfSignal(signal).map((moment) => wordsOfMoment(alert.name, moment)),
      ),
    );
  }

  function unrecorded(): readonly string[] {
    return sources.flatMap((source) => {
      const recorded = recordedOf(source);
      return [...toldBy(source)].filter((each) => !recorded.has(each));
    });
  }

  /** Where changes got lost, if any did: at the sender, at the door, or after it. */
  function describeRecord(): readonly string[] {
    return sources.map((source) => {
      const calls = relay.calls.filter(({ path }) => path.endsWith(source.name));
      const byStatus = [...new Set(calls.map(({ status }) => status))]
        .sort()
        .map((status) => `${status}: ${calls.filter((each) => each.status === status).length}`);
      const changes = signalsOf(source).reduce((sum, { signal }) => sum + changesOf(momentsOfSignal(signal)).length, 0);
      const lines = [`${sent / 2} changes`, `${calls.length} calls (${byStatus.join(', ')})`];
      return [source.name, ...lines, `${toldBy(source).size} told`, `${changes} changes recorded`].join(' | ');
    });
  }

  async function sendAll(): Promise<void> {
    for (let round = 0; round <= rounds; round += 1) {
      const startsAt = performance.now();
      const isLast = round === rounds;
      await change(isLast ? numbers.filter(lastsToTheEnd) : numbers, round % 2 === 0);
      if (round === rounds / 2) {
        await product?.kill();
        doubtful = cardsBeingPosted();
        await begin();
      }
      if (!isLast) await passed(startsAt + roundMs);
    }
  }

  /** The problems whose records don't say what their source says. One that comes and goes counts as firing until it's calm. */
  function describeUntrue(): readonly string[] {
    const stored = new Map(alertsInStore().map((alert) => [alert.name, alert]));
    return [...expected].flatMap((name) => {
      const wantedNow = lastsToTheEnd(Number(name.split(' ')[1])) ? 'fires' : 'has ended';
      const signals = stored.get(name)?.signals;
      const isOpen = signals?.some(({ ended, missing }) => !ended && !missing);
      const now = isOpen === undefined ? 'is missing' : isOpen ? 'fires' : 'has ended';
      return now === wantedNow ? [] : [`${name} ${now}`];
    });
  }
});

function describeWaits(waits: readonly number[]): string {
  const sorted = [...waits].sort((left, right) => left - right);
  const at = (share: number) => `${Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0)} ms`;
  const long = waits.filter((each) => each >= 1_000).length;
  return `${waits.length} questions answered, half of them within ${at(0.5)}, 95% within ${at(0.95)}, the slowest in ${at(1)}, ${long} of them in a second or more`;
}
