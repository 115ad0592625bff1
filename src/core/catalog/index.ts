import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import { lookUp } from '../keys';
import { readCatalogDate } from '../time/moments';
import { findBindingProblems } from './bindings';
import type { KnownKinds } from './bindings';
import { builtInRoles, CatalogFile, reservedNames } from './schema';
import type { ApprovalRule, ApprovalSeat, Catalog, CatalogFreeze } from './schema';

/** The catalog: services, environments, people, roles and policies. Read from one YAML file, validated at the start. */

export { builtInRoles, rights } from './schema';
export type {
  ActionKind,
  ApprovalRule,
  ApprovalSeat,
  ApprovalStage,
  Catalog,
  CatalogEnvironment,
  CatalogFreeze,
  HealthLimits,
  Right,
} from './schema';

/** Either the catalog with what it should no longer say, or every problem, each with its line. */
type CatalogResult = { catalog: Catalog; warnings: string[] } | { problems: string[] };

/** How a catalog is read. */
export interface CatalogReading extends KnownKinds {
  /** Puts what an earlier form of the catalog says into today's, as the content of the file, with a warning for each. */
  readonly modernize: (content: unknown) => { readonly content: unknown; readonly warnings: readonly PathMessage[] };
}

/** A path in the file, and what is to be said of it. */
export type PathMessage = [path: PropertyKey[], message: string];

const noConnections: CatalogReading = {
  kinds: new Map(),
  isSet: () => false,
  modernize: (content) => ({ content, warnings: [] }),
};

/** Reads and validates the catalog file; never throws because of its content. */
export function readCatalog(file: string, reading?: CatalogReading): CatalogResult {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { problems: [`${file} can’t be read. Set GAVEL_CATALOG to a catalog file that Gavel can read.`] };
  }
  return parseCatalog(text, file, reading);
}

/** Validates the text of a catalog file. Without `reading`, it can name no connection. */
export function parseCatalog(text: string, file = 'catalog', reading = noConnections): CatalogResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0)
    return {
      problems: document.errors.map(
        (error) => `${file}:${lines.linePos(error.pos[0]).line}: this isn’t YAML: ${firstSentence(error.message)}`,
      ),
    };
  const lost = lostKey(document);
  if (lost !== undefined)
    return { problems: [`${file}:${lines.linePos(lost).line}: __proto__ can’t be a name here; choose another name`] };
  if (!isMap(document.contents)) return { problems: [`${file}: this isn’t a catalog; create one with npx gavel init`] };
  const at = (path: readonly PropertyKey[]): string => {
    const line = lineIn(document, lines, path);
    return `${file}${line === undefined ? '' : `:${line}`}: ${path.map(String).join('.')}`;
  };
  const modern = reading.modernize(document.toJS());
  const parsed = CatalogFile.safeParse(modern.content);
  if (!parsed.success)
    return {
      problems: parsed.error.issues.flatMap((issue) =>
        pathsOf(issue).map((path) => `${at(path)}: ${sentenceOf(issue)}`),
      ),
    };
  const said = ([path, message]: PathMessage): string => `${at(path)}: ${message}`;
  const problems = [...crossCheck(parsed.data), ...findBindingProblems(parsed.data, reading)].map(said);
  if (problems.length > 0) return { problems };
  return { catalog: deepFreeze(parsed.data), warnings: modern.warnings.map(said) };
}

/** The line where each path of a catalog file stands, or else what it's in; undefined for what isn't in the file. */
export function findLines(text: string): (path: readonly PropertyKey[]) => number | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return (path) => (isMap(document.contents) ? lineIn(document, lines, path) : undefined);
}

function lineIn(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const range = rangeOf(document, path.slice(0, length));
    if (range) return lines.linePos(range[0]).line;
  }
  return undefined;
}

/** For a key, the requirement of its format. */
function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.code === 'unrecognized_keys' ? 'the catalog doesn’t have this key here' : issue.message;
}

