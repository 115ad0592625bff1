import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { answer, FaultyServer } from '../connectors/http/faulty-server';
import { startProduct, temporaryFolder } from '../e2e/product';
import type { Product } from '../e2e/product';
import { writeQuickCatalog } from '../e2e/quick-catalog';
import { wordsOf } from '../playground/client';
import { root, textOf } from '../rules/source-files';

/** What `npm run types` leaves for its next run. Paths in it are relative, so the copy's is as deep: see `takeCheckedTypes`. */
const checkedTypes = 'node_modules/.cache/types.tsbuildinfo';
const checkedTypesOfCopy = 'data/types/types.tsbuildinfo';

const deployments = '19:deployments@thread.tacv2';

/** What a reader of docs/extend.md does: a shell command, lines of a file that others replace, or a new file. */
type Step =
  | { readonly type: 'run'; readonly line: string }
  | { readonly type: 'change'; readonly path: string; readonly before: string; readonly after: string }
  | { readonly type: 'create'; readonly path: string; readonly text: string };

function stepsOf(page: string): Step[] {
  return [...page.matchAll(/^```(sh|diff|ts|md)\n([\s\S]*?)^```$/gm)].map(([, language, block = '']): Step => {
    const [first = '', ...lines] = block.trimEnd().split('\n');
    if (language === 'sh') return { type: 'run', line: first };
    // A formatter takes the first line of a block in TypeScript for code, so there it's a comment.
    if (language !== 'diff')
      return { type: 'create', path: first.replace(/^\/\/ /, ''), text: `${lines.join('\n').trimStart()}\n` };
    const side = (mark: string): string =>
      lines
        .filter((line) => line.startsWith(mark))
        .map((line) => `${line.slice(1)}\n`)
        .join('');
    return { type: 'change', path: first, before: side('-'), after: side('+') };
  });
}

/** What is checked needn't be checked again in the copy. Its packages are a link, and TypeScript knows them by where that leads. */
function takeCheckedTypes(copy: string): void {
  const folder = dirname(join(copy, checkedTypesOfCopy));
  const packages = relative(folder, join(root, 'node_modules'));
  const known = JSON.parse(readFileSync(join(root, checkedTypes), 'utf8')) as { readonly fileNames: readonly string[] };
  const fileNames = known.fileNames.map((name) => (name.startsWith('../../') ? name : name.replace(/^\.\./, packages)));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(copy, checkedTypesOfCopy), JSON.stringify({ ...known, fileNames }));
}

