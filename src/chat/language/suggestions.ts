import { findNear } from '../../core/text/nearest';
import type { Command } from '../contract';
import { longestMatch } from '.';
import type { Suggestion, TokenLine, WordNode } from '.';
import { firstWanted, placeWords } from './argument-specs';

/** Lines that somebody may have meant, the likeliest first. Pure. Whoever offers them parses them first. */

type SuggestedLine = Omit<Suggestion, 'args'>;

const maxTried = 8;
const maxLooked = 30;
/** One slip makes any word of two letters out of another. */
const shortestLooked = 3;
const longestLine = 400;
/** `don't restart shop`: whatever comes behind is not wanted. */
const negations = new Set([
  "don't",
  "won't",
  "shouldn't",
  "can't",
  ...'dont wont not never no without cannot'.split(' '),
]);

/** First what the beginning looks like; else commands that stand anywhere in the line. */
export function suggestedLines(
  byName: ReadonlyMap<string, Command>,
  root: WordNode,
  { words, tokens, count: countStep }: TokenLine,
): SuggestedLine[] {
  const found: SuggestedLine[] = [];
  const negated = tokens
    .slice(0, maxLooked)
    .findIndex(({ text, quoted }) => !quoted && negations.has(text.toLowerCase()));
  const start = Math.max(0, firstWanted(tokens, countStep));
  for (const count of negated < 0 ? [1, 2] : []) {
    const beginning = tokens.slice(start, start + count).map(({ text }) => text);
    if (beginning.length < count) break;
    const next = tokens[start + count];
    const rest = next ? ` ${words.slice(next.start)}` : '';
    if (beginning.join('').length < shortestLooked) continue;
    const names = [...byName.keys()].filter(
      (name) => name.length >= shortestLooked && name.split(' ').length === count,
    );
    for (const { word } of findNear(beginning.join(' '), names).slice(0, maxTried)) {
      const command = byName.get(word);
      if (command) found.push({ command, line: `${command.name}${rest}` });
    }
  }
  for (const [index, token] of tokens.slice(0, maxLooked).entries()) {
    // `in` and `at` begin commands, but behind other words they only say where.
    if (index === 0 || token.quoted || placeWords.has(token.text.toLowerCase())) continue;
    const match = longestMatch(root, tokens, index, countStep);
    if (!match) continue;
    if (negated >= 0 && negated < index) found.push(...aboutCommand(byName, match.command));
    else found.push({ command: match.command, line: words.slice(token.start).replace(/^`|`$/g, '') });
  }
  return found.filter(({ line }) => line.length <= longestLine).slice(0, maxTried);
}

/** Says what a command does, for somebody who doesn't want it done. */
function aboutCommand(byName: ReadonlyMap<string, Command>, { name }: Command): SuggestedLine[] {
  const help = byName.get('help');
  return help && help.name !== name ? [{ command: help, line: `help ${name}` }] : [];
}

/** Words that answer a question nobody asked, and what is said to them. Pure. */

const yes = new Set(['yes', 'y', 'yep', 'yeah', 'sure', 'ok', 'okay', 'do it', 'go', 'go ahead', 'confirm']);
const no = new Set(['no', 'n', 'nope', 'nah', "don't", 'do not', 'quit', 'exit', 'leave']);

/** Undefined for everything else. */
export function smallTalk(text: string): string | undefined {
  const said = text.toLowerCase();
  if (yes.has(said))
    return 'I have no open question for you here, so nothing was done. Click the button on the card you mean, or write `approvals` to see what waits for you.';
  if (no.has(said))
    return 'I have no open question for you here, and nothing was done. To stop a deployment, write `cancel` and its number, such as `cancel D-1042`.';
  return undefined;
}
