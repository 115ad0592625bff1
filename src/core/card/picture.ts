import { crc32, deflateSync } from 'node:zlib';

/** Pictures that fit into a card: SVG as a PNG with few colors and four bits for each pixel. */

/** The maximum size of a picture, in bytes: it must fit into one message with its card. */
export const pictureLimitBytes = 8 * 1024;

/** Loaded with the first picture, so that a start doesn't wait for it. */
type Renderer = typeof import('@resvg/resvg-js').Resvg;

/** The SVG as a PNG of at most 16 colors and 8 KB. A picture that is too large gets fewer colors, then a lower resolution. */
export async function rasterize(svg: string): Promise<Buffer> {
  const { Resvg } = await import('@resvg/resvg-js');
  let png = draw(Resvg, svg, 1, 16);
  for (const [scale, colors] of [
    [1, 8],
    [0.5, 16],
    [0.5, 8],
  ] as const)
    if (png.length > pictureLimitBytes) png = draw(Resvg, svg, scale, colors);
  return png;
}

/**
 * Another system's PNG in few enough colors and bytes for a card; undefined if it's no PNG, has too many pixels, or stays too large. It's decoded, so
 * nothing but its pixels reaches a card.
 */
export async function shrinkPng(png: Uint8Array): Promise<Buffer | undefined> {
  const size = sizeOf(Buffer.from(png));
  if (!size) return undefined;
  const { Resvg } = await import('@resvg/resvg-js');
  const { width, height } = size;
  const box = `width="${width}" height="${height}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${box}><image ${box} href="${dataUri(Buffer.from(png))}"/></svg>`;
  for (const [scale, colors] of [
    [1, 16],
    [1, 8],
    [0.7, 16],
    [0.7, 8],
    [0.5, 8],
  ] as const) {
    const drawn = draw(Resvg, svg, scale, colors);
    if (drawn.length <= pictureLimitBytes) return drawn;
  }
  return undefined;
}

/** The maximum size of a screenshot, in bytes: its card also lists what failed. */
const screenshotLimitBytes = 6 * 1024;
/** A page at four times the pixels of a usual screen is decoded; more would only cost memory. */
const maxScreenshotSide = 8_192;
const maxScreenshotPixels = 16_000_000;
/** The height of what is shown, as a part of its width: a picture of a whole page is cut below that. */
const shownHeight = 0.8;

/**
 * A screenshot as a card can show it: its upper part, in few enough pixels, colors and bytes; undefined if it's no PNG, has too many pixels, or stays too
 * large. It's decoded, so nothing but its pixels reaches a card.
 */
export async function shrinkScreenshot(png: Uint8Array): Promise<Buffer | undefined> {
  const size = sizeOf(Buffer.from(png), maxScreenshotSide);
  if (!size || size.width * size.height > maxScreenshotPixels) return undefined;
  const { Resvg } = await import('@resvg/resvg-js');
  const { width, height } = size;
  const shown = Math.max(1, Math.min(height, Math.round(width * shownHeight)));
  const image = `<image width="${width}" height="${height}" href="${dataUri(Buffer.from(png))}"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${shown}">${image}</svg>`;
  for (const [widest, colors] of [
    [640, 16],
    [640, 8],
    [480, 8],
    [360, 8],
    [280, 8],
    [280, 4],
  ] as const) {
    const drawn = draw(Resvg, svg, Math.min(1, widest / width), colors);
    if (drawn.length <= screenshotLimitBytes) return drawn;
  }
  return undefined;
}

/** What somebody could have asked for. More would only cost memory. */
const maxSide = 2_048;

/** In pixels, as the header says. */
function sizeOf(png: Buffer, longest = maxSide): { readonly width: number; readonly height: number } | undefined {
  if (png.length < 24 || !png.subarray(0, signature.length).equals(signature)) return undefined;
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  return width > 0 && height > 0 && width <= longest && height <= longest ? { width, height } : undefined;
}

/** For the address of an `Image` element. */
export function dataUri(png: Buffer): string {
  return `data:image/png;base64,${png.toString('base64')}`;
}

