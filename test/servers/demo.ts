import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startAlertmanager } from './alertmanager';
import { credentials } from './daemon';
import { describeDemo, describeMissing, serversOn } from './demo-guide';
import type { Address, DemoServer } from './demo-guide';
import { Exporter } from './exporter';
import { startGraphite } from './graphite';
import { thisMachine } from './install';
import { startNagios } from './nagios';
import { startPrometheus } from './prometheus';
import { startStatsd } from './statsd';

/** `npm run demo:monitoring`: the sandbox with the real servers that are installed beside it. Everything is on loopback and ends with Ctrl-C. */

const root = join(__dirname, '../..');

/** What a started server adds to the catalog of the sandbox and to the terminal. */
interface Part {
  readonly addresses: readonly Address[];
  readonly connections: readonly string[];
  /** Bindings of shop, beside those of the sandbox. */
  readonly bindings: Readonly<Partial<Record<'alerts' | 'metrics' | 'control' | 'annotations', string>>>;
  /** What a word in the terminal does; returns what to say about it. */
  readonly words: Readonly<Record<string, () => string>>;
  stop(): Promise<void>;
}

interface PartOptions {
  readonly folder: string;
  readonly webhook: string;
  readonly webhookSecret: string;
}

const signIn = `user: ${credentials.user}, credential: GAVEL_MONITORING`;

const starters: Readonly<Record<DemoServer, (options: PartOptions) => Promise<Part>>> = {
  async Prometheus({ folder, webhook, webhookSecret }) {
    const exporter = new Exporter(['shop']);
    await exporter.start();
    exporter.queue.set({ service: 'shop' }, 1);
    const alertmanager = await startAlertmanager({ folder: join(folder, 'alertmanager'), webhook, webhookSecret });
    const prometheus = await startPrometheus({
      ...{ folder: join(folder, 'prometheus'), scrape: { shop: exporter.address }, alertmanager: alertmanager.url },
      rules: [
        {
          ...{ alert: 'QueueTooLong', expr: 'queue_length > 10' },
          labels: { severity: 'warning', environment: 'staging' },
          annotations: { summary: '{{ $value }} jobs wait' },
        },
      ],
    });
    let isLong = false;
    return {
      addresses: [
        { name: 'Prometheus', url: prometheus.url },
        { name: 'Alertmanager', url: alertmanager.url },
      ],
      connections: [
        `alertmanager: { kind: alertmanager, url: "${alertmanager.url}", ${signIn}, hook: { secret: GAVEL_MONITORING_HOOK } }`,
        `prometheus: { kind: prometheus, url: "${prometheus.url}", ${signIn} }`,
      ],
      bindings: {
        alerts: '{ connection: alertmanager, match: { service: "{service}", environment: "{environment}" } }',
        metrics:
          '{ connection: prometheus, queries: { queue: { query: \'sum(queue_length{service="{service}"})\', unit: jobs, limit: 10 } } }',
      },
      words: {
        queue() {
          isLong = !isLong;
          exporter.queue.set({ service: 'shop' }, isLong ? 42 : 1);
          return isLong ? 'The queue of shop is long now: 42 jobs wait.' : 'The queue of shop is short again.';
        },
      },
      async stop() {
        await prometheus.stop();
        await alertmanager.stop();
        await exporter.stop();
      },
    };
  },
  async Nagios({ folder }) {
    const http = { host: 'shop-staging', service: 'HTTP' };
    const nagios = await startNagios({ folder: join(folder, 'nagios'), hosts: [http.host], services: [http] });
    let isBroken = false;
    return {
      addresses: [{ name: 'Nagios', url: `${nagios.url}/cgi-bin/status.cgi?host=all` }],
      connections: [`nagios: { kind: nagios, url: "${nagios.url}", ${signIn} }`],
      bindings: {
        alerts: '{ connection: nagios, host: "{service}-{environment}" }',
        control: '{ connection: nagios, host: "{service}-{environment}" }',
      },
      words: {
        nagios() {
          isBroken = !isBroken;
          nagios.setCheck(http, isBroken ? 2 : 0, isBroken ? 'CRITICAL - 502 Bad Gateway' : 'OK - fine');
          return isBroken ? 'The next check of shop fails.' : 'The next check of shop is fine again.';
        },
      },
      stop: () => nagios.stop(),
    };
  },
  async Graphite({ folder }) {
    const graphite = await startGraphite(join(folder, 'graphite'));
    const statsd = await startStatsd(join(folder, 'statsd'), graphite.linePort, 5_000);
    const socket = createSocket('udp4');
    const orders = setInterval(() => {
      const count = 5 + Math.round(4 * Math.sin(Date.now() / 60_000));
      socket.send(`shop.orders:${count}|c`, statsd.port, '127.0.0.1');
    }, 1_000);
    const target = 'stats.counters.{service}.orders.rate';
    const marked = `group(${target},drawAsInfinite(events("deploy")))`;
    return {
      addresses: [{ name: 'Graphite', url: graphite.url }],
      connections: [
        `graphite: { kind: graphite, url: "${graphite.url}" }`,
        `statsd: { kind: statsd, host: 127.0.0.1, port: ${statsd.port}, adminPort: ${statsd.adminPort} }`,
      ],
      bindings: {
        metrics: `{ connection: graphite, queries: { orders: { query: '${target}', unit: /s }, "order picture": { query: '${marked}', picture: true } } }`,
        annotations: '{ connection: graphite, tags: [deploy, "{service}"] }, { connection: statsd }',
      },
      words: {},
      async stop() {
        clearInterval(orders);
        socket.close();
        await statsd.stop();
        await graphite.stop();
      },
    };
  },
};

