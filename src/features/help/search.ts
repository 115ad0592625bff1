import type { Catalog } from '../../core/catalog';
import { findNear } from '../../core/text/nearest';
import { everything, mayAnywhere, whoMayEverywhere } from '../../core/catalog/rights';
import { enumerate, plainText, plural } from '../../core/text';
import type { ArgumentSpec, Command, Topic } from '../../chat/contract';

/** What of all commands concerns one person, as pure functions. */

export const topics: readonly Topic[] = ['Ship', 'Decide', 'Look', 'Talk'];

/** The commands this person may use. */
export function usableBy(catalog: Catalog, personId: string, commands: readonly Command[]): Command[] {
  return commands.filter(({ right }) => right === undefined || mayAnywhere(catalog, personId, right));
}

/** `2 more need a right you do not have. Ada Admin can give it.`; empty when nothing is hidden. */
export function describeHidden(catalog: Catalog, hidden: number): string {
  if (hidden === 0) return '';
  return `${plural(hidden, 'more needs', 'more need')} a right you do not have. ${whoGives(catalog)}`;
}

/** `Ada Admin can give it.` */
export function whoGives(catalog: Catalog): string {
  const admins = whoMayEverywhere(catalog, 'admin', everything).map((person) => plainText(person.name, 60));
  return admins.length > 0 ? `${enumerate(admins.slice(0, 3), 'or')} can give it.` : 'The catalog gives it.';
}

/** `deploy [service] [release] [to environment]` */
export function usageOf({ name, arguments: specs }: Command): string {
  const word = (spec: ArgumentSpec): string => {
    const said = spec.keyword === undefined ? spec.name : `${spec.keyword} ${spec.name}`;
    return spec.required === true ? `<${said}>` : `[${said}]`;
  };
  return [name, ...specs.map(word)].join(' ');
}

/** The command with this very name or synonym. */
export function commandNamed(commands: readonly Command[], word: string): Command | undefined {
  return commands.find((command) => command.name === word || (command.synonyms ?? []).includes(word));
}

/** A row of help: what is typed, and what a click on it does. */
export interface Row {
  readonly command: string;
  readonly summary: string;
  readonly line: string;
  readonly action: string;
}

/** A click runs what only looks or asks first; of all else it opens the form, for an example is nobody's wish. */
export function rowOf(command: Command, example = command.examples[0] ?? command.name): Row {
  const { name, summary } = command;
  if (runsAsItStands(command)) return { command: example, summary, line: example, action: `Try ${example}` };
  return { command: example, summary, line: name, action: `Open ${name}` };
}

function runsAsItStands({ asksFirst, right, topic, arguments: specs }: Command): boolean {
  if (asksFirst === true || specs.length === 0) return true;
  return topic !== 'Talk' && (right === undefined || right === 'view' || right === 'audit');
}

const fillers = new Set('the and how can you for what who does did with this that'.split(' '));

/** Commands that speak of one of the words, the best match first; else those whose name is spelled nearly so. */
export function commandsAbout(commands: readonly Command[], words: readonly string[]): Command[] {
  const asked = words.filter((word) => word.length > 2 && !fillers.has(word));
  const score = ({ name, synonyms = [], summary, topic, examples }: Command): number => {
    const names = [name, ...synonyms].join(' ').toLowerCase();
    const text = [summary, topic, ...examples].join(' ').toLowerCase();
    return asked.reduce((sum, word) => sum + (names.includes(word) ? 3 : 0) + (text.includes(word) ? 1 : 0), 0);
  };
  const found = commands
    .map((command) => ({ command, score: score(command) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((each) => each.command);
  if (found.length > 0) return found;
  const near = findNear(
    words.join(' '),
    commands.flatMap(({ name, synonyms = [] }) => [name, ...synonyms]),
  );
  return [...new Set(near.flatMap(({ word }) => commandNamed(commands, word) ?? []))];
}
