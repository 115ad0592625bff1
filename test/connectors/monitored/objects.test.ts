import assert from 'node:assert/strict';
import {
  monitoredKey,
  monitoredBinding,
  monitoredOf,
  selectMonitored,
} from '../../../src/connectors/monitored/objects';
import { readTemplates } from '../../../src/core/catalog/templates';

describe('hosts and services', () => {
  for (const monitored of [
    { host: 'web01' },
    { host: 'web01', service: 'HTTP' },
    { host: 'a!b%21c', service: 'd!e%f' },
    { host: 'web01', service: '' },
  ])
    it(`${JSON.stringify(monitored)} is found by its key`, () =>
      assert.deepEqual(monitoredOf(monitoredKey(monitored)), monitored));

  it('have keys of their own', () =>
    assert.notEqual(monitoredKey({ host: 'a!b' }), monitoredKey({ host: 'a', service: 'b' })));

  for (const [binding, host, service, expected, target] of [
    [{ host: 'shop-{environment}' }, 'shop-production', 'HTTP', true, 'shop'],
    [{ host: 'shop-{environment}' }, 'shop-production', undefined, true, 'shop'],
    [{ host: 'shop-{environment}' }, 'shop-staging', 'HTTP', false, 'shop'],
    [{ host: 'shop-*' }, 'shop-7', 'HTTP', true, 'shop'],
    [{ host: '*' }, 'anything', undefined, true, 'shop'],
    [{ host: 'a*b*c' }, 'a1b2c', 'x', true, 'shop'],
    [{ host: 'a*b*c' }, 'abbc', 'x', true, 'shop'],
    [{ host: 'a*a' }, 'a', 'x', false, 'shop'],
    [{ host: 'web01', services: ['HTTP', 'TLS*'] }, 'web01', 'TLS expiry', true, 'shop'],
    [{ host: 'web01', services: ['HTTP', 'TLS*'] }, 'web01', 'Disk', false, 'shop'],
    [{ host: 'web01', services: ['HTTP'] }, 'web01', undefined, true, 'shop'],
    [{ host: 'web01', services: ['{service}'] }, 'web01', '*', true, '*'],
    [{ host: 'web01', services: ['{service}'] }, 'web01', 'HTTP', false, '*'],
    [{ host: 'web.1' }, 'web01', 'HTTP', false, 'shop'],
  ] as const)
    it(`${JSON.stringify(binding)} ${expected ? 'concerns' : 'doesn’t concern'} ${service ?? 'the host'} on ${host}`, () => {
      const read = monitoredBinding.parse(readTemplates(binding).value);
      const { concerns } = selectMonitored(read, { service: target, environment: 'production' });
      assert.equal(concerns({ host, ...(service !== undefined && { service }) }), expected);
    });
});
