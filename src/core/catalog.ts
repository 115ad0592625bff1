import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { readDate, readWeekMoment } from './moments';
import type { WeekMoment } from './moments';

/** The catalog: which services, environments, people, roles and policies there are. Read from one YAML file, validated at start. */

const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'a name of a-z, 0-9 and -, at most 40 long');
const seconds = z.number().positive().max(31_536_000);

/** What a right allows. `view` everything readable; `deploy` requests, cancels own, rolls back; `approve` decides; `operate` restarts, cancels any. */
export const rights = ['view', 'deploy', 'operate', 'approve', 'announce', 'audit', 'admin'] as const;
export type Right = (typeof rights)[number];

/** The roles every catalog has; a catalog may add more or redefine them. */
export const builtInRoles: Readonly<Record<string, readonly Right[]>> = {
  viewer: ['view'],
  developer: ['view', 'deploy'],
  operator: ['view', 'deploy', 'operate'],
  approver: ['view', 'approve'],
  admin: [...rights],
};

const Person = z.strictObject({
  id: z.string().regex(/^(entra:[0-9a-f-]{36}\/[0-9a-f-]{36}|[a-z]+:.+)$/i, 'entra:<tenant id>/<object id>'),
  name: z.string().min(1).max(80),
  title: z.string().max(60).optional(),
});

const Grant = z.strictObject({
  person: name.optional(),
  everyone: z.literal(true).optional(),
  role: name,
  services: z.array(name).optional(),
  environments: z.array(name).optional(),
});

const Limits = z.strictObject({
  p95Ms: z.number().positive(),
  p50Ms: z.number().positive(),
  errorPercent: z.number().min(0).max(100),
  minimumRequestsPerSecond: z.number().min(0),
});

const Service = z.strictObject({
  description: z.string().max(200),
  connector: z.string().default('local'),
  environments: z.array(name).min(1),
  limits: Limits,
});

const ApprovalRule = z.strictObject({
  required: z.number().int().min(0).max(10),
  role: name.default('approver'),
  requesterMayApprove: z.boolean().default(false),
  expiresAfterSeconds: seconds.default(7_200),
});

const weekMoment = z
  .string()
  .refine((words) => readWeekMoment(words) !== undefined, 'a weekday and a time such as Fri 16:00')
  .transform((words) => readWeekMoment(words) as WeekMoment);

/** When nothing is to change: every week, or once between two dates. */
const Freeze = z
  .strictObject({
    name: z.string().min(1).max(60),
    reason: z.string().min(1).max(200),
    environments: z.array(name).min(1),
    services: z.array(name).min(1).optional(),
    weekly: z.strictObject({ from: weekMoment, to: weekMoment }).optional(),
    dates: z.strictObject({ from: z.string(), to: z.string() }).optional(),
    timeZone: z.string().optional(),
    /** What may not happen meanwhile. */
    stops: z
      .array(z.enum(['deploy', 'rollback', 'restart']))
      .min(1)
      .default(['deploy']),
  })
  .refine(({ weekly, dates }) => (weekly === undefined) !== (dates === undefined), 'has either weekly or dates');

const Environment = z.strictObject({
  risk: z.enum(['low', 'medium', 'high']),
  deploy: ApprovalRule,
  rollback: ApprovalRule,
  restart: ApprovalRule,
  verifyForSeconds: seconds,
  rollBackAutomatically: z.boolean(),
  runLimitSeconds: seconds.default(900),
  /** The role whose holders may act in spite of a freeze, with their reason. */
  freezeOverride: name.default('admin'),
  /** The role whose holders may deploy in an emergency, past every rule, with a review after it. */
  breakGlass: name.default('admin'),
  /** The role whose holders may end the lock of somebody else. */
  lockBreaker: name.default('admin'),
  /** Whoever holds a lock for this long is asked whether it is still needed. */
  lockAskAfterSeconds: seconds.default(14_400),
});

const CatalogFile = z.strictObject({
  timeZone: z.string().default('UTC'),
  people: z.record(name, Person),
  roles: z.record(name, z.array(z.enum(rights))).default({}),
  grants: z.array(Grant),
  services: z.record(name, Service),
  environments: z.record(name, Environment),
  freezes: z.array(Freeze).default([]),
});

