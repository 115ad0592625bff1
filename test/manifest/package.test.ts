import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { unzipSync } from 'fflate';
import { buildPackage, productCommands } from '../../manifest/build';
import { makeManifest, manifestProblems } from '../../manifest/manifest';
import type { Manifest } from '../../manifest/manifest';
import { drawIcon } from '../../manifest/package';
import type { Command } from '../../src/chat/contract';
import { textOf } from '../rules/source-files';

const environment = {
  MicrosoftAppId: '11111111-2222-4333-8444-555555555555',
  GAVEL_WEBSITE_URL: 'https://gavel.example.com/about',
  GAVEL_ORGANISATION: 'Example Ltd',
};

describe('the app package', () => {
  let folder: string;
  let commands: readonly Command[];
  let manifest: Manifest;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-package-'));
    commands = await productCommands();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function build(more: Record<string, string> = {}): Promise<{ code: number; text: string; bytes: Buffer }> {
    const lines: string[] = [];
    const file = join(folder, 'gavel.zip');
    const code = await buildPackage({ ...environment, ...more }, file, (line) => lines.push(line));
    return { code, text: lines.join('\n'), bytes: code === 0 ? readFileSync(file) : Buffer.alloc(0) };
  }

  it('is identical byte for byte if it is built twice', async () => {
    const prints = [];
    for (let time = 0; time < 2; time++)
      prints.push(
        createHash('sha256')
          .update((await build()).bytes)
          .digest('hex'),
      );
    assert.equal(prints[0], prints[1]);
  });

  it('has the manifest and its two icons at the top, nothing else', async () => {
    const files = unzipSync((await build()).bytes);
    assert.deepEqual(Object.keys(files), ['manifest.json', 'color.png', 'outline.png']);
    manifest = JSON.parse(Buffer.from(files['manifest.json'] ?? []).toString()) as Manifest;
    assert.deepEqual(await manifestProblems(manifest), []);
  });

  it('belongs to the bot of the settings and names its provider', async () => {
    assert.equal(manifest.bots?.[0]?.botId, environment.MicrosoftAppId);
    assert.equal(manifest.id, environment.MicrosoftAppId);
    assert.equal(manifest.developer.name, 'Example Ltd');
    assert.equal(manifest.developer.privacyUrl, environment.GAVEL_WEBSITE_URL);
    assert.equal(manifest.version, (JSON.parse(textOf('package.json')) as { version: string }).version);
  });

  it('lists for each scope the commands that Gavel has for it, at most twelve', () => {
    const expected = commands
      .filter((command) => command.isInFront)
      .map(({ name, summary }) => ({ title: name, description: summary }));
    assert.ok(expected.length > 0 && expected.length <= 12, String(expected.length));
    const lists = manifest.bots?.[0]?.commandLists ?? [];
    assert.deepEqual(
      lists.map((list) => list.scopes),
      [['personal'], ['team'], ['groupChat']],
    );
    for (const list of lists) assert.deepEqual(list.commands, expected);
  });

  it('requests nothing that Gavel does not use', () => {
    assert.equal(manifest.authorization, undefined);
    assert.equal(manifest.webApplicationInfo, undefined);
    assert.deepEqual(manifest.validDomains, []);
    assert.equal(manifest.bots?.[0]?.supportsFiles, true);
    assert.equal(manifest.supportsChannelFeatures, 'tier1');
  });

  it('has icons as Teams requires: 192 square and full, 32 square in white and transparent', () => {
    assert.deepEqual(sizeOf(drawIcon('color')), [192, 192]);
    assert.deepEqual(sizeOf(drawIcon('outline')), [32, 32]);
    const full = pixelsOf(drawIcon('color'), 192);
    assert.ok(full.every((pixel) => pixel[3] === 255));
    const outline = pixelsOf(drawIcon('outline'), 32);
    // The renderer returns colors multiplied by their alpha: white is where all four are equal.
    assert.ok(outline.every(([red, green, blue, alpha]) => red === alpha && green === alpha && blue === alpha));
    assert.ok(outline.filter((pixel) => pixel[3] === 0).length > 32 * 16);
    assert.ok(outline.some((pixel) => pixel[3] === 255));
  });

  const refused: [string, Record<string, string>, RegExp][] = [
    ['no bot', { MicrosoftAppId: '' }, /MicrosoftAppId is missing\. Set it to the app ID/],
    ['a bot that is none', { MicrosoftAppId: 'my-bot' }, /It must be a GUID/],
    ['no page', { GAVEL_WEBSITE_URL: '' }, /GAVEL_WEBSITE_URL is missing/],
    ['a page without TLS', { GAVEL_TERMS_URL: 'http://example.com' }, /begins with https/],
    ['a name that is too long', { GAVEL_APP_NAME: 'G'.repeat(31) }, /at most 30/],
  ];
  for (const [what, more, expected] of refused)
    it(`is not built for ${what}, and says why`, async () => {
      const { code, text } = await build(more);
      assert.equal(code, 1);
      assert.match(text, expected);
    });

  const broken: [string, (good: Manifest) => object, RegExp][] = [
    ['another version of the schema', (good) => ({ ...good, manifestVersion: '1.19' }), /manifestVersion/],
    ['a property Teams does not know', (good) => ({ ...good, packageName: 'com.example' }), /additional properties/],
    ['no word on channels', ({ supportsChannelFeatures: _left, ...rest }) => rest, /supportsChannelFeatures/],
    [
      'thirteen commands',
      (good) =>
        withCommands(
          good,
          Array.from({ length: 13 }, () => ({ title: 'x' })),
        ),
      /13 commands for team; Teams allows 12/,
    ],
    ['a long command', (good) => withCommands(good, [{ title: 'x'.repeat(33) }]), /more than 32/],
  ];
  for (const [what, change, expected] of broken)
    it(`is not valid with ${what}`, async () => {
      const good = makeManifest(
        {
          appId: environment.MicrosoftAppId,
          name: 'Gavel',
          organization: 'Example',
          websiteUrl: 'https://example.com',
          privacyUrl: 'https://example.com',
          termsUrl: 'https://example.com',
        },
        '1.2.3',
        commands,
      );
      assert.match((await manifestProblems(change(good) as Manifest)).join('\n'), expected);
    });
});

function withCommands(good: Manifest, commands: { title: string }[]): object {
  const bots = good.bots?.map((bot) => ({ ...bot, commandLists: [{ scopes: ['team'], commands }] }));
  return { ...good, bots };
}

function sizeOf(png: Buffer): [number, number] {
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

function pixelsOf(png: Buffer, size: number): number[][] {
  const picture = `<image width="${size}" height="${size}" href="data:image/png;base64,${png.toString('base64')}"/>`;
  const { pixels } = new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">${picture}</svg>`,
  ).render();
  return Array.from({ length: size * size }, (_, index) => [...pixels.subarray(index * 4, index * 4 + 4)]);
}
