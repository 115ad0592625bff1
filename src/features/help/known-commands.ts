import type { Catalog } from '../../core/catalog';
import { may, whoMay } from '../../core/rights';
import { listWords, plainText, plural } from '../../core/text';
import type { ArgumentSpec, Command, Topic } from '../contract';

/** What of all commands concerns one person, as pure functions. */

export const topics: readonly Topic[] = ['Ship', 'Decide', 'Look', 'Talk'];

/** The commands this person may use. */
export function usableBy(catalog: Catalog, personId: string, commands: readonly Command[]): Command[] {
  return commands.filter(({ right }) => right === undefined || may(catalog, personId, right));
}

/** `2 more need a right you do not have. Ada Admin can give it.`; empty when nothing is hidden. */
export function hiddenWords(catalog: Catalog, hidden: number): string {
  if (hidden === 0) return '';
  return `${plural(hidden, 'more needs', 'more need')} a right you do not have. ${whoGives(catalog)}`;
}

/** `Ada Admin can give it.` */
export function whoGives(catalog: Catalog): string {
  const admins = whoMay(catalog, 'admin').map((person) => plainText(person.name, 60));
  return admins.length > 0 ? `${listWords(admins.slice(0, 3), 'or')} can give it.` : 'The catalog gives it.';
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

/** Commands whose name, summary, synonyms or topic speak of one of the words, the best match first. */
export function commandsAbout(commands: readonly Command[], words: readonly string[]): Command[] {
  const score = (command: Command): number => {
    const text = [command.name, ...(command.synonyms ?? []), command.summary, command.topic].join(' ').toLowerCase();
    return words.filter((word) => word.length > 2 && text.includes(word)).length;
  };
  return commands
    .map((command) => ({ command, score: score(command) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((each) => each.command);
}
