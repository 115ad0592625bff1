import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Description, Operation, Schema } from './description';
import { exampleNames, faces, hookIds, operationIds } from './operations';

/**
 * `npm run contracts [folder] [folder]`: takes GitHub's OpenAPI descriptions and its examples of events from the packages below, or from folders that
 * have them unpacked, and writes what Gavel uses of them beside this file. The first package is far too large to be a dependency.
 */

const source = '@octokit/openapi@23.0.2';
const exampleSource = '@octokit/webhooks-examples@7.6.1';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

const asObject = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** Words for people, and what only generators of clients use. */
const dropped =
  /^(?:description|examples?|externalDocs|summary|tags|title|default|deprecated|discriminator|xml|readOnly)$|^x-/;

function trim(whole: JsonObject): Description {
  const schemas = new Map<string, Schema>();
  const components = asObject(whole['components']);

  /** What a reference to anything but a schema stands for. */
  function resolve(value: Json | undefined): JsonObject {
    const found = asObject(value);
    const { $ref } = found;
    if (typeof $ref !== 'string') return found;
    const [, , kind = '', name = ''] = $ref.split('/');
    return resolve(asObject(components[kind])[name]);
  }

  function schemaOf(value: Json | undefined): Schema {
    const given = asObject(value);
    if (typeof given['$ref'] === 'string') {
      const name = given['$ref'].split('/').at(-1) ?? '';
      if (!schemas.has(name)) {
        schemas.set(name, {});
        schemas.set(name, schemaOf(asObject(components['schemas'])[name]));
      }
      return { $ref: `#/schemas/${name}` };
    }
    const schema: JsonObject = {};
    for (const [word, each] of Object.entries(given)) {
      if (word === 'properties' || word === 'patternProperties')
        schema[word] = Object.fromEntries(
          Object.entries(asObject(each)).map(([name, one]) => [name, schemaOf(one) as JsonObject]),
        );
      else if (/^(?:allOf|anyOf|oneOf)$/.test(word) && Array.isArray(each))
        schema[word] = each.map((one) => schemaOf(one) as JsonObject);
      else if (/^(?:items|not|additionalProperties)$/.test(word) && typeof each === 'object')
        schema[word] = schemaOf(each) as JsonObject;
      else if (word !== 'nullable' && !dropped.test(word)) schema[word] = each;
    }
    return given['nullable'] === true ? { anyOf: [schema, { type: 'null' }] } : schema;
  }

  const contentOf = (value: Json | undefined): { readonly [type: string]: Schema } =>
    Object.fromEntries(
      Object.entries(asObject(value)).map(([type, content]) => [type, schemaOf(asObject(content)['schema'])]),
    );

  function operationOf(method: string, path: string, given: JsonObject, more: Json[]): Operation {
    const parameters = [...more, ...((given['parameters'] as Json[] | undefined) ?? [])].map(resolve);
    const body = given['requestBody'] === undefined ? undefined : resolve(given['requestBody']);
    return {
      ...{ method: method.toUpperCase(), path },
      parameters: parameters
        .filter((each) => each['in'] === 'path' || each['in'] === 'query')
        .map((each) => ({
          ...{ name: String(each['name']), in: String(each['in']), isRequired: each['required'] === true },
          ...{ schema: schemaOf(each['schema']), spansParts: each['x-multi-segment'] === true },
        })),
      ...(body && {
        body: { isRequired: body['required'] === true, schema: contentOf(body['content'])['application/json'] ?? {} },
      }),
      responses: Object.fromEntries(
        Object.entries(asObject(given['responses'])).map(([status, response]) => [
          status,
          contentOf(resolve(response)['content']),
        ]),
      ),
    };
  }

  const found = new Map<string, Operation>();
  for (const [path, methods] of Object.entries(asObject(whole['paths'])))
    for (const [method, operation] of Object.entries(asObject(methods))) {
      const id = asObject(operation)['operationId'];
      if (typeof id === 'string')
        if ((operationIds as readonly string[]).includes(id))
          found.set(
            id,
            operationOf(method, path, asObject(operation), (asObject(methods)['parameters'] as Json[]) ?? []),
          );
    }
  const hooks = new Map<string, Schema>();
  for (const hook of Object.values(asObject(whole['x-webhooks']))) {
    const post = asObject(asObject(hook)['post']);
    const id = String(post['operationId']);
    if ((hookIds as readonly string[]).includes(id))
      hooks.set(id, contentOf(resolve(post['requestBody'])['content'])['application/json'] ?? {});
  }
  const inOrder = <T>(wanted: readonly string[], all: ReadonlyMap<string, T>): Record<string, T> =>
    Object.fromEntries(wanted.map((id) => [id, all.get(id) ?? fail(`there is no ${id}`)]));
  return {
    source,
    operations: inOrder(operationIds, found),
    hooks: inOrder(hookIds, hooks),
    schemas: Object.fromEntries([...schemas].sort(([one], [other]) => one.localeCompare(other))),
  };
}

function fail(words: string): never {
  throw new Error(words);
}

/** The unpacked package, and what to do when it was read. */
function fetchPackage(name: string): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-contracts-'));
  const packed = execFileSync('npm', ['pack', name, '--silent', '--pack-destination', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  execFileSync('tar', ['xzf', packed.trim()], { cwd: folder });
  return { folder: join(folder, 'package'), remove: () => rmSync(folder, { recursive: true }) };
}

function read(name: string, given: string | undefined, use: (folder: string) => void): void {
  const { folder, remove } = given === undefined ? fetchPackage(name) : { folder: given, remove: () => undefined };
  use(folder);
  remove();
}

interface EventExamples {
  readonly name: string;
  readonly examples: readonly { readonly action?: string }[];
}

/** One example of each that Gavel tells apart. */
function pickExamples(all: readonly EventExamples[]): object {
  const pick = (event: string, action?: string): object =>
    all.find(({ name }) => name === event)?.examples.find((each) => each.action === action) ?? fail(`no ${event}`);
  return Object.fromEntries(
    exampleNames.map((name) => {
      const [event = '', action] = name.split(' ');
      return [name, pick(event, action)];
    }),
  );
}

const writeBeside = (name: string, value: object): void =>
  writeFileSync(join(__dirname, `${name}.json`), `${JSON.stringify(value)}\n`);
const [descriptions, examples] = process.argv.slice(2);
read(source, descriptions, (folder) => {
  for (const [face, name] of Object.entries(faces))
    writeBeside(face, trim(JSON.parse(readFileSync(join(folder, 'generated', `${name}.json`), 'utf8')) as JsonObject));
});
read(exampleSource, examples, (folder) => {
  const all = JSON.parse(readFileSync(join(folder, 'api.github.com', 'index.json'), 'utf8')) as EventExamples[];
  writeBeside('events', { source: exampleSource, examples: pickExamples(all) });
});
