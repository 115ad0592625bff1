import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Description, Operation, Schema } from './description';
import type { Face, HookId, OperationId } from './operations';

/** Holds requests, responses and hooks to GitHub's own description of its API. */

/** An operation that a request is for, with what stands in its path. */
export interface Matched {
  readonly id: OperationId;
  readonly operation: Operation;
  readonly path: Readonly<Record<string, string>>;
}

const root = 'github';

export type Validator = ReturnType<typeof createValidator>;

const made = new Map<Face, Validator>();

/** Compiled once, since that takes a while. */
export function validatorOf(face: Face): Validator {
  const known = made.get(face) ?? createValidator(face);
  made.set(face, known);
  return known;
}

function createValidator(face: Face) {
  const description = JSON.parse(readFileSync(join(__dirname, `${face}.json`), 'utf8')) as Description;
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true, formats: { int64: true } });
  addFormats.default(ajv);
  ajv.addSchema({ $id: root, ...description });
  const compiled = new Map<string, ValidateFunction>();

  /** `at`: where the schema stands in the description. */
  function problemAt(at: readonly string[], value: unknown): string | undefined {
    const pointer = at
      .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
      .map(encodeURIComponent)
      .join('/');
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `${root}#/${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value)) return undefined;
    const [error] = validate.errors ?? [];
    return `${at.join(' ')}${error?.instancePath ?? ''} ${error?.message ?? 'is wrong'} ${JSON.stringify(error?.params)}`;
  }

  function queryProblems({ id, operation }: Matched, query: URLSearchParams): string[] {
    const known = operation.parameters.filter((each) => each.in === 'query').map(({ name }) => name);
    const unknown = [...query.keys()]
      .filter((name) => !known.includes(name))
      .map((name) => `${id} has no parameter ${name}`);
    const wrong = operation.parameters.flatMap(({ name, in: where, isRequired, schema }, index) => {
      const given = where === 'query' ? query.get(name) : null;
      if (where !== 'query') return [];
      if (given === null) return isRequired ? [`${id} needs ${name}`] : [];
      return problemAt(['operations', id, 'parameters', String(index), 'schema'], coerce(schema, given)) ?? [];
    });
    return [...unknown, ...wrong];
  }

  function bodyProblems({ id, operation }: Matched, body: string): string[] {
    if (body === '') return operation.body?.isRequired ? [`${id} needs a body`] : [];
    if (!operation.body) return [`${id} takes no body`];
    const value = JSON.parse(body) as unknown;
    const known = propertiesOf(operation.body.schema, description);
    const unknown =
      known && typeof value === 'object' && value ? Object.keys(value).filter((name) => !known.has(name)) : [];
    const problem = problemAt(['operations', id, 'body', 'schema'], value);
    return [...unknown.map((name) => `${id} takes no ${name}`), ...(problem === undefined ? [] : [problem])];
  }

  return {
    description,
    /** Undefined if no operation is there. `place`: the parts of the path below the address of the API, decoded. */
    match(method: string | undefined, place: readonly string[]): Matched | undefined {
      const all = Object.entries(description.operations) as [OperationId, Operation][];
      const matching = all.flatMap(([id, operation]) => {
        const path = operation.method === method ? pathIn(operation, place) : undefined;
        return path ? [{ id, operation, path }] : [];
      });
      // Of two paths that fit, the longer one is meant: a reference in the other would have its words in it.
      return matching.sort((one, other) => other.operation.path.length - one.operation.path.length)[0];
    },
    requestProblems(matched: Matched, query: URLSearchParams, body: string): string[] {
      const { id, operation, path } = matched;
      const inPath = operation.parameters.flatMap(({ name, in: where, schema }, index) =>
        where === 'path'
          ? (problemAt(['operations', id, 'parameters', String(index), 'schema'], coerce(schema, path[name] ?? '')) ??
            [])
          : [],
      );
      return [...inPath, ...queryProblems(matched, query), ...bodyProblems(matched, body)];
    },
    /** GitHub may refuse any call in a way that its description leaves out, but always with a message. */
    responseProblems({ id, operation }: Matched, status: number, body: unknown): string[] {
      const described = operation.responses[String(status)];
      if (!described)
        return status >= 400 && typeof (body as { message?: unknown } | undefined)?.message === 'string'
          ? []
          : [`${id} doesn’t answer ${status}`];
      const types = Object.keys(described);
      if (types.length === 0) return body === undefined ? [] : [`${id} answers ${status} without a body`];
      const type = types.includes('application/json') ? 'application/json' : (types[0] ?? '');
      const problem = problemAt(['operations', id, 'responses', String(status), type], body);
      return problem === undefined ? [] : [problem];
    },
    hookProblems: (id: HookId, body: unknown): string[] => {
      const problem = problemAt(['hooks', id], body);
      return problem === undefined ? [] : [problem];
    },
  };
}

function pathIn(operation: Operation, place: readonly string[]): Record<string, string> | undefined {
  const wanted = operation.path.slice(1).split('/');
  const spanning = operation.parameters.find(({ spansParts }) => spansParts)?.name;
  const fits = spanning === undefined ? wanted.length === place.length : wanted.length <= place.length;
  if (!fits) return undefined;
  const found: Record<string, string> = {};
  let hasSpanned = false;
  for (const [index, part] of wanted.entries()) {
    const [, before = '', name, after = ''] = /^([^{]*)\{(\w+)\}(.*)$/.exec(part) ?? [];
    const isSpanning = name !== undefined && name === spanning;
    const at = index + (hasSpanned ? place.length - wanted.length : 0);
    const given = isSpanning
      ? place.slice(index, index + 1 + place.length - wanted.length).join('/')
      : (place[at] ?? '');
    hasSpanned ||= isSpanning;
    if (name === undefined ? part !== given : !given.startsWith(before) || !given.endsWith(after)) return undefined;
    if (name !== undefined) found[name] = given;
  }
  return found;
}

function coerce(schema: Schema, text: string): unknown {
  const types = [schema, ...((schema['oneOf'] as Schema[] | undefined) ?? [])].map(({ type }) => type);
  if (types.includes('integer') && !types.includes('string') && /^-?\d+$/.test(text)) return Number(text);
  return types.includes('boolean') && /^(?:true|false)$/.test(text) ? text === 'true' : text;
}

/** The names of what an object may have; undefined if it may have anything. */
function propertiesOf(schema: Schema, description: Description): Set<string> | undefined {
  const { $ref, properties, anyOf, oneOf, additionalProperties } = schema;
  if (typeof $ref === 'string')
    return propertiesOf(description.schemas[$ref.split('/').at(-1) ?? ''] ?? {}, description);
  const choices = (anyOf ?? oneOf) as Schema[] | undefined;
  if (choices) {
    const all = choices.filter(({ type }) => type !== 'null').map((each) => propertiesOf(each, description));
    return all.includes(undefined) ? undefined : new Set(all.flatMap((each) => [...(each ?? [])]));
  }
  return typeof properties === 'object' && additionalProperties !== true
    ? new Set(Object.keys(properties ?? {}))
    : undefined;
}