/** Each unknown key gets its own line. */
const pathsOf = (issue: z.core.$ZodIssue): (readonly PropertyKey[])[] =>
  issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];

/** The parser's message without the position and the excerpt of the line. */
const firstSentence = (message: string): string =>
  (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '').replace(/; please use .*$/, '');

/** A name that JavaScript objects can't store: its entry would silently disappear. */
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

/** The position of a key, or of a list's value. */
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

/** What a schema can't check: names that don't exist, roles without the right, dates that end before they begin. */

type Problem = PathMessage;

/** Each problem with its path in the file. */
function crossCheck(catalog: Catalog): Problem[] {
  const { people, services, environments, fourEyes, confirm, freezes, contact, timeZone } = catalog;
  const problems: Problem[] = catalog.grants.flatMap((grant, index) =>
    grantProblems(['grants', index], grant, catalog),
  );
  for (const kind of ['people', 'groups', 'entraGroups', 'roles', 'services', 'environments'] as const)
    for (const key of Object.keys(catalog[kind]))
      if (reservedNames.has(key)) problems.push([[kind, key], describeReserved(key)]);
  problems.push(...unknown(['contact'], 'person', people, contact));
  for (const [key, service] of Object.entries(services)) {
    problems.push(...unknown(['services', key, 'environments'], 'environment', environments, ...service.environments));
    problems.push(...unknown(['services', key, 'owners'], 'person', people, ...(service.owners ?? [])));
  }
  for (const [key, environment] of Object.entries(environments))
    for (const kind of ['deploy', 'rollback', 'restart'] as const)
      problems.push(...ruleProblems(['environments', key, kind], environment[kind], catalog));
  for (const [key, environment] of Object.entries(environments))
    problems.push(...practiceProblems(['environments', key], environment));
  for (const [key, environment] of Object.entries(environments))
    for (const setting of ['freezeOverride', 'breakGlass', 'lockBreaker'] as const)
      problems.push(...unknown(['environments', key, setting], 'role', rolesOf(catalog), environment[setting]));
  for (const [key, members] of Object.entries(catalog.groups))
    problems.push(...unknown(['groups', key], 'person', people, ...members));
  for (const key of Object.keys(catalog.entraGroups))
    if (lookUp(catalog.groups, key)) problems.push([['entraGroups', key], 'is already the name of a list in groups']);
  fourEyes.forEach(({ approval }, index) =>
    problems.push(...ruleProblems(['fourEyes', index, 'approval'], approval, catalog)),
  );
  for (const [marks, marked] of Object.entries({ fourEyes, confirm }))
    marked.forEach((mark, index) =>
      problems.push(
        ...unknown([marks, index, 'environments'], 'environment', environments, ...(mark.environments ?? [])),
      ),
    );
  freezes.forEach((freeze, index) => problems.push(...freezeProblems(['freezes', index], freeze, catalog)));
  return [...problems, ...zoneProblems(['timeZone'], timeZone)];
}

/** The names that don't exist. */
function unknown(
  path: PropertyKey[],
  kind: string,
  known: Readonly<Record<string, unknown>>,
  ...names: readonly (string | undefined)[]
): Problem[] {
  const lost = names.filter((name) => name !== undefined && lookUp(known, name) === undefined);
  return lost.map((name) => [path, `there is no ${kind} ${name}`]);
}

const rolesOf = ({ roles }: Catalog) => ({ ...builtInRoles, ...roles });

/** Lists of people, and Entra groups. */
const groupsOf = ({ groups, entraGroups }: Catalog) => ({ ...groups, ...entraGroups });

