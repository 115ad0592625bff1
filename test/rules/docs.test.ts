import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makePages } from '../docs/tables';
import { filesBelow, root, textOf } from './source-files';

const pages = ['README.md', 'SECURITY.md', ...filesBelow('docs', '.md')];

/** Whether a range such as `^18.1 || >=20` allows this version; an upper limit after a lower one isn't read. */
function allowsNode(range: string, version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return range.split('||').some((part) => {
    const [, sign, majorWanted, minorWanted] = /^\s*([<>=^~]*)\s*v?(\d+)(?:\.(\d+))?/.exec(part) ?? [];
    if (majorWanted === undefined) return true;
    const [most, least] = [Number(majorWanted), Number(minorWanted ?? 0)];
    if (sign?.startsWith('<')) return major < most;
    const isEnough = major > most || (major === most && minor >= least);
    return sign?.startsWith('>') ? isEnough : isEnough && major === most;
  });
}

describe('the docs', () => {
  for (const page of pages) {
    it(`${page} links to files that exist`, () => {
      for (const [, target = ''] of textOf(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(https?:|#|mailto:)/.test(target)) continue;
        assert.ok(existsSync(join(root, dirname(page), target.split('#')[0] ?? '')), `${page} links to ${target}`);
      }
    });

    it(`${page} names npm scripts that exist`, () => {
      const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
      for (const [, script = ''] of textOf(page).matchAll(/npm run ([a-z:-]+)/g)) assert.ok(scripts[script], script);
    });

    it(`${page} names settings that exist`, () => {
      // What a suite of tests or a job gets from its connector isn't a setting, but has to exist, too.
      const given = ['src/connectors/selenium/index.ts', 'src/connectors/jenkins/runs/parameters.ts']
        .map(textOf)
        .join();
      const example = textOf('.env.example') + given;
      for (const [, setting = ''] of textOf(page).matchAll(
        /`((?:GAVEL|PLAYGROUND|SANDBOX|Microsoft|LOG)_?[A-Za-z_]*)`/g,
      ))
        assert.ok(example.includes(setting), `${page} names ${setting}`);
    });

    it(`${page} names source paths that exist`, () => {
      for (const [, path = ''] of textOf(page).matchAll(
        /`((?:src|cards|test|sandbox|manifest|docs)\/[A-Za-z0-9_./-]*[A-Za-z0-9_/-])`/g,
      ))
        assert.ok(existsSync(join(root, path)), `${page} names ${path}`);
    });
  }

  it('say how many packages want a newer Node than Gavel does, because `npm ci` warns about each', () => {
    const { packages } = JSON.parse(textOf('package-lock.json')) as {
      packages: Record<string, { readonly engines?: { readonly node?: string } }>;
    };
    const { engines } = JSON.parse(textOf('package.json')) as { engines: { node: string } };
    const oldest = /\d+\.\d+/.exec(engines.node)?.[0] ?? assert.fail(engines.node);
    const wanting = Object.entries(packages).filter(([, { engines }]) => !allowsNode(engines?.node ?? '*', oldest));
    const count = ['no', 'one', 'two', 'three', 'four'][wanting.length] ?? '';
    const names = wanting.map(([name]) => name).join(', ');
    assert.match(textOf('README.md'), new RegExp(`warns that ${count} packages want version 22\\.`), names);
  });

  it('are all linked in the README, the decisions as a folder', () => {
    const readme = textOf('README.md');
    for (const page of filesBelow('docs', '.md')) {
      const target = page.startsWith('docs/decisions/') ? 'docs/decisions' : page;
      assert.ok(readme.includes(`](${target})`), `README.md has no link to ${target}`);
    }
  });

  it('have current tables from the code; otherwise, run `npm run docs`', async () => {
    for (const [page, text] of await makePages())
      assert.equal(textOf(page), text, `${page} is out of date: run npm run docs`);
  });

  it('list all thirty checks in order, each with a test', () => {
    const rows = textOf('docs/checks.md')
      .split('\n')
      .filter((line) => /^\| \d/.test(line));
    assert.deepEqual(
      rows.map((row) => Number(/\d+/.exec(row)?.[0])),
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
    for (const row of rows) assert.match(row, /\.test\.ts\)/);
  });
});
