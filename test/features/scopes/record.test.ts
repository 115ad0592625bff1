import assert from 'node:assert/strict';
import { removeEntry, writeEntry } from '../../../src/features/scopes/record';
import type { ScopedEntry, Writing } from '../../../src/features/scopes/record';
import { readScope } from '../../../src/features/scopes';

const dana = { id: 'p:dana', name: 'Dana' };
const avery = { id: 'p:avery', name: 'Avery' };
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
const put = (more: Partial<Writing> = {}, known?: ScopedEntry, free = false): ScopedEntry => {
  const change = writeEntry(known, writing(more), free);
  assert.ok('next' in change, 'it belongs to somebody else');
  return change.next;
};

describe('what is put down under a name', () => {
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
      const change = writeEntry(known, writing(more), free);
      assert.equal('stays' in change ? 'stays' : change.next.replaced ? 'replaced' : 'new', expected);
    });

  it('changes nothing when the same message comes again', () => {
    const first = put();
    assert.equal(put({ at: 99, text: 'other' }, first), first);
  });

  it('leaves nothing behind when it is removed, and is removed once for one message', () => {
    const gone = removeEntry(put(), { by: dana.id, at: 5, turn: 't2' }, false);
    assert.ok(gone && 'next' in gone);
    const { name, text, by, placeName } = gone.next;
    assert.deepEqual(
      { name, text, by, placeName },
      { name: '', text: '', by: { id: dana.id, name: '' }, placeName: '' },
    );
    assert.deepEqual(removeEntry(gone.next, { by: dana.id, at: 6, turn: 't2' }, false), { next: gone.next });
    assert.equal(removeEntry(gone.next, { by: dana.id, at: 6, turn: 't3' }, false), undefined);
    assert.equal(put({ turn: 't4' }, gone.next).replaced, false);
  });

  it('is not removed by somebody else, unless they may', () => {
    const entry = put();
    assert.deepEqual(removeEntry(entry, { by: avery.id, at: 5, turn: 't2' }, false), { stays: entry });
    assert.ok('next' in (removeEntry(entry, { by: avery.id, at: 5, turn: 't2' }, true) ?? {}));
  });
});

describe('whose something is to be', () => {
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
