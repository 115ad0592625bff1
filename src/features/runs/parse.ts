import type { Parameter, ParameterValues } from '../../connectors/contract';
import { lookUp } from '../../core/keys';
import { enumerate, plainText } from '../../core/text';

/** What people type and fill in for the parameters of a pipeline. Pure. */

const maxValueLength = 2_000;

/** `requests=50 note="two words"`: each value by its name, and the words that belong to none. */
export function readPairs(text: string): {
  readonly pairs: ReadonlyMap<string, string>;
  readonly extra: readonly string[];
} {
  const pairs = new Map<string, string>();
  const extra: string[] = [];
  for (const word of wordsIn(text)) {
    const at = word.indexOf('=');
    if (at < 1) extra.push(word);
    else pairs.set(word.slice(0, at), withoutQuotes(word.slice(at + 1)));
  }
  return { pairs, extra };
}

const closing = new Map([
  ['"', '"'],
  ["'", "'"],
  ['“', '”'],
]);

/** The words of a line; quotes after `=` keep several together. */
function wordsIn(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let end: string | undefined;
  for (const sign of text) {
    if (end === undefined && /\s/.test(sign)) {
      if (word !== '') words.push(word);
      word = '';
      continue;
    }
    if (end === undefined && word.endsWith('=')) end = closing.get(sign);
    else if (sign === end) end = undefined;
    word += sign;
  }
  return word === '' ? words : [...words, word];
}

function withoutQuotes(value: string): string {
  const end = closing.get(value.charAt(0));
  return end !== undefined && value.length > 1 && value.endsWith(end) ? value.slice(1, -1) : value;
}

/** What is wrong with a value, as a sentence in Markdown. */
export interface ValueProblem {
  readonly parameter: string;
  readonly problem: string;
}

interface ReadValues {
  readonly values: ParameterValues;
  readonly problems: readonly ValueProblem[];
}

/** The values that were given, as the tool takes them; what was left out has the default of the pipeline. */
export function readValues(
  parameters: readonly Parameter[],
  given: ReadonlyMap<string, string | readonly string[]>,
): ReadValues {
  const values = new Map<string, string | readonly string[]>();
  const problems: ValueProblem[] = [];
  const complain = (parameter: string, problem: string): void => void problems.push({ parameter, problem });
  for (const name of given.keys())
    if (!parameters.some((each) => each.name === name)) complain(name, describeUnknown(name, parameters));
  for (const parameter of parameters) {
    const raw = given.get(parameter.name);
    if (parameter.type === 'secret') {
      if (raw !== undefined)
        complain(parameter.name, `${parameterName(parameter)} is a secret, so you can’t enter it in chat.`);
      else if (parameter.isRequired)
        complain(
          parameter.name,
          `${parameterName(parameter)} is a required secret, so start this pipeline in the tool.`,
        );
      continue;
    }
    const read = readValue(parameter, raw ?? initialOf(parameter));
    if (read.problem !== undefined) complain(parameter.name, read.problem);
    else if (read.value !== undefined) values.set(parameter.name, read.value);
  }
  return { values: Object.fromEntries(values), problems };
}

type Given = Exclude<Parameter, { readonly type: 'secret' }>;

/** Its default, as somebody would type it; undefined if it has none. */
export function initialOf(parameter: Parameter): string | readonly string[] | undefined {
  if (parameter.type === 'secret' || parameter.initial === undefined) return undefined;
  return typeof parameter.initial === 'object' ? parameter.initial : String(parameter.initial);
}

function readValue(
  parameter: Given,
  raw: string | readonly string[] | undefined,
): { readonly value?: string | readonly string[]; readonly problem?: string } {
  const isEmpty = raw === undefined || (typeof raw === 'string' ? raw.trim() === '' : raw.length === 0);
  if (isEmpty) return parameter.isRequired ? { problem: `${parameterName(parameter)} is missing.` } : {};
  if (parameter.type === 'choices') return readChoices(parameter, typeof raw === 'string' ? raw.split(',') : raw);
  const text = (typeof raw === 'string' ? raw : raw.join(',')).trim();
  if (text.length > maxValueLength)
    return { problem: `${parameterName(parameter)} is longer than ${maxValueLength} characters.` };
  switch (parameter.type) {
    case 'number':
      return readAmount(parameter, text);
    case 'boolean':
      return readBoolean(parameter, text);
    case 'choice':
      return readChoices(parameter, [text], true);
    case 'text':
      return parameter.maximumLength !== undefined && text.length > parameter.maximumLength
        ? { problem: `${parameterName(parameter)} can have at most ${parameter.maximumLength} characters.` }
        : { value: text };
  }
}

