import assert from 'node:assert/strict';
import { lookUp } from '../../src/core/keys';
import { openLintRule } from './lint-rule';

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

describe('the lint rule for names from outside', () => {
  const rule = openLintRule('own-properties', 'ownProperties');
  after(rule.close);
  const findings = (line: string): Promise<number> => rule.findings(`${declared}${line}\n`);

  for (const line of [
    'people[said];',
    'people[said]?.id;',
    'people[`${said}`];',
    'said in people;',
    'whole[said];',
    'anything[said];',
    '(people as { [key: string]: unknown })[said] = 1;',
  ])
    it(`rejects ${line}`, async () => assert.equal(await findings(line), 1));

  for (const line of ['list[place];', 'byRisk[risk];', "people['dana'];", 'people.dana;'])
    it(`accepts ${line}`, async () => assert.equal(await findings(line), 0));
});

describe('looking up a name', () => {
  const people = { dana: 1 };

  for (const word of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', ''])
    it(`finds nobody called ${word || 'nothing'}`, () => assert.equal(lookUp(people, word), undefined));

  it('finds a value under its own name', () => {
    assert.equal(lookUp(people, 'dana'), 1);
    assert.equal(lookUp(JSON.parse('{"__proto__":2}') as Record<string, number>, '__proto__'), 2);
    assert.equal(lookUp<number>(undefined, 'dana'), undefined);
    assert.equal(lookUp(people, undefined), undefined);
  });
});
