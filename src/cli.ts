import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runDoctor } from './doctor-command';
import { exampleEnvironment } from './config-settings';
import { readConfig } from './config';
import { silentLogger } from './core/logger';
import { startGallery } from './playground/gallery';
import type { AuditEntry, Store } from './store/contract';
import { embeddedFile, openStore } from './open-store';

const usage = `Usage: npx gavel <command>

  audit verify                 check that no line of the audit log was changed, removed, reordered or cut off
  audit export [options]       print the audit log, newest first
      --format ndjson|csv      ndjson unless told
      --since 2026-11-20       only from this moment on
  doctor                       look at everything Gavel needs, and say how to mend what is wrong
  cards [port]                 show every card with its samples in the browser; port 3980 unless told
  env                          write .env.example from the settings declared in code
  help                         this text

Works beside a running Gavel and reads the same settings (GAVEL_DATA, or MONGODB_URI and its audit key).`;

/** Runs one command; resolves to the exit code: 0 good, 1 the audit log is broken or something is missing, 2 the call was not understood. */
export async function runCommandLine(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
): Promise<number> {
  const [topic, verb, ...options] = words;
  if (topic === 'audit' && verb === 'verify') return withStore(environment, print, (store) => verify(store, print));
  if (topic === 'audit' && verb === 'export') return exportAudit(options, environment, print);
  if (topic === 'doctor') return runDoctor(environment, print);
  if (topic === 'cards') return showCards(Number(verb ?? 3980), print);
  if (topic === 'env') {
    writeFileSync(join(__dirname, '../.env.example'), exampleEnvironment());
    print('Wrote .env.example.');
    return 0;
  }
  print(usage);
  return topic === undefined || topic === 'help' || topic === '--help' ? 0 : 2;
}

/** Serves the gallery until the process is stopped. */
async function showCards(port: number, print: (line: string) => void): Promise<number> {
  const { url } = await startGallery(port);
  print(`The cards are shown at ${url} until you press Ctrl-C.`);
  return new Promise(() => undefined);
}

const breaksShown = 50;

async function verify(store: Store, print: (line: string) => void): Promise<number> {
  const { entries, breaks } = await store.audit.verify();
  for (const each of breaks.slice(0, breaksShown)) print(`${each.instance}: ${each.problem}`);
  if (breaks.length > breaksShown) print(`… and ${breaks.length - breaksShown} more.`);
  const lines = `${entries} ${entries === 1 ? 'line' : 'lines'}`;
  const places = `${breaks.length} ${breaks.length === 1 ? 'place' : 'places'}`;
  print(breaks.length === 0 ? `The audit log is whole: ${lines}.` : `The audit log is broken in ${places}.`);
  return breaks.length === 0 ? 0 : 1;
}

async function exportAudit(
  options: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
): Promise<number> {
  const asked = exportOptions(options);
  if (!asked) {
    print(usage);
    return 2;
  }
  const { format, since } = asked;
  return withStore(environment, print, async (store) => {
    if (format === 'csv') print(columns.join(','));
    for (let until: number | undefined, done = new Set<string>(); ;) {
      const page = await store.audit.read({ since, until, limit: 1000 });
      const fresh = page.filter((entry) => !done.has(JSON.stringify(entry)));
      for (const entry of fresh) print(format === 'csv' ? csvLine(entry) : JSON.stringify(entry));
      if (page.length < 1000 || fresh.length === 0) return 0;
      until = page[page.length - 1]?.at;
      done = new Set(page.filter((entry) => entry.at === until).map((entry) => JSON.stringify(entry)));
    }
  });
}

/** Undefined when an option or its value is not known. */
function exportOptions(words: readonly string[]): { format: string; since: number | undefined } | undefined {
  let format = 'ndjson';
  let since: number | undefined;
  for (let index = 0; index < words.length; index += 2) {
    const value = words[index + 1] ?? '';
    if (words[index] === '--format' && ['ndjson', 'csv'].includes(value)) format = value;
    else if (words[index] === '--since' && !Number.isNaN(Date.parse(value))) since = Date.parse(value);
    else return undefined;
  }
  return { format, since };
}

const columns = ['at', 'who', 'what', 'target', 'from', 'outcome', 'correlationId', 'detail'] as const;

function csvLine(entry: AuditEntry): string {
  const cells = columns.map((name) => {
    if (name === 'at') return new Date(entry.at).toISOString();
    return name === 'detail' ? JSON.stringify(entry.detail ?? {}) : entry[name];
  });
  // A cell that begins like a formula would be run by a spreadsheet.
  return cells
    .map(
      (cell) =>
        `"${String(cell)
          .replace(/^([=+\-@\t\r])/, "'$1")
          .replaceAll('"', '""')}"`,
    )
    .join(',');
}

const startMs = 5_000;

async function withStore(
  environment: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
  work: (store: Store) => Promise<number>,
): Promise<number> {
  const result = readConfig(environment);
  if ('problems' in result) {
    for (const problem of result.problems) print(problem);
    return 2;
  }
  const { config } = result;
  if (!config.mongo && !existsSync(embeddedFile(config))) {
    print(`There is no store in ${config.dataDir}. Set GAVEL_DATA to the folder of your Gavel.`);
    return 2;
  }
  let store: Store | undefined;
  try {
    store = await openStore({ ...config, instance: 'command-line' }, silentLogger, {
      startMs,
      onlyLooks: true,
    });
    return await work(store);
  } catch (error) {
    print((error as Error).message);
    return 2;
  } finally {
    await store?.close();
  }
}

if (require.main === module || process.argv[1]?.endsWith('gavel.js') || process.argv[1]?.endsWith('/gavel')) {
  if (existsSync('.env')) process.loadEnvFile?.('.env');
  void runCommandLine(process.argv.slice(2), process.env, (line) => console.log(line)).then(
    (code) => (process.exitCode = code),
  );
}
