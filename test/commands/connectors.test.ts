import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli';
import { sampleCatalogText } from '../features/fakes';

describe('gavel connectors', () => {
  let folder: string;
  let catalog: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-connectors-'));
    catalog = join(folder, 'catalog.yaml');
    writeFileSync(
      catalog,
      `${sampleCatalogText}connections:
  local: { kind: local }
  server: { kind: host }
bindings:
  source: { connection: local }
  pipelines:
    connection: server
    releases: /opt/{service}/releases
    health: http://127.0.0.1:9/{service}
    in:
      staging: { connection: local }
`.replaceAll('environments: [staging, production]', 'environments: [staging, production]'),
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function run(...words: string[]): Promise<{ code: number; lines: string[] }> {
    const lines: string[] = [];
    const environment = { GAVEL_CATALOG: catalog, GAVEL_DATA: join(folder, 'data') };
    const code = await runCommandLine(['connectors', ...words], environment, (line) => lines.push(line));
    return { code, lines };
  }

  it('lists each connection with what it gives', async () => {
    const { code, lines } = await run('list');
    assert.equal(code, 0);
    assert.match(lines[0] ?? '', /^local +Sandbox +source of \d services?, pipelines of \d services?$/);
    assert.match(lines[1] ?? '', /^server +This server +pipelines of \d services?$/);
  });

  it('explains where each value of a service comes from', async () => {
    const { code, lines } = await run('explain', 'shop', 'production');
    assert.equal(code, 0);
    const said = lines.join('\n');
    assert.match(said, /^pipelines: server \(host\) {2}# .*catalog\.yaml:\d+$/m);
    assert.match(said, /^ {2}releases: "\/opt\/\{service\}\/releases" {2}# .*catalog\.yaml:\d+$/m);
    const staging = (await run('explain', 'shop', 'staging')).lines.join('\n');
    assert.match(staging, /^pipelines: local \(local\)/m);
    assert.doesNotMatch(staging, /releases/);
  });

  it('says what there is when a name is wrong', async () => {
    const [service, environment, connection] = await Promise.all([
      run('explain', 'bank', 'staging'),
      run('explain', 'shop', 'moon'),
      run('test', 'jenkins'),
    ]);
    assert.deepEqual([service.code, environment.code, connection.code], [2, 2, 2]);
    assert.match(service.lines[0] ?? '', /no service named “.+”\. Type .* Services in the catalog: shop/);
    assert.match(environment.lines[0] ?? '', /Name an environment that shop runs in: staging, production\./);
    assert.match(connection.lines[0] ?? '', /Connections in the catalog: local, server/);
  });

  it('tests each connection, and says what is missing', async () => {
    const { code, lines } = await run('test');
    assert.equal(code, 1);
    assert.match(lines.join('\n'), /^problem {2}local: There is no sandbox in/m);
    assert.match(
      lines.join('\n'),
      /^problem {2}server: The releases folder of shop, \/opt\/shop\/releases, doesn’t exist/m,
    );
    assert.deepEqual(
      (await run('test', 'server')).lines.filter((line) => line.includes('local:')),
      [],
    );
  });
});