describe('docs/extend.md, followed literally in a copy of the repository', () => {
  const folder = temporaryFolder();
  const copy = join(folder.path, 'gavel');
  const run = async (file: string, ...words: string[]): Promise<string> => {
    const running = promisify(execFile)(file, words, { cwd: copy, maxBuffer: 16 * 1024 * 1024 });
    const { stdout } = await running.catch((error: Error & { stdout: string; stderr: string }) =>
      assert.fail(`${file} ${words.join(' ')}:\n${error.stdout.slice(-6_000)}\n${error.stderr.slice(-2_000)}`),
    );
    // If colors are forced, as on many build servers, there are codes between the words.
    return stripVTControlCharacters(stdout);
  };
  const changed: string[] = [];

  before(async () => {
    const left = ['node_modules', '.git', 'data', 'dist', 'pictures', 'fixtures'];
    cpSync(root, copy, { recursive: true, filter: (path) => !left.includes(path.split('/').at(-1) ?? '') });
    for (const part of ['docs/pictures', 'test/store/fixtures'])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    if (existsSync(join(root, checkedTypes))) takeCheckedTypes(copy);
  });
  after(() => folder.remove());

  it('each step can be done', async () => {
    for (const step of stepsOf(textOf('docs/extend.md'))) {
      if (step.type === 'run') {
        const [program = '', ...words] = step.line.split(' ');
        const said = await run(program, ...words);
        changed.push(...[...said.matchAll(/^Created (\S+\.ts)\.$/gm)].map(([, path = '']) => path));
        continue;
      }
      changed.push(step.path);
      const path = join(copy, step.path);
      if (step.type === 'create') {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, step.text, { flag: 'wx' });
        continue;
      }
      const parts = readFileSync(path, 'utf8').split(step.before);
      assert.equal(parts.length, 2, `${step.path} has this ${parts.length - 1} times:\n${step.before}`);
      writeFileSync(path, parts.join(step.after));
    }
    assert.deepEqual(readdirSync(join(copy, 'src/features/runbook')).sort(), [
      'cards.ts',
      'commands.ts',
      'index.ts',
      'text.ts',
    ]);
    assert.ok(changed.includes('test/features/runbook/commands.test.ts'));
    assert.ok(changed.includes('src/connectors/vitals/index.ts'));
  });

  it('compiles, and passes lint and prettier', async () => {
    const paths = [...new Set([...changed, 'src/features/index.ts'])];
    const code = paths.filter((path) => path.endsWith('.ts'));
    const format = [...paths, 'README.md', 'docs/connectors.md', 'cards/runbook', 'cards/types.d.ts'];
    const done = [
      run('npx', 'tsc', '--noEmit', '--tsBuildInfoFile', checkedTypesOfCopy),
      run('npx', 'eslint', ...code),
      run('npx', 'prettier', '--check', ...format),
    ];
    assert.equal((await Promise.all(done)).length, 3);
  });

  it('keeps the rules, passes its own tests, and its connector holds the contract', async () => {
    const drawn = 'test/rules/drawn-samples.test.ts';
    const [said = '', redrawn = '', held = ''] = await Promise.all([
      run(
        'npx',
        'mocha',
        '--ignore',
        drawn,
        'test/rules/*.test.ts',
        'test/features/runbook/*.test.ts',
        'test/features/index.test.ts',
      ),
      // Drawing takes long, and only help has other samples than before.
      run('npx', 'mocha', drawn, '--grep', 'about help'),
      run('npx', 'mocha', 'test/connectors/contract.test.ts', '--grep', 'the connector vitals'),
    ]);
    assert.match(said, /runbook\n\s+✔ answers about the service/);
    assert.match(said, /the card runbook\/steps\n\s+✔ is about the service/);
    assert.match(said, /✔ vitals is held to the contract/);
    assert.match(redrawn, /1 passing/);
    assert.match(held, /✔ 401: reads fail as “unauthorized”/);
    assert.match(held, /✔ a check of permissions: names each that fails/);
  });

  describe('in a real Gavel', () => {
    const data = temporaryFolder();
    let vitals: FaultyServer;
    let product: Product;
    before(async () => {
      vitals = await FaultyServer.start(({ request, response }) =>
        request.url === '/apps/shop'
          ? answer(response, 200, { p95Ms: 321, requestsPerSecond: 8, uptime: '3 d' })
          : answer(response, 404),
      );
      const catalog = writeQuickCatalog(data.path);
      const connected = readFileSync(catalog, 'utf8')
        .replace(/^connections:$/m, `connections:\n  vitals: { kind: vitals, url: "${vitals.url}" }`)
        .replace(
          'metrics: [{ connection: local }]',
          "metrics: [{ connection: vitals, app: '{service}' }, { connection: local }]",
        );
      writeFileSync(join(data.path, 'connected.yaml'), connected);
      product = await startProduct({
        dataDir: data.path,
        script: join(copy, 'src/index.ts'),
        environment: {
          GAVEL_RUNBOOKS: 'https://wiki.example/runbooks',
          GAVEL_CATALOG: join(data.path, 'connected.yaml'),
        },
      });
    });
    after(async () => {
      await product.stop();
      await vitals.close();
      data.remove();
    });
    const ask = async (line: string, expected: RegExp): Promise<string> => {
      await product.client.say('dana', deployments, line);
      const found = await product.client.waitFor(
        'dana',
        deployments,
        ({ from, card }) => from.isBot && expected.test(wordsOf(card)),
      );
      return wordsOf(found.card);
    };

    it('the command answers', async () =>
      assert.match(
        await ask('runbook shop', /restart it/),
        /If shop is down.*https:\/\/wiki\.example\/runbooks\/shop/,
      ));

    it('a command shows what the connector measures', async () =>
      assert.match(await ask('stats shop in production', /Numbers for shop/), /p95 321\sms/));
  });
});
