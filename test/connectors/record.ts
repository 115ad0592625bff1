import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli';
import { sampleCatalogText } from '../features/fakes';
import { startReplay } from './replay';

interface Recording {
  /** As a line of the catalog: `{ kind: jira, … }`. */
  readonly connection: string;
  /** The binding `tickets`, without its connection. */
  readonly binding: string;
  /** The setting that holds the secret. */
  readonly setting: string;
  readonly secret: string;
}

/**
 * Records a connection with `npx gavel connectors record`, and hands over the folder. Fails if a call wasn’t a reading one, or if the secret or the address
 * is in a file. With `RECORD_TO`, the files stay there.
 */
export async function withRecording(
  { connection, binding, setting, secret }: Recording,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-record-'));
  try {
    const file = join(folder, 'catalog.yaml');
    const tickets = `bindings: { tickets: { connection: recorded${binding} } }`;
    writeFileSync(file, `${sampleCatalogText}connections: { recorded: ${connection} }\n${tickets}\n`);
    const environment = { GAVEL_CATALOG: file, GAVEL_DATA: join(folder, 'data'), [setting]: secret };
    const to = process.env['RECORD_TO'] ?? join(folder, 'recorded');
    const said: string[] = [];
    const words = ['connectors', 'record', 'recorded', '--to', to];
    const code = await runCommandLine(words, environment, (line) => said.push(line));
    assert.equal(code, 0, said.join('\n'));
    const texts = readdirSync(to).map((name) => readFileSync(join(to, name), 'utf8'));
    assert.ok(texts.length > 0, 'something was recorded');
    for (const text of texts) {
      assert.equal((JSON.parse(text) as { request: { method: string } }).request.method, 'GET');
      for (const gone of [secret, '127.0.0.1']) assert.ok(!text.includes(gone), `${gone} in ${text}`);
    }
    await use(to);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `read` makes of a recording. Fails if it calls anything that wasn’t recorded. */
export async function readRecording<T>(folder: string, read: (url: string) => Promise<T>): Promise<T> {
  const replay = await startReplay(folder);
  const result = await read(replay.url).finally(() => replay.stop());
  assert.deepEqual(replay.unknown, []);
  return result;
}
