import type { Command, ResolveAlias, Feature, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import { createScopedStore, kindOf } from '../scopes';
import { aliasCommands } from './commands';
import { expandAlias, namesAt } from './parse';

/** Words that people make for whole lines, and the line behind such a word. `commands` are all there are, asked for when they're needed. */
export function createAliases(
  deps: FeatureDependencies,
  { commands }: { commands: () => readonly Command[] },
): { feature: Feature; resolveAlias: ResolveAlias } {
  const aliases = createScopedStore(deps, {
    name: 'aliases',
    one: 'an alias',
    most: { personal: 50, place: 50, everybody: 100 },
  });
  const namesOf = ({ name, synonyms = [] }: Command): string[] => [name, ...synonyms].map((each) => each.toLowerCase());
  const known = (): ReadonlySet<string> => new Set(commands().flatMap(namesOf));

  async function firstKnown(turn: Turn, names: ReturnType<typeof namesAt>) {
    for (const { name, end } of names) {
      const entry = await aliases.find(turn, name);
      if (entry) return { entry, end };
    }
    return undefined;
  }

  /** Called for lines that are no command, so none can be hidden; the line goes through the router's own checks as this person's. */
  const resolveAlias: ResolveAlias = async (turn, text) => {
    const found = await firstKnown(turn, namesAt(text));
    if (!found) return undefined;
    const { entry, end } = found;
    const expansion = expandAlias(entry.name, entry.text, text.slice(end));
    if ('problem' in expansion) throw new UserError(expansion.problem);
    if (kindOf(entry.scope) === 'personal' || entry.by.id === turn.person.id) return expansion.line;
    const who = plainText(entry.by.name, 60) || 'Somebody';
    const whom = kindOf(entry.scope) === 'place' ? 'this place' : 'everybody';
    return { line: expansion.line, title: plainText(entry.name, 40), by: `${who} made this alias for ${whom}.` };
  };

  return {
    feature: {
      name: 'aliases',
      commands: aliasCommands({ deps, aliases, known }),
      personalData: [aliases.personalData],
    },
    resolveAlias,
  };
}
