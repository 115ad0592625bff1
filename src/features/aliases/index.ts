import { UserError } from '../../core/errors';
import { plainText } from '../../core/text';
import type { Command, Expand, Feature, FeatureDependencies } from '../contract';
import { createShelf, kindOf } from '../scopes';
import { aliasCommands } from './commands';
import { expanded } from './definition';

/** Words that people make for whole lines. `commands` is asked late, when every feature is there. */
export function createAliases(
  deps: FeatureDependencies,
  { commands }: { commands: () => readonly Command[] },
): { feature: Feature; expand: Expand } {
  const shelf = createShelf(deps, {
    name: 'aliases',
    one: 'an alias',
    most: { personal: 50, place: 50, everybody: 100 },
  });
  const namesOf = ({ name, synonyms = [] }: Command): string[] => [name, ...synonyms].map((each) => each.toLowerCase());
  const known = (): ReadonlySet<string> => new Set(commands().flatMap(namesOf));

  /** Called for lines that are no command, so none can be hidden; the line goes through the router's own checks as this person's. */
  const expand: Expand = async (turn, text) => {
    const [name = ''] = text.split(/\s/);
    if (!/^[a-z0-9][a-z0-9_-]{0,29}$/i.test(name)) return undefined;
    const entry = await shelf.find(turn, name);
    if (!entry) return undefined;
    const expansion = expanded(entry.name, entry.text, text.slice(name.length));
    if ('problem' in expansion) throw new UserError(expansion.problem);
    if (kindOf(entry.scope) === 'personal' || entry.by.id === turn.person.id) return expansion.line;
    const who = plainText(entry.by.name, 60) || 'Somebody';
    const whom = kindOf(entry.scope) === 'place' ? 'this place' : 'everybody';
    return { line: expansion.line, title: plainText(entry.name, 40), by: `${who} made this alias for ${whom}.` };
  };

  return {
    feature: { name: 'aliases', commands: aliasCommands({ deps, shelf, known }), personalData: [shelf.personalData] },
    expand,
  };
}
