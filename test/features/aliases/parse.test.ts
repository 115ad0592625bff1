import assert from 'node:assert/strict';
import { lookUp } from '../../../src/core/keys';
import { aliasProblem, expandAlias, readDefinition } from '../../../src/features/aliases/parse';

const known = new Set(['deploy', 'break lock', 'help', 'where', 'thank you']);
const sentences: Readonly<Record<string, string>> = { "what's up": 'status', 'whats up': 'status' };
const commandFor = (line: string): string | undefined => lookUp(sentences, line);

describe('the rules for an alias', () => {
  const table: readonly (readonly [string, RegExp | undefined])[] = [
    ['ship = deploy shop to production', undefined],
    ['ship=deploy $1 release=$2', undefined],
    ['ship here = break lock shop in production', undefined],
    ['SHIP = deploy shop', undefined],
    ['deploy = where', /`deploy` is already a command/],
    ['Help = where', /is already a command/],
    ['break = where', /`break lock` is already a command/],
    ['thank = where', /`thank you` is already a command/],
    ['ship it = deploy shop', undefined],
    ['🚀 = deploy shop', undefined],
    ['🧑‍💻 ship = deploy shop', undefined],
    ['größe = where', undefined],
    ['ship it to them now = deploy shop', /up to 4 words/],
    ['ship! = deploy shop', /up to 4 words/],
    ['ship/it = deploy shop', /up to 4 words/],
    ['deploy it = where', /starts with `deploy`/],
    ['where it is = where', /starts with `where`/],
    ['= deploy shop', /needs a name/],
    ['here = deploy shop', /needs a name/],
    ["What's up = where", /already understand “what's up” as `status`, so this alias would never be used/],
    ['whats  up here = where', /already understand “whats up” as `status`/],
    ['whats up there = where', undefined],
    ['ship =', /An alias needs a command/],
    ['ship = ship', /not for another alias/],
    ['ship = $1 shop', /not for another alias/],
    ['ship = bananas', /not for another alias/],
    [`ship = deploy ${'x '.repeat(300)}`, /at most 400/],
    ['ship = deploy shop because password=hunter2', /a password/],
    ['__proto__ = deploy shop', /up to 4 words/],
    [`${'x'.repeat(31)} = deploy shop`, /up to 4 words and 30 characters/],
  ];
  for (const [line, refusal] of table)
    it(`${refusal ? 'reject' : 'accept'} “${line.slice(0, 50)}”`, () => {
      const problem = aliasProblem(readDefinition(line), known, commandFor);
      if (refusal) assert.match(problem ?? 'no problem', refusal);
      else assert.equal(problem, undefined);
    });
});

describe('the line behind an alias', () => {
  const table: readonly (readonly [text: string, behind: string, line: string | RegExp])[] = [
    ['deploy shop to production', '', 'deploy shop to production'],
    ['deploy shop', ' to staging', 'deploy shop to staging'],
    ['lock shop because', ' 1. stop\n2.  start “now”', 'lock shop because 1. stop\n2.  start “now”'],
    ['deploy $1 to production', 'shop', 'deploy shop to production'],
    [
      'deploy $1 $2 to production because $*',
      'shop 2.14.0 it is time',
      'deploy shop 2.14.0 to production because it is time',
    ],
    ['deploy $2 $1', '2.14.0 shop', 'deploy shop 2.14.0'],
    ['deploy $1 $1', 'shop', 'deploy shop shop'],
    ['where $*', '', 'where'],
    ['deploy $1 because $2', 'shop "two words"', 'deploy shop because "two words"'],
    ['deploy $1', '$2', 'deploy $2'],
    ['deploy $1 because $*', '$* $1', 'deploy $* because $1'],
    ['deploy shop because it costs $100', '', 'deploy shop because it costs $100'],
    ['deploy $1', '', /needs one word after it/],
    ['deploy $1', 'shop production', /needs one word/],
    ['deploy $1 $2 because $*', 'shop', /at least two words.*`ship one two and more`/],
    ['deploy shop', 'x'.repeat(1_000), /longer than 1000/],
  ];
  for (const [text, behind, line] of table)
    it(`“${text}” with “${behind.slice(0, 30)}”`, () => {
      const expansion = expandAlias('ship', text, behind);
      if (typeof line === 'string') assert.deepEqual(expansion, { line });
      else assert.match('problem' in expansion ? expansion.problem : 'no problem', line);
    });
});
