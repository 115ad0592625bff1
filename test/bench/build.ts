import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

/** `npm run build` into a folder next to the data, with the files that the compiled product needs; resolves to its `dist`. */
export async function build(folder: string): Promise<string> {
  const place = join(folder, 'built');
  const dist = join(place, 'dist');
  mkdirSync(place, { recursive: true });
  for (const name of ['node_modules', 'cards', 'sandbox', 'detached', 'package.json'])
    symlinkSync(join(root, name), join(place, name));
  // Another test checks the types; this measures whatever compiles.
  await promisify(execFile)('npm', ['run', '--silent', 'build', '--', '--outDir', dist], { cwd: root }).catch(
    (error: { stdout?: string }) => console.log(`The build reports problems:\n${error.stdout ?? ''}`),
  );
  return dist;
}
