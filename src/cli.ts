import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { lineCommands } from './commands';
import { UsageError } from './commands/contract';
import type { LineCommand, LineOption, ParsedOptions } from './commands/contract';
import { parseSettingsFile } from './commands/settings-file';
import { keepFilesPrivate } from './core/file-modes';
import { findNear } from './core/text/nearest';
import { readOwnRelease } from './start/own-release';

const settingsOption: LineOption = {
  name: 'settings',
  value: 'file',
  summary: 'read the settings from this file as systemd does, instead of the environment and .env',
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs one command; resolves to the exit code: 0 for success, 1 if a check found a problem, 2 if the call wasn't understood or couldn't be done. */
export async function runCommandLine(
  words: readonly string[],
  environment: Environment,
  print: (line: string) => void,
): Promise<number> {
  const [first] = words;
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') return (print(usage()), 0);
  if (first === '--version' || first === '-v') return (print(`gavel ${readOwnRelease(0).version}`), 0);
  try {
    const command = findCommand(words);
    const { values, positionals } = parsed(command, words.slice(command.name.split(' ').length));
    const [argument] = positionals;
    const extra = positionals[command.argument === undefined ? 0 : (command.maxWords ?? 1)];
    if (extra !== undefined) throw new UsageError(`${command.name} takes no ${extra}.`);
    if (values.has('help')) return (print(usage()), 0);
    const settingsFile = values.get('settings')?.[0];
    const settings = settingsFile === undefined ? environment : readSettings(settingsFile, environment);
    return await command.run({
      argument,
      words: positionals,
      options: values,
      environment: settings,
      settingsFile,
      print,
    });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    print(error.message);
    print('Type `npx gavel help` to see all commands.');
    return 2;
  }
}

function findCommand(words: readonly string[]): LineCommand {
  const found = lineCommands.find(({ name }) => name.split(' ').every((word, index) => words[index] === word));
  if (found) return found;
  const typed = words.slice(0, 2).filter((word) => !word.startsWith('-'));
  const names = lineCommands.map(({ name }) => name);
  const [near] = [...findNear(typed.join(' '), names), ...findNear(typed[0] ?? '', names)];
  throw new UsageError(`gavel has no command ${typed.join(' ')}.${near ? ` Did you mean ${near.word}?` : ''}`);
}

function parsed(
  command: LineCommand,
  args: readonly string[],
): { values: ReadonlyMap<string, readonly string[]>; positionals: readonly string[] } {
  const options = optionsOf(command);
  const declared: ParsedOptions = Object.fromEntries([
    ['help', { type: 'boolean' }],
    ...options.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string', multiple: true }]),
  ]);
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: declared, allowPositionals: true });
    return {
      values: new Map(Object.entries(values).map(([name, value]) => [name, [value].flat().map(String)])),
      positionals,
    };
  } catch (error) {
    const typed = /'(?:-\w, )?--?([^' =]+)/.exec((error as Error).message)?.[1] ?? '';
    const names = ['help', ...options.map(({ name }) => name)];
    if (names.includes(typed))
      throw new UsageError(`Type --${typed} as ${describeOption(options.find(({ name }) => name === typed))}.`, {
        cause: error,
      });
    const [near] = findNear(typed, names);
    throw new UsageError(`${command.name} has no option --${typed}.${near ? ` Did you mean --${near.word}?` : ''}`, {
      cause: error,
    });
  }
}

function readSettings(file: string, { PATH }: Environment): Environment {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${file} can’t be read (${(error as { code?: string }).code}). Pass the service’s settings file, and run this as a user who can read it.`,
      { cause: error },
    );
  }
  const result = parseSettingsFile(text);
  if ('problems' in result) throw new UsageError(`${file}: ${result.problems.join(' ')}`);
  return { PATH, ...result.values };
}

function optionsOf({ options = [], readsSettings }: LineCommand): readonly LineOption[] {
  return readsSettings ? [...options, settingsOption] : options;
}

function describeOption(option: LineOption | undefined): string {
  if (!option) return '--help';
  return option.value === undefined ? `--${option.name}` : `--${option.name} <${option.value}>`;
}

function usage(): string {
  const lines = lineCommands.flatMap((command) => [
    `  ${[command.name, command.argument]
      .filter((each) => each !== undefined)
      .join(' ')
      .padEnd(27)}${command.summary}`,
    ...(command.options ?? []).map((option) => `      ${describeOption(option).padEnd(22)} ${option.summary}`),
  ]);
  return `Usage: npx gavel <command>

${lines.join('\n')}
  ${'help'.padEnd(27)}this text
  ${'--version'.padEnd(27)}the version

You can run commands while Gavel is running, except audit accept. If the service reads its settings from a file, pass that file:
  npx gavel doctor --settings /etc/gavel/gavel.env
Gavel reads the file the way systemd reads an EnvironmentFile, and ignores other settings.`;
}

if (require.main === module || process.argv[1]?.endsWith('gavel.js') || process.argv[1]?.endsWith('/gavel')) {
  keepFilesPrivate();
  // If a settings file is named, only that one counts.
  const isNamed = process.argv.some((word) => word === '--settings' || word.startsWith('--settings='));
  if (!isNamed && existsSync('.env')) process.loadEnvFile?.('.env');
  void runCommandLine(process.argv.slice(2), process.env, (line) => console.log(line)).then(
    (code) => (process.exitCode = code),
  );
}
