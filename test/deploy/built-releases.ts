import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { filesBelow, root } from '../rules/source-files';

/** Releases of Gavel as on a server: compiled, with the files that the compiled product needs. */

/** The product compiled file by file without type checks, which another test does. */
export function compile(dist: string): void {
  const { options } = ts.parseJsonConfigFileContent({ extends: './tsconfig.build.json' }, ts.sys, root);
  for (const path of filesBelow('src', '.ts')) {
    const text = readFileSync(join(root, path), 'utf8');
    const { outputText } = ts.transpileModule(text, { compilerOptions: { ...options, sourceMap: false } });
    const target = join(dist, path.replace(/^src[\\/]/, '').replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
}

export interface ReleaseWords {
  readonly version: string;
  readonly commit: string;
  readonly commits: readonly { id: string; message: string; author: string; committedAt: string }[];
  readonly createdAt: string;
}

/** The folder of one release, with this main file. */
export function layOut(folder: string, dist: string, release: ReleaseWords, main: string): void {
  cpSync(dist, join(folder, 'dist'), { recursive: true });
  for (const name of ['cards', 'deploy', 'detached']) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'gavel', version: release.version }));
  writeFileSync(join(folder, 'release.json'), JSON.stringify(release));
  writeFileSync(join(folder, 'dist/index.js'), main);
}

/** A history of one commit for each version, the oldest first. */
export function history(versions: readonly string[]): ReleaseWords[] {
  const commits = versions.map((version, index) => ({
    id: (index + 1).toString(16).repeat(40).slice(0, 40),
    message: `Makes ${version}`,
    author: `Author ${index + 1}`,
    committedAt: `2026-0${index + 1}-01T12:00:00Z`,
  }));
  return versions.map((version, index) => {
    const known = commits.slice(0, index + 1).reverse();
    const { id = '', committedAt = '' } = known[0] ?? {};
    return { version, commit: id, createdAt: committedAt, commits: known };
  });
}
