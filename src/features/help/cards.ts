import { isSeenByAll } from '../../chat/contract';
import type { ArgumentSpec, CardContent, Command, Reply, Topic, Turn } from '../../chat/contract';
import type { Catalog, Right } from '../../core/catalog';
import { nameWhoMay } from '../../core/catalog/refusals';
import { everything, mayAnywhere } from '../../core/catalog/rights';
import { capitalize, cleanText, plainText, plural } from '../../core/text';
import { findNear } from '../../core/text/nearest';
import type { FeatureDependencies } from '../contract';

/** `help [topic]`: one card, built from the commands themselves. */

const overviewRows: Readonly<Record<Topic, number>> = { Ship: 3, Decide: 2, Look: 3, Talk: 0 };
const topics: readonly Topic[] = ['Ship', 'Decide', 'Look', 'Talk'];
const pageRows = 8;
const footer = 'help and a word tells more';

/** What `help` answers to these words: a topic, a command, what speaks of them, or all there is. */
export function helpFor(deps: FeatureDependencies, turn: Turn, all: readonly Command[], asked = ''): Reply {
  const catalog = deps.catalog();
  const usable = all.filter(({ right }) => isSeenByAll(turn) || mayUse(catalog, turn, right));
  const hidden = isSeenByAll(turn) ? sameForAll : describeHidden(catalog, all.length - usable.length);
  const subject = cleanText(asked, 80).toLowerCase();
  if (subject === '') return overview(turn, usable, hidden);
  const topic = topics.find((each) => new RegExp(`^${each}( \\d+)?$`, 'i').test(subject));
  if (topic) return topicCard(turn, usable, topic, Number(/(?:^| )(\d{1,4})$/.exec(subject)?.[1] ?? 1));
  const command = commandNamed(all, subject);
  if (command) return commandCard(catalog, turn, command);
  const found = commandsAbout(usable, subject.split(/\s+/)).slice(0, pageRows);
  if (found.length === 0) return overview(turn, usable, hidden, subject);
  return helpCard({
    title: `About “${plainText(subject, 40)}”`,
    summary: `Help: ${plural(found.length, 'command')} found`,
    sentence: howToSay(turn),
    groups: oneGroup(found),
    hidden: isSeenByAll(turn) ? sameForAll : '',
    search: true,
    buttons: [{ title: 'All topics', line: 'help' }],
  });
}

function mayUse(catalog: Catalog, { person }: Turn, right: Right | undefined): boolean {
  return right === undefined || mayAnywhere(catalog, person.id, right);
}

/** A typed line in a channel is answered to all who read there: what one of them may do is nobody else's business. A click is answered to who clicks. */

const sameForAll =
  'This is the same for everybody here, and a click is checked for whoever clicks. Write `what can I do` for what is open to you.';

function overview(turn: Turn, usable: readonly Command[], hidden: string, unknown = ''): Reply {
  const lead = unknown === '' ? '' : `I found nothing about “${plainText(unknown, 40)}”. `;
  return helpCard({
    title: 'What you can do here',
    summary: 'Help: what you can do here',
    sentence: `${lead}${howToSay(turn)} I ask for the rest.`,
    groups: topics
      .map((topic) => {
        const commands = commandsOf(usable, topic);
        const shown = commands.slice(0, overviewRows[topic]);
        return {
          title: topic === 'Talk' ? 'Talk, remember, ask' : topic,
          all: commands.length > shown.length ? `all ${commands.length}` : '',
          line: `help ${topic.toLowerCase()}`,
          commands: shown.map((command) => rowOf(command)),
        };
      })
      .filter(({ all, commands }) => all !== '' || commands.length > 0),
    hidden,
    search: true,
    buttons: [],
  });
}

/** Eight at once: nobody reads a wall. */
function topicCard(turn: Turn, usable: readonly Command[], topic: Topic, page: number): Reply {
  const commands = commandsOf(usable, topic);
  const pages = Math.max(1, Math.ceil(commands.length / pageRows));
  const at = Math.min(Math.max(1, page), pages);
  const shown = commands.slice((at - 1) * pageRows, at * pageRows);
  const more =
    pages === 1
      ? []
      : [{ title: at < pages ? 'More' : 'From the start', line: `help ${topic.toLowerCase()} ${(at % pages) + 1}` }];
  return helpCard({
    title: pages === 1 ? topic : `${topic}, ${at} of ${pages}`,
    summary: `Help: ${topic}`,
    sentence: shown.length > 0 ? howToSay(turn) : 'Nothing of this is open to you yet. Write help to see what is.',
    groups: oneGroup(shown),
    hidden: isSeenByAll(turn) ? sameForAll : '',
    search: false,
    buttons: [...more, { title: 'All topics', line: 'help' }],
  });
}

