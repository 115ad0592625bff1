import { fieldLabel, isSeenByAll } from '../../chat/contract';
import type { CardContent, Command, Reply, Topic, Turn } from '../../chat/contract';
import type { Catalog, Right } from '../../core/catalog';
import { nameWhoMay } from '../../core/catalog/refusals';
import { everything, mayAnywhere } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import { capitalize, cleanText, plainText, plural, withoutBreaks } from '../../core/text';
import { findNear } from '../../core/text/nearest';
import type { FeatureDependencies } from '../contract';
import { examplesOf, rowOf, usageOf } from './text';

/** `help [topic]`: one card, generated from the commands. */

const topics: readonly Topic[] = ['Ship', 'Decide', 'Look', 'Talk'];
const pageRows = 10;
const footer = 'Type help and a word to find out more';

/** What commands with the same first word have in common; they fold into one line of their topic. */
const families: Readonly<Record<string, { readonly topic: Topic; readonly summary: string }>> = {
  alert: { topic: 'Look', summary: 'List, acknowledge, and silence alerts; plan maintenance' },
  graph: { topic: 'Look', summary: 'Draw metrics, list them, show numbers' },
  tests: { topic: 'Ship', summary: 'Run test suites, show how they went, find flaky tests' },
  ticket: { topic: 'Look', summary: 'Open tickets, list them, move them' },
  rollout: { topic: 'Ship', summary: 'Pods: see, scale, and remove them; undo a rollout' },
  scm: { topic: 'Look', summary: 'Pull requests, checks, and unreleased commits' },
  emergency: { topic: 'Ship', summary: 'Skip every rule; someone reviews it afterward' },
  approvals: { topic: 'Decide', summary: 'See who approved what, and delegate your approvals' },
  policy: { topic: 'Decide', summary: 'Show rules, freezes, and locks' },
  role: { topic: 'Decide', summary: 'Who can do what: grant, revoke, request access' },
  subscription: { topic: 'Talk', summary: 'Choose what this channel gets: mute, digest, setup' },
  schedule: { topic: 'Talk', summary: 'Reminders, and queries that run on a schedule' },
  alias: { topic: 'Talk', summary: 'Short names for commands' },
  memory: { topic: 'Talk', summary: 'Facts that Gavel remembers' },
  data: { topic: 'Talk', summary: 'See, export, or delete what Gavel stores about you' },
  joke: { topic: 'Talk', summary: 'Turn jokes on or off here' },
};

/** The family of a command: `schedule` of `schedule list`; undefined for a command of one word. */
function familyOf({ name }: Pick<Command, 'name'>): string | undefined {
  const [first = '', second] = name.split(' ');
  return second !== undefined && lookUp(families, first) ? first : undefined;
}

/** The answer of `help` to these words: a topic, a command, commands that mention them, or everything. */
export function helpFor(deps: FeatureDependencies, turn: Turn, all: readonly Command[], asked = ''): Reply {
  const catalog = deps.catalog();
  const usable = all.filter(({ right }) => isSeenByAll(turn) || mayUse(catalog, turn, right));
  const hidden = isSeenByAll(turn) ? sameForAll : describeHidden(catalog, all.length - usable.length);
  const whole = cleanText(asked, 80).toLowerCase();
  // `on call` is a command; in `on deployments`, the first word only leads to the subject.
  const subject = commandNamed(all, whole) ? whole : whole.replace(/^(?:me )?(?:with|about|on|for) (?=\S)/, '');
  if (subject === '') return overview(catalog, turn, usable, hidden);
  const family = familyNamed(usable, subject);
  if (family !== undefined) return familyCard(catalog, turn, usable, family);
  const topic = topics.find((each) => new RegExp(`^${each}( \\d+)?$`, 'i').test(subject));
  if (topic) return topicCard(catalog, turn, usable, topic, Number(/(?:^| )(\d{1,4})$/.exec(subject)?.[1] ?? 1));
  const command = commandNamed(all, subject);
  if (command) return commandCard(catalog, turn, usable, command);
  const found = commandsAbout(usable, subject.split(/\s+/)).slice(0, pageRows);
  if (found.length === 0) return overview(catalog, turn, usable, hidden, subject);
  return helpCard({
    title: `About “${plainText(subject, 40)}”`,
    summary: `Help: ${plural(found.length, 'command')} found`,
    sentence: howToSay(turn),
    groups: oneGroup(found.map((each) => rowOf(catalog, each))),
    hidden: isSeenByAll(turn) ? sameForAll : '',
    search: true,
    from: `help ${subject}`,
    buttons: [{ title: 'Show all topics', line: 'help' }],
  });
}

