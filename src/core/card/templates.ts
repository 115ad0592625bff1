import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Expression, ExpressionEvaluator } from 'adaptive-expressions';
import type { Template } from 'adaptivecards-templating';
import { lookUp } from '../keys';

/** The templates of the cards, each parsed once for as long as Gavel runs. */

const cardsFolder =
  ['../../../cards', '../../cards'].map((path) => join(__dirname, path)).find((path) => existsSync(path)) ?? '';
const namePattern = /^[a-z-]+\/[a-z-]+$/;
const templates = new Map<string, Template>();

const templateNames = (): string[] =>
  readdirSync(cardsFolder, { withFileTypes: true })
    .filter((folder) => folder.isDirectory())
    .flatMap(({ name }) => readdirSync(join(cardsFolder, name)).map((file) => `${name}/${file.replace(/\.json$/, '')}`))
    // Beside them are their samples.
    .filter((name) => namePattern.test(name));

type Libraries = typeof import('adaptivecards-templating') & typeof import('adaptive-expressions');

let loaded: Libraries | undefined;

function loadTemplating(): Libraries {
  if (loaded) return loaded;
  const load = createRequire(__filename);
  loaded = { ...load('adaptivecards-templating'), ...load('adaptive-expressions') } as Libraries;
  parseOnce(loaded.Template);
  return loaded;
}

/** Parsing is slow, and most texts of a template occur in others, too. What is parsed holds no state, so they share it. */
function parseOnce(library: Libraries['Template']): void {
  const parse = library.parseInterpolatedString;
  const parsed = new Map<string, Expression | string>();
  library.parseInterpolatedString = (text) => {
    const found = parsed.get(text) ?? parse(text);
    if (typeof found !== 'string' && !parsed.has(text)) readPathsDirectly(found);
    parsed.set(text, found);
    return found;
  };
}

/**
 * Does once Gavel is ready what the first cards would wait for: loads the library that fills the templates, which takes more than a tenth of a second,
 * has its parser read a first expression, which takes longer than all others, and parses the templates. Each in a turn of its own.
 */
export async function prepareTemplating(): Promise<void> {
  await nextTurn();
  const { Template: Prepared } = loadTemplating();
  await nextTurn();
  new Prepared({ text: '${name}, ${count(rows)}' }).expand({ $root: { name: '', rows: [] } });
  for (const name of templateNames()) {
    await nextTurn();
    templateOf(name);
  }
}

/** The template `cards/<name>.json`, parsed once. Throws if there is none. */
export function templateOf(name: string): Template {
  let template = templates.get(name);
  if (template) return template;
  if (!namePattern.test(name)) throw new Error(`No card name: ${name}`);
  template = new (loadTemplating().Template)(JSON.parse(readFileSync(join(cardsFolder, `${name}.json`), 'utf8')));
  templates.set(name, template);
  return template;
}

/**
 * Makes `${service.name}` a plain lookup. The library splits the path with three regular expressions and searches the keys case-insensitively at every
 * evaluation, which was half the time of a card. Anything that isn't found this way is left to the library, so the output is the same.
 */
function readPathsDirectly(expression: Expression): void {
  const path = pathOf(expression);
  if (!path) return expression.children.forEach(readPathsDirectly);
  (expression as { evaluator: ExpressionEvaluator }).evaluator = directEvaluator(path, expression.evaluator);
}

/** `a.b` as its names; undefined for anything else. */
function pathOf(expression: Expression): string[] | undefined {
  const words: string[] = [];
  for (let left: Expression | undefined = expression; left; left = left.children[1]) {
    if (left.type !== loadTemplating().ExpressionType.Accessor) return undefined;
    const word = (left.children[0] as { readonly value?: unknown } | undefined)?.value;
    if (typeof word !== 'string' || !/^[A-Za-z$][\w]*$/.test(word)) return undefined;
    words.unshift(word);
  }
  return words;
}

function directEvaluator(path: readonly string[], library: ExpressionEvaluator): ExpressionEvaluator {
  const fromRoot = path[0] === '$root';
  const names = fromRoot ? path.slice(1) : path;
  return new (loadTemplating().ExpressionEvaluator)(
    library.type,
    (expression, state, options) => {
      const scope = state as unknown as { readonly $root: unknown; readonly $data: unknown };
      const value = names[0]?.startsWith('$') ? undefined : valueAt(fromRoot ? scope.$root : scope.$data, names);
      if (value === undefined || value === null) return library.tryEvaluate(expression, state, options);
      // The library itself returns `undefined` for no error, although its types don't say so.
      return { value, error: undefined as unknown as string };
    },
    library.returnType,
  );
}

function valueAt(scope: unknown, names: readonly string[]): unknown {
  let value = scope;
  for (const name of names) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = lookUp(value as Record<string, unknown>, name);
  }
  return value;
}
