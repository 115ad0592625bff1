import assert from 'node:assert/strict';
import {
  cleanLines,
  cleanText,
  cutAtWord,
  enumerate,
  plainLines,
  plainText,
  plural,
  withFullStop,
} from '../../../src/core/text';

describe('outside text', () => {
  const cases: [string, string, string][] = [
    ['Markdown signs', '**bold** [link](http://x) `code`', '\\*\\*bold\\*\\* \\[link\\]\\(http://x\\) \\`code\\`'],
    ['a mention', '<at>Everyone</at>', '\\<at\\>Everyone\\</at\\>'],
    ['line breaks', 'a\r\nb\tc', 'a b c'],
    ['control and direction marks', 'a\u0000b\u202Ec\u200Bd', 'abcd'],
    ['half a character', 'a\ud800b', 'ab'],
    ['hidden tags and soft hyphens', 'a\u{E0041}b\u00ADc\u061Cd', 'abcd'],
    [
      'Hangul fillers and joiners',
      'Avery\u3164\u115F\u1160\uFFA0 Ap\u034F\u17B4pr\u{E0101}over\u3164',
      'Avery Approver',
    ],
    ['variation selectors in a name', 'Av\uFE0Fery\uFE00', 'Avery'],
    ['a braille blank', '\u2800Avery\u2800Approver\u2800', 'Avery Approver'],
    ['a date function', 'x {{DATE(2026-01-01T00:00:00Z,LONG)}}', 'x { {DATE\\(2026-01-01T00:00:00Z,LONG\\)}}'],
    ['a date function in disguise', '{{\u200b{ {{ time(x)}}', '{{{ { { time\\(x\\)}}'],
    ['a list sign at the start', '- item', '\\- item'],
    ['a numbered list at the start', '1. item', '1\\. item'],
    ['plain words', 'Keep the basket', 'Keep the basket'],
  ];
  for (const [what, input, expected] of cases)
    it(`is harmless in a text block: ${what}`, () => assert.equal(plainText(input), expected));

  it('keeps its characters in a text run, which has no Markdown', () =>
    assert.equal(cleanText('**a** <b>'), '**a** <b>'));

  it('keeps the color of an emoji', () =>
    assert.equal(cleanText('ship it \u26A0\uFE0F now'), 'ship it \u26A0\uFE0F now'));

  it('loses whole color codes of a terminal', () =>
    assert.equal(cleanText('\u001B[31mfailed\u001B[0m tests'), 'failed tests'));

  it('is cut at the end of a word', () => {
    assert.equal(cutAtWord('one two, three', 14), 'one two, three');
    assert.equal(cutAtWord('one two, three', 12), 'one two…');
    assert.equal(cutAtWord('abcdefghijkl', 5), 'abcd…');
  });

  it('is cut to a length with an ellipsis', () => {
    assert.equal(cleanText('abcdef', 4), 'abc…');
    assert.equal(cleanText('abcd', 4), 'abcd');
    assert.equal(cleanText('ab😀cd', 4), 'ab…', 'never through the middle of a character');
  });
});

describe('words', () => {
  it('keep to themselves if they run from right to left, so that what follows stays in its place', () => {
    assert.equal(`${plainText('דנה כהן')}, 13:52`, '\u2068דנה כהן\u2069, 13:52');
    assert.equal(plainText('*دانة*'), '\u2068\\*دانة\\*\u2069');
    // A sentence of ours that begins with a name isn’t turned around.
    assert.equal(plainText('דנה and 2 channels'), 'דנה and 2 channels');
    assert.equal(plainText(plainText('דנה')), '\u2068דנה\u2069');
    assert.equal(plainText('Dana Developer'), 'Dana Developer');
  });

  it('count with a no-break space', () => {
    assert.equal(plural(1, 'approval'), '1\u00A0approval');
    assert.equal(plural(2, 'approval'), '2\u00A0approvals');
    assert.equal(plural(0, 'person', 'people'), '0\u00A0people');
  });

  it('are enumerated as people do', () => {
    assert.equal(enumerate([]), '');
    assert.equal(enumerate(['a']), 'a');
    assert.equal(enumerate(['a', 'b', 'c']), 'a, b, and c');
    assert.equal(enumerate(['a', 'b'], 'or'), 'a or b');
  });

  it('end a sentence once, and keep the lines of what somebody remembers', () => {
    for (const [words, ended] of [
      ['it hangs', 'it hangs.'],
      ['it hangs.', 'it hangs.'],
      ['help!', 'help!'],
      ['why?', 'why?'],
      ['and…', 'and…'],
    ] as const)
      assert.equal(withFullStop(words), ended);
    assert.equal(cleanLines(' 1. stop\r\n\u202e2. start ', 100), '1. stop\n2. start');
    assert.equal(cleanLines('a\n'.repeat(100), 10).length, 10);
    assert.equal(plainLines('1. *stop*\n- start', 100), '1\\. \\*stop\\*\n\n\\- start');
  });
});
