import type { Parameter, ParameterValues } from '../../connectors/contract';
import { plainText } from '../../core/text';
import { readPairs, readValues, showValue } from '../runs';

/** What an approver says about the parameters of a step, in the note of the approval: `pay=all`. Pure. */

interface Answers {
  readonly values: ParameterValues;
  /** Parts of sentences, in outside text. */
  readonly problems: readonly string[];
  /** The rest of the note. */
  readonly words: string;
}

export function readAnswers(asks: readonly Parameter[] | undefined, note: string): Answers {
  if (!asks) return { values: {}, problems: [], words: note.trim() };
  const { pairs, extra } = readPairs(note);
  const isAsked = (name: string): boolean => asks.some((each) => each.name === name);
  const given = new Map([...pairs].filter(([name]) => isAsked(name)));
  const rest = [...pairs].filter(([name]) => !isAsked(name)).map(([name, value]) => `${name}=${value}`);
  const { values, problems } = readValues(asks, given);
  return {
    values,
    problems: problems.map(({ problem }) => problem.replaceAll('\\', '').replace(/\.$/, '')),
    words: [...extra, ...rest].join(' '),
  };
}

interface NotedAnswers {
  readonly values: ParameterValues;
  readonly words: string;
  /** Two approvers gave different values. */
  readonly isAmbiguous: boolean;
}

/** The notes of every approval together. */
export function joinAnswers(asks: readonly Parameter[] | undefined, notes: readonly string[]): NotedAnswers {
  const all = (notes.length === 0 ? [''] : notes).map((note) => readAnswers(asks, note));
  const kinds = new Set(all.map(({ values }) => JSON.stringify(values)));
  const words = all.map((each) => each.words).filter((each) => each !== '');
  return { values: all.at(-1)?.values ?? {}, words: words.join('; '), isAmbiguous: kinds.size > 1 };
}

const maxOptions = 10;

/** The parameters that have a few known values, as choices on the card; the first is what an approval without a note means. */
export function choicesFor(asks: readonly Parameter[] = []) {
  return asks.flatMap((parameter) => {
    const { name, label = name } = parameter;
    const known =
      parameter.type === 'boolean' ? ['true', 'false'] : parameter.type === 'choice' ? parameter.choices : undefined;
    if (!known || known.length > maxOptions || known.some((each) => name.length + each.length > 80)) return [];
    const initial = parameter.type === 'boolean' || parameter.type === 'choice' ? parameter.initial : undefined;
    const usual = initial === undefined ? [] : [{ title: shown(String(initial)), words: '' }];
    const others = known.filter((each) => each !== String(initial));
    const options = others.map((each) => ({ title: shown(each), words: `${name}="${each}"` }));
    return [{ label, options: [...(usual.length > 0 ? usual : [{ title: 'Choose…', words: '' }]), ...options] }];
  });
}

const shown = (value: string): string => (value === 'true' ? 'Yes' : value === 'false' ? 'No' : value);

/** `Pay (usually all)`: what an approval sets, escaped. */
export function describeAsks(asks: readonly Parameter[]): string {
  return asks
    .map((each) => {
      const name = plainText(each.label ?? each.name, 60);
      if (each.type === 'secret' || each.initial === undefined) return name;
      return `${name} (usually ${plainText(showValue(toText(each.initial)), 50)})`;
    })
    .join(', ');
}

const toText = (value: string | number | boolean | readonly string[]): string | readonly string[] =>
  typeof value === 'object' ? value : String(value);
