import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Linter } from 'eslint';
import ts from 'typescript';
import { parser } from 'typescript-eslint';
import { lookUp } from '../../src/core/keys';
import { root } from './source-files';

const declared = `
interface Array<T> { readonly length: number; [index: number]: T }
interface People { readonly [key: string]: { readonly id: string } | undefined }
declare const people: People;
declare const said: string;
declare const whole: { readonly [name: string]: number } & { readonly shop: number };
declare const list: string[];
declare const place: number;
declare const risk: 'low' | 'high';
declare const byRisk: { low: string; high: string };
declare const anything: any;
`;

describe('the lint rule for names that come from outside', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-look-ups-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function findings(line: string): Promise<number> {
    const rule = (await import(pathToFileURL(join(root, 'lint/own-properties.mjs')).href)) as {
      ownProperties: NonNullable<NonNullable<Linter.Config['plugins']>[string]['rules']>[string];
    };
    const file = join(folder, 'sample.ts');
    const code = `${declared}${line}\n`;
    writeFileSync(file, code);
    const program = ts.createProgram([file], { noLib: true, types: [], strict: true, noEmit: true });
    const messages = new Linter({ cwd: folder }).verify(
      code,
      {
        files: ['**/*.ts'],
        languageOptions: { parser: parser as Linter.Parser, parserOptions: { programs: [program] } },
        plugins: { gavel: { rules: { 'own-properties': rule.ownProperties } } },
        rules: { 'gavel/own-properties': 'error' },
      },
      { filename: file },
    );
    assert.deepEqual(
      messages.filter(({ fatal }) => fatal),
      [],
    );
    return messages.length;
  }

  for (const line of [
    'people[said];',
    'people[said]?.id;',
    'people[`${said}`];',
    'said in people;',
    'whole[said];',
    'anything[said];',
    '(people as { [key: string]: unknown })[said] = 1;',
  ])
    it(`finds ${line}`, async () => assert.equal(await findings(line), 1));

  for (const line of ['list[place];', 'byRisk[risk];', "people['dana'];", 'people.dana;'])
    it(`lets ${line} stand`, async () => assert.equal(await findings(line), 0));
});

describe('looking up', () => {
  const people = { dana: 1 };

  for (const word of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', ''])
    it(`finds nobody called ${word || 'nothing'}`, () => assert.equal(lookUp(people, word), undefined));

  it('finds what is there under a name of its own', () => {
    assert.equal(lookUp(people, 'dana'), 1);
    assert.equal(lookUp(JSON.parse('{"__proto__":2}') as Record<string, number>, '__proto__'), 2);
    assert.equal(lookUp<number>(undefined, 'dana'), undefined);
    assert.equal(lookUp(people, undefined), undefined);
  });
});