function draw(Resvg: Renderer, svg: string, scale: number, colors: number): Buffer {
  const image = new Resvg(svg, { fitTo: { mode: 'zoom', value: scale }, font: { loadSystemFonts: false } }).render();
  return encodePalettePng(straight(image.pixels), image.width, image.height, colors);
}

/** The renderer returns colors multiplied by their alpha; PNG needs straight ones. */
function straight(pixels: Uint8Array): Uint8Array {
  const copy = new Uint8Array(pixels);
  for (let index = 0; index < copy.length; index += 4) {
    const alpha = copy[index + 3] ?? 0;
    if (alpha === 0 || alpha === 255) continue;
    for (let channel = index; channel < index + 3; channel++)
      copy[channel] = Math.min(255, Math.round(((copy[channel] ?? 0) * 255) / alpha));
  }
  return copy;
}

type Color = readonly [red: number, green: number, blue: number, alpha: number];

const transparent: Color = [0, 0, 0, 0];
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A PNG of at most `colors` (2 to 16) colors, one of them transparent, from straight RGBA pixels. */
export function encodePalettePng(pixels: Uint8Array, width: number, height: number, colors = 16): Buffer {
  const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const counts = new Map<number, number>();
  for (let index = 0; index < width * height; index++) {
    const key = view.getUint32(index * 4);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const palette = choosePalette(counts, colors);
  const nearest = new Map([...counts.keys()].map((key) => [key, nearestIn(palette, colorOf(key))]));
  const rowBytes = Math.ceil(width / 2);
  const data = Buffer.alloc((rowBytes + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * (rowBytes + 1) + 1 + (x >> 1);
      const index = nearest.get(view.getUint32((y * width + x) * 4)) ?? 0;
      data[at] = (data[at] ?? 0) | (x % 2 === 0 ? index << 4 : index);
    }
  return Buffer.concat([
    signature,
    chunk('IHDR', header(width, height)),
    chunk('PLTE', Buffer.from(palette.flatMap(([red, green, blue]) => [red, green, blue]))),
    chunk('tRNS', Buffer.from(palette.map(([, , , alpha]) => alpha))),
    chunk('IDAT', deflateSync(data, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Greedy: each further color is the one whose absence would matter most, by frequency and distance from those already chosen. */
function choosePalette(counts: ReadonlyMap<number, number>, colors: number): Color[] {
  const palette: Color[] = [transparent];
  const candidates = [...counts].map(([key, count]) => {
    const color = colorOf(key);
    return { color, count, distance: distanceBetween(color, transparent) };
  });
  while (palette.length < colors) {
    let worst: (typeof candidates)[number] | undefined;
    for (const each of candidates)
      if (each.distance > 0 && (!worst || each.count * each.distance > worst.count * worst.distance)) worst = each;
    if (!worst) break;
    const added = worst.color;
    palette.push(added);
    for (const each of candidates) each.distance = Math.min(each.distance, distanceBetween(each.color, added));
  }
  return palette;
}

function colorOf(key: number): Color {
  const alpha = key & 255;
  return alpha === 0 ? transparent : [key >>> 24, (key >>> 16) & 255, (key >>> 8) & 255, alpha];
}

/** The visible distance: colors count as much as they cover, so two nearly transparent colors are close. */
function distanceBetween(one: Color, other: Color): number {
  let sum = (one[3] - other[3]) ** 2;
  for (const channel of [0, 1, 2] as const) sum += ((one[channel] * one[3] - other[channel] * other[3]) / 255) ** 2;
  return sum;
}

function nearestIn(palette: readonly Color[], color: Color): number {
  let best = 0;
  let bestDistance = Infinity;
  palette.forEach((each, index) => {
    const distance = distanceBetween(each, color);
    if (distance < bestDistance) [best, bestDistance] = [index, distance];
  });
  return best;
}

function header(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  const bitDepth = 4;
  const indexed = 3;
  bytes.set([bitDepth, indexed, 0, 0, 0], 8);
  return bytes;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(data.length, 0);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}
