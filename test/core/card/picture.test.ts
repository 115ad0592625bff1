import assert from 'node:assert/strict';
import { Resvg } from '@resvg/resvg-js';
import { dataUri, pictureLimitBytes, shrinkPng } from '../../../src/core/card/picture';

/** A PNG of many colors, as another system draws one: a chart with a gradient, or noise that nothing makes small. */
function pngOf(width: number, height: number, isNoise = false): Buffer {
  let seed = 7;
  const next = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const dots = Array.from({ length: isNoise ? 40_000 : 200 }, (_, index) => {
    const color = `#${Math.floor(next() * 16_777_215)
      .toString(16)
      .padStart(6, '0')}`;
    const [x, y] = isNoise
      ? [Math.floor(next() * width), Math.floor(next() * height)]
      : [index * (width / 200), height / 2 + (height / 3) * Math.sin(index / 9)];
    return `<rect x="${x}" y="${y}" width="3" height="3" fill="${isNoise ? color : '#3366cc'}"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="#eef"/></linearGradient></defs><rect width="${width}" height="${height}" fill="url(#g)"/>${dots.join('')}</svg>`;
  return Buffer.from(new Resvg(svg).render().asPng());
}

/** What a picture shows, pixel by pixel. */
function pixelsOf(png: Buffer): { width: number; height: number; pixels: Buffer } {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" href="${dataUri(png)}"/></svg>`;
  return { width, height, pixels: Buffer.from(new Resvg(svg).render().pixels) };
}

describe('a picture of another system', () => {
  it('keeps its shapes in at most 16 colors and 8 KB', async () => {
    const png = pngOf(600, 280);
    const shrunk = (await shrinkPng(png)) ?? assert.fail();
    assert.ok(shrunk.length <= pictureLimitBytes, `${shrunk.length} bytes`);
    const { width, height, pixels } = pixelsOf(shrunk);
    assert.deepEqual([width, height], [600, 280]);
    const colors = new Set(Array.from({ length: pixels.length / 4 }, (_, index) => pixels.readUInt32BE(index * 4)));
    assert.ok(colors.size <= 16 && colors.size > 2, `${colors.size} colors`);
    const at = (x: number, y: number): number => pixels.readUInt32BE(4 * (y * width + x));
    assert.notEqual(at(301, 140 + Math.round(93 * Math.sin(100 / 9)) + 1), at(301, 5), 'the line is there');
  });

  it('is left out if it can’t be small enough, is too large, or is no picture', async () => {
    assert.equal(await shrinkPng(pngOf(1_000, 800, true)), undefined);
    const huge = pngOf(10, 10);
    huge.writeUInt32BE(60_000, 16);
    assert.equal(await shrinkPng(huge), undefined);
    for (const other of ['', '<svg/>', '\xFF\xD8\xFF\xE0 a JPEG with a long tail', '\x89PNG\r\n\x1a\n'])
      assert.equal(await shrinkPng(Buffer.from(other, 'latin1')), undefined);
  });

  it('is left out if it’s broken, or drawn as far as it goes', async () => {
    const broken = pngOf(100, 50).subarray(0, 120);
    const shrunk = await shrinkPng(broken).catch(() => undefined);
    assert.ok(shrunk === undefined || shrunk.length <= pictureLimitBytes);
  });
});
