import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { filesBelow, importsOf, textOf } from './source-files';

/** The rules for a test: it asserts something, and it waits for events instead of fixed times. */

/** These wait for a fixed time because they are about time itself. */
const mayPause: Readonly<Record<string, string>> = {
  'test/deploy/hand-over.test.ts': 'people take a moment between two lines',
  'test/deploy/own-release.test.ts': 'people take a moment between two clicks',
};
/** They reject or throw if something is wrong. */
const checks = ['assert', 'eventually', 'waitFor', 'until'];

const files = filesBelow('test', '.ts').map((path) => path.replaceAll('\\', '/'));
const parsed = new Map(
  files.map((path) => [path, ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest, true)]),
);

function visitAll(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => visitAll(child, visit));
}

/** The last name of the called function: `check` in `world.check()`, `assert` in `assert.equal()`. */
function calledNames(call: ts.CallExpression): string[] {
  const { expression } = call;
  if (ts.isIdentifier(expression)) return [expression.text];
  if (!ts.isPropertyAccessExpression(expression)) return [];
  const of = ts.isIdentifier(expression.expression) ? [expression.expression.text] : [];
  return [expression.name.text, ...of];
}

function callsIn(node: ts.Node): Set<string> {
  const names = new Set<string>();
  visitAll(node, (each) => {
    if (ts.isCallExpression(each)) for (const name of calledNames(each)) names.add(name);
    // A function that is passed by name, as in `it('…', check)`.
    if (ts.isIdentifier(each)) names.add(each.text);
  });
  return names;
}

/** Functions of a file by name. */
function functionsOf(file: ts.SourceFile): [string, ts.Node][] {
  const found: [string, ts.Node][] = [];
  visitAll(file, (node) => {
    const isNamed =
      ts.isFunctionDeclaration(node) ||
      ts.isMethodDeclaration(node) ||
      ts.isVariableDeclaration(node) ||
      ts.isPropertyAssignment(node);
    if (!isNamed || !node.name || !ts.isIdentifier(node.name)) return;
    const body = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) ? node.body : node.initializer;
    if (body && (ts.isFunctionLike(body) || ts.isBlock(body))) found.push([node.name.text, body]);
  });
  return found;
}

/** For each file, the names of its own functions that check something, directly or through a function of an imported file. */
function checkingFunctions(): Map<string, ReadonlySet<string>> {
  const checking = new Map(files.map((path) => [path, new Set(checks)]));
  const functions = [...parsed].map(([path, file]) => ({
    path,
    imported: importsOf(path).flatMap((from) => {
      const target = join(dirname(path), from);
      return checking.get(`${target}.ts`) ?? checking.get(`${target}/index.ts`) ?? [];
    }),
    own: functionsOf(file).map(([name, body]) => ({ name, calls: [...callsIn(body)] })),
  }));
  for (let hasGrown = true; hasGrown;) {
    hasGrown = false;
    for (const { path, imported, own } of functions)
      for (const { name, calls } of own) {
        const known = checking.get(path);
        if (!known || known.has(name)) continue;
        if (!calls.some((call) => known.has(call) || imported.some((names) => names.has(call)))) continue;
        known.add(name);
        hasGrown = true;
      }
  }
  return new Map(functions.map(({ path, imported }) => [path, union([checking.get(path) ?? new Set(), ...imported])]));
}

const union = (sets: readonly ReadonlySet<string>[]): Set<string> => new Set(sets.flatMap((each) => [...each]));

/** The titles of the tests in a file that check nothing. */
function withoutAssertion(file: ts.SourceFile, checking: ReadonlySet<string>): string[] {
  const found: string[] = [];
  visitAll(file, (node) => {
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'it') return;
    const [title, body] = node.arguments;
    if (title && body && ![...callsIn(body)].some((name) => checking.has(name))) found.push(title.getText(file));
  });
  return found;
}

/** Lines that wait for a fixed time. */
function pausesIn(path: string): string[] {
  const text = textOf(path);
  const pause = /import \{ setTimeout as (\w+) \} from 'node:timers\/promises'/.exec(text)?.[1] ?? 'setTimeout';
  const pattern = new RegExp(`\\bsetTimeout\\(resolve\\b|\\bwaitForTimeout\\(|await ${pause}\\(`);
  return text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : []));
}

describe('the tests', () => {
  it('assert something, each of them', () => {
    const checking = checkingFunctions();
    const empty = [...parsed].flatMap(([path, file]) =>
      // The short forms of the proofs, whose counts are asserted where they are made.
      path === 'test/proof/contract.ts'
        ? []
        : withoutAssertion(file, checking.get(path) ?? new Set()).map((title) => `${path}: ${title}`),
    );
    assert.deepEqual(empty, []);
  });

  it('would be found if one of them asserted nothing', () => {
    const text =
      "it('does', async () => { const world = make(); await world.run(); }); it('holds', () => assert.ok(1));";
    const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
    assert.deepEqual(withoutAssertion(file, new Set(checks)), ["'does'"]);
  });

  it('wait for events, never for a fixed time', () => {
    const pausing = files
      .filter((path) => /\.(?:test|server)\.ts$/.test(path) && path !== 'test/rules/tests.test.ts')
      .flatMap(pausesIn);
    assert.deepEqual(
      pausing.filter((place) => !Object.keys(mayPause).some((path) => place.startsWith(`${path}:`))),
      [],
      '`eventually` of test/patience.ts waits for anything',
    );
    for (const path of Object.keys(mayPause))
      assert.ok(
        pausing.some((place) => place.startsWith(`${path}:`)),
        `${path} pauses no longer`,
      );
  });
});
