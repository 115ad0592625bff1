import assert from 'node:assert/strict';
import { renderCard, weightBytes } from '../../../src/core/card';

describe('cards', () => {
  it('refuse a name that is not one', () => {
    assert.throws(() => renderCard('../package', {}), /No card name/);
  });

  it('name the value that is missing, and take outside text that looks like one', () => {
    const facts = { kind: 'Help', title: 'a', sentence: 'c ${title}', groups: [], hidden: '', buttons: [] };
    assert.throws(() => renderCard('help/help', { ...facts, summary: 'b' }), /lacks a value for \$\{footer\}/);
    const card = renderCard('help/help', { ...facts, summary: '${x}', footer: 'd' });
    assert.equal(card['fallbackText'], '${x}');
  });

  it('leave the data as it was', () => {
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

  it('weigh what Teams counts: UTF-16', () => assert.equal(weightBytes({ a: 'é' }), 18));
});