function readAmount(parameter: Extract<Parameter, { readonly type: 'number' }>, text: string) {
  const { minimum = -Infinity, maximum = Infinity } = parameter;
  const value = Number(text);
  const wanted = describeLimits(parameter);
  return Number.isFinite(value) && value >= minimum && value <= maximum
    ? { value: String(value) }
    : { problem: `${parameterName(parameter)} must be a number${wanted}, not “${plainText(text, 40)}”.` };
}

/** ` from 1 to 5000`; empty if any number will do. */
export function describeLimits({ minimum, maximum }: Extract<Parameter, { readonly type: 'number' }>): string {
  if (minimum === undefined) return maximum === undefined ? '' : ` up to ${maximum}`;
  return maximum === undefined ? ` of at least ${minimum}` : ` from ${minimum} to ${maximum}`;
}

const yes = new Set(['true', 'yes', 'on', '1']);
const no = new Set(['false', 'no', 'off', '0']);

function readBoolean(parameter: Given, text: string) {
  const word = text.toLowerCase();
  if (yes.has(word)) return { value: 'true' };
  if (no.has(word)) return { value: 'false' };
  return { problem: `${parameterName(parameter)} must be yes or no, not “${plainText(text, 40)}”.` };
}

function readChoices(
  parameter: Extract<Parameter, { readonly type: 'choice' | 'choices' }>,
  raw: readonly string[],
  isSingle = false,
) {
  const known = new Map(parameter.choices.map((choice) => [choice.toLowerCase(), choice]));
  const words = raw.map((word) => word.trim()).filter((word) => word !== '');
  const wrong = words.find((word) => !known.has(word.toLowerCase()));
  if (wrong !== undefined)
    return {
      problem: `${parameterName(parameter)} can’t be “${plainText(wrong, 40)}”. It must be ${describeChoices(parameter.choices)}.`,
    };
  const chosen = words.flatMap((word) => known.get(word.toLowerCase()) ?? []);
  return { value: isSingle ? (chosen[0] ?? '') : chosen };
}

function describeChoices(choices: readonly string[]): string {
  const shown = choices.slice(0, 8).map((choice) => plainText(choice, 40));
  return choices.length > shown.length
    ? `one of ${choices.length} choices, such as ${enumerate(shown)}`
    : enumerate(shown, 'or');
}

/** What the form calls the parameters that it doesn't call by their names. */
export function labelsOf(parameters: readonly Parameter[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    parameters.flatMap(({ name, label = name }) => (label === name ? [] : [[name, label] as const])),
  );
}

/** What people call it, in quotes: outside text, escaped. */
export function parameterName({ label, name }: Parameter): string {
  return `“${plainText(label ?? name, 60)}”`;
}

function describeUnknown(name: string, parameters: readonly Parameter[]): string {
  const names = parameters.filter(({ type }) => type !== 'secret').map((each) => plainText(each.name, 60));
  const shown = names.length > 12 ? [...names.slice(0, 12), `${names.length - 12} more`] : names;
  const known =
    names.length === 0
      ? 'You can’t set any parameters of this pipeline in chat.'
      : `In chat, you can set ${names.length === 1 ? 'only ' : ''}${enumerate(shown)}.`;
  return `There is no parameter “${plainText(name, 40)}”. ${known}`;
}

/** `50`, `releases, errors`: a value as a card shows it, not escaped. */
export function showValue(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : value.join(', ');
}

/** The values of a run as what somebody could have typed. */
export function givenOf(values: ParameterValues): ReadonlyMap<string, string | readonly string[]> {
  return new Map(
    Object.keys(values).flatMap((name) => {
      const value = lookUp(values, name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** `R-1042` and `1042` as 1042; undefined for anything else. */
export function readNumber(word: string): number | undefined {
  const [, digits] = /^(?:r[-\s]?)?(\d{1,9})$/i.exec(word.trim()) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