function mayUse(catalog: Catalog, { person }: Turn, right: Right | undefined): boolean {
  return right === undefined || mayAnywhere(catalog, person.id, right);
}

const sameForAll =
  'Everyone here sees this list. Permissions are checked when you click. Type `what can I do` to see what you can do.';

/** The main commands by topic; everything else is behind a topic. */
function overview(catalog: Catalog, turn: Turn, usable: readonly Command[], hidden: string, unknown = ''): Reply {
  const lead = unknown === '' ? '' : `I found nothing about “${plainText(unknown, 40)}”. `;
  return helpCard({
    title: 'What you can do here',
    summary: 'Help: what you can do here',
    sentence: `${lead}${howToSay(turn)} I’ll ask for anything that’s missing.`,
    groups: topics
      .map((topic) => {
        const commands = commandsOf(usable, topic);
        const shown = commands.filter(({ isInFront }) => isInFront);
        return {
          title: topic === 'Talk' ? 'Talk, remember, ask' : topic,
          all: commands.length > shown.length ? `all ${commands.length}` : '',
          line: `help ${topic.toLowerCase()}`,
          commands: shown.map((command) => rowOf(catalog, command)),
        };
      })
      .filter(({ all, commands }) => all !== '' || commands.length > 0),
    hidden,
    search: true,
    from: 'help',
    buttons: [],
  });
}

/** One page at a time, so that nobody faces a wall of text. A family is one line. */
function topicCard(catalog: Catalog, turn: Turn, usable: readonly Command[], topic: Topic, page: number): Reply {
  const single = commandsOf(usable, topic).filter((command) => familyOf(command) === undefined);
  const folded = Object.entries(families).filter(
    ([name, family]) => family.topic === topic && membersOf(usable, name).length > 0,
  );
  const rows = [
    ...single.map((command) => rowOf(catalog, command)),
    ...folded.map(([name, { summary }]) => familyRow(name, summary)),
  ];
  const pages = Math.max(1, Math.ceil(rows.length / pageRows));
  const at = Math.min(Math.max(1, page), pages);
  const shown = rows.slice((at - 1) * pageRows, at * pageRows);
  const more =
    pages === 1
      ? []
      : [
          {
            title: at < pages ? 'Show more' : 'Show the first page',
            line: `help ${topic.toLowerCase()} ${(at % pages) + 1}`,
          },
        ];
  return helpCard({
    title: pages === 1 ? topic : `${topic}, ${at} of ${pages}`,
    summary: `Help: ${topic}`,
    sentence:
      shown.length > 0
        ? howToSay(turn)
        : 'You can’t use any commands in this topic yet. Type `help` to see the commands you can use.',
    groups: oneGroup(shown),
    hidden: isSeenByAll(turn) ? sameForAll : '',
    search: false,
    from: pages === 1 ? `help ${topic.toLowerCase()}` : `help ${topic.toLowerCase()} ${at}`,
    buttons: [...more, { title: 'Show all topics', line: 'help' }],
  });
}

/** What the playground completes: the main commands at once, those of a family after its word. */
export function completionsOf(catalog: Catalog, commands: readonly Command[]) {
  return commands.map((command) => {
    const name = familyOf(command);
    return {
      command: examplesOf(catalog, command)[0] ?? command.name,
      summary: command.summary,
      isInFront: command.isInFront === true,
      ...(name !== undefined && { family: { name, summary: lookUp(families, name)?.summary ?? '' } }),
      synonyms: (command.synonyms ?? []).filter((word) => word.length > 1),
    };
  });
}

const familyRow = (name: string, summary: string) => ({
  command: `${name} …`,
  summary,
  line: `help ${name} commands`,
  action: `Show ${name} commands`,
});

function membersOf(commands: readonly Command[], family: string): Command[] {
  return commands.filter((command) => familyOf(command) === family);
}

/** `role`, `role commands`; a command with the name of a family explains itself. */
function familyNamed(usable: readonly Command[], subject: string): string | undefined {
  const [, name = '', commands] = /^(\S+)( commands)?$/.exec(subject) ?? [];
  if (membersOf(usable, name).length === 0) return undefined;
  return commands !== undefined || usable.every((command) => command.name !== name) ? name : undefined;
}

