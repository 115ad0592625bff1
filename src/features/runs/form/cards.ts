import type { CardContent, Turn } from '../../../chat/contract';
import type { DescribedPipeline, Parameter } from '../../../connectors/contract';
import { cleanLines, cleanText, enumerate, plainText, plural, webAddress } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import type { Offer, Offers } from '../facts';
import { describeLimits, initialOf, parameterName } from '../parse';
import type { ValueProblem } from '../parse';

/** The forms of `run`: which pipeline, and its parameters. Pure. */

/** A card has room for so many; the tool's own form has the others. */
export const maxInputs = 20;
/** The name of the input for a parameter, by its position. */
export const inputName = (index: number): string => `value-${index}`;

type Given = Exclude<Parameter, { readonly type: 'secret' }>;

/** The parameters that the form asks for, in order. */
function askedParameters({ parameters }: Pick<DescribedPipeline, 'parameters'>): readonly Given[] {
  const given = parameters.filter((each): each is Given => each.type !== 'secret').slice(0, maxInputs);
  let room = cardRoom;
  return given.filter((parameter) => (room -= roomFor(parameter)) > 0);
}

/** How many characters of a card the inputs can take. */
const cardRoom = 14_000;
const shownChoices = 100;

function roomFor(parameter: Given): number {
  const choices = 'choices' in parameter ? parameter.choices.slice(0, shownChoices) : [];
  return 700 + choices.reduce((sum, choice) => sum + 50 + Math.min(80, choice.length), 0);
}

/** What an input for numbers takes if the tool sets no limit. */
const largest = Number.MAX_SAFE_INTEGER;

type Input = CardContent<'runs/form'>['data']['inputs'][number];

interface FormView {
  readonly connection: string;
  /** What was typed or filled in before. */
  readonly given: ReadonlyMap<string, string | readonly string[]>;
  readonly problems: readonly ValueProblem[];
}

/** Asks for the parameters of a pipeline. */
export function parametersCard(
  { systems }: Pick<FeatureDependencies, 'systems'>,
  { reference }: Pick<Turn, 'reference'>,
  pipeline: DescribedPipeline,
  { connection, given, problems }: FormView,
): CardContent<'runs/form'> {
  const asked = askedParameters(pipeline);
  const title = pipeline.title === '' ? pipeline.id : pipeline.title;
  const system = systems.titleOf(connection);
  const url = webAddress(pipeline.url);
  return {
    card: 'runs/form',
    data: {
      id: `${connection}/${pipeline.id}`,
      kind: 'Run',
      title: plainText(title, 120),
      summary: `Choose the parameters for “${cleanText(title, 80)}”`,
      sentence: [describeProblems(problems), ...describeRest(pipeline, asked.length)].join(' '),
      inputs: asked.map((parameter, index) => inputFor(parameter, index, given.get(parameter.name))),
      button: 'Preview',
      link: { title: `Open in ${cleanText(system, 30)}`, url },
      footer: `Or type it: run ${plainText(pipeline.id, 40)}${exampleOf(asked)} · ref\u00A0${reference}`,
    },
  };
}

function describeProblems(problems: readonly ValueProblem[]): string {
  if (problems.length === 0) return '**Nothing has been started yet.** Check the parameters first.';
  const shown = problems.slice(0, 5).map(({ problem }) => problem);
  return `**Nothing has been started yet.** ${shown.join(' ')}`;
}

function describeRest({ parameters }: DescribedPipeline, asked: number): string[] {
  const secrets = parameters.filter(({ type }) => type === 'secret');
  const others = parameters.length - secrets.length - asked;
  const isOne = secrets.length === 1;
  // A required secret has no default that the tool could use.
  const so = secrets.some(({ isRequired }) => isRequired)
    ? 'start this pipeline in the tool'
    : `the tool uses ${isOne ? 'its default' : 'their defaults'}`;
  const which = `${enumerate(secrets.map(parameterName))} ${isOne ? 'is a secret' : 'are secrets'}`;
  return [
    ...(secrets.length === 0 ? [] : [`${which}, which you can’t enter in chat, so ${so}.`]),
    ...(others === 0
      ? []
      : [`${plural(others, 'other parameter uses its default', 'other parameters use their defaults')}.`]),
  ];
}

function exampleOf([first]: readonly Given[]): string {
  if (!first) return '';
  const value = initialOf(first) ?? (first.type === 'choice' ? first.choices[0] : undefined) ?? '…';
  return ` ${plainText(first.name, 40)}=${plainText(typeof value === 'string' ? value : value.join(','), 40)}`;
}