export type Catalog = Readonly<z.infer<typeof CatalogFile>>;
export type CatalogService = z.infer<typeof Service>;
export type CatalogEnvironment = z.infer<typeof Environment>;
export type ApprovalRule = z.infer<typeof ApprovalRule>;
export type CatalogFreeze = z.infer<typeof Freeze>;
export type HealthLimits = z.infer<typeof Limits>;
export type ActionKind = 'deploy' | 'rollback' | 'restart';

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
      const node: unknown = document.getIn(path.slice(0, length), true);
      const range = (node as { range?: [number, number, number] } | undefined)?.range;
      if (range) return `${file}:${lines.linePos(range[0]).line}: ${path.map(String).join('.')}`;
    }
    return `${file}: ${path.map(String).join('.')}`;
  };
  const parsed = CatalogFile.safeParse(document.toJS());
  if (!parsed.success) return { problems: parsed.error.issues.map((issue) => `${at(issue.path)}: ${issue.message}`) };
  const problems = crossCheck(parsed.data).map(([path, message]) => `${at(path)}: ${message}`);
  return problems.length > 0 ? { problems } : { catalog: deepFreeze(parsed.data) };
}

function crossCheck(catalog: Catalog): [PropertyKey[], string][] {
  const problems: [PropertyKey[], string][] = [];
  const roles = { ...builtInRoles, ...catalog.roles };
  catalog.grants.forEach((grant, index) => {
    const path = ['grants', index];
    if (!grant.person === !grant.everyone) problems.push([path, 'names either a person or everyone: true']);
    if (grant.person && !catalog.people[grant.person]) problems.push([path, `there is no person ${grant.person}`]);
    if (!roles[grant.role]) problems.push([path, `there is no role ${grant.role}`]);
    for (const service of grant.services ?? [])
      if (!catalog.services[service]) problems.push([path, `there is no service ${service}`]);
    for (const environment of grant.environments ?? [])
      if (!catalog.environments[environment]) problems.push([path, `there is no environment ${environment}`]);
  });
  for (const [key, service] of Object.entries(catalog.services))
    for (const environment of service.environments)
      if (!catalog.environments[environment])
        problems.push([['services', key, 'environments'], `there is no environment ${environment}`]);
  for (const [key, environment] of Object.entries(catalog.environments))
    for (const kind of ['deploy', 'rollback', 'restart'] as const)
      problems.push(...roleProblems(['environments', key, kind], environment[kind], roles));
  for (const [key, environment] of Object.entries(catalog.environments))
    for (const setting of ['freezeOverride', 'breakGlass', 'lockBreaker'] as const)
      if (!roles[environment[setting]])
        problems.push([['environments', key, setting], `there is no role ${environment[setting]}`]);
  catalog.freezes.forEach((freeze, index) => problems.push(...freezeProblems(['freezes', index], freeze, catalog)));
  problems.push(...zoneProblems(['timeZone'], catalog.timeZone));
  return problems;
}

function freezeProblems(path: PropertyKey[], freeze: CatalogFreeze, catalog: Catalog): [PropertyKey[], string][] {
  const { dates, timeZone } = freeze;
  const problems = timeZone === undefined ? [] : zoneProblems([...path, 'timeZone'], timeZone);
  for (const environment of freeze.environments)
    if (!catalog.environments[environment])
      problems.push([[...path, 'environments'], `there is no environment ${environment}`]);
  for (const service of freeze.services ?? [])
    if (!catalog.services[service]) problems.push([[...path, 'services'], `there is no service ${service}`]);
  if (!dates || problems.length > 0) return problems;
  const zone = timeZone ?? catalog.timeZone;
  const [from, to] = [readDate(dates.from, zone), readDate(dates.to, zone)];
  if (from === undefined || to === undefined)
    problems.push([[...path, 'dates'], 'needs dates such as 2026-12-20 18:00']);
  else if (to <= from) problems.push([[...path, 'dates'], 'ends before it begins']);
  return problems;
}

function zoneProblems(path: PropertyKey[], timeZone: string): [PropertyKey[], string][] {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone });
    return [];
  } catch {
    return [[path, `${timeZone} is no time zone; write for example Europe/Berlin`]];
  }
}

function roleProblems(
  path: PropertyKey[],
  { role, required }: ApprovalRule,
  roles: Readonly<Record<string, readonly Right[]>>,
): [PropertyKey[], string][] {
  const held = roles[role];
  if (!held) return [[path, `there is no role ${role}`]];
  if (required > 0 && !held.includes('approve')) return [[path, `the role ${role} has no right to approve`]];
  return [];
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
