import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { z } from 'zod';

/**
 * Holds what is sent and answered to Kubernetes’ own description of its API, which `openapi/trim.ts` takes from Debian’s source package of 1.20. What later
 * versions do in another way is described here, with its source.
 */

interface Description {
  readonly kinds: Readonly<Record<string, string>>;
}

const description = JSON.parse(readFileSync(join(__dirname, 'openapi/api.json'), 'utf8')) as Description;
const kinds = new Map(Object.entries(description.kinds));
const ajv = new Ajv({
  strict: false,
  validateFormats: true,
  formats: { int32: true, int64: true, double: true, byte: true, 'int-or-string': true },
});
addFormats.default(ajv);
ajv.addSchema({ $id: 'kubernetes', ...description });
const compiled = new Map<string, ValidateFunction>();

/** The same in `policy/v1`, since 1.22: https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/api/policy/v1/types.go */
const Eviction = z.strictObject({
  ...{ apiVersion: z.literal('policy/v1'), kind: z.literal('Eviction') },
  metadata: z.strictObject({ name: z.string(), namespace: z.string() }),
  deleteOptions: z.strictObject({ preconditions: z.strictObject({ uid: z.string() }) }).optional(),
});

/** https://www.rfc-editor.org/rfc/rfc6902#section-4 */
const Patch = z.array(
  z.strictObject({
    ...{ op: z.enum(['test', 'add', 'replace']), path: z.string().startsWith('/'), value: z.unknown() },
  }),
);
export type Patch = z.output<typeof Patch>;

/** What is wrong with an object that says its kind; undefined if nothing is. */
export function problemOf(value: unknown): string | undefined {
  const { kind, apiVersion } = value as { readonly kind?: string; readonly apiVersion?: string };
  if (kind === 'Eviction' && apiVersion === 'policy/v1') return Eviction.safeParse(value).error?.message;
  const name = kinds.get(kind ?? '');
  if (name === undefined) return `there’s no kind ${kind ?? 'without a name'}`;
  const validate = compiled.get(name) ?? ajv.compile({ $ref: `kubernetes#/definitions/${name}` });
  compiled.set(name, validate);
  if (validate(value)) return undefined;
  const [error] = validate.errors ?? [];
  return `${kind ?? ''}${error?.instancePath ?? ''} ${error?.message ?? 'is wrong'} ${JSON.stringify(error?.params)}`;
}

export const readPatch = (value: unknown): Patch => Patch.parse(value);
