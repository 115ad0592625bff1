import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Figure, Proof } from './contract';
import { findProofs } from './find-proofs';

// `npm run prove` runs every proof in its long form, prints the figures and writes docs/proof.md; names after it run only those, and write nothing.

interface Outcome {
  readonly name: string;
  readonly proof: Proof;
  readonly figures: readonly Figure[];
  readonly broken: string | undefined;
  readonly seconds: number;
}

async function tryOut(name: string, proof: Proof): Promise<Outcome> {
  console.log(`\n${proof.title}\n  ${proof.how}`);
  const figures: Figure[] = [];
  const begun = Date.now();
  const broken = await proof
    .run('long', (figure) => {
      figures.push(figure);
      console.log(`  ${figure.holds ? 'holds' : 'FALLS SHORT'}  ${figure.what}: ${figure.measured} (${figure.aim})`);
    })
    .then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
  if (broken) console.log(`  BROKEN  ${broken}`);
  return { name, proof, figures, broken, seconds: Math.round((Date.now() - begun) / 1_000) };
}

const cell = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('|', '\\|');

function sectionOf({ name, proof, figures, broken, seconds }: Outcome): string {
  const rows = figures.map(
    ({ what, measured, aim, holds }) =>
      `| ${cell(what)} | ${cell(measured)} | ${cell(aim)} | ${holds ? 'yes' : '**no**'} |`,
  );
  return [
    `## ${proof.title}`,
    '',
    `${proof.how} (\`npm run prove ${name}\`, ${seconds} s)`,
    '',
    '| what | measured | asked for | holds |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...(broken ? ['', `**Broken:** ${cell(broken.split('\n')[0] ?? '')}`] : []),
    '',
  ].join('\n');
}

function page(outcomes: readonly Outcome[]): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: __dirname }).toString().trim();
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  return [
    '# Proof',
    '',
    'What Gavel claims about not losing, not doubling and not letting in, tried for real and counted. Made by `npm run prove`; `npm test` runs the same',
    'proofs with smaller numbers. Counts must hold or the run fails; times are measured on the machine named here and are only printed.',
    '',
    `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}, ${machine}.`,
    '',
    ...outcomes.map(sectionOf),
  ].join('\n');
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const all = findProofs();
  const unknown = wanted.filter((name) => !all.has(name));
  if (unknown.length > 0)
    throw new Error(`No proof is called ${unknown.join(', ')}. There are: ${[...all.keys()].join(', ')}`);
  const outcomes: Outcome[] = [];
  for (const [name, proof] of all)
    if (wanted.length === 0 || wanted.includes(name)) outcomes.push(await tryOut(name, proof));
  if (wanted.length === 0) writeFileSync(join(__dirname, '../../docs/proof.md'), page(outcomes));
  process.exitCode = outcomes.some(({ broken }) => broken) ? 1 : 0;
}

void main();
