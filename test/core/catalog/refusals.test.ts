import assert from 'node:assert/strict';
import { nearestOf, notThereError, unknownName } from '../../../src/core/catalog/refusals';

const many = Array.from({ length: 213 }, (_, index) => `svc-${index}`);

describe('the answer to an unknown name', () => {
  const table: readonly (readonly [said: string, known: readonly string[], sentence: string])[] = [
    ['shpo', ['shop', 'search'], 'There is no service shpo. Nothing was done. Did you mean shop?'],
    ['moon', ['shop', 'search'], 'There is no service moon. Nothing was done. The services are shop and search.'],
    ['moon', ['shop'], 'There is no service moon. Nothing was done. The only service is shop.'],
    ['moon', [], 'There is no service moon. Nothing was done.'],
    ['svc_199', many, 'There is no service svc\\_199. Nothing was done. Did you mean svc-199?'],
    ['moon', many, 'There is no service moon. Nothing was done. The services are svc-0, svc-1, svc-2, and 210 more.'],
    [
      'payments',
      [...many, 'billing-payments'],
      'There is no service payments. Nothing was done. Did you mean billing-payments?',
    ],
    ['__proto__', ['shop'], 'There is no service \\_\\_proto\\_\\_. Nothing was done. The only service is shop.'],
    ['', ['shop'], 'There is no service. Nothing was done. The only service is shop.'],
  ];
  for (const [said, known, sentence] of table)
    it(`${said || 'nothing'} among ${known.length}`, () =>
      assert.equal(unknownName('service', said, known).message, sentence));

  it('is never long, whatever is typed and however much there is', () => {
    for (const said of ['s', 'svc', 'svc-1', 'x'.repeat(4_000), '*'.repeat(4_000)])
      for (const error of [unknownName('release', said, many), notThereError('svc-1', said, many)])
        assert.ok(error.message.length < 300, error.message);
  });

  it('names where a service runs', () =>
    assert.equal(
      notThereError('shop', 'mars', ['staging', 'production'], 'nothing was locked').message,
      'shop doesn’t run in mars. Nothing was locked. It runs in staging and production.',
    ));

  it('finds a person despite a typo in their name', () =>
    assert.deepEqual(nearestOf('nor operator', ['Noor Operator', 'Nico Newcomer']), ['Noor Operator']));
});
