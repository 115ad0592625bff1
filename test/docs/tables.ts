import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { ArgumentSpec, Command } from '../../src/chat/contract';
import { connectors } from '../../src/connectors';
import { builtInRoles } from '../../src/core/catalog/schema';
import { doorsOf, operations } from '../../src/core/operations';
import { createFeatures } from '../../src/features';
import { questions } from '../chat/language/questions';
import { contractCases } from '../connectors/contract';
import { proofs } from '../connectors/proofs';
import { createFakeWorld } from '../features/fakes';
import { root, textOf } from '../rules/source-files';
import { exampleEnvironment } from './example-environment';

/** A table in the docs that is generated from the code, between `<!-- name:start -->` and `<!-- name:end -->`. */
interface Table {
  readonly page: string;
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Each page that is generated from the code, in part or as a whole, with its current text. Throws if a page lacks the marks of its table. */
export async function makePages(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map([['.env.example', exampleEnvironment()]]);
  for (const table of await makeTables()) {
    const text = withTable(pages.get(table.page) ?? textOf(table.page), table);
    const filepath = join(root, table.page);
    pages.set(table.page, await format(text, { ...(await resolveConfig(filepath)), filepath }));
  }
  for (const [page, text] of [
    ['docs/questions.md', questionsPage()],
    ['docs/connectors.md', connectorsPage()],
  ] as const) {
    const filepath = join(root, page);
    pages.set(page, await format(text, { ...(await resolveConfig(filepath)), filepath }));
  }
  return pages;
}

const connectorsByTitle = () => [...connectors.values()].sort((one, other) => (one.title < other.title ? -1 : 1));

/** The page of all connectors, from their readmes and the suite that holds them to the contract. */
function connectorsPage(): string {
  const all = connectorsByTitle();
  const rows = all.map(({ kind, title, bindings }) => {
    const proof = proofs[kind]?.with ?? '';
    return `| ${title} | ${code(kind)} | ${codes(Object.keys(bindings))} | ${proof} |`;
  });
  const pages = all.map(({ kind }) =>
    textOf(`src/connectors/${kind}/readme.md`)
      .replace(/^(#+) /gm, '#$1 ')
      .replaceAll('](../../../docs/', ']('),
  );
  return `# Connectors

What Gavel can connect to. \`npm run docs\` writes this page from the readmes next to the code, so it stays current.

A connection describes an outside system once, under \`connections:\` in the catalog; bindings say what it provides for which service. These commands help while you set one up:

- \`npx gavel connectors list\` shows every connection and what is bound to it.
- \`npx gavel connectors explain shop production\` shows what applies to a service, and which line of the catalog says so.
- \`npx gavel connectors test\` tries each connection and lists every missing permission, with its fix.
- \`npx gavel connectors record prometheus\` records what a system answers, for a test or a bug report. It makes only read calls, masks secrets, machines, people and e-mail addresses, and writes nothing if a secret remains.

The bindings \`running\`, \`metrics\`, \`alerts\` and \`annotations\` are lists, so several connections can give the same. If several give \`running\`, deployments rely on the first one. The command \`where\` asks all of them and says where they disagree, which of them it couldn’t read, and where something is live that Gavel didn’t deploy last.

| system | kind | provides | tested with |
| --- | --- | --- | --- |
${rows.join('\n')}

[Extending Gavel](extend.md) shows how to add another.

## What every connector is tested for

Each connector that speaks HTTP is tested against a system that behaves in the following ways, for everything the connector reads and changes. It has to report what it knows, and it sends each change only once.

${contractCases.map((name) => `- ${name}`).join('\n')}

${pages.join('\n')}`;
}

/** The page of questions and what Gavel does for each, from the table that the tests use. */
function questionsPage(): string {
  const meaningOf = (meaning: (typeof questions)[number]['asked'][number][1]): string => {
    if (typeof meaning === 'string') return code(meaning);
    return meaning.offers.length === 0 ? 'says so, and offers `help`' : `offers ${codes(meaning.offers)}`;
  };
  const sections = questions.map(({ topic, asked }) => {
    const rows = asked.map(([question, meaning]) => `| ${question} | ${meaningOf(meaning)} |`);
    return `## ${topic}\n\n| you ask | Gavel does this |\n| --- | --- |\n${rows.join('\n')}`;
  });
  return `<!-- The typos below are deliberate: cspell:disable -->

# What you can ask

Each command declares the sentences it answers to, so Gavel understands these and similar questions without guessing. Capital letters, polite words, mentions and punctuation don't
matter. A service or an environment can follow most of them. Where something is missing, Gavel asks for it with a form. For a typo, it offers the nearest commands, and only
those that it would understand and that you have permission to run. It never adds the rest of a sentence to a guess.

\`npm run docs\` writes this page from the table that the tests use.

${sections.join('\n\n')}
`;
}

async function makeTables(): Promise<readonly Table[]> {
  const world = createFakeWorld();
  const commands = createFeatures(world.deps).features.flatMap((feature) => feature.commands ?? []);
  await world.close();
  return [
    {
      page: 'README.md',
      name: 'commands',
      head: ['type', 'what it does'],
      rows: commands.filter(({ isInFront }) => isInFront).map((command) => [code(usageOf(command)), command.summary]),
    },
    {
      page: 'README.md',
      name: 'connectors',
      head: ['tool', 'what Gavel does with it', 'tested with'],
      rows: connectorsByTitle().map(({ kind, title }) => [title, proofs[kind]?.does ?? '', proofs[kind]?.with ?? '']),
    },
    ...(['Ship', 'Decide', 'Look', 'Talk'] as const).map((topic) => ({
      page: 'docs/commands.md',
      name: topic.toLowerCase(),
      head: ['type', 'what it does', 'or say'],
      rows: commands
        .filter((command) => command.topic === topic)
        .map((command) => [code(usageOf(command)), command.summary, codes((command.synonyms ?? []).slice(0, 3))]),
    })),
    {
      page: 'docs/policy.md',
      name: 'operations',
      head: ['operation', 'typed', 'buttons'],
      rows: operations.map((operation) => {
        const doors = doorsOf(operation);
        const isButton = (door: string): boolean => door.includes('.');
        return [code(operation), codes(doors.filter((door) => !isButton(door))), codes(doors.filter(isButton))];
      }),
    },
    {
      page: 'docs/rights.md',
      name: 'roles',
      head: ['role', 'has'],
      rows: Object.entries(builtInRoles).map(([role, rights]) => [code(role), codes(rights)]),
    },
  ];
}

function withTable(text: string, { page, name, head, rows }: Table): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} has no ${start} … ${end}.`);
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${before}${start}\n\n${lines.join('\n')}\n\n${end}${after}`;
}

function usageOf({ name, arguments: specs = [] }: Command): string {
  const usage = ({ keyword, name, required }: ArgumentSpec): string => {
    const words = keyword ? `${keyword} ${name}` : name;
    return required ? `<${words}>` : `[${words}]`;
  };
  return [name, ...specs.map(usage)].join(' ');
}

function code(text: string): string {
  return `\`${text}\``;
}

function codes(texts: readonly string[]): string {
  return texts.map(code).join(', ');
}
