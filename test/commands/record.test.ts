import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli';
import { answer, FaultyServer } from '../connectors/http/faulty-server';
import { sampleCatalogText } from '../features/fakes';

const password = 'plain-words-of-the-monitoring';

describe('gavel connectors record', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-record-'));
  const catalog = join(folder, 'catalog.yaml');
  let server: FaultyServer;
  let summary = '42 jobs wait';
  let label = 'team';

  before(async () => {
    server = await FaultyServer.start(({ request, response }) => {
      const { url = '' } = request;
      if (url.endsWith('/status')) return answer(response, 200, { uptime: '2026-11-29T00:00:00Z' });
      if (!url.includes('/alerts')) return answer(response, 200, []);
      answer(response, 200, [
        {
          ...{ fingerprint: 'ab', startsAt: '2026-11-29T00:00:00Z', status: {} },
          labels: { alertname: 'QueueTooLong', instance: 'web01.acme.example', [label]: 'shop' },
          annotations: { summary, owner: 'Noor Ferreira', contact: 'noor@acme.example' },
        },
      ]);
    });
    const connection = `{ kind: alertmanager, url: "${server.url}", user: gavel, credential: GAVEL_MONITORING }`;
    writeFileSync(catalog, `${sampleCatalogText}connections: { monitoring: ${connection} }\n`);
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    server.received.length = 0;
    [summary, label] = ['42 jobs wait', 'team'];
  });

  async function record(to: string, ...words: string[]): Promise<{ code: number; said: string; folder: string }> {
    const lines: string[] = [];
    const environment = { GAVEL_CATALOG: catalog, GAVEL_DATA: join(folder, 'data'), GAVEL_MONITORING: password };
    const target = join(folder, to);
    const asked = ['connectors', 'record', 'monitoring', '--to', target, ...words];
    const code = await runCommandLine(asked, environment, (line) => lines.push(line));
    return { code, said: lines.join('\n'), folder: target };
  }
  const methods = (): Set<string> => new Set(server.received.map(({ method }) => method));

  it('makes only calls that read, and lists what it masked', async () => {
    const { code, said, folder: written } = await record('reads');
    assert.equal(code, 0, said);
    assert.deepEqual(methods(), new Set(['GET']));
    assert.match(said, /Masked: .*host .*name .*|Masked: .*name .*host /);
    const all = readdirSync(written)
      .map((name) => readFileSync(join(written, name), 'utf8'))
      .join('\n');
    assert.match(all, /QueueTooLong/);
    assert.match(all, /"instance": "host-\d\.example"/);
    for (const gone of [password, 'acme', 'Ferreira', 'noor@', '127.0.0.1']) assert.ok(!all.includes(gone), gone);
  });

  it('also makes the writing calls of the checks if that is wanted', async () => {
    const { code, said } = await record('writes', '--writes');
    assert.equal(code, 0, said);
    assert.ok(methods().has('POST'));
  });

  it('masks a secret that the system repeats', async () => {
    summary = `signed in with ${password}`;
    const { code, folder: written, said } = await record('repeated');
    assert.equal(code, 0, said);
    for (const name of readdirSync(written))
      assert.ok(!readFileSync(join(written, name), 'utf8').includes(password), name);
  });

  it('writes nothing at all if something secret would remain', async () => {
    // Two fields that are harmless alone.
    label = 'password is';
    summary = 'fine';
    const { code, said, folder: written } = await record('leak');
    assert.equal(code, 1, said);
    assert.match(said, /Nothing was written: 00\d\.json would still show a password/);
    assert.ok(!existsSync(written));
  });

  it('says which connections there are', async () => {
    const lines: string[] = [];
    const environment = { GAVEL_CATALOG: catalog, GAVEL_DATA: join(folder, 'data'), GAVEL_MONITORING: password };
    const code = await runCommandLine(['connectors', 'record', 'other'], environment, (line) => lines.push(line));
    assert.equal(code, 2);
    assert.match(lines[0] ?? '', /no connection named “.+”\. Type .* Connections in the catalog: monitoring/);
  });
});
