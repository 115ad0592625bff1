import type { Reply, Turn } from '../../chat/contract';
import { cleanText, plainText } from '../../core/text';
import { may } from '../../core/rights';
import type { Command, FeatureDependencies, Topic } from '../contract';
import { commandNamed, commandsAbout, hiddenWords, topics, usableBy, usageOf, whoGives } from './known-commands';

/** `help [topic]`: one card, built from the commands themselves. */

const overviewRows: Readonly<Record<Topic, number>> = { Ship: 3, Decide: 2, Look: 3, Talk: 0 };
const mostRows = 8;

export function helpCommand(deps: FeatureDependencies, commands: () => readonly Command[]): Command {
  return {
    name: 'help',
    synonyms: ['?', 'commands', 'what can you do'],
    summary: 'What you can do here',
    topic: 'Talk',
    arguments: [{ name: 'topic', kind: 'text', summary: 'a command, or what you want to do' }],
    examples: ['help', 'help deploy', 'help ship'],
    right: undefined,
    inManifest: true,
    run: (turn, args) => Promise.resolve(answer(deps, turn, commands(), args['topic'])),
  };
}

function answer(deps: FeatureDependencies, turn: Turn, all: readonly Command[], asked: string | undefined): Reply {
  const catalog = deps.catalog();
  const usable = usableBy(catalog, turn.person.id, all);
  const hidden = hiddenWords(catalog, all.length - usable.length);
  const subject = cleanText(asked ?? '', 80).toLowerCase();
  if (subject === '') return overview(turn, usable, hidden);
  const topic = topics.find((each) => each.toLowerCase() === subject);
  if (topic) return topicCard(turn, usable, topic);
  const command = commandNamed(all, subject);
  if (command) return commandCard(deps, turn, command);
  const found = commandsAbout(usable, subject.split(/\s+/)).slice(0, mostRows);
  return found.length > 0 ? foundCard(turn, found, subject) : overview(turn, usable, hidden, subject);
}

function overview(turn: Turn, usable: readonly Command[], hidden: string, unknown = ''): Reply {
  const byTopic = (topic: Topic): Command[] => usable.filter((command) => command.topic === topic);
  const groups = topics.map((topic) => group(topic, firstOnes(byTopic(topic), overviewRows[topic])));
  const longer = topics.filter((topic) => byTopic(topic).length > overviewRows[topic]);
  const lead = unknown === '' ? '' : `I found nothing about “${plainText(unknown, 40)}”. `;
  return helpCard(turn, {
    title: 'What you can do here',
    summary: 'Help: what you can do here',
    sentence: `${lead}${howToSay(turn)} I ask for the rest.`,
    groups,
    hidden,
    buttons: longer.slice(-3).map((topic) => ({ title: `More: ${topic}`, line: `help ${topic.toLowerCase()}` })),
  });
}

function topicCard(turn: Turn, usable: readonly Command[], topic: Topic): Reply {
  const commands = usable.filter((command) => command.topic === topic);
  const sentence =
    commands.length > 0 ? howToSay(turn) : 'Nothing of this is open to you yet. Write help to see what is.';
  return helpCard(turn, {
    title: topic,
    summary: `Help: ${topic}`,
    sentence,
    groups: [group('Commands', commands)],
    hidden: '',
    buttons: [{ title: 'All commands', line: 'help' }],
  });
}

function foundCard(turn: Turn, found: readonly Command[], subject: string): Reply {
  return helpCard(turn, {
    title: `About “${plainText(subject, 40)}”`,
    summary: `Help: ${found.length} commands found`,
    sentence: howToSay(turn),
    groups: [group('Commands', found)],
    hidden: '',
    buttons: [{ title: 'All commands', line: 'help' }],
  });
}

function commandCard({ catalog }: FeatureDependencies, turn: Turn, command: Command): Reply {
  const usable = command.right === undefined || may(catalog(), turn.person.id, command.right);
  const synonyms = (command.synonyms ?? []).filter((word) => /^[a-z]/.test(word)).slice(0, 4);
  const facts = [
    ...command.arguments.map(({ name, summary, required }) => ({
      title: `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`,
      value: required === true ? `${summary}; I ask when you leave it out` : summary,
    })),
    ...(synonyms.length > 0 ? [{ title: 'Or say', value: synonyms.join(', ') }] : []),
  ];
  const lines = usable ? command.examples.slice(0, 4).map((line) => ({ line })) : [];
  return {
    card: 'help/command',
    data: {
      kind: 'Help',
      title: command.name,
      summary: `Help on ${command.name}: ${command.summary}`,
      sentence: usable
        ? `${command.summary}.`
        : `${command.summary}. It needs a right you do not have. ${whoGives(catalog())}`,
      usage: usageOf(command),
      facts,
      examplesTitle: lines.length > 0 ? 'For example' : '',
      examples: lines,
      footer: forWhom(turn),
    },
  };
}

interface HelpParts {
  readonly title: string;
  readonly summary: string;
  readonly sentence: string;
  readonly groups: readonly { readonly title: string; readonly commands: readonly object[] }[];
  readonly hidden: string;
  readonly buttons: readonly { readonly title: string; readonly line: string }[];
}

function helpCard(turn: Turn, parts: HelpParts): Reply {
  const groups = parts.groups.filter((each) => each.commands.length > 0);
  return { card: 'help/help', data: { kind: 'Help', ...parts, groups, footer: forWhom(turn) } };
}

function group(title: string, commands: readonly Command[]): HelpParts['groups'][number] {
  return {
    title,
    commands: commands.map((command) => ({ command: command.examples[0] ?? command.name, summary: command.summary })),
  };
}

/** Those that stand in the manifest go first. */
function firstOnes(commands: readonly Command[], count: number): Command[] {
  return [...commands].sort((a, b) => Number(b.inManifest) - Number(a.inManifest)).slice(0, count);
}

function howToSay({ place }: Turn): string {
  return place.kind === 'personal'
    ? 'Write one of these, or click it.'
    : 'Write **@Gavel** and one of these, or click it.';
}

function forWhom({ place, reference }: Turn): string {
  return `For you in ${plainText(place.name, 60)} · help and a word tells more · ref ${reference}`;
}
