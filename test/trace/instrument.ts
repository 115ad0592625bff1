import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { relative, sep } from 'node:path';
import ts from 'typescript';

/** Makes every function of the product report that it runs, and who called it. Applies to everything loaded afterward. */

/** A running function, and the one that called it: across awaits, timers and callbacks. */
export interface Call {
  /** Its path in `src`, with `/`. */
  readonly file: string;
  /** Its name, or the name of what it is assigned to; empty if it has neither. */
  readonly name: string;
  readonly caller: Call | undefined;
}

type Loader = (module: { _compile(code: string, file: string): void }, file: string) => void;

const reportName = '__reportCall';
const calls = new AsyncLocalStorage<Call | undefined>();

/** Reports each call of a function in `folder` to `onCall`. The product behaves the same, only slower. */
export function instrument(folder: string, onCall: (call: Call) => void): void {
  const report = (file: string, name: string, body?: () => unknown): unknown => {
    const call: Call = { file, name, caller: calls.getStore() };
    onCall(call);
    return body && calls.run(call, body);
  };
  Object.assign(globalThis, { [reportName]: report });
  const { _extensions: loaders } = Module as unknown as { readonly _extensions: Record<string, Loader> };
  const usual = loaders['.ts'];
  loaders['.ts'] = (module, file) => {
    if (!file.startsWith(`${folder}${sep}`)) return usual?.(module, file);
    const name = relative(folder, file).split(sep).join('/');
    module._compile(compile(withReports(readFileSync(file, 'utf8'), name), file), file);
  };
}

/** What runs from here on in the same turn of the event loop, and everything after it, has no caller of ours. */
export function beginPath(): void {
  calls.enterWith(undefined);
}

/** From the first of our functions to this one. */
export function pathTo(call: Call): readonly Call[] {
  const path: Call[] = [];
  for (let each: Call | undefined = call; each; each = each.caller) path.unshift(each);
  return path;
}

/** The code with the body of each function passed to the report. */
export function withReports(code: string, file: string): string {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.ES2022, true);
  const inserts: Insert[] = [];
  const visit = (node: ts.Node): void => {
    // Inner functions first: if two bodies end at the same position, the inner one ends first.
    node.forEachChild(visit);
    if (ts.isFunctionLike(node) && 'body' in node && node.body) inserts.push(...around(node as WholeFunction, file));
  };
  visit(source);
  let from = 0;
  let whole = '';
  for (const { at, text } of inserts.sort((one, other) => one.at - other.at)) {
    whole += code.slice(from, at) + text;
    from = at;
  }
  return whole + code.slice(from);
}

interface Insert {
  readonly at: number;
  readonly text: string;
}

type WholeFunction = ts.FunctionLikeDeclaration & { readonly body: ts.Block | ts.Expression };

function around(node: WholeFunction, file: string): Insert[] {
  const { body } = node;
  const begin = `${reportName}(${JSON.stringify(file)},${JSON.stringify(nameOf(node))}`;
  const inner = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ? 'async()=>' : '()=>';
  if (!ts.isBlock(body))
    return [
      { at: body.getStart(), text: `{return ${begin},${inner}(` },
      { at: body.getEnd(), text: '))}' },
    ];
  // The body of a constructor or generator can't move into another function.
  if (ts.isConstructorDeclaration(node) || node.asteriskToken) return [{ at: body.getStart() + 1, text: `${begin});` }];
  return [
    { at: body.getStart() + 1, text: `return ${begin},${inner}{` },
    { at: body.getEnd() - 1, text: '})' },
  ];
}

function nameOf({ name, parent }: WholeFunction): string {
  if (name) return name.getText();
  return 'name' in parent && parent.name ? (parent.name as ts.Node).getText() : '';
}

function compile(code: string, fileName: string): string {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  return ts.transpileModule(code, { fileName, compilerOptions }).outputText;
}
