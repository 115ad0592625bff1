import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { Connector, OpenConnection } from '../../src/connectors/contract/kinds';
import { text } from '../../src/core/catalog/templates';
import { answer, FaultyServer } from './http/faulty-server';

/** How the templates of a connector's bindings are proven: whatever a word stands for, it stays one value where it arrives. */
export interface TemplateProof {
  /** Fields whose values are only shown, or compared here with what the system says. */
  readonly staysHere?: RegExp;
  /** Fields that a test of the connector itself is about, by its file: those of programs and sockets, and those that it refuses. */
  readonly provenBy?: Readonly<Record<string, RegExp>>;
  readonly sent?: readonly SentTemplate[];
  readonly filled?: readonly FilledTemplate[];
}

/** A template that reaches a program, a file or a socket. */
export interface FilledTemplate extends Pick<SentTemplate, 'fields' | 'becomes'> {
  /** Each text that arrives there, as one argument, one path or one line. */
  readonly arrivedOf: (target: TemplateTarget) => Promise<readonly string[]> | readonly string[];
}

interface SentTemplate {
  /** The fields that `call` fills with `{service}`, as `metrics.queries.*.query`. */
  readonly fields: RegExp;
  readonly call: (connection: OpenConnection, target: TemplateTarget) => Promise<unknown> | undefined;
  /** What the system answers as JSON; by default an empty object. */
  readonly answers?: (request: { readonly method: string; readonly path: string }) => object;
  /** What the system makes of a text that arrives; by default, it's as it is. */
  readonly read?: (arrived: string) => string;
  /** A slash in the value is one in the path, as in names of branches. */
  readonly hasPath?: true;
  /** The value is one segment of a path; as in all paths, one that would leave it is refused. */
  readonly isSegment?: true;
  /** What of a value arrives; by default all of it. `nothing`: it's refused before anything is sent. */
  readonly becomes?: 'nothing' | ((value: string) => string);
}

export interface TemplateTarget {
  readonly service: string;
  readonly environment: string;
}

/** What becomes of a value in a path: it's part of one name, and never a folder above. */
export const inOneName = (value: string): string =>
  value.replace(/[^\p{L}\p{N}_.-]/gu, '_').replace(/^\.+|\.{2,}/g, (dots) => '_'.repeat(dots.length));

const plain = 'plainname';
/** A path that leaves the place where it was put is refused. */
const leavesPath = /(?:^|\/)\.\.(?:\/|$)/;
const hostile: readonly string[] = [
  ...['a"b', "a'b", 'a`b', 'a{b}c', '{service}', 'a/b', '../b', 'a\\b', 'a\nb', 'a=~".*"|b', 'a),(b', 'a,b;c'],
  ...['a&b=c', 'a?b#c', 'a%41%2Fb', 'a b+c', '$(id)$1', '<b>', 'ü', 'a"b\'c{d}/../e\\f\n=~|)&g=h?i#j%41 ;$(id)'],
];

/** Each place of a binding where the catalog takes a template, as `metrics.queries.*.query`. */
export function templateFieldsOf({ bindings }: Connector): readonly string[] {
  const found = new Set<string>();
  for (const [capability, schema] of Object.entries(bindings)) collect(schema, capability, found, []);
  return [...found].sort();
}

/** Follows a schema of zod through whatever is around its parts. A refined template is a copy that still has its pieces. */
function collect(schema: unknown, path: string, found: Set<string>, above: readonly unknown[]): void {
  if (!(schema instanceof z.ZodType) || above.includes(schema)) return;
  const definition = schema.def as unknown as Readonly<Record<string, unknown>>;
  const shape = (definition['shape'] ?? {}) as Readonly<Record<string, unknown>>;
  if (schema === text || 'pieces' in shape) return void found.add(path);
  const into = (part: unknown, at: string): void => collect(part, at, found, [...above, schema]);
  for (const [name, part] of Object.entries(shape)) into(part, `${path}.${name}`);
  for (const name of ['element', 'valueType']) into(definition[name], `${path}.*`);
  for (const name of ['innerType', 'in', 'out', 'left', 'right']) into(definition[name], path);
  for (const option of (definition['options'] ?? []) as readonly unknown[]) into(option, path);
}

