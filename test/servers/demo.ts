import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startAlertmanager } from './alertmanager';
import { credentials } from './daemon';
import { Exporter } from './exporter';
import { requirements, thisMachine } from './install';
import { startPrometheus } from './prometheus';

/** `npm run demo:monitoring`: the sandbox with a real Prometheus and a real Alertmanager beside it. Everything is on loopback and ends with Ctrl-C. */

const needed = requirements.filter(({ package: name }) => /^prometheus(?:-alertmanager)?$/.test(name));
const root = join(__dirname, '../..');

/** What the catalog of the sandbox gains. */
function catalogWith(alertmanager: string, prometheus: string): string {
  const signIn = `user: ${credentials.user}, credential: GAVEL_MONITORING`;
  return readFileSync(join(root, 'sandbox/catalog.yaml'), 'utf8')
    .replace(
      /^connections:$/m,
      `connections:
  alertmanager: { kind: alertmanager, url: "${alertmanager}", ${signIn}, hook: { secret: GAVEL_MONITORING_HOOK } }
  prometheus: { kind: prometheus, url: "${prometheus}", ${signIn} }`,
    )
    .replace(
      /^bindings:$/m,
      `bindings:
  alerts: [{ connection: alertmanager, match: { service: "{service}", environment: "{environment}" } }]`,
    );
}

async function run(): Promise<void> {
  const missing = needed.filter(({ program }) => !thisMachine.hasProgram(program));
  if (missing.length > 0) {
    console.error(`This demo needs real servers. Install them as root:

  apt-get install --no-install-recommends ${missing.map((each) => each.package).join(' ')}

Without them, npm start runs the sandbox alone.`);
    process.exitCode = 1;
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'gavel-demo-'));
  const port = Number(process.env['PORT'] ?? 3978);
  const secret = randomBytes(32).toString('hex');
  const exporter = new Exporter(['shop']);
  await exporter.start();
  exporter.queue.set({ service: 'shop' }, 1);
  const alertmanager = await startAlertmanager({
    ...{ folder: join(folder, 'alertmanager'), webhookSecret: secret },
    webhook: `http://127.0.0.1:${port}/api/hooks/alertmanager`,
  });
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
  const catalog = join(folder, 'catalog.yaml');
  writeFileSync(catalog, catalogWith(alertmanager.url, prometheus.url));
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
  const lines = createInterface({ input: process.stdin });
  let isLong = false;
  lines.on('line', () => {
    isLong = !isLong;
    exporter.queue.set({ service: 'shop' }, isLong ? 42 : 1);
    console.log(isLong ? 'The queue of shop is long now: 42 jobs wait.' : 'The queue of shop is short again.');
  });
  console.log(guide(alertmanager.url, prometheus.url));
  process.exitCode = await new Promise<number>((resolve) => gavel.once('exit', (code) => resolve(code ?? 1)));
  lines.close();
  await prometheus.stop();
  await alertmanager.stop();
  await exporter.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 40 });
}

const guide = (alertmanager: string, prometheus: string): string => `
Prometheus runs at ${prometheus}, and Alertmanager at ${alertmanager} (user ${credentials.user}, password ${credentials.password}).
Once Gavel says where the playground is:

  1. Open the playground as Ada, go to the channel Deployments and write: subscription announce shop here
  2. Press Enter in this terminal. Ten seconds later, the channel has a card about the queue of shop.
  3. Switch to Noor and click Acknowledge, or silence it from More… for an hour.
  4. Open Alertmanager: the silence is there with Noor’s name. End it there, and look at the card a minute later.
  5. Press Enter here again. The card ends when Alertmanager says so.

Ctrl-C stops everything.
`;

void run();
