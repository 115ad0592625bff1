import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../../config';
import type { MetricSource, PipelineSource, SourceControl } from '../../connectors/contract';
import type { OpenConnection } from '../../connectors/contract/kinds';
import type { HttpTap, TappedExchange } from '../../connectors/http/contract';
import { recordedFiles } from '../../connectors/recording/files';
import { createMask, findLeak } from '../../connectors/recording/mask';
import type { Masked } from '../../connectors/recording/mask';
import { lookUp } from '../../core/keys';
import { openSystems } from '../../start/open-systems';
import { openingParts, withConfig } from '../connectors';
import { UsageError } from '../contract';
import type { LineCall, LineCommand } from '../contract';

/** `npx gavel connectors record`: keeps what a system answers, for tests and bug reports. */

export const recordConnector: LineCommand = {
  name: 'connectors record',
  argument: '<connection>',
  summary: 'record how a system responds to reading calls, without secrets, people, and machines',
  options: [
    { name: 'to', value: 'folder', summary: 'where the files go; by default, recorded/<connection>' },
    {
      name: 'writes',
      summary: 'also make the calls of the checks that write, which change nothing in a system that works',
    },
  ],
  readsSettings: true,
  run: async (call) => withConfig(call, async (config) => record(config, call)),
};

const overMs = 300_000;

async function record(config: Config, { argument: name = '', options, print }: LineCall): Promise<number> {
  const { catalog } = config;
  const known = lookUp(catalog.connections, name);
  if (!known)
    throw new UsageError(
      `${name === '' ? '' : `The catalog has no connection named “${name}”. `}Type \`npx gavel connectors record <connection>\`. Connections in the catalog: ${Object.keys(catalog.connections).join(', ') || 'none'}.`,
    );
  const exchanges: TappedExchange[] = [];
  const tap: HttpTap = { readsOnly: !options.has('writes'), exchanged: (each) => void exchanges.push(each) };
  const { connections, targets } = openSystems(config, { ...openingParts(catalog), tap });
  const connection = connections.get(name);
  if (!connection) {
    print(`Gavel can’t connect to ${name}. Check the settings of this connection in the catalog.`);
    return 1;
  }
  try {
    for (const [what, call] of readingCalls(connection)) await attempt(what, call, print);
    for (const { values, service, environment } of targets.to(name, 'metrics')) {
      const metrics = connection.bind('metrics', values, { service, environment });
      const now = Date.now();
      await attempt(`metrics of ${service}`, () => metrics?.figures(overMs), print);
      await attempt(`history of ${service}`, () => metrics?.history(now - overMs, now), print);
      await attempt(`a graph of ${service}`, () => metrics && readGraph(metrics, now), print);
    }
    for (const { values, service, environment } of targets.to(name, 'source')) {
      const source = connection.bind('source', values, { service, environment });
      await attempt(`source of ${service}`, () => source && readSource(source), print);
    }
    for (const { values, service, environment } of targets.to(name, 'running')) {
      const running = connection.bind('running', values, { service, environment });
      await attempt(`what runs of ${service}`, () => running?.read(), print);
    }
    for (const { values, service, environment } of targets.to(name, 'workload')) {
      const workload = connection.bind('workload', values, { service, environment });
      await attempt(`the workload of ${service}`, () => workload?.status(), print);
    }
  } finally {
    await connections.close();
  }
  const mask = createMask({ hosts: hostsOf(known), people: Object.values(catalog.people).map((each) => each.name) });
  return write(resolve(options.get('to')?.[0] ?? join('recorded', name)), exchanges, mask, print);
}

function readingCalls({
  alerts,
  pipelines,
  approvals,
  check,
}: OpenConnection): readonly (readonly [string, () => unknown])[] {
  const now = Date.now();
  return [
    ['check', check],
    ['alerts', () => alerts?.read()],
    ['history of alerts', () => alerts?.history?.(now - overMs, now)],
    ['pipelines', async () => pipelines && describeFirst(pipelines)],
    ['what waits for approval', () => approvals?.waiting()],
  ];
}

/** The first that people can start. */
async function describeFirst(pipelines: PipelineSource): Promise<void> {
  const [first] = await pipelines.list();
  if (first) await pipelines.describe(first.id);
}

async function readSource(source: SourceControl): Promise<void> {
  const [newest] = await source.releases();
  await source.mainBranch?.(newest?.version);
  await source.pullRequests?.();
}

/** The first that people can ask for. */
async function readGraph(metrics: MetricSource, now: number): Promise<void> {
  const [first] = [...(metrics.queries ?? []), ...((await metrics.findQueries?.()) ?? [])];
  if (first) await metrics.series?.(first.name, now - overMs, now);
}

/** What fails isn't recorded, and the rest is. */
async function attempt(what: string, call: () => unknown, print: (line: string) => void): Promise<void> {
  try {
    await call();
  } catch (error) {
    print(`not recorded: ${what} (${error instanceof Error ? error.message : 'it failed'})`);
  }
}

function hostsOf({ url }: Readonly<Record<string, unknown>>): string[] {
  return typeof url === 'string' && URL.canParse(url) ? [new URL(url).hostname] : [];
}

/** Either all files are written, or none. */
function write(
  folder: string,
  exchanges: readonly TappedExchange[],
  mask: ReturnType<typeof createMask>,
  print: (line: string) => void,
): number {
  const files = recordedFiles(exchanges, mask);
  for (const { name, text } of files) {
    const leak = findLeak(text);
    if (leak === undefined) continue;
    print(
      `Nothing was written: ${name} would still show ${leak}. Report this as a bug in the connector, but don’t send the response itself.`,
    );
    return 1;
  }
  if (files.length === 0) {
    print('Nothing was recorded: the system didn’t respond to any calls.');
    return 1;
  }
  mkdirSync(folder, { recursive: true });
  for (const { name, path, text } of files) {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    print(`${name}  ${path.slice(0, 120)}`);
  }
  print(
    `${files.length === 1 ? '1 file is' : `${files.length} files are`} in ${folder}. Masked: ${describeMasked(mask.masked())}.`,
  );
  print('Review the recording before you share it.');
  return 0;
}

function describeMasked(masked: Masked): string {
  const parts = [...masked].map(([kind, times]) => `${kind} ${times === 1 ? 'once' : `${times} times`}`);
  return parts.join(', ') || 'nothing';
}
