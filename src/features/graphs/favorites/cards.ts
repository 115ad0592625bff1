import type { CardContent, Question, Turn } from '../../../chat/contract';
import { cleanText, plainText, plural } from '../../../core/text';
import { drawList } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import { describeScope, kindOf } from '../../scopes';
import type { ScopedEntry } from '../../scopes';
import { wishOf } from '../parse';
import type { GraphWish } from '../parse';
import { describeMetric, describePeriod } from '../text';
import { canSee } from './store';

/** Kept graphs: their list, the form that removes one, and what the button asks. */

const maxRows = 25;
const maxButtons = 2;

/** `p95 of shop in production, last 3 h`. Plain text. */
export function describeWish({ metric, service, environment, overMs }: GraphWish): string {
  return `${describeMetric({ name: metric })} of ${service} in ${environment}, ${describePeriod(overMs)}`;
}

/** The ones that this person sees here; in a channel, their own stay between them and Gavel. */
export function favoritesCard(
  deps: FeatureDependencies,
  turn: Turn,
  entries: readonly ScopedEntry[],
): CardContent<'policy/list'> {
  const here = seenHere(turn, entries);
  const shown = here.filter((entry) => canSee(deps, turn.person.id, entry));
  const [own, hidden] = [entries.length - here.length, here.length - shown.length];
  const count = shown.length === 0 ? 'No saved graphs' : plural(shown.length, 'saved graph');
  const more = [
    ...(own === 0
      ? []
      : [
          `${shown.length === 0 ? plural(own, 'saved graph is', 'saved graphs are') : plural(own, 'more is', 'more are')} just for you. To see ${own === 1 ? 'it' : 'them'}, ask me in our personal chat.`,
        ]),
    ...(hidden === 0
      ? []
      : [
          `${plural(hidden, 'saved graph isn’t', 'saved graphs aren’t')} listed, because you can’t view what ${hidden === 1 ? 'it shows' : 'they show'}.`,
        ]),
  ];
  return drawList(deps, turn, {
    kind: 'Graphs',
    title: `${count} here`,
    summary: `Graphs: ${count.toLowerCase()} here`,
    sentence: [describeUse(shown), ...more].join(' '),
    most: maxRows,
    rows: shown.map((entry) => ({
      name: cleanText(entry.name, 40),
      words: `${describeWish(wishOf(entry.text))} · by ${cleanText(entry.by.name, 40) || 'someone'}`,
      when: describeScope(kindOf(entry.scope), turn.place),
      action: `Graph ${cleanText(entry.name, 30)}`,
      ...{ verb: 'graphs.show', id: entry.text },
    })),
    actions: [
      ...shown.slice(0, maxButtons).map(({ name, text }) => ({
        title: `Graph ${cleanText(name, 30)}`,
        ...{ verb: 'graphs.show', id: text },
      })),
      ...(here.length === 0 ? [] : [{ title: 'Remove…', verb: 'chat.run', id: 'graph remove' }]),
    ],
  });
}

function describeUse([first]: readonly ScopedEntry[]): string {
  return first
    ? `**To see one, type \`graph\` and its name**: \`graph ${plainText(first.name, 40)}\`.`
    : '**Save a graph to see it again later.** Click “Save this graph…” on its card, or type `graph keep p95 of shop last 3h as checkout`.';
}

function seenHere({ place }: Pick<Turn, 'place'>, entries: readonly ScopedEntry[]): readonly ScopedEntry[] {
  return place.kind === 'personal' ? entries : entries.filter(({ scope }) => kindOf(scope) !== 'personal');
}

/** Asks which one to remove. Completes the line `graph remove`. */
export function removalCard(turn: Turn, entries: readonly ScopedEntry[]): CardContent<'chat/choose'> {
  return {
    card: 'chat/choose',
    data: {
      kind: 'Graphs',
      title: 'Which graph do you want to remove?',
      summary: 'Which graph do you want to remove?',
      sentence: '**Nothing has been removed yet.** Choose the graph to remove.',
      inputs: [
        {
          ...{ name: 'chosen-graph', label: 'Graph', required: true, value: '', picker: false },
          ...{ placeholder: 'Its name', error: 'Choose a graph.' },
          choices: seenHere(turn, entries).map(({ name, scope }) => ({
            title: cleanText(`${name}, ${describeScope(kindOf(scope), turn.place)}`, 100),
            value: name,
          })),
        },
      ],
      button: 'Remove graph',
      id: 'graph remove',
      by: turn.person.id,
      help: 'help graph remove',
      footer: `Or type it: graph remove checkout · ref\u00A0${turn.reference}`,
    },
  };
}

/** Asks for the name, and in a channel for whom. */
export function askToKeep({ place }: Pick<Turn, 'place'>, wish: GraphWish): Question {
  const mine = { title: 'Just for me', value: 'personal' };
  const ours = { title: `Everybody in this ${place.kind === 'channel' ? 'channel' : 'chat'}`, value: 'place' };
  return {
    title: 'Save this graph',
    sentence: `Saves **${plainText(describeWish(wish), 200)}** under a name. Gavel draws it with current data whenever someone asks for it.`,
    fields: [
      {
        ...{ name: 'name', label: 'Name', error: 'Enter a name.', isShort: true },
        value: cleanText(`${wish.service} ${wish.metric}`, 40),
      },
      ...(place.kind === 'personal'
        ? []
        : [{ name: 'for', label: 'Save for', value: 'personal', choices: [mine, ours] }]),
    ],
    go: 'Save graph',
  };
}
