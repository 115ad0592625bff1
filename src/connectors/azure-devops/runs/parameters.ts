import { parseDocument } from 'yaml';
import { z } from 'zod';
import { lookUp } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import type { Parameter, PipelineStart } from '../../contract';

/** What the file of a pipeline says of the runs that people start. Pure. https://learn.microsoft.com/azure/devops/pipelines/process/runtime-parameters */

/** In which Gavel’s key stands, and who a run is for. */
export const keyParameter = 'gavelKey';
const personParameter = 'gavelPerson';
const own: ReadonlySet<string> = new Set([keyParameter, personParameter]);

const plain = z.union([z.string(), z.number(), z.boolean()]);
const Declared = z.object({
  name: z.string().min(1),
  displayName: z.string().nullish(),
  type: z.string().nullish(),
  default: z.unknown().optional(),
  values: z.array(plain.transform(String)).nullish(),
});
type Declared = z.output<typeof Declared>;
const File = z.object({ parameters: z.union([z.array(Declared), z.record(z.string(), plain.nullish())]).nullish() });

/** What a pipeline asks for, by its file; the file can’t be read where `isKnown` is false. */
export interface AskedParameters {
  readonly isKnown: boolean;
  readonly declared: readonly Declared[];
}

/** What isn’t known can’t be asked for. */
export const nothingKnown: AskedParameters = { isKnown: false, declared: [] };

/** Nothing is known of what isn’t a pipeline. */
export function readPipelineFile(text: string): AskedParameters {
  const document = parseDocument(text);
  if (document.errors.length > 0) return nothingKnown;
  try {
    const file = File.safeParse(document.toJS({ maxAliasCount: 100 }));
    if (!file.success) return nothingKnown;
    const { parameters } = file.data;
    if (Array.isArray(parameters)) return { isKnown: true, declared: parameters };
    const named = Object.entries(parameters ?? {});
    return { isKnown: true, declared: named.map(([name, initial]) => ({ name, default: initial })) };
  } catch {
    // Its aliases would fill the memory.
    return nothingKnown;
  }
}

export const keepsKey = ({ declared }: AskedParameters): boolean => declared.some(({ name }) => name === keyParameter);

/** What people are asked for. */
export const formParametersOf = ({ declared }: AskedParameters): Parameter[] =>
  declared.filter(({ name }) => !own.has(name)).map(parameterOf);

function parameterOf(declared: Declared): Parameter {
  const { name, displayName } = declared;
  const initial = initialOf(declared);
  const label = cleanText(displayName ?? '', 80);
  const common = { name, isRequired: initial === undefined, ...(label !== '' && { label }) };
  const choices = declared.values ?? [];
  if (choices.length > 0)
    return {
      ...{ ...common, type: 'choice', choices },
      ...(initial !== undefined && choices.includes(initial) && { initial }),
    };
  if (declared.type === 'boolean')
    return { ...common, type: 'boolean', ...(initial !== undefined && { initial: /^true$/i.test(initial) }) };
  if (declared.type === 'number')
    return { ...common, type: 'number', ...(isNumber(initial) && { initial: Number(initial) }) };
  const isMultiline = isStructure(declared);
  return { ...common, type: 'text', ...(initial !== undefined && { initial }), ...(isMultiline && { isMultiline }) };
}

/** Written as YAML. */
const isStructure = ({ type }: Declared): boolean => /^(?:object|.*List|step|job|deployment|stage)$/.test(type ?? '');

function initialOf({ default: initial }: Declared): string | undefined {
  if (initial === undefined || initial === null) return undefined;
  return typeof initial === 'object' ? JSON.stringify(initial) : String(initial as string | number | boolean);
}

const isNumber = (text: string | undefined): text is string =>
  text !== undefined && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text);

/** What a start sends; `refused`: why it isn’t sent, in half a sentence. */
type Sending =
  { readonly values: Readonly<Record<string, string>>; readonly refused?: undefined } | { readonly refused: string };

/** All values are text, also numbers and booleans. A parameter that isn’t declared would be refused. */
export function valuesOf(
  asked: AskedParameters,
  { key, by, values }: Pick<PipelineStart, 'key' | 'by' | 'values'>,
): Sending {
  const sent = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    if (own.has(name)) continue;
    const called = cleanText(name, 80);
    const declared = asked.declared.find((each) => each.name === name);
    if (!declared && asked.isKnown) return { refused: `it has no parameter ${called}` };
    if (typeof value !== 'string') return { refused: `${called} takes one value` };
    const problem = declared && problemOf(declared, value);
    if (problem !== undefined) return { refused: `${called} ${problem}` };
    sent.set(name, value);
  }
  const missing = asked.declared.find((each) => !own.has(each.name) && isMissing(each, sent));
  if (missing) return { refused: `${cleanText(missing.name, 80)} is required` };
  const filled = { [keyParameter]: key, [personParameter]: cleanText(by.name, 80) };
  for (const { name } of asked.declared) {
    const value = lookUp(filled, name);
    if (value !== undefined) sent.set(name, value);
  }
  return { values: Object.fromEntries(sent) };
}

const isMissing = (declared: Declared, sent: ReadonlyMap<string, string>): boolean =>
  (sent.get(declared.name) ?? initialOf(declared)) === undefined;

function problemOf({ type, values }: Declared, value: string): string | undefined {
  if (type === 'boolean' && !/^(?:true|false)$/.test(value)) return 'has to be true or false';
  if (type === 'number' && !isNumber(value)) return 'has to be a number';
  if (values && values.length > 0 && !values.includes(value)) return 'isn’t one of its values';
  return undefined;
}
