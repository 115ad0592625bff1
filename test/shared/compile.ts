import { mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { askFor, isShared } from './door';

const root = join(__dirname, '../..');
const compiledFolders = ['src', 'test'];
const leftOut = ['.git', 'data', ...compiledFolders];

/** A copy of the repository in which all TypeScript is compiled, file by file; everything else leads to the original. Resolves to its folder. */
export async function compile(): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), 'gavel-compiled-'));
  for (const name of readdirSync(root)) if (!leftOut.includes(name)) symlinkSync(join(root, name), join(copy, name));
  const files = compiledFolders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
  const { build } = await import('esbuild');
  await build({
    entryPoints: files.filter(isTypeScript),
    absWorkingDir: root,
    ...{ outdir: copy, outbase: root, format: 'cjs', platform: 'node', target: 'node20', logLevel: 'error' },
  });
  for (const file of files.filter((each) => !isTypeScript(each))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    symlinkSync(join(root, file), join(copy, file));
  }
  return copy;
}

const isTypeScript = (file: string): boolean => file.endsWith('.ts') && !file.endsWith('.d.ts');

/**
 * With which arguments Node runs a TypeScript file. Files of `src` and `test` come from the compiled copy of this run, because tsx takes as much time to
 * start as all of Gavel; others, and all of them where mocha doesn't run, go through tsx.
 */
export async function argumentsToRun(file: string): Promise<string[]> {
  const place = relative(root, resolve(root, file));
  if (!isShared() || !compiledFolders.includes(place.split(sep)[0] ?? '')) return ['--import', 'tsx', file];
  return [join((await askFor('compiled')) as string, place.replace(/\.ts$/, '.js'))];
}
