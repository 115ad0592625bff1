import { z } from 'zod';
import { lookUp } from '../keys';
import { readTemplates } from './templates';
import type { BindingValue } from './templates';

/** Which connection gives a service what, in each environment: `connections:` and `bindings:` of the catalog. Pure. */

/** What a feature may ask of a connection. Several connections may give the plural ones, and one restarts what another checks. */
const single = ['pipelines', 'source', 'tests', 'tickets', 'changes', 'faults', 'workload'] as const;
const several = ['running', 'metrics', 'alerts', 'annotations'] as const;
const oneOrSeveral = ['control'] as const;

export type Capability = (typeof single)[number] | (typeof several)[number] | (typeof oneOrSeveral)[number];

const capabilities: readonly Capability[] = [...single, ...several, ...oneOrSeveral];

/** Keys that only the connector knows stand beside those that are read here. */
const Layer = z.looseObject({ connection: z.string().optional(), in: z.never().optional() });

const Entry = z.looseObject({ connection: z.string().optional(), in: z.record(z.string(), Layer).optional() });
type Entry = z.infer<typeof Entry>;

const each = <Schema extends z.ZodType>(names: readonly Capability[], schema: Schema) =>
  Object.fromEntries(names.map((name) => [name, schema.optional()]));

const Entries = z.array(Entry).max(20);
/** A union would say only that neither fits. */
const EntryOrEntries = z.unknown().transform((given, context): Entry | Entry[] => {
  const { data, error } = (Array.isArray(given) ? Entries : Entry).safeParse(given);
  for (const { path, message } of error?.issues ?? []) context.addIssue({ code: 'custom', path, message });
  return data ?? z.NEVER;
});

/** One list or entry for each capability, of the catalog or of a service. */
export const Bindings = z.strictObject({
  ...each(single, Entry),
  ...each(several, Entries),
  ...each(oneOrSeveral, EntryOrEntries),
});
type Bindings = Readonly<Record<string, Entry | readonly Entry[] | undefined>>;

/** An outside system; what else stands there is up to its kind. */
export const Connection = z.looseObject({
  kind: z.string().min(1).max(40),
  /** What people call it, instead of the name of its kind. */
  title: z.string().min(1).max(40).optional(),
});
type Connections = Readonly<Record<string, z.infer<typeof Connection>>>;

/** What a kind of connector lets a catalog say. The strings of a binding reach its schema as templates. */
export interface ConnectorKind {
  /** Everything of a connection but its kind. */
  readonly connection: z.ZodType;
  readonly bindings: Readonly<Partial<Record<Capability, z.ZodType>>>;
  /** What is wrong with a service that is bound to it, for what no schema can see; undefined if nothing is. */
  readonly findProblem?: (service: string, environments: readonly string[]) => string | undefined;
}

/** The kinds of connections that a catalog can name, and the settings that are there for their secrets. */
export interface KnownKinds {
  readonly kinds: ReadonlyMap<string, ConnectorKind>;
  readonly isSet: (setting: string) => boolean;
}

type Path = readonly PropertyKey[];
type Problem = [path: PropertyKey[], message: string];

/** The capability of a service in an environment: the connection and the ids it has there. */
export interface ResolvedBinding {
  readonly connection: string;
  readonly kind: string;
  readonly values: Readonly<Record<string, BindingValue>>;
  /** Where in the file each value comes from, and the connection itself. */
  readonly origins: ReadonlyMap<string, Path>;
}

interface BindingSource {
  readonly connections: Connections;
  readonly bindings: Bindings;
  readonly services: Readonly<
    Record<string, { readonly bindings: Bindings; readonly environments: readonly string[] }>
  >;
}

