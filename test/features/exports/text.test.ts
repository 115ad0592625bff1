import assert from 'node:assert/strict';
import { fitIntoFile, formatLine, joinLines, readExportWish, splitIntoParts } from '../../../src/features/exports/text';
import type { ExportedText } from '../../../src/features/exports/text';
import { collect } from '../../collect';

async function* stream<Entry>(entries: Iterable<Entry>): AsyncGenerator<Entry> {
  for (const entry of entries) yield entry;
}
const copies = (count: number, entry: ExportedText): ExportedText[] => Array.from({ length: count }, () => entry);

describe('the wish to export', () => {
  for (const [typed, expected] of [
    ['dana last week as csv', { words: 'dana last week', format: 'csv', medium: 'file' }],
    ['as json', { words: '', format: 'json', medium: 'file' }],
    ['AS CSV failed in production', { words: 'failed in production', format: 'csv', medium: 'file' }],
    ['today as csv as text', { words: 'today', format: 'csv', medium: 'text' }],
    ['as csv failed last week as json', { words: 'failed last week', format: 'json', medium: 'file' }],
    ['csv', undefined],
    ['as text', undefined],
    ['as failed csv', undefined],
    ['', undefined],
  ] as const)
    it(`is ${expected ? `${expected.format} of “${expected.words}”` : 'none'} in “${typed}”`, () =>
      assert.deepEqual(readExportWish(typed), expected));
});

describe('the size of an export', () => {
  it('is 20,000 entries at most in one file', async () => {
    const fits = await fitIntoFile(stream(copies(20_000, { text: 'x' })));
    assert.deepEqual([fits.entries.length, fits.isWhole], [20_000, true]);
    const cut = await fitIntoFile(stream(copies(20_001, { text: 'x' })));
    assert.deepEqual([cut.entries.length, cut.isWhole], [20_000, false]);
  });

  it('is 4 MB at most in one file, counted in bytes', async () => {
    const entry = { text: 'é'.repeat(511) };
    const most = (4 * 1024 * 1024) / 1024;
    const fits = await fitIntoFile(stream(copies(most, entry)));
    assert.deepEqual([fits.entries.length, fits.isWhole], [most, true]);
    const cut = await fitIntoFile(stream(copies(most + 1, entry)));
    assert.deepEqual([cut.entries.length, cut.isWhole], [most, false]);
  });

  it('reads no further than the first entry that doesn’t fit', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<ExportedText> {
      for (;;) {
        read += 1;
        yield { text: 'x' };
      }
    }
    await fitIntoFile(endless());
    assert.equal(read, 20_001);
  });

  it('is 10,000 characters at most in one message, headings included', async () => {
    const sizes = async (entries: readonly ExportedText[]): Promise<number[]> =>
      (await collect(splitIntoParts(stream(entries)))).map(({ length }) => length);
    assert.deepEqual(await sizes([]), []);
    assert.deepEqual(await sizes(copies(101, { text: 'x'.repeat(98) })), [100, 1]);
    assert.deepEqual(await sizes(copies(101, { text: 'x'.repeat(98), heading: 'memories' })), [99, 2]);
    assert.deepEqual(await sizes(copies(2, { text: 'x'.repeat(20_000) })), [1, 1], 'a giant stands alone');
  });
});

describe('a line of an export', () => {
  const columns = ['who', 'what'] as const;
  it('is never a formula in a spreadsheet, and stays one line', () => {
    const how = { format: 'csv', medium: 'file' } as const;
    const lines = ['=1+1', '+1', '-1', '@x', '\tx', 'a"b', 'a,b', 'a\r\nb'].map((what) =>
      formatLine(how, columns, { who: 'Ada', what }),
    );
    assert.equal(
      joinLines(how, columns, lines),
      [
        'who,what',
        "Ada,'=1+1",
        "Ada,'+1",
        "Ada,'-1",
        "Ada,'@x",
        "Ada,'\tx",
        'Ada,"a""b"',
        'Ada,"a,b"',
        'Ada,a  b',
      ].join('\r\n'),
    );
  });

  it('breaks out of no message, and is the same JSON', () => {
    const line = { who: '``` <at>all</at>', what: 'a\u202eb' };
    const text = formatLine({ format: 'json', medium: 'text' }, columns, line);
    assert.doesNotMatch(text, /[`<\u202e]/);
    assert.deepEqual(JSON.parse(text), line);
    assert.equal(formatLine({ format: 'json', medium: 'file' }, columns, line), `  ${JSON.stringify(line)}`);
  });
});
