import type { Description, Schema } from './description';

/** Fills in what a schema requires and a test doesn't care about, so that the doubles answer with whole objects. */

type Values = Readonly<Record<string, unknown>>;

const samples: Readonly<Record<string, unknown>> = {
  'date-time': '2026-11-30T10:00:00Z',
  date: '2026-11-30',
  uri: 'https://github.example/x',
  email: 'somebody@mail.example',
};

export function createCompleter({ schemas, operations }: Description) {
  function resolve(schema: Schema): Schema {
    const { $ref } = schema;
    return typeof $ref === 'string' ? resolve(schemas[$ref.split('/').at(-1) ?? ''] ?? {}) : schema;
  }

  function complete(given: Schema, value: unknown): unknown {
    const schema = resolve(given);
    const choices = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
    if (choices) return completeChoice(choices, value);
    const all = schema['allOf'] as Schema[] | undefined;
    if (all) return all.reduce((sum: unknown, each) => complete(each, sum), value);
    if (Array.isArray(value)) {
      const items = schema['items'] as Schema | undefined;
      return items ? value.map((each) => complete(items, each)) : value;
    }
    if (value !== undefined && (typeof value !== 'object' || value === null)) return value;
    if (schema['type'] === 'object' || schema['properties']) return completeObject(schema, (value ?? {}) as Values);
    return value ?? sampleOf(schema);
  }

  /** The first that is no object if nothing is given, and else the first that could be meant. */
  function completeChoice(choices: readonly Schema[], value: unknown): unknown {
    if (value === null) return null;
    if (value === undefined && choices.some(({ type }) => type === 'null')) return null;
    const isObject = (schema: Schema): boolean => {
      const { type, anyOf, oneOf } = resolve(schema);
      return type === 'object' || anyOf !== undefined || oneOf !== undefined;
    };
    const fitting = choices.filter((each) => each['type'] !== 'null');
    const chosen = typeof value === 'object' && !Array.isArray(value) ? fitting.find(isObject) : fitting[0];
    return complete(chosen ?? {}, value);
  }

  function completeObject(schema: Schema, value: Values): Values {
    const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
    const required = (schema['required'] ?? []) as readonly string[];
    const names = [...new Set([...required, ...Object.keys(value)])];
    return Object.fromEntries(names.map((name) => [name, complete(properties[name] ?? {}, value[name])]));
  }

  function sampleOf(schema: Schema): unknown {
    const [first] = (schema['enum'] as unknown[] | undefined) ?? [];
    if (first !== undefined) return first;
    switch (schema['type']) {
      case 'integer':
      case 'number':
        return (schema['minimum'] as number | undefined) ?? 1;
      case 'boolean':
        return false;
      case 'array':
        return [];
      case 'object':
        return {};
      default:
        return samples[String(schema['format'])] ?? 'x';
    }
  }

  return {
    /** What an operation answers. */
    response(id: string, status: number, value: unknown): unknown {
      const types = operations[id]?.responses[String(status)] ?? {};
      const schema = types['application/json'] ?? Object.values(types)[0];
      return schema ? complete(schema, value) : value;
    },
    schema: (name: string, value: unknown): unknown => complete(schemas[name] ?? {}, value),
    complete,
  };
}
