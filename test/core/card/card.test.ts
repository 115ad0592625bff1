import assert from 'node:assert/strict';
import { renderCard, weightBytes } from '../../../src/core/card';

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

  it('are measured as Teams does: in UTF-16', () => assert.equal(weightBytes({ a: 'é' }), 18));
});
