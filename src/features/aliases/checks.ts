import { plainText } from '../../core/text';
import { tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import { kindOf } from '../scopes';
import type { ScopedEntry, ScopedStore } from '../scopes';

/** Names that a command or a sentence has: refused to a new alias; an alias that a later version hides is found by `doctor` and told to whoever made it. */

/** The command that a line means by now. */
type CommandFor = (line: string) => string | undefined;

/** The words that commands are known by: their names and synonyms, in small letters. */
export type Known = ReadonlySet<string>;

/** An alias that no longer runs, and who can rename it; outside text. */
interface HiddenAlias {
  readonly name: string;
  readonly owner: string;
}

export function createAliasChecks(
  deps: FeatureDependencies,
  aliases: Pick<ScopedStore, 'all'>,
  commandFor: CommandFor,
) {
  const hidden = async (): Promise<readonly ScopedEntry[]> =>
    (await aliases.all()).filter(({ name }) => commandFor(name) !== undefined);
  return {
    /** All hidden aliases. Rejects with `StoreUnavailableError`. */
    async findHidden(): Promise<readonly HiddenAlias[]> {
      return (await hidden()).map(({ name, by }) => ({ name, owner: by.name }));
    },
    /** Tells each owner once, however often it is called. Rejects with `StoreUnavailableError`. */
    async tellOwners(): Promise<void> {
      for (const entry of await hidden())
        if (entry.by.id !== '')
          await tellPerson(deps, entry.by.id, `alias-hidden:${entry.scope}:${entry.name}`, {
            text: describeHidden(entry),
          });
    },
  };
}

function describeHidden({ name, text, scope }: ScopedEntry): string {
  const [said, meant] = [plainText(name, 40), plainText(text, 200)];
  // This is read in a personal chat, where an alias of a channel can be neither saved nor removed.
  const { whose, there, end } = {
    personal: { whose: '', there: '', end: '' },
    place: { whose: ' for a channel or chat', there: ' there', end: ' here' },
    everybody: { whose: ' for everybody', there: '', end: ' for everybody' },
  }[kindOf(scope)];
  return `**Your alias “${said}”${whose} no longer works**, because that name is now a command, and commands always come first. It stood for “${meant}”. To keep it, save it under another name${there}: \`alias my ${said}${end} = …\`. To remove it, type \`alias remove ${said}${end}\`${there}.`;
}

/** What this name means already. */
export function describeClash(name: string, known: Known, commandFor: CommandFor): string | undefined {
  const hidden = [...known].find((each) => each === name || each.startsWith(`${name} `));
  if (hidden !== undefined) return `\`${hidden}\` is already a command.`;
  const first = commandIn(name, known);
  if (first !== undefined)
    return `A line that starts with \`${first}\` runs that command, so this alias would never be used.`;
  const meant = commandFor(name);
  if (meant === undefined) return undefined;
  return `I already understand “${plainText(name, 40)}” as \`${meant}\`, so this alias would never be used.`;
}

/** The command that a line begins with. */
export function commandIn(text: string, known: Known): string | undefined {
  const words = text.toLowerCase().split(/\s+/);
  return [4, 3, 2, 1].map((count) => words.slice(0, count).join(' ')).find((beginning) => known.has(beginning));
}
