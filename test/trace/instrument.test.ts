import assert from 'node:assert/strict';
import ts from 'typescript';
import { withReports } from './instrument';

/** Runs instrumented code; returns its result, and the functions that reported. */
function run(code: string): { readonly value: unknown; readonly reported: readonly string[] } {
  const reported: string[] = [];
  const report = (_file: string, name: string, body?: () => unknown): unknown => {
    reported.push(name);
    return body?.();
  };
  const { outputText } = ts.transpileModule(withReports(code, 'x.ts'), {
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  });
  const value: unknown = new Function('__reportCall', `${outputText}; return result;`)(report);
  return { value, reported };
}

describe('the trace of a click', () => {
  const cases: readonly [what: string, code: string, value: unknown, reported: readonly string[]][] = [
    ['a function', 'function add(a: number, b = 1) { return a + b } const result = add(1);', 2, ['add']],
    [
      'arrows in arrows',
      'const add = (a: number) => (b: number) => ({ sum: a + b }); const result = add(1)(2).sum;',
      3,
      ['add', ''],
    ],
    ['an empty body', 'const nothing = () => {}; const result = nothing();', undefined, ['nothing']],
    [
      'a method with this',
      'const o = { n: 2, twice() { return this.n * 2 } }; const result = o.twice();',
      4,
      ['twice'],
    ],
    [
      'a constructor with super',
      'class A { n = 1 } class B extends A { constructor() { super(); this.n += 1 } } const result = new B().n;',
      2,
      ['B'],
    ],
    ['a generator', 'function* two() { yield 1; yield 2 } const result = [...two()].length;', 2, ['two']],
    ['a getter', 'const o = { get n() { return 7 } }; const result = o.n;', 7, ['n']],
  ];
  for (const [what, code, value, reported] of cases)
    it(`reports ${what}, which does the same as before`, () => assert.deepEqual(run(code), { value, reported }));

  it('reports an async function, which still awaits', async () => {
    const { value, reported } = run(
      'const later = async () => (await Promise.resolve(1)) + 1; const result = later();',
    );
    assert.equal(await value, 2);
    assert.deepEqual(reported, ['later']);
  });
});
