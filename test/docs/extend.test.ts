import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { startProduct, temporaryFolder } from '../e2e/product';
import { wordsOf } from '../playground/client';
import { root, textOf } from '../rules/source-files';

const deployments = '19:deployments@thread.tacv2';

/** What a reader of docs/extend.md does: a shell command, or lines of a file that others replace. */
type Step =
  | { readonly type: 'run'; readonly line: string }
  | { readonly type: 'change'; readonly path: string; readonly before: string; readonly after: string };

function stepsOf(page: string): Step[] {
  return [...page.matchAll(/^```(sh|diff)\n([\s\S]*?)^```$/gm)].map(([, language, block = '']): Step => {
    const [first = '', ...lines] = block.trimEnd().split('\n');
    if (language === 'sh') return { type: 'run', line: first };
    const side = (mark: string): string =>
      lines
        .filter((line) => line.startsWith(mark))
        .map((line) => `${line.slice(1)}\n`)
        .join('');
    return { type: 'change', path: first, before: side('-'), after: side('+') };
  });
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
      const text = readFileSync(join(copy, step.path), 'utf8');
      const parts = text.split(step.before);
      assert.equal(parts.length, 2, `${step.path} has this ${parts.length - 1} times:\n${step.before}`);
      writeFileSync(join(copy, step.path), parts.join(step.after));
      changed.push(step.path);
    }
    assert.deepEqual(readdirSync(join(copy, 'src/features/runbook')).sort(), [
      'cards.ts',
      'commands.ts',
      'index.ts',
      'text.ts',
    ]);
    assert.ok(changed.includes('test/features/runbook/commands.test.ts'));
  });

  it('compiles, and passes lint and prettier', async () => {
    const paths = [...new Set([...changed, 'src/features/index.ts'])];
    const format = [...paths, 'README.md', 'cards/runbook', 'cards/types.d.ts'];
    const done = [
      run('npx', 'tsc', '--noEmit'),
      run('npx', 'eslint', ...paths),
      run('npx', 'prettier', '--check', ...format),
    ];
    assert.equal((await Promise.all(done)).length, 3);
  });

  it('keeps the rules and passes its own tests', async () => {
    const said = await run(
      'npx',
      'mocha',
      'test/rules/*.test.ts',
      'test/features/runbook/*.test.ts',
      'test/features/index.test.ts',
    );
    assert.match(said, /runbook\n\s+✔ answers about the service/);
    assert.match(said, /the card runbook\/steps\n\s+✔ is about the service/);
  });

  it('answers in a real Gavel', async () => {
    const data = temporaryFolder();
    const product = await startProduct({
      dataDir: data.path,
      script: join(copy, 'src/index.ts'),
      environment: { GAVEL_RUNBOOKS: 'https://wiki.example/runbooks' },
    });
    await product.client.say('dana', deployments, 'runbook shop');
    const answer = await product.client.waitFor(
      'dana',
      deployments,
      ({ from, card }) => from.isBot && /restart it/.test(wordsOf(card)),
    );
    assert.match(wordsOf(answer.card), /If shop is down.*https:\/\/wiki\.example\/runbooks\/shop/);
    await product.stop();
    data.remove();
  });
});
