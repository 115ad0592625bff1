import { parseDocument } from 'yaml';
import { z } from 'zod';
import { cleanText } from '../../../core/text';
import type { Parameter, ParameterValues } from '../../contract';

/** What a workflow file says of the runs that people start. Pure. */

/** The input in which Gavel’s key stands. */
export const keyInput = 'gavel_key';

const plain = z.union([z.string(), z.number(), z.boolean()]);
const Input = z
  .object({
    type: z.string().default('string'),
    description: z.string().default(''),
    required: z.union([z.boolean(), z.string().transform((word) => word === 'true')]).default(false),
    default: plain.nullish(),
    options: z.array(plain.transform(String)).default([]),
  })
  .nullable()
  .transform((input) => input ?? { type: 'string', description: '', required: false, default: undefined, options: [] });
type Input = z.output<typeof Input>;

const Trigger = z.object({ inputs: z.record(z.string(), Input).nullish() }).nullish();
const File = z.object({ 'run-name': plain.nullish(), on: z.unknown() });

/** A workflow that people can start. */
export interface WorkflowFile {
  readonly inputs: ReadonlyMap<string, Input>;
  /** Whether its runs are named with the key. */
  readonly showsKey: boolean;
}

/** Undefined if it can’t be started by hand, or isn’t a workflow. */
export function readWorkflowFile(text: string): WorkflowFile | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0) return undefined;
  const file = File.safeParse(contentOf(document));
  if (!file.success) return undefined;
  const trigger = triggerIn(file.data.on);
  if (!trigger.found) return undefined;
  const read = Trigger.safeParse(trigger.value);
  if (!read.success) return undefined;
  const inputs = new Map(Object.entries(read.data?.inputs ?? {}));
  const name = String(file.data['run-name'] ?? '');
  return { inputs, showsKey: inputs.has(keyInput) && namesKey.test(name) };
}

/** Undefined for one whose aliases would fill the memory. */
function contentOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

const namesKey = /\$\{\{[^}]*\b(?:github\.event\.)?inputs(?:\.gavel_key\b|\[['"]gavel_key['"]\])[^}]*\}\}/;

/** `on` is a word, a list of words, or says more of each. */
function triggerIn(on: unknown): { readonly found: boolean; readonly value?: unknown } {
  if (on === 'workflow_dispatch') return { found: true };
  if (Array.isArray(on)) return { found: on.includes('workflow_dispatch') };
  if (typeof on !== 'object' || on === null || !Object.hasOwn(on, 'workflow_dispatch')) return { found: false };
  return { found: true, value: (on as { readonly workflow_dispatch: unknown }).workflow_dispatch };
}

/** Whether one of its inputs is an environment of the repository. */
export function asksForEnvironment({ inputs }: WorkflowFile): boolean {
  return [...inputs.values()].some(({ type }) => type === 'environment');
}

/** What people are asked for. `environments`: those of the repository. */
export function inputParameters({ inputs }: WorkflowFile, environments: readonly string[]): Parameter[] {
  return [...inputs]
    .filter(([name]) => name !== keyInput)
    .map(([name, input]) => parameterOf(name, input, environments));
}

function parameterOf(name: string, input: Input, environments: readonly string[]): Parameter {
  const description = cleanText(input.description, 200);
  const common = { name, isRequired: input.required, ...(description !== '' && { description }) };
  const initial = input.default === undefined || input.default === null ? undefined : String(input.default);
  switch (input.type) {
    case 'boolean':
      return { ...common, type: 'boolean', initial: initial === 'true' };
    case 'number':
      return { ...common, type: 'number', ...(isNumber(initial) && { initial: Number(initial) }) };
    case 'choice':
    case 'environment': {
      const choices = input.type === 'choice' ? input.options : environments;
      return {
        ...common,
        type: 'choice',
        choices,
        ...(initial !== undefined && choices.includes(initial) && { initial }),
      };
    }
    default:
      return { ...common, type: 'text', ...(initial !== undefined && { initial }) };
  }
}

const isNumber = (text: string | undefined): text is string =>
  text !== undefined && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text);

/** What a dispatch sends; `refused`: why it isn’t sent. */
type Inputs = { readonly inputs: Readonly<Record<string, string>> } | { readonly refused: string };

/** All inputs are strings, also numbers and booleans. `environments`: those of the repository, where an input asks for one. */
export function inputsOf(
  { inputs }: WorkflowFile,
  values: ParameterValues,
  key: string,
  environments: readonly string[],
): Inputs {
  const sent = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    if (name === keyInput) continue;
    const input = inputs.get(name);
    const shown = cleanText(name, 80);
    if (!input) return { refused: `it has no input ${shown}` };
    if (typeof value !== 'string') return { refused: `${shown} takes one value` };
    const problem = problemOf(input, value, environments);
    if (problem !== undefined) return { refused: `${shown} ${problem}` };
    sent.set(name, value);
  }
  for (const [name, input] of inputs)
    if (
      name !== keyInput &&
      input.required &&
      (sent.get(name) ?? String(input.default ?? '')) === '' &&
      input.type !== 'boolean'
    )
      return { refused: `${cleanText(name, 80)} is required` };
  if (inputs.has(keyInput)) sent.set(keyInput, key);
  return { inputs: Object.fromEntries(sent) };
}

function problemOf({ type, options }: Input, value: string, environments: readonly string[]): string | undefined {
  if (type === 'boolean' && value !== 'true' && value !== 'false') return 'has to be true or false';
  if (type === 'number' && !isNumber(value)) return 'has to be a number';
  if (type === 'choice' && !options.includes(value)) return 'isn’t one of its choices';
  if (type === 'environment' && !environments.includes(value)) return 'isn’t an environment of the repository';
  return undefined;
}
