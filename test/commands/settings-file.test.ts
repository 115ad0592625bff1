import assert from 'node:assert/strict';
import { parseSettingsFile } from '../../src/commands/settings-file';

describe('a settings file, as systemd reads it', () => {
  const table: [string, Record<string, string>][] = [
    ['A=1\nB=two words  \n', { A: '1', B: 'two words' }],
    ['# a comment\n; another\n\n  A = 1\n', { A: '1' }],
    ['A=x # no comment behind a value', { A: 'x # no comment behind a value' }],
    ["A='it is $HOME and \\ too'", { A: 'it is $HOME and \\ too' }],
    ['A="say \\"hi\\" for \\$5, \\n stays"', { A: 'say "hi" for $5, \\n stays' }],
    ['A=one \\\ntwo\nB=3', { A: 'one two', B: '3' }],
    ['A="one\ntwo"\nB=3', { A: 'one\ntwo', B: '3' }],
    ["A=a'b\nB=\"x\" 'y'", { A: "a'b", B: 'xy' }],
    ['A=with\\ space\\ ', { A: 'with space ' }],
    ['# ends in \\\nA=1\nB=2', { B: '2' }],
    ['A=\nB=""', { A: '', B: '' }],
    ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['__proto__=x\nA=1', { A: '1', ['__proto__']: 'x' }],
    ['MicrosoftAppPassword=a~b.c=d==', { MicrosoftAppPassword: 'a~b.c=d==' }],
  ];
  for (const [text, values] of table)
    it(JSON.stringify(text), () => {
      const result = parseSettingsFile(text);
      assert.ok('values' in result, JSON.stringify(result));
      assert.deepEqual(Object.entries(result.values).sort(), Object.entries(values).sort());
    });

  for (const [text, problem] of [
    ['export A=1', /Line 1 isn’t a setting/],
    ['A', /Line 1 isn’t a setting: it has no =/],
    ['A=1\nnonsense\n', /Line 2/],
    ['A="open', /quote in the value of A is never closed/],
  ] as const)
    it(`names what is wrong with ${JSON.stringify(text)}`, () => {
      const result = parseSettingsFile(text);
      assert.match('problems' in result ? result.problems.join(' ') : '', problem);
    });
});
