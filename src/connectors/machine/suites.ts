import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import type { Template } from '../../core/catalog/templates';
import type { Target } from '../../core/catalog/rights';
import type { CheckLine } from '../contract/kinds';
import type { TestStart, TestSuite } from '../contract/tests';
import { asFileName } from './places';
import type { SuiteCommand } from './tests';

/** What the catalog says of test suites that are commands of this machine. */

/** As if every word were there, to see what the texts around them are. */
const filled = (template: Template): string => fillTemplate(template, {}, () => 'word');

const folder = text.refine((path) => isAbsolute(filled(path)), 'the full path of a folder, from /');
const results = text.refine(
  (pattern) => isBelow(filled(pattern)) && /\.(?:xml|json)$/i.test(filled(pattern)),
  'files below the folder that end with .xml or .json, such as results/*.xml',
);
/** More would let a suite change how Gavel’s own scripts run. */
const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'the name of an environment variable')
  .refine((name) => name !== 'PATH', 'PATH is Gavel’s own');

const RerunFailed = z.strictObject({
  argument: text,
  /** `pattern`: one regular expression for all names; `names`: the argument with each name. */
  as: text.transform(filled).pipe(z.enum(['pattern', 'names'])),
});

/** A suite of a binding. A connector can add keys of its own. */
export const Suite = z.strictObject({
  title: text.optional(),
  /** A program and its arguments, started without a shell. */
  command: z.array(text).min(1).max(100),
  folder,
  results,
  environment: z.record(variable, text).default({}),
  timeLimitMinutes: z.number().positive().max(240).default(15),
  /** How the command is told to run only some of the tests. Omitted: it always runs all. */
  rerunFailed: RerunFailed.optional(),
});
export type Suite = z.output<typeof Suite>;

const suiteName = /^[a-z0-9][a-z0-9_-]{0,39}$/;

/** The `tests` of a binding whose suites have this shape. */
export const suitesOf = <S extends z.ZodType>(suite: S) =>
  z.strictObject({
    suites: z
      .record(z.string().regex(suiteName, 'a word of a-z, 0-9, - and _'), suite)
      .refine((suites) => Object.keys(suites).length > 0, 'at least one suite'),
  });

const minuteMs = 60_000;

/** What a start of a suite runs. Values are data: each is part of one argument, whatever it contains. */
export function commandOf(suite: Suite, { service, environment }: Target, start: TestStart): SuiteCommand {
  const values = { service, environment, key: start.key, person: start.by.name };
  const fill = (template: Template): string => fillTemplate(template, values);
  return {
    ...{ service, environmentName: environment },
    command: [...suite.command.map(fill), ...limitTo(suite, start.only, fill)],
    folder: folderOf(suite, values),
    results: fillTemplate(suite.results, values, asFileName),
    environment: Object.fromEntries(Object.entries(suite.environment).map(([name, value]) => [name, fill(value)])),
    timeLimitMs: suite.timeLimitMinutes * minuteMs,
  };
}

/** Where a suite runs. */
function folderOf({ folder: path }: Pick<Suite, 'folder'>, values: Parameters<typeof fillTemplate>[1]): string {
  return fillTemplate(path, values, asFileName);
}

/** The arguments that limit a command to these tests. */
function limitTo({ rerunFailed }: Suite, only: readonly string[] | undefined, fill: (text: Template) => string) {
  if (!only || !rerunFailed) return [];
  const argument = fill(rerunFailed.argument);
  if (rerunFailed.as === 'names') return only.flatMap((name) => [argument, name]);
  return [argument, only.map((name) => name.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('|')];
}

function isBelow(path: string): boolean {
  return !isAbsolute(path) && path.split('/').every((word) => word !== '' && word !== '.' && word !== '..');
}

/** What people can choose from. */
export function offeredSuites(suites: Readonly<Record<string, Suite>>, target: Target): readonly TestSuite[] {
  return Object.entries(suites).map(([name, { title, rerunFailed }]) => ({
    name,
    title: title ? fillTemplate(title, target) : name,
    canRerunFailed: rerunFailed !== undefined,
  }));
}

/** One line for each suite: whether its folder is there. */
export function checkFolders(suites: Readonly<Record<string, Suite>>, target: Target): CheckLine[] {
  return Object.entries(suites).map(([name, suite]) => {
    const about = `${name} on ${target.service} in ${target.environment}`;
    const path = folderOf(suite, target);
    const isThere = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    return isThere ? { about } : { about, problem: `There is no folder ${path}. Create it, or correct \`folder\`.` };
  });
}
