import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import { crossCheck } from './catalog-check';
import { CatalogFile } from './catalog-schema';
import type { Catalog } from './catalog-schema';

/** The catalog: which services, environments, people, roles and policies there are. Read from one YAML file, validated at start. */

export { builtInRoles, rights } from './catalog-schema';
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
} from './catalog-schema';

/** Either the catalog or every problem found, each with its line. */
export type CatalogResult = { catalog: Catalog } | { problems: string[] };

/** Reads and validates the catalog file; never throws for what is in it. */
export function readCatalog(file: string): CatalogResult {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { problems: [`${file}: cannot be read. Name an existing catalog file in GAVEL_CATALOG.`] };
  }
  return parseCatalog(text, file);
}

/** Validates the text of a catalog file. */
export function parseCatalog(text: string, file = 'catalog'): CatalogResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0)
    return { problems: document.errors.map((error) => `${file}:${lines.linePos(error.pos[0]).line}: ${error.code}`) };
  const at = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length > 0; length--) {
      const range = rangeOf(document, path.slice(0, length));
      if (range) return `${file}:${lines.linePos(range[0]).line}: ${path.map(String).join('.')}`;
    }
    return `${file}: ${path.map(String).join('.')}`;
  };
  const parsed = CatalogFile.safeParse(document.toJS());
  if (!parsed.success)
    return { problems: parsed.error.issues.map((issue) => `${at(issue.path)}: ${sentenceOf(issue)}`) };
  const problems = crossCheck(parsed.data).map(([path, message]) => `${at(path)}: ${message}`);
  return problems.length > 0 ? { problems } : { catalog: deepFreeze(parsed.data) };
}

/** For a key, what its form asks for. */
const sentenceOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;

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
