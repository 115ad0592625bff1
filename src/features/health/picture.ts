import { Resvg } from '@resvg/resvg-js';
import { encodePalettePng } from './palette-png';

/** What a picture may weigh, in bytes: with its card it must stay inside one message. */
export const pictureLimitBytes = 8 * 1024;

/** The SVG as PNG of at most 16 colors and 8 KB. A busy picture gets fewer colors, then a coarser grain. */
export function rasterize(svg: string): Buffer {
  let png = draw(svg, 1, 16);
  for (const [scale, colors] of [
    [1, 8],
    [0.5, 16],
    [0.5, 8],
  ] as const)
    if (png.length > pictureLimitBytes) png = draw(svg, scale, colors);
  return png;
}

/** For the address of an `Image` element. */
export function dataUri(png: Buffer): string {
  return `data:image/png;base64,${png.toString('base64')}`;
}

function draw(svg: string, scale: number, colors: number): Buffer {
  const image = new Resvg(svg, { fitTo: { mode: 'zoom', value: scale }, font: { loadSystemFonts: false } }).render();
  return encodePalettePng(straight(image.pixels), image.width, image.height, colors);
}

/** The renderer gives colors multiplied by their alpha; PNG wants them straight. */
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