function inputFor(parameter: Given, index: number, given: string | readonly string[] | undefined): Input {
  const { type, isRequired, label, name, description = '' } = parameter;
  const title = cleanText(label ?? name, 60);
  const value = given ?? initialOf(parameter) ?? '';
  const choices = 'choices' in parameter ? parameter.choices.slice(0, shownChoices) : [];
  const longest = type === 'text' ? Math.min(parameter.maximumLength ?? 1_000, 1_000) : 0;
  const { minimum = -largest, maximum = largest } = type === 'number' ? parameter : {};
  return {
    name: inputName(index),
    type,
    label: isRequired || type === 'boolean' ? title : `${title} (optional)`,
    required: isRequired && type !== 'boolean',
    error:
      choices.length > 0
        ? `Choose ${title}.`
        : type === 'number'
          ? `Enter a number${describeLimits(parameter)}.`
          : `Enter ${title}.`,
    hint: plainText(description, 150),
    value: type === 'number' && !Number.isFinite(Number(value)) ? '' : valueFor(parameter, value),
    choices: choices.map((choice, position) => ({
      title: cleanText(choice, 80),
      // Several answers arrive with commas between them, and a choice can contain one.
      value: String(position),
    })),
    multiline: type === 'text' && parameter.isMultiline === true,
    longest,
    ...{ minimum, maximum, amount: type === 'number' ? Number(value) : 0 },
  };
}

function valueFor(parameter: Given, value: string | readonly string[]): string {
  if (!('choices' in parameter)) return cleanLines(typeof value === 'string' ? value : value.join(','), 1_000);
  if (parameter.type === 'choice') return positionOf(parameter.choices, String(value))[0] ?? '';
  const chosen = typeof value === 'string' ? value.split(',').map((word) => word.trim()) : value;
  return chosen.flatMap((choice) => positionOf(parameter.choices, choice)).join(',');
}

function positionOf(choices: readonly string[], choice: string): string[] {
  const at = choices.findIndex((each) => each.toLowerCase() === choice.toLowerCase());
  return at === -1 ? [] : [String(at)];
}

/** What somebody filled in, by the name of each parameter. */
export function readInputs(
  pipeline: DescribedPipeline,
  input: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string | readonly string[]> {
  const given = new Map<string, string | readonly string[]>();
  const filled = new Map(Object.entries(input));
  for (const [index, parameter] of askedParameters(pipeline).entries()) {
    const text = filled.get(inputName(index));
    if (text === undefined) continue;
    if ('choices' in parameter) given.set(parameter.name, chosenIn(parameter.choices, text));
    else given.set(parameter.name, text);
  }
  return given;
}

function chosenIn(choices: readonly string[], positions: string): string[] {
  return positions
    .split(',')
    .flatMap((position) => (/^\d{1,4}$/.test(position) ? (choices[Number(position)] ?? []) : []));
}

const maxOffers = 100;

/** Asks which pipeline. Completes the line `run`. */
export function pipelinesCard(
  { systems }: Pick<FeatureDependencies, 'systems'>,
  turn: Pick<Turn, 'person' | 'reference'>,
  runnable: readonly Offer[],
  { silent }: Pick<Offers, 'silent'>,
): CardContent<'chat/choose'> {
  const missing = silent.map((connection) => plainText(systems.titleOf(connection), 40));
  return {
    card: 'chat/choose',
    data: {
      kind: 'Run',
      title: 'Run which pipeline?',
      summary: 'Run which pipeline?',
      sentence: [
        '**Nothing has been started yet.** Choose a pipeline.',
        ...(missing.length === 0 ? [] : [`${enumerate(missing)} didn’t respond, so some pipelines are missing.`]),
      ].join(' '),
      inputs: [
        {
          ...{ name: 'chosen-pipeline', label: 'Pipeline', required: true, value: '', picker: false },
          ...{ placeholder: 'Its name', error: 'Choose a pipeline.' },
          choices: runnable.slice(0, maxOffers).map(({ name, title, connection }) => ({
            title: cleanText(`${title === '' ? name : title} (${name}, ${systems.titleOf(connection)})`, 100),
            value: name,
          })),
        },
      ],
      button: 'Continue with run',
      id: 'run',
      by: turn.person.id,
      help: 'help run',
      footer: `Or type it: run ${plainText(runnable[0]?.name ?? 'nightly', 40)} · ref\u00A0${turn.reference}`,
    },
  };
}
