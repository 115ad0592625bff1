import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { auditLog } from './audit';
import { build } from './build';
import { clicks } from './clicks';
import type { Bench, Measurement, Row } from './contract';
import { healthCard } from './health-card';
import { helpMessage } from './help-message';
import { loop } from './loop';
import { writePage } from './page';
import { killParts, pins } from './process';
import { routing } from './routing';
import { save } from './save';
import { start } from './start';
import { telemetry } from './telemetry';
import { yearOfData } from './year';

// `npm run bench` measures Gavel and its peers side by side and prints one table. Names after it run only those; `--write` writes it to docs/performance.md.
// Nothing is asserted, because a busy
// machine isn't a bug.

const measurements: Readonly<Record<string, Measurement>> = {
  message: helpMessage,
  telemetry,
  routing,
  clicks,
  card: healthCard,
  start,
  save,
  loop,
  year: yearOfData,
  audit: auditLog,
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      write: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((name) => !(name in measurements));
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  if (unknown.length > 0 || !(rounds >= 1) || !(seconds > 0)) {
    console.log(`npm run bench -- [--rounds 5] [--seconds 4] [--write] [${Object.keys(measurements).join(' | ')}] …`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'gavel-bench-'));
  const notes: string[] = [];
  let building: Promise<string> | undefined;
  const bench: Bench = {
    rounds,
    seconds,
    folder,
    built: () => (building ??= build(folder)),
    note: (words) => void notes.push(words),
  };
  try {
    const rows: Row[] = [];
    for (const [name, measurement] of Object.entries(measurements)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      console.log(`\n${name}: ${measurement.how}`);
      try {
        const found = await measurement.measure(bench);
        rows.push(...found);
        for (const { what, gavel, peer } of found) console.log(`  ${what}: ${gavel}${peer ? `, peer ${peer}` : ''}`);
      } catch (error) {
        notes.push(`${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    const measured = `${machine(rounds)}\n\n${table(rows)}\n${notes.map((words) => `\nNote: ${words}`).join('')}`;
    console.log(`\n${measured}`);
    if (values.write) await writePage(measured, positionals);
  } finally {
    killParts();
    rmSync(folder, { recursive: true, force: true });
  }
}

function machine(rounds: number): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: __dirname }).toString().trim();
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const where = pins ? 'server and load each on their own processor' : 'server and load share the processors';
  return `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}, ${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB; ${where}; medians of ${rounds} alternating rounds.`;
}

/** A table that is readable in a terminal and valid Markdown. */
function table(rows: readonly Row[]): string {
  const lines = [
    ['what', 'Gavel', 'peer', 'ratio', 'aim', 'holds'],
    ...rows.map(({ what, gavel, peer, ratio, aim, holds }) => [
      what,
      gavel,
      peer ?? '–',
      ratio ?? '–',
      aim,
      holds === undefined ? '' : holds ? 'yes' : 'no',
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const drawn = lines.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  drawn.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return drawn.join('\n');
}

void main();