function commandCard(catalog: Catalog, turn: Turn, command: Command): Reply {
  const { right, summary } = command;
  const usable = isSeenByAll(turn) || mayUse(catalog, turn, right);
  const synonyms = (command.synonyms ?? []).filter((word) => /^[a-z]/.test(word)).slice(0, 4);
  const facts = [
    ...(command.arguments ?? []).map(({ name, summary: words, required }) => ({
      title: capitalize(name),
      value: required === true ? `${words}; I ask when you leave it out` : words,
    })),
    ...(synonyms.length > 0 ? [{ title: 'Or say', value: synonyms.join(', ') }] : []),
  ];
  const examples = usable ? command.examples.slice(0, 4).map((example) => rowOf(command, example)) : [];
  return {
    card: 'help/command',
    data: {
      kind: 'Help',
      title: command.name,
      summary: `Help on ${command.name}: ${summary}`,
      sentence: usable
        ? `${summary}.${right !== undefined && isSeenByAll(turn) ? ` It needs the right \`${right}\`, which is checked for whoever clicks.` : ''}`
        : `${summary}. It needs a right you do not have. ${whoGives(catalog)}`,
      usage: usageOf(command),
      facts,
      examplesTitle: examples.length > 0 ? 'For example' : '',
      examples,
      footer,
    },
  };
}

type HelpData = CardContent<'help/help'>['data'];

/** The same for everybody who may do the same, so that it is drawn once. */
function helpCard(parts: Omit<HelpData, 'kind' | 'footer'>): Reply {
  return { card: 'help/help', data: { kind: 'Help', ...parts, footer } };
}

function oneGroup(commands: readonly Command[]): HelpData['groups'] {
  if (commands.length === 0) return [];
  return [{ title: 'Commands', all: '', line: '', commands: commands.map((command) => rowOf(command)) }];
}

/** Those of one topic; what stands in the manifest goes first. */
function commandsOf(commands: readonly Command[], topic: Topic): Command[] {
  const found = commands.filter((command) => command.topic === topic);
  return found.sort((a, b) => Number(b.inManifest ?? false) - Number(a.inManifest ?? false));
}

function howToSay({ place }: Turn): string {
  return place.kind === 'personal'
    ? 'Write one of these, or click it.'
    : 'Write **@Gavel** and one of these, or click it.';
}

/** `2 more need a right you do not have. Ada Admin can give it.`; empty when nothing is hidden. */
function describeHidden(catalog: Catalog, hidden: number): string {
  if (hidden === 0) return '';
  return `${plural(hidden, 'more needs', 'more need')} a right you do not have. ${whoGives(catalog)}`;
}

/** `Ada Admin can give it.` */
function whoGives(catalog: Catalog): string {
  const admins = nameWhoMay(catalog, 'admin', everything);
  return admins === '' ? 'The catalog gives it.' : `${admins} can give it.`;
}

/** `deploy [service] [release] [to environment]` */
function usageOf({ name, arguments: specs = [] }: Command): string {
  const word = (spec: ArgumentSpec): string => {
    const said = spec.keyword === undefined ? spec.name : `${spec.keyword} ${spec.name}`;
    return spec.required === true ? `<${said}>` : `[${said}]`;
  };
  return [name, ...specs.map(word)].join(' ');
}

/** The command with this very name or synonym. */
function commandNamed(commands: readonly Command[], word: string): Command | undefined {
  return commands.find((command) => command.name === word || (command.synonyms ?? []).includes(word));
}

/** A click runs what only looks or asks first; of all else it opens the form, for an example is nobody's wish. */
function rowOf(command: Command, example = command.examples[0] ?? command.name) {
  const { name, summary } = command;
  if (runsAsItStands(command)) return { command: example, summary, line: example, action: `Try ${example}` };
  return { command: example, summary, line: name, action: `Open ${name}` };
}

function runsAsItStands({ asksFirst, right, topic, arguments: specs = [] }: Command): boolean {
  if (asksFirst === true || specs.length === 0) return true;
  return topic !== 'Talk' && (right === undefined || right === 'view' || right === 'audit');
}

const fillers = new Set('the and how can you for what who does did with this that'.split(' '));

/** Commands that speak of one of the words, the best match first; else those whose name is spelled nearly so. */
function commandsAbout(commands: readonly Command[], words: readonly string[]): Command[] {
  const asked = words.filter((word) => word.length > 2 && !fillers.has(word));
  const score = ({ name, synonyms = [], summary, topic, examples }: Command): number => {
    const names = [name, ...synonyms].join(' ').toLowerCase();
    const text = [summary, topic, ...examples].join(' ').toLowerCase();
    return asked.reduce((sum, word) => sum + (names.includes(word) ? 3 : 0) + (text.includes(word) ? 1 : 0), 0);
  };
  const found = commands.filter((command) => score(command) > 0).sort((a, b) => score(b) - score(a));
  if (found.length > 0) return found;
  const near = findNear(
    words.join(' '),
    commands.flatMap(({ name, synonyms = [] }) => [name, ...synonyms]),
  );
  return [...new Set(near.flatMap(({ word }) => commandNamed(commands, word) ?? []))];
}