function familyCard(catalog: Catalog, turn: Turn, usable: readonly Command[], family: string): Reply {
  const { topic, summary } = lookUp(families, family) ?? { topic: 'Talk', summary: '' };
  return helpCard({
    title: `${capitalize(family)} commands`,
    summary: `Help: ${family} commands`,
    sentence: `${summary}. ${howToSay(turn)}`,
    groups: oneGroup(membersOf(usable, family).map((command) => rowOf(catalog, command))),
    hidden: isSeenByAll(turn) ? sameForAll : '',
    search: false,
    from: `help ${family} commands`,
    buttons: [
      { title: `Show all of ${topic}`, line: `help ${topic.toLowerCase()}` },
      { title: 'Show all topics', line: 'help' },
    ],
  });
}

function commandCard(catalog: Catalog, turn: Turn, all: readonly Command[], command: Command): Reply {
  const { right, summary } = command;
  const usable = isSeenByAll(turn) || mayUse(catalog, turn, right);
  const family = familyOf(command) ?? (membersOf(all, command.name).length > 0 ? command.name : undefined);
  const synonyms = (command.synonyms ?? []).filter((word) => /^[a-z]/.test(word)).slice(0, 4);
  const facts = [
    ...(command.arguments ?? []).map((spec) => ({
      title: withoutBreaks(fieldLabel(spec)),
      value: capitalize(spec.summary) + (spec.required === true ? ' (I’ll ask if you leave it out)' : ''),
    })),
    ...(synonyms.length > 0 ? [{ title: 'Or\u00A0say', value: synonyms.join(', ') }] : []),
  ];
  const examples = usable
    ? examplesOf(catalog, command)
        .slice(0, 4)
        .map((example) => rowOf(catalog, command, example))
    : [];
  return {
    card: 'help/command',
    data: {
      kind: 'Help',
      title: command.name,
      summary: `Help on ${command.name}: ${summary}`,
      sentence: usable
        ? `${summary}.${right !== undefined && isSeenByAll(turn) ? ` You need the \`${right}\` permission; it’s checked when you click.` : ''}`
        : `${summary}. You don’t have the \`${right}\` permission. ${whoGives(catalog, 'it')}`,
      usage: usageOf(command),
      facts,
      examplesTitle: examples.length > 0 ? 'For example' : '',
      examples,
      from: `help ${command.name}`,
      buttons: [
        ...(family === undefined ? [] : [{ title: `Show ${family} commands`, line: `help ${family} commands` }]),
        { title: 'Show all commands', line: 'help' },
      ],
      footer,
    },
  };
}

type HelpData = CardContent<'help/help'>['data'];

/** The same for everybody with the same rights, so it is drawn once. */
function helpCard(parts: Omit<HelpData, 'kind' | 'footer'>): Reply {
  return { card: 'help/help', data: { kind: 'Help', ...parts, footer } };
}

function oneGroup(rows: HelpData['groups'][number]['commands']): HelpData['groups'] {
  return rows.length === 0 ? [] : [{ title: 'Commands', all: '', line: '', commands: rows }];
}

/** The commands of one topic, the main ones first. */
function commandsOf(commands: readonly Command[], topic: Topic): Command[] {
  const found = commands.filter((command) => command.topic === topic);
  return found.sort((a, b) => Number(b.isInFront ?? false) - Number(a.isInFront ?? false));
}

function howToSay({ place }: Turn): string {
  return place.kind === 'personal' ? 'Click a command, or type it.' : 'Click a command, or type it after **@Gavel**.';
}

/** `You don't have the permissions for 2 more commands. Ask Ada Admin for a role that includes them.`; empty if nothing is hidden. */
function describeHidden(catalog: Catalog, hidden: number): string {
  if (hidden === 0) return '';
  return `You don’t have the permissions for ${plural(hidden, 'more command')}. ${whoGives(catalog, hidden === 1 ? 'it' : 'them')}`;
}

/** `Ask Ada Admin for a role that includes them.` */
function whoGives(catalog: Catalog, what: 'it' | 'them'): string {
  const admins = nameWhoMay(catalog, 'admin', everything);
  return admins === ''
    ? 'The people who run Gavel grant roles in the catalog.'
    : `Ask ${admins} for a role that includes ${what}.`;
}

/** The command with exactly this name or synonym. */
function commandNamed(commands: readonly Command[], word: string): Command | undefined {
  return commands.find((command) => command.name === word || (command.synonyms ?? []).includes(word));
}

const fillers = new Set('the and how can you for what who does did with this that'.split(' '));

/** Commands that mention one of the words, the best match first; otherwise, those with a similar name. */
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