/** Fails for a field that no proof is about, and for a proof that is about none. */
export function assertEachFieldProven(
  connector: Connector,
  { staysHere, provenBy = {}, sent = [], filled = [] }: TemplateProof,
): void {
  const fields = templateFieldsOf(connector);
  const about = [
    ...(staysHere ? [staysHere] : []),
    ...Object.values(provenBy),
    ...[...sent, ...filled].map((each) => each.fields),
  ];
  assert.deepEqual(
    fields.filter((field) => !about.some((each) => each.test(field))),
    [],
    'fields without a proof',
  );
  for (const each of about)
    assert.ok(
      fields.some((field) => each.test(field)),
      `${String(each)} is no field`,
    );
  for (const file of Object.keys(provenBy)) assert.ok(existsSync(file), file);
}

/** Feeds each value to what is sent, and reads at a real server what arrived. */
export async function assertStaysOneValue(
  { call, answers = () => ({}), read = (arrived) => arrived, ...sent }: SentTemplate,
  connect: (url: string) => OpenConnection,
): Promise<void> {
  await assertArrives(sent, async (target) => {
    const server = await FaultyServer.start(({ request, response }) =>
      answer(response, 200, answers({ method: request.method ?? '', path: request.url ?? '' })),
    );
    const connection = connect(server.url);
    try {
      // What it makes of the answers isn't what this is about.
      await Promise.resolve()
        .then(() => call(connection, target))
        .catch(() => undefined);
      return server.received.flatMap(partsOf).map((part) => read(withoutTimes(part)));
    } finally {
      await connection.close();
      await server.close();
    }
  });
}

/** Feeds each value to what reaches a program, a file or a socket. */
export const assertStaysOneText = ({ arrivedOf, ...filled }: FilledTemplate): Promise<void> =>
  assertArrives(filled, arrivedOf);

async function assertArrives(
  { becomes = (value) => value, hasPath, isSegment, fields }: Omit<SentTemplate, 'call' | 'answers' | 'read'>,
  arrivedOf: FilledTemplate['arrivedOf'],
): Promise<void> {
  const arrive = async (service: string) => arrivedOf({ service, environment: 'production' });
  const arrivedPlain = becomes === 'nothing' ? plain : becomes(plain);
  const expected = await arrive(plain);
  assert.ok(
    expected.some((part) => part.includes(arrivedPlain)),
    `nothing of ${String(fields)} arrived: ${expected.join(' ')}`,
  );
  for (const value of hostile) {
    const arrived = await arrive(value);
    const kept =
      becomes === 'nothing' || ((hasPath ?? isSegment) && leavesPath.test(value)) ? undefined : becomes(value);
    const parts = expected.flatMap((part) => {
      const filled = part.replaceAll(arrivedPlain, () => kept ?? '');
      return hasPath && filled !== part ? filled.split('/') : filled;
    });
    assert.deepEqual(arrived, kept === undefined ? [] : parts, JSON.stringify(value));
  }
}

type Received = FaultyServer['received'][number];

/** A request as the system takes it apart: its path, what its address and its body say, each name with its value. */
function partsOf({ method, path, body, headers }: Received): string[] {
  const { pathname, searchParams } = new URL(`http://system.example${path}`);
  const pairs = (given: URLSearchParams): string[] => [...given].map(([name, value]) => `${name}: ${value}`);
  const sent = headers['content-type']?.includes('json')
    ? leavesOf('', JSON.parse(body))
    : pairs(new URLSearchParams(body));
  return [method, ...pathname.split('/').map(decodeURIComponent), ...pairs(searchParams), ...sent];
}

function leavesOf(name: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [`${name}: ${String(value)}`];
  return Object.entries(value).flatMap(([key, each]) => leavesOf(`${name}.${key}`, each));
}

/** Moments and digests differ from call to call. */
const withoutTimes = (part: string): string =>
  part.replace(/\d{9,}(?:\.\d+)?|\d{4}-\d\d-\d\dT[\d:.]+Z|\b[0-9a-f]{16,}\b/g, '…');
