import assert from 'node:assert/strict';
import { readScope, removeEntry, writeEntry } from '../../../src/features/scopes';
import type { ScopedEntry } from '../../../src/features/scopes';

const dana = { id: 'p:dana', name: 'Dana' };
const avery = { id: 'p:avery', name: 'Avery' };
type Writing = Parameters<typeof writeEntry>[1];
const writing = (more: Partial<Writing> = {}): Writing => ({
  scope: 'place:c',
  name: 'ship',
  text: 'deploy shop',
  by: dana,
  at: 1,
  placeName: 'Deployments',
  turn: 't1',
  ...more,
});
const put = (more: Partial<Writing> = {}, known?: ScopedEntry, free = false): ScopedEntry =>
  writeEntry(known, writing(more), free);

describe('an entry saved under a name', () => {
  const table: readonly (readonly [
    string,
    ScopedEntry | undefined,
    Partial<Writing>,
    boolean,
    'new' | 'replaced' | 'stays',
  ])[] = [
    ['nothing yet', undefined, {}, false, 'new'],
    ['one’s own', put(), { turn: 't2', text: 'x' }, false, 'replaced'],
    ['somebody else’s', put(), { turn: 't2', by: avery }, false, 'stays'],
    ['somebody else’s, for who may change it', put(), { turn: 't2', by: avery }, true, 'replaced'],
    [
      'one’s own for everybody, without the right',
      put({ scope: 'everybody' }),
      { turn: 't2', scope: 'everybody' },
      false,
      'stays',
    ],
    ['the same message again', put(), { at: 9 }, false, 'new'],
  ];
  for (const [what, known, more, free, expected] of table)
    it(`is ${expected} over ${what}`, () => {
      const entry = put(more, known, free);
      const stays = entry.turn !== writing(more).turn;
      assert.equal(stays ? 'stays' : entry.replaced ? 'replaced' : 'new', expected);
      if (stays) assert.equal(entry, known);
    });

  it('does not change when the same message comes again', () => {
    const first = put();
    assert.equal(put({ at: 99, text: 'other' }, first), first);
  });

  it('leaves nothing behind when it is removed, and is removed once for one message', () => {
    const gone = removeEntry(put(), { by: dana.id, at: 5, turn: 't2' }, false);
    assert.ok(gone?.gone);
    const { name, text, by, placeName } = gone;
    assert.deepEqual(
      { name, text, by, placeName },
      { name: '', text: '', by: { id: dana.id, name: '' }, placeName: '' },
    );
    for (const turn of ['t2', 't3'])
      assert.equal(removeEntry(gone, { by: dana.id, at: 6, turn }, false), undefined, turn);
    assert.equal(put({ turn: 't4' }, gone).replaced, false);
  });

  it('is not removed by somebody else, unless they have the right', () => {
    const entry = put();
    assert.equal(removeEntry(entry, { by: avery.id, at: 5, turn: 't2' }, false), undefined);
    assert.ok(removeEntry(entry, { by: avery.id, at: 5, turn: 't2' }, true)?.gone);
  });
});

describe('the scope of an entry', () => {
  const table: readonly (readonly [string, string | undefined, string])[] = [
    ['ship', undefined, 'ship'],
    ['ship here', 'place', 'ship'],
    ['here ship', 'place', 'ship'],
    ['here: ship', 'place', 'ship'],
    ['in this channel ship', 'place', 'ship'],
    ['ship for everybody', 'everybody', 'ship'],
    ['For Everyone ship', 'everybody', 'ship'],
    ['ship for me', 'personal', 'ship'],
    ['where is here now', undefined, 'where is here now'],
    ['hereafter', undefined, 'hereafter'],
    ['here', 'place', ''],
  ];
  for (const [text, kind, rest] of table)
    it(`reads “${text}”`, () => assert.deepEqual(readScope(text), { kind, rest }));
});
