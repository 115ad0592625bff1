import { cleanText } from '../../core/text';
import type { Parameter, PipelineStart } from '../contract';
import type { FormField, Scheduler } from './schema';

/** What a force scheduler asks for, and what it is sent. Pure. */

/** The fields in which people write, with the ones inside groups. The first group is the user's name and the reason. */
function fieldsOf({ all_fields: [, ...groups] }: Scheduler): FormField[] {
  const within = (field: FormField): FormField[] =>
    field.hide ? [] : field.type === 'nested' ? field.fields.flatMap(within) : [field];
  return groups.flatMap(within).filter(({ type, fullName }) => fullName !== '' && !unasked.has(type));
}

const unasked: ReadonlySet<string> = new Set(['fixed', 'file', 'username']);

export function parametersOf(scheduler: Scheduler): Parameter[] {
  return fieldsOf(scheduler).map(parameterOf);
}

function parameterOf(field: FormField): Parameter {
  const { fullName, type, required, multiple, strict, choices = [], maxsize } = field;
  const label = cleanText(field.label, 80);
  const common = { name: fullName, isRequired: required, ...(label !== '' && label !== fullName && { label }) };
  const initial = initialOf(field.default);
  switch (type) {
    case 'int':
      return { ...common, type: 'number', ...(Number.isInteger(Number(initial)) && { initial: Number(initial) }) };
    case 'bool':
      return { ...common, type: 'boolean', initial: field.default === true };
    case 'list':
      if (multiple) return { ...common, type: 'choices', choices, initial: listOf(field.default) };
      if (strict) return { ...common, type: 'choice', choices, ...(choices.includes(initial) && { initial }) };
      return { ...common, type: 'text', initial };
    default:
      return {
        ...{ ...common, type: 'text', initial },
        ...(type === 'textarea' && { isMultiline: true }),
        ...(typeof maxsize === 'number' && { maximumLength: maxsize }),
      };
  }
}

const isPlain = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

const initialOf = (value: unknown): string => (isPlain(value) ? String(value) : '');
const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter(isPlain).map(String) : isPlain(value) && value !== '' ? [String(value)] : [];

/** Where the key stands, and who it is for. */
const reasonOf = ({ key, by }: Pick<PipelineStart, 'key' | 'by'>): string =>
  `gavel ${key} for ${cleanText(by.name, 80)}`;

/** What a start sends; `refused`: why it isn't sent, because Buildbot would drop or change something without saying so. */
type Sending = { readonly params: Readonly<Record<string, unknown>> } | { readonly refused: string };

export function argumentsOf(scheduler: Scheduler, start: PipelineStart): Sending {
  const reason = scheduler.all_fields[0]?.fields.find(({ name }) => name === 'reason');
  if (!reason || reason.type === 'fixed' || reason.hide)
    return { refused: 'its reason can’t be set, so the run couldn’t be found again' };
  const fields = fieldsOf(scheduler);
  const branches = fields.filter(({ name }) => name === 'branch');
  if (start.ref !== undefined && branches.length !== 1) return { refused: 'it has no single branch to set' };
  const ref = start.ref === undefined ? [] : branches.map(({ fullName }) => [fullName, start.ref ?? ''] as const);
  const values = [...Object.entries(start.values), ...ref];
  const params = new Map<string, unknown>([[reason.fullName, reasonOf(start)]]);
  for (const [name, value] of values) {
    const field = fields.find(({ fullName }) => fullName === name);
    if (!field) return { refused: `it has no parameter ${cleanText(name, 80)}` };
    const problem = problemOf(field, value);
    if (problem !== undefined) return { refused: `${cleanText(name, 80)} ${problem}` };
    params.set(name, field.type === 'bool' ? value === 'true' : value);
  }
  return { params: Object.fromEntries(params) };
}

function problemOf({ type, default: initial, choices = [], strict }: FormField, value: string | readonly string[]) {
  const all = typeof value === 'string' ? [value] : value;
  if (type === 'int' && !all.every((each) => /^-?\d{1,15}$/.test(each))) return 'has to be a whole number';
  if (type === 'bool' && !all.every((each) => each === 'true' || each === 'false')) return 'has to be true or false';
  if (type === 'list' && strict && !all.every((each) => choices.includes(each))) return 'isn’t one of its choices';
  // Buildbot takes such a value for none.
  if (type !== 'bool' && all.some((each) => each.trim() === '' && each !== initial)) return 'can’t be only spaces';
  return undefined;
}
