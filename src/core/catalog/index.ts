import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import { crossCheck } from './';
import { CatalogFile } from './schema';
import type { Catalog } from './schema';

/** The catalog: which services, environments, people, roles and policies there are. Read from one YAML file, validated at start. */

export { builtInRoles, rights } from './schema';
export type {
  ActionKind,
  ApprovalRule,
  ApprovalSeat,
  ApprovalStage,
  Catalog,
  CatalogEnvironment,
  CatalogFreeze,
  CatalogService,
  HealthLimits,
  Right,
} from './schema';

/** Either the catalog or every problem found, each with its line. */
type CatalogResult = { catalog: Catalog } | { problems: string[] };

/** Reads and validates the catalog file; never throws for what is in it. */
export function readCatalog(file: string): CatalogResult {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { problems: [`${file}: can’t be read. Name an existing catalog file in GAVEL_CATALOG.`] };
  }
  return parseCatalog(text, file);
}

/** Validates the text of a catalog file. */
export function parseCatalog(text: string, file = 'catalog'): CatalogResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0)
    return {
      problems: document.errors.map(
        (error) => `${file}:${lines.linePos(error.pos[0]).line}: this isn't YAML: ${firstSentence(error.message)}`,
      ),
    };
  const lost = lostKey(document);
  if (lost !== undefined)
    return { problems: [`${file}:${lines.linePos(lost).line}: __proto__ can't be a name here; take another name`] };
  if (!isMap(document.contents)) return { problems: [`${file}: this holds no catalog; write one with npx gavel init`] };
  const at = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length > 0; length--) {
      const range = rangeOf(document, path.slice(0, length));
      if (range) return `${file}:${lines.linePos(range[0]).line}: ${path.map(String).join('.')}`;
    }
    return `${file}: ${path.map(String).join('.')}`;
  };
  const parsed = CatalogFile.safeParse(document.toJS());
  if (!parsed.success)
    return {
      problems: parsed.error.issues.flatMap((issue) =>
        pathsOf(issue).map((path) => `${at(path)}: ${sentenceOf(issue)}`),
      ),
    };
  const problems = crossCheck(parsed.data).map(([path, message]) => `${at(path)}: ${message}`);
  return problems.length > 0 ? { problems } : { catalog: deepFreeze(parsed.data) };
}

/** For a key, what its form asks for. */
function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.code === 'unrecognized_keys' ? 'the catalog has no such key here' : issue.message;
}

/** Each key that isn't known stands in a line of its own. */
const pathsOf = (issue: z.core.$ZodIssue): (readonly PropertyKey[])[] =>
  issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];

/** What the parser says, without the place and the picture of the line. */
const firstSentence = (message: string): string =>
  (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '').replace(/; please use .*$/, '');

/** Where a name stands that no JavaScript object keeps: whatever it names would be gone without a word. */
function lostKey(document: Document): number | undefined {
  let at: number | undefined;
  visit(document, {
    Pair(_, { key }) {
      if (!isScalar(key) || key.value !== '__proto__') return undefined;
      at = key.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return at;
}

/** Where a key stands, else where a value of a list does. */
function rangeOf(document: Document, path: readonly PropertyKey[]): readonly [number, ...number[]] | undefined {
  const parent: unknown = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const key = isMap(parent)
    ? parent.items.map((pair) => pair.key).find((each) => isScalar(each) && String(each.value) === String(path.at(-1)))
    : undefined;
  const node: unknown = key ?? document.getIn(path, true);
  return isNode(node) ? (node.range ?? undefined) : undefined;
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
