import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FaultyServer } from '../connectors/http/faulty-server';
import type { Exchange } from '../connectors/http/faulty-server';
import { startBuildbot } from '../servers/buildbot';
import type { Buildbot } from '../servers/buildbot';
import { askFor, deployments, titled } from './deploying';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';
import { writeQuickCatalog } from './quick-catalog';

/** Not at once: what it calls passes through this process. */
const execute = promisify(execFile);
const root = join(__dirname, '../..');

/** What is asked of Buildbot, when Gavel is killed. `after`: once Buildbot has done it, and before Gavel knows. */
interface Point {
  readonly what: string;
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly when: 'before' | 'after' | 'answered';
}

const points: readonly Point[] = [
  { what: 'as it reads what the scheduler asks for', method: 'GET', path: /forceschedulers\/deploy/, when: 'before' },
  { what: 'as it signs in', method: 'GET', path: /auth\/login/, when: 'before' },
  { what: 'just after it has signed in', method: 'GET', path: /auth\/login/, when: 'answered' },
  { what: 'as it sends the start, which never arrives', method: 'POST', path: /forceschedulers/, when: 'before' },
  { what: 'before it hears that the start has arrived', method: 'POST', path: /forceschedulers/, when: 'after' },
  { what: 'just after it has heard of the run', method: 'POST', path: /forceschedulers/, when: 'answered' },
  {
    what: 'as it looks at the run for the first time',
    method: 'GET',
    path: /buildrequests\?buildsetid/,
    when: 'before',
  },
  { what: 'as it looks at the build', method: 'GET', path: /buildrequests\/\d+\/builds/, when: 'after' },
  { what: 'as it reads the steps', method: 'GET', path: /builds\/\d+\/steps/, when: 'answered' },
  { what: 'as it reads the log', method: 'GET', path: /steps\/\d+\/logs/, when: 'answered' },
];

