import assert from 'node:assert/strict';
import { failureOutcomes, readRecordFilter } from '../../../src/core/catalog/record-filter';
import type { RecordFilter } from '../../../src/core/catalog/record-filter';
import { ada, dana, sampleCatalog, start } from '../../features/help/commands-for-tests';

const read = (text: string): RecordFilter =>
  readRecordFilter(text, {
    catalog: sampleCatalog(),
    personId: ada.id,
    asked: { now: start, timeZone: 'UTC' },
    outcomes: { ...failureOutcomes, succeeded: ['succeeded'] },
    isSearched: (word) => word === 'approved',
    example: 'audit dana yesterday',
  });
const day = 86_400_000;
const today = Date.UTC(2026, 10, 20);
const yesterday = { since: today - day, until: today - 1 };

describe('the filter of a list of records', () => {
  const table: readonly (readonly [string, Partial<RecordFilter>, string])[] = [
    ['', {}, ''],
    ['dana', { person: dana.id }, 'Dana Developer'],
    ['Dana Developer', { person: dana.id }, 'Dana Developer'],
    ['@Dana Developer', { person: dana.id }, 'Dana Developer'],
    ['@Dana', { person: dana.id }, 'Dana Developer'],
    [dana.id, { person: dana.id }, 'Dana Developer'],
    ['who="Dana Developer"', { person: dana.id }, 'Dana Developer'],
    ['what did Dana do?', { person: dana.id }, 'Dana Developer'],
    ['me', { person: ada.id }, 'Ada Admin'],
    ['by gavel', { person: 'gavel' }, 'Gavel'],
    ['dana yesterday', { person: dana.id, ...yesterday }, 'Dana Developer, yesterday'],
    ['yesterday by dana', { person: dana.id, ...yesterday }, 'Dana Developer, yesterday'],
    [
      'dana last week',
      { person: dana.id, since: today - 11 * day, until: today - 4 * day - 1 },
      'Dana Developer, last week',
    ],
    ['this week', { since: today - 4 * day }, 'this week'],
    ['target=gone', { words: ['gone'] }, 'gone'],
    [
      'shop production failed yesterday',
      { service: 'shop', environment: 'production', outcomes: ['failed', 'rolled back'], ...yesterday },
      'shop in production, failed, yesterday',
    ],
    [
      'yesterday failed in production, shop',
      { service: 'shop', environment: 'production', outcomes: ['failed', 'rolled back'], ...yesterday },
      'shop in production, failed, yesterday',
    ],
    ['rolled back in staging', { environment: 'staging', outcomes: ['rolled back'] }, 'staging, rolled back'],
    ['d-1042', { number: 'D-1042' }, 'D-1042'],
    ['approved by dana', { person: dana.id, words: ['approved'] }, 'Dana Developer, approved'],
    ['what=approve service=shop', { what: 'approve', service: 'shop' }, 'shop, approve'],
  ];
  for (const [text, expected, title] of table)
    it(`reads “${text}”`, () => assert.deepEqual(read(text), { words: [], ...expected, title }));

  it('names an unknown word, with the nearest known one', () => {
    assert.throws(
      () => read('shpo'),
      /I don’t know “shpo” as a person, service, .*Nothing was looked up. Did you mean shop\?/,
    );
    assert.throws(() => read('@dnaa'), /Did you mean dana\?/i);
    assert.throws(() => read('prodution failed'), /Did you mean production\?/);
    assert.throws(() => read('xyzzy'), /For example, type `audit dana yesterday`/);
    assert.throws(() => read('who=mallory'), /I don’t know anyone called mallory/);
    assert.throws(() => read('color=red'), /can’t filter by color/);
    assert.throws(() => read('__proto__'), /I don’t know/);
  });

  it('asks which of several people with one first name is meant', () => {
    const catalog = sampleCatalog();
    const people = { ...catalog.people, dana2: { id: 'entra:x/y', name: 'Dana Second' } };
    const reader = { personId: ada.id, asked: { now: start, timeZone: 'UTC' }, outcomes: {}, example: 'audit' };
    const ask = (text: string) =>
      readRecordFilter(text, { ...reader, catalog: { ...catalog, people }, isSearched: () => false });
    assert.throws(() => ask('developer or dana'), /I don’t know “or”/);
    assert.equal(ask('dana second').person, 'entra:x/y');
    assert.equal(ask('dana2').person, 'entra:x/y');
    assert.equal(ask('dana').person, dana.id, 'the key of one of them');
    assert.throws(
      () =>
        readRecordFilter('dana', {
          ...reader,
          isSearched: () => false,
          catalog: { ...catalog, people: { one: people.dana2, two: catalog.people['dana'] ?? people.dana2 } },
        }),
      /Several people have that name: Dana Second \(one\) and Dana Developer \(two\)\. Nothing was looked up/,
    );
  });
});
