import { lookUp } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import type { Parameter, ParameterValues, PipelineStart } from '../../contract';
import type { ParameterDefinition } from '../schema';

/** What the parameters of a job or of an input step ask for, and what they are sent. Pure. */

/** Where the key stands, and who a run is for. */
export const keyParameter = 'GAVEL_KEY';
const personParameter = 'GAVEL_PERSON';
/** Where an input step keeps who decided it. */
const approverParameter = 'approvedBy';

type Definitions = readonly ParameterDefinition[];

/** Filled in by Gavel. */
const own: ReadonlySet<string> = new Set([keyParameter, personParameter, approverParameter]);

/** Passwords, credentials and files, by whatever plugin: https://plugins.jenkins.io/credentials/ and https://plugins.jenkins.io/file-parameters/ */
const isSecret = ({ type }: Pick<ParameterDefinition, 'type'>): boolean =>
  /Password|Credentials|File|Secret/i.test(type);

const asked = (definitions: Definitions): Definitions => definitions.filter(({ name }) => !own.has(name));

const isText = ({ type }: ParameterDefinition): boolean => /^(?:String|Text)ParameterDefinition$/.test(type);
const isBoolean = ({ type }: ParameterDefinition): boolean => type === 'BooleanParameterDefinition';

export const keepsKey = (definitions: Definitions): boolean =>
  definitions.some((each) => each.name === keyParameter && isText(each));

/** What people are asked for. Nobody is asked for a secret. */
export const formParametersOf = (definitions: Definitions): Parameter[] =>
  asked(definitions)
    .filter((each) => !isSecret(each))
    .map(parameterOf);

function parameterOf(definition: ParameterDefinition): Parameter {
  const { name, type, choices, defaultParameterValue: initial } = definition;
  const description = cleanText(definition.description.replace(/<[^<>]*>/g, ' '), 300);
  const common = { name, isRequired: false, ...(description !== '' && { description }) };
  if (isBoolean(definition)) return { ...common, type: 'boolean', initial: initial === 'true' };
  if (choices.length > 0) return { ...common, type: 'choice', choices, ...(choices.includes(initial) && { initial }) };
  return { ...common, type: 'text', initial, ...(type === 'TextParameterDefinition' && { isMultiline: true }) };
}

/** What is sent; `refused`: why it isn't, in half a sentence. */
type Sending =
  { readonly values: Readonly<Record<string, string>>; readonly refused?: undefined } | { readonly refused: string };

/** A parameter that nobody gave has its default in Jenkins. */
export function valuesOf(definitions: Definitions, start: Pick<PipelineStart, 'key' | 'by' | 'values'>): Sending {
  const given = checked(definitions, start.values);
  if (given.refused !== undefined) return given;
  const filled = [
    [keyParameter, start.key],
    [personParameter, cleanText(start.by.name, 80)],
  ] as const;
  const declared = filled.filter(([name]) => definitions.some((each) => each.name === name && isText(each)));
  return { values: { ...given.values, ...Object.fromEntries(declared) } };
}

/** What an approval of an input step says. A single value would arrive without its name, so all are sent. */
export function answersOf(definitions: Definitions, answers: ParameterValues, comment: string): Sending {
  const given = checked(definitions, answers);
  if (given.refused !== undefined) return given;
  const values = definitions.map((each) => {
    const value = each.name === approverParameter ? comment : lookUp(given.values, each.name);
    return [each.name, value ?? initialOf(each)] as const;
  });
  return { values: Object.fromEntries(values) };
}

const initialOf = ({ defaultParameterValue, choices, ...definition }: ParameterDefinition): string =>
  defaultParameterValue || (/^Boolean/.test(definition.type) ? 'false' : (choices[0] ?? ''));

function checked(definitions: Definitions, given: ParameterValues): Sending {
  const hidden = definitions.find(isSecret);
  if (hidden)
    return {
      refused: `${cleanText(hidden.name, 80)} is a password, credential, or file, which only Jenkins can ask for`,
    };
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const called = cleanText(name, 80);
    const found = asked(definitions).find((each) => each.name === name);
    if (!found) return { refused: `it has no parameter ${called}` };
    if (typeof value !== 'string') return { refused: `${called} takes a single value` };
    if (isBoolean(found) && value !== 'true' && value !== 'false')
      return { refused: `${called} has to be true or false` };
    if (!isBoolean(found) && found.choices.length > 0 && !found.choices.includes(value))
      return { refused: `${called} isn’t one of its choices` };
    values.set(name, value);
  }
  return { values: Object.fromEntries(values) };
}

/** Whether somebody can decide an input step without Jenkins’ own page. */
export const asksForSecret = (definitions: Definitions): boolean => definitions.some(isSecret);
