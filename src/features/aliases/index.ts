import type { Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { bandState } from '../../core/status';
import { cleanText, plainText } from '../../core/text';
import { footerTime } from '../../core/time-words';
import type { Command, Expand, Feature, FeatureDependencies } from '../contract';
import { createShelf, kindOf } from '../scopes';
import type { Entry } from '../scopes';
import { aliasCommands } from './commands';
import { commandIn, expanded } from './definition';

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

  /** Whether it does nothing but look; whatever else somebody made for others asks first. */
  const onlyLooks = (line: string): boolean => {
    const name = commandIn(line, known());
    return name !== undefined && commands().find((each) => namesOf(each).includes(name))?.topic === 'Look';
  };

  /** Called for lines that are no command, so none can be hidden; the line goes through the router's own checks as this person's. */
  const expand: Expand = async (turn, text) => {
    const [name = ''] = text.split(/\s/);
    if (!/^[a-z0-9][a-z0-9_-]{0,29}$/i.test(name)) return undefined;
    const entry = await shelf.find(turn, name);
    if (!entry) return undefined;
    const expansion = expanded(entry.name, entry.text, text.slice(name.length));
    if ('problem' in expansion) throw new UserError(expansion.problem);
    const foreign = kindOf(entry.scope) !== 'personal' && entry.by.id !== turn.person.id;
    return foreign && !onlyLooks(expansion.line) ? askFirst(deps, turn, entry, expansion.line) : expansion.line;
  };

  return {
    feature: { name: 'aliases', commands: aliasCommands({ deps, shelf, known }), personalData: [shelf.personalData] },
    expand,
  };
}

/** What somebody else prepared never runs with the reader's rights before they have seen it and said so. */
function askFirst(
  { catalog, clock }: FeatureDependencies,
  turn: Turn,
  { name, by, scope }: Entry,
  line: string,
): Reply {
  const who = plainText(by.name, 60) || 'Somebody';
  return {
    card: 'policy/list',
    data: {
      kind: 'Alias',
      state: bandState('draft'),
      title: plainText(name, 40),
      summary: `Alias ${name}: nothing was done yet, look at what it stands for`,
      sentence: `**Nothing has been done yet.** ${who} made this alias ${kindOf(scope) === 'place' ? 'for this place' : 'for everybody'}. It stands for the line below, which would run with your rights.`,
      rows: [
        {
          glyph: '○',
          color: 'Default',
          name: cleanText(line, 1_000),
          words: `As ${cleanText(turn.person.name, 60)}`,
          when: '',
        },
      ],
      more: '',
      actions: [{ title: 'Run this line', verb: 'chat.run', id: line }],
      footer: `${footerTime(clock.now(), catalog().timeZone)} · ref ${turn.reference}`,
    },
  };
}
