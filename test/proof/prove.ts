import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Figure, Proof } from './contract';
import { findProofs } from './find-proofs';
import { pageWith } from './page';

// `npm run prove` runs every proof in its long form, prints the figures and writes them to docs/proof.md; names after it run only those.

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
    `${proof.how}`,
    '',
    `\`npm run prove ${name}\`: ${seconds} s on ${new Date().toISOString().slice(0, 10)}, commit ${commit()}, Node ${process.version}, ${machine()}.`,
    '',
    '| what | measured | required | holds |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...(broken ? ['', `**Broken:** ${cell(broken.split('\n')[0] ?? '')}`] : []),
    '',
  ].join('\n');
}

const commit = (): string =>
  execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: __dirname }).toString().trim();
const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;

const pageFile = join(__dirname, '../../docs/proof.md');
const head = `# Proof

Gavel claims that it loses nothing, does nothing twice and lets nobody in without permission. This page tests these claims on the real product, with counts. \`npm run prove\` writes it; name proofs
after the command to run only those. \`npm test\` runs the same proofs with smaller numbers. A run fails if a count is wrong. Times depend on the machine named with them and are only
printed.
`;

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const all = findProofs();
  const unknown = wanted.filter((name) => !all.has(name));
  if (unknown.length > 0)
    throw new Error(`No proof is called ${unknown.join(', ')}. There are: ${[...all.keys()].join(', ')}`);
  const outcomes: Outcome[] = [];
  for (const [name, proof] of all)
    if (wanted.length === 0 || wanted.includes(name)) outcomes.push(await tryOut(name, proof));
  const before = existsSync(pageFile) ? readFileSync(pageFile, 'utf8') : '';
  const fresh = new Map(outcomes.map((outcome) => [outcome.name, sectionOf(outcome)]));
  const { sections, dropped } = pageWith(before, fresh, [...all.keys()]);
  for (const title of dropped) console.log(`\nLeft out of docs/proof.md, because its proof no longer exists: ${title}`);
  const text = [head, ...sections.map((section) => `${section.trimEnd()}\n`)].join('\n');
  writeFileSync(pageFile, await format(text, { ...(await resolveConfig(pageFile)), parser: 'markdown' }));
  process.exitCode = outcomes.some(({ broken }) => broken) ? 1 : 0;
}

void main();