/** The catalog of the sandbox, in which shop has what these servers give. */
function catalogWith(parts: readonly Part[]): string {
  const given = (capability: keyof Part['bindings'], ...before: string[]): string =>
    `${capability}: [${[...before, ...parts.flatMap(({ bindings }) => bindings[capability] ?? [])].join(', ')}]`;
  const local = '{ connection: local }';
  const bindings = [given('alerts'), given('metrics', local), given('control', local), given('annotations')];
  return readFileSync(join(root, 'sandbox/catalog.yaml'), 'utf8')
    .replace(/^connections:$/m, ['connections:', ...parts.flatMap((part) => part.connections)].join('\n  '))
    .replace(/^ {2}shop:$/m, ['  shop:', '  bindings:', ...bindings.map((each) => `    ${each}`)].join('\n  '));
}

async function run(): Promise<void> {
  const found = serversOn(thisMachine);
  const missing = describeMissing(found);
  if (missing !== '') console.error(`\n${missing}`);
  if (found.there.length === 0) {
    process.exitCode = 1;
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'gavel-demo-'));
  // Nagios runs as a user of its own.
  chmodSync(folder, 0o755);
  const port = Number(process.env['PORT'] ?? 3978);
  const secret = randomBytes(32).toString('hex');
  const webhook = `http://127.0.0.1:${port}/api/hooks/alertmanager`;
  const parts: Part[] = [];
  for (const server of found.there) parts.push(await starters[server]({ folder, webhook, webhookSecret: secret }));
  const catalog = join(folder, 'catalog.yaml');
  writeFileSync(catalog, catalogWith(parts));
  const dataDir = process.env['GAVEL_DATA'] ?? join(folder, 'data');
  mkdirSync(dataDir, { recursive: true });
  const gavel = spawn(process.execPath, ['--import', 'tsx', 'src/index.ts'], {
    cwd: root,
    env: {
      ...{ ...process.env, PORT: String(port), GAVEL_DATA: dataDir, GAVEL_CATALOG: catalog },
      ...{ GAVEL_MONITORING: credentials.password, GAVEL_MONITORING_HOOK: secret },
    },
    // It gets Ctrl-C from here: a terminal would send it a second one.
    ...{ stdio: ['ignore', 'inherit', 'inherit'], detached: true },
  });
  const stop = (): void => void gavel.kill('SIGINT');
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const words = new Map(parts.flatMap((part) => Object.entries(part.words)));
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const word = line.trim();
    const known = words.size === 0 ? '' : `Type ${[...words.keys()].join(' or ')}. `;
    console.log(words.get(word)?.() ?? `${known}Ctrl-C stops everything.`);
  });
  console.log(
    describeDemo(
      found.there,
      parts.flatMap(({ addresses }) => addresses),
      credentials,
    ),
  );
  process.exitCode = await new Promise<number>((resolve) => gavel.once('exit', (code) => resolve(code ?? 1)));
  lines.close();
  for (const part of parts) await part.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 40 });
}

void run();
