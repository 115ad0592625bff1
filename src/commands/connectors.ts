import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { readConfig } from '../config';
import type { Config } from '../config';
import { connectors } from '../connectors';
import { resolveBindings } from '../core/catalog/bindings';
import type { ResolvedBinding } from '../core/catalog/bindings';
import { findLines } from '../core/catalog';
import type { BindingValue } from '../core/catalog/templates';
import { lookUp } from '../core/keys';
import { silentLogger } from '../core/telemetry/logger';
import { systemClock } from '../core/time/clock';
import { withFairTimeLimit } from '../core/concurrency';
import { openSystems } from '../start/open-systems';
import { UsageError } from './contract';
import type { LineCall, LineCommand } from './contract';

/** `npx gavel connectors …`: what the catalog connects, and whether it works. */

const checkLimitMs = 20_000;

export const listConnectors: LineCommand = {
  name: 'connectors list',
  summary: 'show the connections of the catalog, and what each gives to which services',
  readsSettings: true,
  run: async (call) => withConfig(call, async (config) => listConnections(config, call.print)),
};

export const explainConnectors: LineCommand = {
  name: 'connectors explain',
  argument: '<service> <environment>',
  maxWords: 2,
  summary: 'show what is bound to a service in an environment, and the line of the catalog that says so',
  readsSettings: true,
  run: async (call) => withConfig(call, async (config) => explainTarget(config, call)),
};

export const testConnectors: LineCommand = {
  name: 'connectors test',
  argument: '[connection]',
  summary: 'try every connection, or one, and show what it lacks',
  readsSettings: true,
  run: async (call) => withConfig(call, async (config) => testConnections(config, call)),
};

/** Resolves to 2 if the settings or the catalog have problems, which it prints. */
export async function withConfig(call: LineCall, work: (config: Config) => Promise<number>): Promise<number> {
  const result = readConfig(call.environment);
  if ('config' in result) return work(result.config);
  for (const problem of result.problems) call.print(problem);
  return 2;
}

function listConnections(config: Config, print: (line: string) => void): number {
  const { catalog } = config;
  const { targets, connections } = openSystems(config, openingParts(catalog));
  const names = Object.keys(catalog.connections);
  if (names.length === 0) print('The catalog has no connections.');
  const capabilities = [
    'source',
    'running',
    'pipelines',
    'metrics',
    'control',
    'alerts',
    'annotations',
    'tests',
  ] as const;
  const lines = names.map((name) => {
    const given = capabilities.flatMap((capability) => {
      const bound = new Set(targets.to(name, capability).map(({ service }) => service)).size;
      return bound === 0 ? [] : [`${capability} of ${bound === 1 ? '1 service' : `${bound} services`}`];
    });
    return [name, connections.titleOf(name), given.join(', ') || 'nothing is bound to it'];
  });
  const widths = [0, 1].map((column) => Math.max(0, ...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of lines)
    print(
      line
        .map((word, column) => word.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  void connections.close();
  return 0;
}

function explainTarget({ catalog, catalogFile }: Config, { words, print }: LineCall): number {
  const [service = '', environment = ''] = words;
  const known = lookUp(catalog.services, service);
  if (!known)
    throw new UsageError(
      `${service === '' ? '' : `The catalog has no service named “${service}”. `}Type \`npx gavel connectors explain <service> <environment>\`. Services in the catalog: ${nameAll(catalog.services)}.`,
    );
  if (!known.environments.includes(environment))
    throw new UsageError(
      `${environment === '' ? '' : `${service} doesn’t run in “${environment}”. `}Name an environment that ${service} runs in: ${known.environments.join(', ')}.`,
    );
  const lineOf = findLines(existsSync(catalogFile) ? readFileSync(catalogFile, 'utf8') : '');
  const file = relative(process.cwd(), catalogFile);
  const { bindings } = resolveBindings(catalog, connectors, service, environment);
  if (bindings.size === 0) print(`The catalog has no bindings for ${service} in ${environment}.`);
  for (const [capability, resolved] of bindings)
    for (const binding of resolved) {
      print(`${capability}: ${binding.connection} (${binding.kind})${placeOf(binding, 'connection')}`);
      for (const [key, value] of Object.entries(binding.values))
        print(`  ${key}: ${writeValue(value)}${placeOf(binding, key)}`);
    }
  return 0;

  function placeOf({ origins }: ResolvedBinding, key: string): string {
    const line = lineOf(origins.get(key) ?? []);
    return line === undefined ? '' : `  # ${file}:${line}`;
  }
}

const nameAll = (named: Readonly<Record<string, unknown>>): string => Object.keys(named).join(', ') || 'none';

/** As it stands in the catalog. */
function writeValue(value: BindingValue): string {
  return JSON.stringify(written(value));
}

function written(value: BindingValue): unknown {
  if (Array.isArray(value)) return value.map((each: BindingValue) => written(each));
  if (typeof value !== 'object' || value === null) return value;
  if ('pieces' in value && Array.isArray(value.pieces))
    return (value.pieces as readonly (string | { readonly word: string })[])
      .map((piece) => (typeof piece === 'string' ? piece : `{${piece.word}}`))
      .join('');
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, written(each as BindingValue)]));
}

async function testConnections(config: Config, { argument, print }: LineCall): Promise<number> {
  const { catalog } = config;
  if (argument !== undefined && lookUp(catalog.connections, argument) === undefined)
    throw new UsageError(
      `The catalog has no connection named “${argument}”. Connections in the catalog: ${nameAll(catalog.connections)}.`,
    );
  const { connections } = openSystems(config, openingParts(catalog));
  let problems = 0;
  for (const name of argument === undefined ? Object.keys(catalog.connections) : [argument]) {
    const lines = await linesOf(name);
    problems += lines.filter(({ problem }) => problem !== undefined).length;
    for (const { about, problem } of lines)
      print(problem === undefined ? `good     ${name}: ${about}` : `problem  ${name}: ${problem}`);
  }
  await connections.close();
  return problems === 0 ? 0 : 1;

  async function linesOf(name: string) {
    const connection = connections.get(name);
    if (!connection)
      return [{ about: name, problem: 'Gavel can’t connect. Check the settings of this connection in the catalog.' }];
    try {
      const lines = await withFairTimeLimit(connection.check(), checkLimitMs);
      return lines ?? [{ about: name, problem: `The system didn’t respond within ${checkLimitMs / 1_000} s.` }];
    } catch (error) {
      return [
        {
          about: name,
          problem: `Gavel couldn’t check the system (${error instanceof Error ? error.message : 'unknown'}).`,
        },
      ];
    }
  }
}

/** What connections are opened with outside of a running Gavel. */
export const openingParts = (catalog: Config['catalog']): Parameters<typeof openSystems>[1] => ({
  ...{ connectors, catalog: () => catalog, childEnvironment: {} },
  ...{ clock: systemClock, logger: silentLogger, telemetry: undefined },
});
