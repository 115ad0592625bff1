import { cleanText } from '../../../core/text';
import type { Parameter, PipelineStart } from '../../contract';
import type { ActualValue } from '../client';
import type { FormalParameter } from '../schema';

/**
 * What formal parameters ask for, and what they are sent. Pure.
 * https://docs.cloudbees.com/apidocs/dsl/2023.12.0/c/formalParameter
 */

/** Where the key stands, and who a run is for. */
export const keyParameter = 'gavel_key';
const personParameter = 'gavel_person';

/** Filled in by Gavel, or chosen by CloudBees CD itself. */
const unasked: ReadonlySet<string> = new Set([keyParameter, personParameter, 'ec_stagesToRun']);

const asked = (formal: readonly FormalParameter[]): readonly FormalParameter[] =>
  formal.filter(({ formalParameterName }) => !unasked.has(formalParameterName));

export const keepsKey = (formal: readonly FormalParameter[]): boolean =>
  formal.some(({ formalParameterName, type }) => formalParameterName === keyParameter && type !== 'credential');

export function formParametersOf(formal: readonly FormalParameter[]): Parameter[] {
  return asked(formal).map(parameterOf);
}

function parameterOf(formal: FormalParameter): Parameter {
  const { formalParameterName: name, type, required, defaultValue } = formal;
  const label = cleanText(formal.label, 80);
  const description = cleanText(formal.description.replace(/<[^<>]*>/g, ' '), 300);
  // CloudBees CD fills in what refers to its own properties, so nobody has to.
  const isFilledThere = defaultValue.includes('$[');
  const initial = isFilledThere ? '' : defaultValue;
  const common = {
    ...{ name, isRequired: required && !isFilledThere },
    ...(label !== '' && label !== name && { label }),
    ...(description !== '' && { description }),
  };
  const choices = choicesOf(formal);
  if (type === 'credential') return { ...common, type: 'secret' };
  if (type === 'checkbox')
    return { ...common, type: 'boolean', initial: initial !== '' && initial === checkedOf(formal) };
  if (type === 'integer') return { ...common, type: 'number', ...limitsOf(formal), ...numberOf('initial', initial) };
  if (choices.length > 0 && formal.multiSelect)
    return {
      ...common,
      type: 'choices',
      choices,
      initial: splitChoices(initial).filter((each) => choices.includes(each)),
    };
  if (choices.length > 0) return { ...common, type: 'choice', choices, ...(choices.includes(initial) && { initial }) };
  return { ...common, type: 'text', initial, ...(type === 'textarea' && { isMultiline: true }) };
}

/** What a list offers. One that a script makes is known to CloudBees CD alone. */
function choicesOf({ type, simpleList, options }: FormalParameter): string[] {
  if (type !== 'select' && type !== 'radio') return [];
  const listed = options?.option.map(({ value, text }) => value || text) ?? simpleList.split('|');
  return listed.filter((each) => each !== '');
}

const checkedOf = ({ checkedValue }: FormalParameter): string => checkedValue || 'true';
const uncheckedOf = ({ uncheckedValue }: FormalParameter): string => uncheckedValue || 'false';
const splitChoices = (text: string): string[] => text.split(',').map((each) => each.trim());

function numberOf<K extends string>(key: K, text: string): Partial<Record<K, number>> {
  return /^-?\d{1,15}$/.test(text) ? ({ [key]: Number(text) } as Partial<Record<K, number>>) : {};
}

const limitsOf = ({ minValue, maxValue }: FormalParameter) => ({
  ...numberOf('minimum', minValue),
  ...numberOf('maximum', maxValue),
});

/** What a start sends; `refused`: why it isn't sent. */
export type Sending =
  { readonly values: readonly ActualValue[]; readonly refused?: undefined } | { readonly refused: string };

export function valuesOf(
  formal: readonly FormalParameter[],
  start: Pick<PipelineStart, 'key' | 'by' | 'values'>,
): Sending {
  const values: ActualValue[] = [];
  for (const [name, value] of Object.entries(start.values)) {
    const found = asked(formal).find(({ formalParameterName }) => formalParameterName === name);
    if (!found) return { refused: `it has no parameter ${cleanText(name, 80)}` };
    const problem = problemOf(found, value);
    if (problem !== undefined) return { refused: `${cleanText(name, 80)} ${problem}` };
    values.push({ name, value: textOf(found, value) });
  }
  for (const { formalParameterName: name, type, required, defaultValue } of asked(formal)) {
    if (!required || defaultValue !== '' || values.some((each) => each.name === name && each.value !== '')) continue;
    const why = type === 'credential' ? 'is a credential, which only CloudBees CD can ask for' : 'is required';
    return { refused: `${cleanText(name, 80)} ${why}` };
  }
  const own = [
    { name: keyParameter, value: start.key },
    { name: personParameter, value: cleanText(start.by.name, 80) },
  ];
  const declared = own.filter(({ name }) => formal.some((each) => each.formalParameterName === name));
  return { values: [...values, ...declared] };
}

function textOf(formal: FormalParameter, value: string | readonly string[]): string {
  if (typeof value !== 'string') return value.join(',');
  return formal.type === 'checkbox' ? (value === 'true' ? checkedOf(formal) : uncheckedOf(formal)) : value;
}

function problemOf(formal: FormalParameter, value: string | readonly string[]): string | undefined {
  const all = typeof value === 'string' ? [value] : value;
  const choices = choicesOf(formal);
  if (formal.type === 'credential') return 'is a credential, which only CloudBees CD can ask for';
  if (formal.type === 'checkbox' && !all.every((each) => each === 'true' || each === 'false'))
    return 'has to be true or false';
  if (choices.length > 0 && !all.every((each) => choices.includes(each))) return 'isn’t one of its choices';
  if (typeof value !== 'string' && !formal.multiSelect) return 'takes a single value';
  if (formal.type !== 'integer' || value === '') return undefined;
  const { minimum = -Infinity, maximum = Infinity } = limitsOf(formal);
  if (!all.every((each) => /^-?\d{1,15}$/.test(each))) return 'has to be a whole number';
  return all.some((each) => Number(each) < minimum || Number(each) > maximum) ? 'is out of its range' : undefined;
}
