import { lookUp } from '../../core/keys';
import { findNear } from '../../core/text/nearest';
import type { Arguments, Command } from '../contract';
import { longestMatch } from '.';
import type { Suggestion, TokenLine, Understood, WordNode } from '.';
import { firstWanted, isWordy, placeWords } from './argument-specs';
import { hasKnownNames, missingIn } from './arguments';

/** Lines that somebody may have meant, the likeliest first. Pure. Parse them before you offer them. */

interface SuggestedLine extends Omit<Suggestion, 'args'> {
  /** How likely it is: `misspelled` can keep free text, `weak` keeps only known names. */
  readonly by?: 'misspelled' | 'weak';
}

const maxTried = 12;
const maxLooked = 30;
/** One typo can turn any two-letter word into another, so shorter words aren't compared. */
const shortestLooked = 3;
const longestLine = 400;
/** After `don't restart shop`, nothing that follows is wanted. */
const negations = new Set([
  "don't",
  "won't",
  "shouldn't",
  "can't",
  ...'dont wont not never no without cannot'.split(' '),
]);
/** Words that begin ordinary sentences, so they aren't misspelled commands. */
const ordinary = new Set(
  'what who when why how which is are was were did does has have had will would should there they this that these those i we it my our your the and but not for about'.split(
    ' ',
  ),
);

/** First the commands that the beginning resembles, then commands anywhere in the line, with and without the rest. */
export function suggestedLines(
  byName: ReadonlyMap<string, Command>,
  root: WordNode,
  { words, tokens, names: known, count: countStep }: TokenLine,
): SuggestedLine[] {
  const found: SuggestedLine[] = [];
  const negated = tokens
    .slice(0, maxLooked)
    .findIndex(({ text, quoted }) => !quoted && negations.has(text.toLowerCase()));
  const start = Math.max(0, firstWanted(tokens, countStep));
  for (const count of negated < 0 ? [1, 2, 3] : []) {
    const beginning = tokens.slice(start, start + count).map(({ text }) => text);
    if (beginning.length < count) break;
    const first = (beginning[0] ?? '').toLowerCase().replace(/^@|[,:;.!?'"]{1,5}$/g, '');
    if (beginning.join('').length < shortestLooked || ordinary.has(first) || isKnown(first, known)) continue;
    const next = tokens[start + count];
    const rest = next ? ` ${words.slice(next.start)}` : '';
    const names = [...byName.keys()].filter(
      (name) => name.length >= shortestLooked && name.split(' ').length === count,
    );
    for (const { word, distance } of findNear(beginning.join(' '), names).slice(0, maxTried / 2)) {
      const command = byName.get(word);
      if (!command) continue;
      found.push({ command, line: `${command.name}${rest}`, by: distance >= 1 ? 'misspelled' : 'weak' });
      if (rest !== '') found.push({ command, line: command.name, by: 'weak' });
    }
  }
  const onlyNames =
    tokens.length < 3 && tokens.every(({ text }) => isKnown(text.toLowerCase().replace(/[?!.,]{1,5}$/, ''), known));
  for (const name of onlyNames ? ['status', 'health', 'deployments'] : []) {
    const command = byName.get(name);
    if (command) found.push({ command, line: `${name} ${words.replace(/[?!.,]{1,5}$/, '')}` });
  }
  for (const [index, token] of tokens.slice(0, maxLooked).entries()) {
    // `in` and `at` begin commands, but after other words they only say where.
    if (index === 0 || token.quoted || placeWords.has(token.text.toLowerCase())) continue;
    const match = longestMatch(root, tokens, index, countStep);
    if (!match) continue;
    if (negated >= 0 && negated < index) found.push(...aboutCommand(byName, match.command));
    else
      found.push(
        { command: match.command, line: words.slice(token.start).replace(/^`|`$/g, ''), by: 'weak' },
        { command: match.command, line: match.command.name, by: 'weak' },
      );
  }
  return found.filter(({ line }) => line.length <= longestLine).slice(0, maxTried);
}

const isKnown = (word: string, names: TokenLine['names']): boolean =>
  names !== undefined && (names.services.has(word) || names.environments.has(word) || names.people?.has(word) === true);

/** Whether this can be offered: every name in it is known, and a guess never takes the rest of a sentence as free text. */
export function isSuggested({ by }: SuggestedLine, { command, args }: Understood, line: TokenLine): boolean {
  const { arguments: specs = [] } = command;
  if (!hasKnownNames(specs, args, line)) return false;
  if (by !== 'weak') return true;
  if (missingIn(specs, args).some(isWordy)) return false;
  const loose = specs.filter(({ kind, keyword }) => kind === 'word' || (isWordy({ kind }) && keyword === undefined));
  return (
    loose.every(({ name, kind }) => {
      const value = lookUp(args, name);
      return value === undefined || (kind === 'word' && /^D-\d{1,9}$/i.test(value));
    }) &&
    /\d|^$/.test(specs.flatMap(({ name, kind }) => (kind === 'release' ? (lookUp(args, name) ?? []) : [])).join(''))
  );
}

/** The line as somebody would type it. */
export function writeLine({ name, arguments: specs = [] }: Command, args: Arguments): string {
  const words = specs.flatMap(({ name: key, kind, keyword }) => {
    const value = lookUp(args, key);
    if (value === undefined) return [];
    const isBare = kind === 'text' || kind === 'moment' || !value.includes(' ');
    return [...(keyword === undefined ? [] : [keyword]), isBare ? value : `"${value}"`];
  });
  return [name, ...words].join(' ');
}

/** Describes a command, for somebody who doesn't want to run it. */
function aboutCommand(byName: ReadonlyMap<string, Command>, { name }: Command): SuggestedLine[] {
  const help = byName.get('help');
  return help && help.name !== name ? [{ command: help, line: `help ${name}` }] : [];
}

/** Words that answer a question that Gavel didn't ask, and the replies to them. Pure. */

const yes = new Set(['yes', 'y', 'yep', 'yeah', 'sure', 'ok', 'okay', 'do it', 'go', 'go ahead', 'confirm']);
const no = new Set(['no', 'n', 'nope', 'nah', "don't", 'do not', 'quit', 'exit', 'leave']);

/** Undefined for everything else. */
export function smallTalk(text: string): string | undefined {
  const said = text.toLowerCase();
  if (yes.has(said))
    return 'There’s no open question here. Nothing was done. Click the button on the card you mean, or type `approvals` to see what’s waiting for you.';
  if (no.has(said))
    return 'There’s no open question here. Nothing was done. To cancel a deployment, type `cancel` and its number, such as `cancel D-1042`.';
  return undefined;
}
