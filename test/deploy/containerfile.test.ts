import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { root, textOf } from '../rules/source-files';
import { execForm, last, readCopy, readStages, readVariables } from './containerfile';

const stages = readStages(textOf('Containerfile'));
const final = stages.at(-1);
const ignored = textOf('.dockerignore').split('\n');

describe('the container file', () => {
  it('copies what exists, and what .dockerignore allows', () => {
    const copies = stages.flatMap(({ instructions }) => instructions.filter(({ name }) => name === 'COPY'));
    const outside = copies.map(({ text }) => readCopy(text)).filter(({ from }) => from === undefined);
    const sources = outside.flatMap((copy) => copy.sources);
    assert.ok(sources.length > 5);
    for (const source of sources) {
      assert.ok(existsSync(join(root, source)), `${source} does not exist`);
      assert.ok(ignored.includes(`!${source}`), `.dockerignore keeps ${source} out`);
    }
    const letIn = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    assert.deepEqual(
      letIn.filter((each) => !sources.includes(each)),
      [],
    );
  });

  it('copies from earlier stages what they create', () => {
    const names = stages.map(({ name }) => name);
    for (const { name, text } of final?.instructions ?? [])
      if (name === 'COPY' && readCopy(text).from !== undefined) assert.ok(names.includes(readCopy(text).from), text);
  });

  it('contains everything that the built product reads from outside its own folder', () => {
    const copied = (final?.instructions ?? []).filter(({ name }) => name === 'COPY').map(({ text }) => readCopy(text));
    const targets = copied.map(({ target }) => target.replace('./', ''));
    for (const needed of ['node_modules', 'dist', 'cards', 'bin']) assert.ok(targets.includes(needed), needed);
  });

  it('starts as the docs say, as the first process, and never as root', () => {
    assert.deepEqual(execForm(last(final, 'CMD') ?? ''), ['node', '--max-semi-space-size=8', 'dist']);
    assert.match(textOf('README.md'), /node dist/);
    assert.equal(last(final, 'ENTRYPOINT'), undefined);
    assert.match(last(final, 'USER') ?? 'root', /^[1-9]\d*:[1-9]\d*$/);
    assert.equal(last(final, 'STOPSIGNAL'), 'SIGTERM');
  });

  it('sets only settings that exist, and no secret', () => {
    const variables = (final?.instructions ?? [])
      .filter(({ name }) => name === 'ENV')
      .map(({ text }) => readVariables(text));
    const names = Object.keys(Object.assign({}, ...variables) as Record<string, string>);
    assert.ok(names.includes('NODE_ENV') && names.includes('GAVEL_DATA'));
    for (const name of names) assert.match(textOf('.env.example'), new RegExp(`^# ${name}=`, 'm'));
    assert.ok(!names.some((name) => /PASSWORD|SECRET|KEY|URI/i.test(name)));
  });

  it('keeps its data on a volume that its user can write to', () => {
    const volume = last(final, 'VOLUME') ?? '';
    assert.equal(volume, '/data');
    assert.match(last(final, 'RUN') ?? '', new RegExp(`chown ${last(final, 'USER')} ${volume}`));
  });

  it('has no development package in production', () => {
    const { dependencies, devDependencies } = JSON.parse(textOf('package.json')) as Record<string, object>;
    for (const name of ['tsx', 'typescript', 'mocha', 'playwright-core', '@sparticuz/chromium']) {
      assert.ok(name in (devDependencies ?? {}), name);
      assert.ok(!(name in (dependencies ?? {})), name);
    }
  });

  describe('its health check', () => {
    const words = execForm((last(final, 'HEALTHCHECK') ?? '').replace(/^.*?CMD\s+/, '')) ?? [];

    async function healthOf(status: number): Promise<number | null> {
      const server = createServer((request, response) => {
        response.statusCode = request.url === '/readyz' ? status : 404;
        response.end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const child = spawn(process.execPath, words.slice(1), { env: { PORT: String(port) }, stdio: 'ignore' });
      const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
      server.close();
      return code;
    }

    it('passes if Gavel is ready, and fails if it is not', async () => {
      assert.equal(words[0], 'node');
      assert.equal(await healthOf(200), 0);
      assert.equal(await healthOf(503), 1);
    });

    it('fails if nothing answers', () => {
      assert.equal(spawnSync(process.execPath, words.slice(1), { env: { PORT: '9' } }).status, 1);
    });
  });
});
