import { Expression, ExpressionEvaluator, ExpressionType } from 'adaptive-expressions';
import type { Template } from 'adaptivecards-templating';
import { lookUp } from '../look-up';

/**
 * Makes `${service.name}` a plain look-up. The library splits the path with three regular expressions and searches the keys without regard to case,
 * at every evaluation; that was half the time of a card. What is not plainly there is still left to the library, so the output is the same.
 */
export function readPathsDirectly(template: Template): void {
  visit((template as unknown as { readonly _preparedPayload?: unknown })._preparedPayload);
}

function visit(node: unknown): void {
  if (node === null || typeof node !== 'object') return;
  if (!(node instanceof Expression)) return Object.values(node).forEach(visit);
  const path = pathOf(node);
  if (path) (node as { evaluator: ExpressionEvaluator }).evaluator = directEvaluator(path, node.evaluator);
  else node.children.forEach(visit);
}

/** `a.b` as its words; undefined for whatever is more than names in a row. */
function pathOf(expression: Expression): string[] | undefined {
  const words: string[] = [];
  for (let left: Expression | undefined = expression; left; left = left.children[1]) {
    if (left.type !== ExpressionType.Accessor) return undefined;
    const word = (left.children[0] as { readonly value?: unknown } | undefined)?.value;
    if (typeof word !== 'string' || !/^[A-Za-z$][\w]*$/.test(word)) return undefined;
    words.unshift(word);
  }
  return words;
}

function directEvaluator(path: readonly string[], library: ExpressionEvaluator): ExpressionEvaluator {
  const fromRoot = path[0] === '$root';
  const names = fromRoot ? path.slice(1) : path;
  return new ExpressionEvaluator(
    library.type,
    (expression, state, options) => {
      const scope = state as unknown as { readonly $root: unknown; readonly $data: unknown };
      const value = names[0]?.startsWith('$') ? undefined : valueAt(fromRoot ? scope.$root : scope.$data, names);
      if (value === undefined || value === null) return library.tryEvaluate(expression, state, options);
      // `undefined` is what the library itself gives for no error, though its types do not say so.
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