function grantProblems(path: PropertyKey[], grant: Catalog['grants'][number], catalog: Catalog): Problem[] {
  const { person, group, everyone, role, services = [], environments = [] } = grant;
  const whom = [person, group, everyone].filter((each) => each !== undefined);
  return [
    ...(whom.length === 1 ? [] : [[path, 'must name a person, a group, or everyone: true'] satisfies Problem]),
    ...unknown(path, 'person', catalog.people, person),
    ...unknown(path, 'group', groupsOf(catalog), group),
    ...unknown(path, 'role', rolesOf(catalog), role),
    ...unknown(path, 'service', catalog.services, ...services),
    ...unknown(path, 'environment', catalog.environments, ...environments),
  ];
}

const describeReserved = (key: string): string =>
  `“${key}” has a special meaning in commands, so nobody could type this name; choose another one`;

/** Gavel approves practice deployments itself, so nothing there may matter. */
function practiceProblems(
  path: PropertyKey[],
  { practice, risk, deploy, rollback }: Catalog['environments'][string],
): Problem[] {
  if (!practice) return [];
  const problems: Problem[] = [];
  if (risk !== 'low') problems.push([[...path, 'practice'], 'needs risk: low; Gavel itself approves there']);
  for (const [kind, { required, stages, evidence }] of Object.entries({ deploy, rollback }))
    if (required > 1 || stages || evidence)
      problems.push([[...path, kind], 'can require at most one approval and no evidence where practice is true']);
  return problems;
}

function freezeProblems(path: PropertyKey[], freeze: CatalogFreeze, catalog: Catalog): Problem[] {
  const { dates, timeZone } = freeze;
  const problems = timeZone === undefined ? [] : zoneProblems([...path, 'timeZone'], timeZone);
  problems.push(
    ...unknown([...path, 'environments'], 'environment', catalog.environments, ...freeze.environments),
    ...unknown([...path, 'services'], 'service', catalog.services, ...(freeze.services ?? [])),
  );
  if (!dates || problems.length > 0) return problems;
  const zone = timeZone ?? catalog.timeZone;
  const [from, to] = [readCatalogDate(dates.from, zone), readCatalogDate(dates.to, zone)];
  if (from === undefined || to === undefined)
    problems.push([[...path, 'dates'], 'needs dates such as 2026-12-20 18:00']);
  else if (to <= from) problems.push([[...path, 'dates'], 'ends before it begins']);
  return problems;
}

function zoneProblems(path: PropertyKey[], timeZone: string): Problem[] {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone });
    return [];
  } catch {
    return [[path, `${timeZone} isn’t a time zone; use a name such as Europe/Berlin`]];
  }
}

function ruleProblems(path: PropertyKey[], rule: ApprovalRule, catalog: Catalog): Problem[] {
  const { role, required, stages, escalateTo, evidence, authorsUnknown } = rule;
  const team = typeof authorsUnknown === 'object' ? authorsUnknown.team : undefined;
  const verifiedIn = evidence?.verifiedIn?.environment;
  return [
    ...(stages ? [] : seatProblems(path, { role }, catalog, required > 0)),
    ...(stages ?? []).flatMap((stage, index) => seatProblems([...path, 'stages', index], stage, catalog)),
    ...(escalateTo ? seatProblems([...path, 'escalateTo'], escalateTo, catalog) : []),
    ...unknown([...path, 'authorsUnknown'], 'group', groupsOf(catalog), team),
    ...unknown([...path, 'evidence'], 'environment', catalog.environments, verifiedIn),
    ...(evidence?.tests ?? []).flatMap(({ environment }, index) =>
      unknown([...path, 'evidence', 'tests', index], 'environment', catalog.environments, environment),
    ),
  ];
}

/** A role that can't approve, or an empty group, would let a request wait forever. */
function seatProblems(path: PropertyKey[], { role, group }: ApprovalSeat, catalog: Catalog, needed = true): Problem[] {
  if (group !== undefined) return unknown(path, 'group', groupsOf(catalog), group);
  const held = lookUp(rolesOf(catalog), role);
  if (!held) return [[path, `there is no role ${role}`]];
  if (needed && !held.includes('approve')) return [[path, `the ${role} role has no permission to approve`]];
  return [];
}
