import assert from 'node:assert/strict';
import { keyOf, memoryProblem, readMemory, searchIn } from '../../../src/features/memory';

describe('a memory as people type it', () => {
  const table: readonly (readonly [string, string | undefined, string, string])[] = [
    ['release day is Thursday', undefined, 'release day', 'Thursday'],
    ['that the release day is Thursday', undefined, 'release day', 'Thursday'],
    ['here on call is Noor', 'place', 'on call', 'Noor'],
    ['on call for everybody is Noor', 'everybody', 'on call', 'Noor'],
    ['colors are red = stop', undefined, 'colors', 'red = stop'],
    ['limit=300 ms', undefined, 'limit', '300 ms'],
    ['lunch is here', undefined, 'lunch', 'here'],
    ['what it is is what it is', undefined, 'what it', 'is what it is'],
    ['nothing', undefined, 'nothing', ''],
    ['greeting = Hello!', undefined, 'greeting', 'Hello!'],
    ['what’s up is — nothing —', undefined, "what's up", '— nothing —'],
    ['steps is 1. stop\n2. start', undefined, 'steps', '1. stop\n2. start'],
  ];
  for (const [words, kind, key, value] of table)
    it(`reads “${words}”`, () => assert.deepEqual(readMemory(words), { kind, key, value }));

  const problems: readonly (readonly [string, RegExp | undefined])[] = [
    ['release day is Thursday', undefined],
    ['nothing', /Type what to save/],
    [`${'k'.repeat(61)} is x`, /at most 60/],
    [`notes is ${'v'.repeat(1_001)}`, /at most 1000/],
    ['a*b is c', /can’t contain `\*`/],
    ['db password is hunter2', /a password.*nothing was saved or logged/],
    ['shop login is Tr0ub4dor&3', /a password/],
    ['db is postgres://u:p@h/d', /a connection string/],
    [`${'k'.repeat(61)} password is hunter2`, /a password/],
  ];
  for (const [words, expected] of problems)
    it(`${expected ? 'refuses' : 'keeps'} “${words.slice(0, 40)}”`, () => {
      const problem = memoryProblem(readMemory(words));
      if (expected) assert.match(problem ?? 'no problem', expected);
      else assert.equal(problem, undefined);
      assert.doesNotMatch(problem ?? '', /hunter2|Tr0ub4dor|u:p/);
    });

  it('recognizes a name with any article and capitals', () => {
    for (const words of ['Release Day', 'the release  day', 'our Release day', 'that the release day'])
      assert.equal(keyOf(words), 'release day');
    assert.equal(keyOf('the'), 'the');
  });

  it('tells a search from a name', () => {
    assert.equal(searchIn('*Day*'), 'day');
    assert.equal(searchIn('about Release day'), 'release day');
    assert.equal(searchIn('release day'), undefined);
    assert.equal(searchIn('*'), '');
  });
});
