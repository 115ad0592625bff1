import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from './contract';
import type { LineCommand } from './contract';

/** `npx gavel new …`: creates the files of a feature from `templates`, as docs/extend.md describes. For developers of Gavel. */

const root = join(__dirname, '../..');
const nameForm = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export const newCommand: LineCommand = {
  name: 'new command',
  argument: '<name>',
  summary: 'create a feature with a typed command and its test',
  readsSettings: false,
  async run({ argument: name = '', print }) {
    requireCheckout();
    if (!nameForm.test(name))
      throw new UsageError(
        'Type `npx gavel new command <name>`. Use lowercase and dashes in the name, for example `release-notes`.',
      );
    if (existsSync(join(root, 'src/features', name))) throw new UsageError(`src/features/${name} already exists.`);
    const features = 'src/features/index.ts';
    const list = withFeature(readFileSync(join(root, features), 'utf8'), name);
    await createFiles('command', { name, camel: camelOf(name), Pascal: pascalOf(name), words: wordsOf(name) }, print);
    writeFileSync(join(root, features), list);
    print(`Changed ${features}.`);
    runScript('docs', print);
    print(`The command \`${wordsOf(name)}\` already works. Next: write its answer in src/features/${name}/text.ts.`);
    return 0;
  },
};

export const newCard: LineCommand = {
  name: 'new card',
  argument: '<feature/card>',
  summary: 'create a card with samples, its data, and its test',
  readsSettings: false,
  async run({ argument = '', print }) {
    requireCheckout();
    const [feature = '', card = '', ...more] = argument.split('/');
    if (more.length > 0 || !nameForm.test(feature) || !nameForm.test(card))
      throw new UsageError(
        'Type `npx gavel new card <feature>/<card>`. Use lowercase and dashes in both names, for example `release-notes/list`.',
      );
    if (!existsSync(join(root, 'src/features', feature))) throw new UsageError(`There is no src/features/${feature}.`);
    if (existsSync(join(root, 'cards', feature, `${card}.json`)))
      throw new UsageError(`cards/${feature}/${card}.json already exists.`);
    const camel = camelOf(`${feature}-${card}`);
    const kind = wordsOf(feature);
    const Kind = `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
    const kept = await createFiles('card', { feature, card, camel, Kind }, print);
    runScript('cards', print);
    const data = kept.length > 0 ? `make its CardContent<'${feature}/${card}'> in` : `answer with ${camel}Card from`;
    print(`Next: ${data} src/features/${feature}/cards.ts. To see the card, run \`npm run gallery\`.`);
    return 0;
  },
};

/** A built release has neither the source nor the templates. */
function requireCheckout(): void {
  if (!existsSync(join(root, 'templates')))
    throw new UsageError('This command needs a checkout of Gavel with its dependencies installed.');
}

/** `src/features/index.ts` with one more feature: before help, which is last, and with its import in alphabetical order. */
function withFeature(text: string, name: string): string {
  const [part, create] = [camelOf(name), `create${pascalOf(name)}`];
  const folderOf = (line: string): string => /^import .* from '\.\/([a-z-]+)';$/.exec(line)?.[1] ?? '';
  const added = [
    {
      line: `import { ${create} } from './${name}';`,
      isBefore: (line: string) => folderOf(line) > name || line === '',
    },
    {
      line: `  readonly ${part}: ReturnType<typeof ${create}>;`,
      isBefore: (line: string) => /^ {2}readonly help:/.test(line),
    },
    {
      line: `    ${part}: part([], () => ${create}(deps)),`,
      isBefore: (line: string) => /^ {4}help: part\(/.test(line),
    },
  ];
  return added.reduce((all, { line, isBefore }) => {
    const lines = all.split('\n');
    const place = lines.findIndex(isBefore);
    if (place < 0) throw new UsageError(`src/features/index.ts has no place for ${line.trim()}.`);
    return lines.toSpliced(place, 0, line).join('\n');
  }, text);
}

/** Writes each file of a template under its new name and leaves existing files alone. Resolves to the files that already existed. */
async function createFiles(
  template: string,
  names: Readonly<Record<string, string>>,
  print: (line: string) => void,
): Promise<readonly string[]> {
  const folder = join(root, 'templates', template);
  const { format, resolveConfig } = await import('prettier');
  const named = (text: string): string =>
    Object.entries(names).reduce((all, [name, value]) => all.replaceAll(`__${name}__`, value), text);
  const kept: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const path = named(from.slice(folder.length + 1));
    const filepath = join(root, path);
    if (existsSync(filepath)) {
      kept.push(path);
      print(`Left ${path} unchanged.`);
      continue;
    }
    const text = await format(named(readFileSync(from, 'utf8')), { ...(await resolveConfig(filepath)), filepath });
    mkdirSync(dirname(filepath), { recursive: true });
    writeFileSync(filepath, text);
    print(`Created ${path}.`);
  }
  return kept;
}

function runScript(script: string, print: (line: string) => void): void {
  const { status } = spawnSync('npm', ['run', '--silent', script], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  print(
    status === 0
      ? `Ran \`npm run ${script}\`.`
      : `\`npm run ${script}\` failed. Fix the problem above, then run it again.`,
  );
}

function wordsOf(name: string): string {
  return name.replaceAll('-', ' ');
}

function camelOf(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function pascalOf(name: string): string {
  return camelOf(`-${name}`);
}