/** What applies to a service in an environment, and what is wrong with it. A capability that nothing gives isn't there. */
export function resolveBindings(
  { connections, bindings, services }: BindingSource,
  kinds: ReadonlyMap<string, ConnectorKind>,
  service: string,
  environment: string,
): { readonly bindings: ReadonlyMap<Capability, readonly ResolvedBinding[]>; readonly problems: readonly Problem[] } {
  const found = new Map<Capability, readonly ResolvedBinding[]>();
  const problems: Problem[] = [];
  const own = lookUp(services, service)?.bindings;
  for (const capability of capabilities) {
    const layers = [
      layerOf(['bindings', capability], lookUp(bindings, capability)),
      layerOf(['services', service, 'bindings', capability], lookUp(own, capability)),
    ].filter((layer) => layer !== undefined);
    const resolved = mergeLayers(layers, environment).flatMap((merged) => {
      const read = readMerged(merged, capability, connections, kinds);
      problems.push(...read.problems);
      return read.binding ?? [];
    });
    if (resolved.length > 0) found.set(capability, resolved);
  }
  return { bindings: found, problems };
}

/** Every problem of the connections and bindings once, whatever services it concerns. */
export function findBindingProblems(
  source: BindingSource & { readonly environments: Readonly<Record<string, unknown>> },
  { kinds, isSet }: KnownKinds,
): Problem[] {
  const { connections, bindings, services, environments } = source;
  const problems: Problem[] = Object.entries(connections).flatMap(([name, { kind, title: _, ...rest }]): Problem[] => {
    const known = kinds.get(kind);
    if (!known)
      return [[['connections', name, 'kind'], `there is no kind ${kind}; there are ${[...kinds.keys()].join(', ')}`]];
    const found = misfits(known.connection, rest, (path) => ['connections', name, ...path]);
    return found.length > 0 ? found : missingSettings(['connections', name], rest, isSet);
  });
  problems.push(...environmentProblems(['bindings'], bindings, Object.keys(environments)));
  for (const [name, service] of Object.entries(services)) {
    problems.push(...environmentProblems(['services', name, 'bindings'], service.bindings, service.environments));
    const bound = service.environments.map((environment) => {
      const resolved = resolveBindings(source, kinds, name, environment);
      problems.push(...resolved.problems);
      return { environment, kinds: new Set([...resolved.bindings.values()].flat().map(({ kind }) => kind)) };
    });
    for (const [kind, { findProblem }] of kinds) {
      const there = bound.filter((each) => each.kinds.has(kind)).map(({ environment }) => environment);
      const problem = there.length > 0 ? findProblem?.(name, there) : undefined;
      if (problem !== undefined) problems.push([['services', name], problem]);
    }
  }
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

const settingForm = /^GAVEL_[A-Z0-9_]+$/;

/** The names of settings in a connection, each with its path there. */
export function settingsNamedIn(
  value: unknown,
  path: Path = [],
): readonly { readonly name: string; readonly path: Path }[] {
  if (typeof value === 'string') return settingForm.test(value) ? [{ name: value, path }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => settingsNamedIn(each, [...path, key]));
}

function missingSettings(path: Path, connection: unknown, isSet: (setting: string) => boolean): Problem[] {
  return settingsNamedIn(connection)
    .filter(({ name }) => !isSet(name))
    .map(({ name, path: below }): Problem => [
      [...path, ...below],
      `${name} isn’t set; set it, or set ${name}_FILE to a file that contains it`,
    ]);
}

function environmentProblems(path: Path, bindings: Bindings, known: readonly string[]): Problem[] {
  return Object.entries(bindings).flatMap(([capability, given]) =>
    (layerOf([...path, capability], given)?.entries ?? []).flatMap(({ path: at, entry }) =>
      Object.keys(entry.in ?? {})
        .filter((environment) => !known.includes(environment))
        .map((environment): Problem => [[...at, 'in', environment], `there is no environment ${environment} here`]),
    ),
  );
}

interface Placed {
  readonly path: Path;
  readonly entry: Entry;
}

interface Layered {
  readonly isList: boolean;
  readonly entries: readonly Placed[];
}

function layerOf(path: Path, given: Entry | readonly Entry[] | undefined): Layered | undefined {
  if (given === undefined) return undefined;
  if (!isList(given)) return { isList: false, entries: [{ path, entry: given }] };
  return { isList: true, entries: given.map((entry, index) => ({ path: [...path, index], entry })) };
}

const isList = (given: Entry | readonly Entry[]): given is readonly Entry[] => Array.isArray(given);

/** The keys of one binding with the place each comes from. */
interface Merged {
  readonly path: Path;
  readonly values: ReadonlyMap<string, { readonly value: unknown; readonly path: Path }>;
}

/** A later layer wins: a list as a whole and over a list, an entry key by key. */
function mergeLayers(layers: readonly Layered[], environment: string): Merged[] {
  const last = layers.at(-1);
  if (!last) return [];
  if (last.isList) return last.entries.map((placed) => mergeEntries([placed], environment));
  const single = layers.slice(layers.findLastIndex((layer) => layer.isList) + 1);
  return [
    mergeEntries(
      single.flatMap(({ entries }) => entries),
      environment,
    ),
  ];
}

function mergeEntries(entries: readonly Placed[], environment: string): Merged {
  const steps = entries.flatMap(({ path, entry: { in: byEnvironment, ...always } }) => {
    const here = lookUp(byEnvironment, environment);
    return [{ path, given: always }, ...(here ? [{ path: [...path, 'in', environment], given: here }] : [])];
  });
  let values = new Map<string, { value: unknown; path: Path }>();
  let last: Path = [];
  for (const { path, given } of steps) {
    const { connection } = given;
    // The ids of one system mean nothing in another.
    if (connection !== undefined && connection !== values.get('connection')?.value) values = new Map();
    for (const [key, value] of Object.entries(given))
      if (value !== undefined) values.set(key, { value, path: [...path, key] });
    if (Object.keys(given).length > 0) last = path;
  }
  return { path: last, values };
}

function readMerged(
  { path, values: merged }: Merged,
  capability: Capability,
  connections: Connections,
  kinds: ReadonlyMap<string, ConnectorKind>,
): { readonly binding?: ResolvedBinding; readonly problems: Problem[] } {
  const named = merged.get('connection');
  const connection = typeof named?.value === 'string' ? named.value : undefined;
  if (!named || connection === undefined)
    return { problems: merged.size === 0 ? [] : [[[...path], 'needs a connection']] };
  const kind = lookUp(connections, connection)?.kind;
  if (kind === undefined) return { problems: [[[...named.path], `there is no connection ${connection}`]] };
  const known = kinds.get(kind);
  // That the kind is unknown is said of the connection.
  if (!known) return { problems: [] };
  const schema = known.bindings[capability];
  if (!schema) return { problems: [[[...named.path], `a connection of kind ${kind} doesn’t give ${capability}`]] };
  const problems: Problem[] = [];
  const values: Record<string, BindingValue> = Object.create(null) as Record<string, BindingValue>;
  for (const [key, { value, path: at }] of merged) {
    if (key === 'connection') continue;
    const read = readTemplates(value);
    problems.push(...read.problems.map(([below, message]): Problem => [[...at, ...below], message]));
    Object.assign(values, Object.fromEntries([[key, read.value]]));
  }
  const placeOf = ([key, ...below]: Path): PropertyKey[] => {
    const at = key === undefined ? undefined : merged.get(String(key))?.path;
    // A key that is missing stands nowhere; its binding does.
    return at ? [...at, ...below] : [...path, ...(key === undefined ? [] : [key])];
  };
  if (problems.length === 0) problems.push(...misfits(schema, { ...values }, placeOf));
  const origins = new Map([...merged].map(([key, { path: at }]) => [key, at]));
  return { binding: { connection, kind, values: { ...values }, origins }, problems };
}

/** What a schema has against a value, each with its place in the file. */
function misfits(schema: z.ZodType, value: unknown, placeOf: (path: Path) => PropertyKey[]): Problem[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).flatMap((issue): Problem[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => [placeOf([...issue.path, key]), 'this kind of connection doesn’t have this key here'])
      : [[placeOf(issue.path), issue.message]],
  );
}
