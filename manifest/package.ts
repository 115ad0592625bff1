import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { zipSync } from 'fflate';
import type { Manifest } from './manifest';

// The same input gives the same bytes: every file has the same date, the order is fixed, and the icons use no fonts of the machine.
const moment = new Date(1980, 0, 1);

/** The SVG next to this file as a PNG. */
export function drawIcon(name: 'color' | 'outline'): Buffer {
  const svg = readFileSync(join(__dirname, `${name}.svg`), 'utf8');
  return new Resvg(svg, { font: { loadSystemFonts: false } }).render().asPng();
}

/** The package that Teams installs. */
export function zipPackage(manifest: Manifest): Uint8Array {
  const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  const files = { 'manifest.json': text, 'color.png': drawIcon('color'), 'outline.png': drawIcon('outline') };
  return zipSync(files, { mtime: moment, level: 9 });
}