describe('deployments by a real Buildbot, with kill -9 of Gavel', () => {
  const folder = temporaryFolder();
  let buildbot: Buildbot;
  let between: FaultyServer;
  let point: Point | undefined;
  let isDeploying = false;
  let onPoint: () => Promise<void> = async () => undefined;
  let product: Product | undefined;
  let environment: Readonly<Record<string, string>>;
  let ports: { readonly port: number; readonly playgroundPort: number };

  before(async () => {
    buildbot = await startBuildbot({ folder: join(folder.path, 'buildbot') });
    writeScript();
    between = await FaultyServer.start((exchange) => void pass(exchange));
    ports = await portsOfProduct();
    environment = { GAVEL_CATALOG: writeCatalog(), GAVEL_BUILDBOT: buildbot.credentials.password };
    product = await start();
  });
  after(async () => {
    await product?.stop();
    await between.close();
    await buildbot.stop();
    folder.remove();
  });

  const start = (): Promise<Product> => startProduct({ dataDir: folder.path, ports, environment });

  /** What the build step runs: the sandbox’s own deploy script, once for each build. */
  function writeScript(): void {
    const lines = [
      'set -eu',
      `echo "$5" >> '${join(folder.path, 'script-runs')}'`,
      `run="$(mktemp -d '${join(folder.path, 'script-XXXXXX')}')"`,
      `printf '{"key":"%s","service":"%s","environment":"%s","version":"%s","commit":"%s","timeLimitMs":60000,"claimedAt":1,"pace":0.05,"dataFolder":"%s"}' "$5" "$1" "$2" "$3" "$4" '${folder.path}' > "$run/request.json"`,
      `'${process.execPath}' '${join(root, 'sandbox/deploy.js')}' "$run"`,
      'cat "$run/log.txt"',
      `grep -q '"succeeded"' "$run/result.json"`,
    ];
    writeFileSync(join(folder.path, 'buildbot/deploy.sh'), `${lines.join('\n')}\n`);
    appendFileSync(join(folder.path, 'script-runs'), '');
  }

  function writeCatalog(): string {
    const parameters = ['service', 'environment', 'version', 'commit', 'key'].map((each) => `${each}: "{${each}}"`);
    const connection = `  buildbot: { kind: buildbot, url: "${between.url}", user: gavel, credential: GAVEL_BUILDBOT, run: [nightly] }`;
    const binding = `{ connection: buildbot, deploy: { pipeline: deploy, parameters: { ${parameters.join(', ')} } } }`;
    const file = join(folder.path, 'with-buildbot.yaml');
    const text = readFileSync(writeQuickCatalog(folder.path), 'utf8')
      .replace(/^connections:$/m, `connections:\n${connection}`)
      .replace(/^ {2}pipelines: .*$/m, `  pipelines: ${binding}`);
    writeFileSync(file, text);
    return file;
  }

  /** Passes everything on, and has Gavel killed at the point. */
  async function pass({ request, response, body }: Exchange): Promise<void> {
    const { method = 'GET', url = '' } = request;
    // Checks of the connection make the same calls, but ask nothing of this scheduler.
    if (url.endsWith('/forceschedulers/deploy')) isDeploying = true;
    const isProbe = method === 'POST' && !/"(force|stop|cancel)"/.test(body);
    const isPoint = isDeploying && !isProbe && point?.method === method && point.path.test(url);
    const when = isPoint ? point?.when : undefined;
    if (isPoint) point = undefined;
    if (when === 'before') return onPoint();
    const headers = new Headers();
    for (const name of ['authorization', 'cookie', 'content-type', 'accept'])
      if (typeof request.headers[name] === 'string') headers.set(name, request.headers[name]);
    const sent = request.method === 'POST' ? { body } : {};
    const answer = await fetch(`${buildbot.url}${(request.url ?? '').slice(1)}`, {
      ...{ method, headers, redirect: 'manual', ...sent },
    });
    const text = await answer.text();
    if (when === 'after') return onPoint();
    const type = answer.headers.get('content-type') ?? 'text/plain';
    response.writeHead(answer.status, { 'content-type': type, 'set-cookie': answer.headers.getSetCookie() });
    response.end(text);
    if (when === 'answered') await onPoint();
  }

  /** The runs of Gavel, as Buildbot and as the script count them. */
  async function counted(): Promise<readonly [number, number]> {
    const { buildsets = [] } = await buildbot.ask('buildsets?reason__contains=gavel');
    const runs = readFileSync(join(folder.path, 'script-runs'), 'utf8').split('\n').filter(Boolean);
    return [buildsets.length, new Set(runs).size === runs.length ? runs.length : -1];
  }

  for (const [index, each] of points.entries())
    it(`${each.what}: it goes on after the next start, and there is exactly one run`, async () => {
      const running = product ?? assert.fail('it runs');
      const release = index % 2 === 0 ? '3.2.2' : '3.2.1';
      const isDone = titled(`D-${1001 + index}`, /Succeeded/);
      const killed = new Promise<void>((resolve) => {
        onPoint = async () => {
          await running.kill();
          resolve();
        };
      });
      point = each;
      isDeploying = false;
      // The click may be killed with the rest; what it asked for is stored.
      await askFor(running.client, 'search', release, 'staging').catch(() => undefined);
      await killed;
      const next = await start();
      product = next;
      await next.client.waitFor('dana', deployments, isDone);
      assert.deepEqual(await counted(), [index + 1, index + 1]);
    });

  it('is recorded by the command line, with nothing that identifies it', async () => {
    const to = join(folder.path, 'recorded');
    await execute(process.execPath, ['bin/gavel.js', 'connectors', 'record', 'buildbot', '--to', to], {
      cwd: root,
      env: { PATH: process.env['PATH'], ...environment, GAVEL_DATA: folder.path },
    });
    const texts = readdirSync(to).map((name) => readFileSync(join(to, name), 'utf8'));
    assert.ok(texts.some((text) => text.includes('forceschedulers/nightly')));
    for (const text of texts) for (const secret of ['127.0.0.1', 'TWISTED_SESSION']) assert.ok(!text.includes(secret));
  });
});
