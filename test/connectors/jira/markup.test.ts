import assert from 'node:assert/strict';
import { markOf } from '../../../src/connectors/finding/marks';
import { escapeWiki, writeDocument, writeWiki } from '../../../src/connectors/jira/markup';

describe('text of people in Jira', () => {
  it('is text alone in a document, line by line', () => {
    assert.deepEqual(writeDocument('one\ntwo *x*\n\n@dana', [{ text: 'Here', url: 'https://teams.example/1' }]), {
      ...{ type: 'doc', version: 1 },
      content: [
        {
          type: 'paragraph',
          content: [{ type: 'text', text: 'one' }, { type: 'hardBreak' }, { type: 'text', text: 'two *x*' }],
        },
        { type: 'paragraph', content: [{ type: 'text', text: '@dana' }] },
        {
          type: 'paragraph',
          content: [
            { type: 'text', text: 'Here', marks: [{ type: 'link', attrs: { href: 'https://teams.example/1' } }] },
          ],
        },
      ],
    });
    assert.deepEqual(writeDocument('  ', []).content, []);
  });

  it('is no wiki markup, and mentions nobody', () => {
    const table = [
      ['*bold* _it_ {code}', String.raw`\*bold\* \_it\_ \{code\}`],
      ['[~admin] !x.png! ||head||', String.raw`\[\~admin\] \!x.png\! \|\|head\|\|`],
      ['# one', '&#35; one'],
      ['h1. Title', '&#104;1. Title'],
      ['bq. quoted', '&#98;q. quoted'],
      ['C:\\temp', 'C&#58;&#92;temp'],
      ['a & <b>', 'a &amp; &lt;b&gt;'],
      [':) ;)', String.raw`&#58;\) &#59;\)`],
      ['----', String.raw`\-\-\-\-`],
    ] as const;
    for (const [text, escaped] of table) assert.equal(escapeWiki(text), escaped);
  });

  it('keeps a link that its own text can’t end', () => {
    const note = { text: 'a]|b', url: 'https://teams.example/x?a=1|2' };
    assert.equal(writeWiki('', [note]), String.raw`[a\]\|b|https://teams.example/x?a=1%7C2]`);
    assert.equal(writeWiki('', [{ text: 'a', url: 'file:///etc' }]), 'a');
  });

  it('has a key of its own for each ticket, which is one label', () => {
    assert.match(markOf('ticket:T-1'), /^gavel-[0-9a-f]{20}$/);
    assert.notEqual(markOf('ticket:T-1'), markOf('ticket:T-2'));
  });
});
