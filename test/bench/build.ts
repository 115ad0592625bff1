import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

/** `npm run build` into a folder beside the data, with what the compiled product finds next to itself; resolves to its `dist`. */
export async function build(folder: string): Promise<string> {
  const place = join(folder, 'built');
  const dist = join(place, 'dist');
  mkdirSync(place, { recursive: true });
  for (const name of ['node_modules', 'cards', 'sandbox', 'detached', 'package.json'])
    symlinkSync(join(root, name), join(place, name));
  // Files that do not compile are another test's business; what compiles is measured.
  await promisify(execFile)('npm', ['run', '--silent', 'build', '--', '--outDir', dist], { cwd: root }).catch(
    (error: { stdout?: string }) => console.log(`The build reports problems:\n${error.stdout ?? ''}`),
  );
  return dist;
}
