import assert from 'node:assert/strict';
import { renderCard, weightBytes } from '../../../src/core/card';
import { prepareTemplating } from '../../../src/core/card/prepare';
import { keepPartsWhole } from '../../../src/core/text';

describe('cards', () => {
  it('reject an invalid name', () => {
    assert.throws(() => renderCard('../package', {}), /No card name/);
  });

  it('name a missing value, and allow outside text that looks like one', () => {
    const facts = { kind: 'Help', title: 'a', sentence: 'c ${title}', groups: [], hidden: '', buttons: [] };
    assert.throws(() => renderCard('help/help', { ...facts, summary: 'b' }), /lacks a value for \$\{footer\}/);
    const card = renderCard('help/help', { ...facts, summary: '${x}', footer: 'd' });
    assert.equal(card['fallbackText'], '${x}');
  });

  it('are the same whether the library was prepared before them or not', async () => {
    const data = {
      kind: 'a',
      title: 'b',
      summary: 'c',
      sentence: 'd',
      groups: [],
      hidden: '',
      buttons: [],
      footer: 'e',
    };
    const before = renderCard('help/help', data);
    await prepareTemplating();
    assert.deepEqual(renderCard('help/help', data), before);
  });

  it('leave the data unchanged', () => {
    const data = {
      kind: 'a',
      title: 'b',
      summary: 'c',
      sentence: 'd',
      hidden: '',
      footer: 'e',
      groups: [],
      buttons: [],
    };
    const before = JSON.stringify(data);
    renderCard('help/help', data);
    assert.equal(JSON.stringify(data), before);
  });

  it('break links in the titles of choices, which some clients draw as Markdown, and keep their values', () => {
    const title = 'D-1001: [Approve](https://evil.example) [a][b] [c]: https://evil.example';
    const input = {
      ...{ name: 'a', label: 'b', required: true, placeholder: '', error: '', value: '' },
      picker: false,
    };
    const choices = [{ title, value: '[a](b)' }];
    const form = { kind: 'a', title: 'b', summary: 'c', sentence: 'd', button: 'h', inputs: [{ ...input, choices }] };
    const json = JSON.stringify(renderCard('chat/choose', { ...form, id: 'e', help: '', by: '', footer: 'g' }));
    assert.match(json, /"title":"D-1001: \[Approve\] \(https:\/\/evil\.example\) \[a\] \[b\] \[c\] : https:/);
    assert.match(json, /"value":"\[a\]\(b\)"/);
  });

  it('keep a space or a comma of ours outside of a name that runs from right to left', () => {
    const row = { glyph: '•', color: 'Default', name: 'אביגיל', words: ', אביגיל כהן', when: '' };
    const list = { kind: 'd', title: 'd', summary: 'd', sentence: 'd', more: '', actions: [], footer: 'd' };
    const state = { glyph: '', word: '', tone: 'emphasis' };
    const json = JSON.stringify(renderCard('policy/list', { ...list, state, rows: [row] }));
    assert.ok(json.includes('"\u2068אביגיל\u2069"'), json);
    assert.ok(json.includes('", \u2068אביגיל כהן\u2069"'), json);
  });

  it('keep an id in one line where people read it, and as it is where they copy or click it', () => {
    const sentence =
      'D-1001 and (A-1f3) [D-1002](https://x.example/D-1002): `cancel D-1001`, <at>D-1001</at>, AD-1001, D-10';
    const facts = {
      kind: 'D-1001',
      title: 'R-36eb60',
      hidden: '',
      groups: [],
      buttons: [{ title: 'Show D-1001', line: 'log D-1001' }],
    };
    const card = renderCard('help/help', {
      ...facts,
      sentence,
      summary: 'D-1001',
      search: false,
      footer: 'd',
      from: 'help',
    });
    const json = JSON.stringify(card);
    const shown =
      'D\u20111001 and (A\u20111f3) [D\u20111002](https://x.example/D-1002): `cancel D-1001`, <at>D-1001</at>, AD-1001, D-10';
    for (const text of [shown, 'D\u20111001', 'R\u201136eb60']) assert.ok(json.includes(JSON.stringify(text)), text);
    assert.match(json, /"title":"Show D-1001","verb":"chat.run","data":\{"id":"log D-1001"\}/);
    assert.equal(card['fallbackText'], 'D-1001');
  });

  it('break the line of a footer between its parts, not inside them', () => {
    const footer = 'For Ada · as of Fri, Nov 20, 13:01 UTC · or type it: graph p95 of shop last 3h · ref\u00A01a2b3c4d';
    assert.equal(
      keepPartsWhole(footer),
      'For\u00A0Ada\u00A0· as\u00A0of\u00A0Fri,\u00A0Nov\u00A020,\u00A013:01\u00A0UTC\u00A0· or type it: graph p95 of shop last 3h\u00A0· ref\u00A01a2b3c4d',
    );
    assert.equal(keepPartsWhole('2.14.0 · since 14:39'), '2.14.0 · since 14:39');
  });

  it('are measured as Teams does: in UTF-16', () => assert.equal(weightBytes({ a: 'é' }), 18));
});
