import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageWith } from './page';

const section = (title: string, name: string, text = 'It held.'): string =>
  `## ${title}\n\nHow.\n\n\`npm run prove ${name}\`: 3 s.\n\n${text}\n`;
const page = `# Proof\n\nHead.\n\n${section('One', 'one')}\n${section('Two', 'two')}\n${section('Three', 'three')}`;

describe('the page of proofs', () => {
  it('replaces the section of the proof that ran and keeps every other one', () => {
    const { sections, dropped } = pageWith(page, new Map([['two', section('Two', 'two', 'Anew.')]]), [
      'one',
      'two',
      'three',
    ]);
    assert.equal(sections.length, 3);
    assert.match(sections[0] ?? '', /## One[^]*It held/);
    assert.match(sections[1] ?? '', /## Two[^]*Anew/);
    assert.match(sections[2] ?? '', /## Three[^]*It held/);
    assert.deepEqual(dropped, []);
  });

  it('keeps the section of a proof whose title has changed until it runs again', () => {
    const named = ['one', 'two', 'three'];
    assert.match(pageWith(page, new Map(), named).sections.join(), /## Two/);
    const again = pageWith(page, new Map([['two', section('Two, better', 'two')]]), named);
    assert.doesNotMatch(again.sections.join(), /## Two\n/);
    assert.match(again.sections.join(), /## Two, better/);
  });

  it('drops a section without a proof, and says so', () => {
    const { sections, dropped } = pageWith(page, new Map(), ['one', 'three', 'four']);
    assert.equal(sections.length, 2);
    assert.deepEqual(dropped, ['Two']);
  });

  it('keeps the section of tests that it doesn’t run', () => {
    const ofTests = '## Four\n\nHow.\n\n`npm run test:kubernetes`: 3 s.\n';
    const { sections, dropped } = pageWith(`${page}\n${ofTests}`, new Map(), ['one', 'two', 'three']);
    assert.equal(sections.at(-1), ofTests);
    assert.deepEqual(dropped, []);
  });

  it('has a proof for every section of docs/proof.md', () => {
    const names = [
      ...readFileSync(join(__dirname, '../../docs/proof.md'), 'utf8').matchAll(/^`npm run prove (\S+)`/gm),
    ];
    const text = readFileSync(join(__dirname, '../../docs/proof.md'), 'utf8');
    const { sections, dropped } = pageWith(
      text,
      new Map(),
      names.map(([, name = '']) => name),
    );
    assert.equal(sections.length, [...text.matchAll(/^## /gm)].length);
    assert.deepEqual(dropped, []);
  });
});
