import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import { isPrivateAddress } from '../../../src/core/catalog/schema';

describe('a private address', () => {
  for (const address of [
    'http://127.0.0.1:3980/readyz',
    'http://localhost/',
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://192.168.1.1:8080/health',
    'http://[::1]:3980/',
    'http://[fd00::1]/',
  ])
    it(`is ${address}`, () => assert.ok(isPrivateAddress(address)));

  for (const address of [
    'https://127.0.0.1/',
    'http://169.254.169.254/metadata',
    'http://172.32.0.1/',
    'http://8.8.8.8/',
    'http://10.example.com/',
    'http://user:secret@127.0.0.1/',
    'file:///etc/passwd',
    '127.0.0.1:80',
    '',
  ])
    it(`is not ${JSON.stringify(address)}`, () => assert.ok(!isPrivateAddress(address)));
});

describe('a service of this server in the catalog', () => {
  const host = { releases: '/opt/gavel/releases', deploy: ['/usr/bin/node', 'x.js'], health: 'http://127.0.0.1:3980/' };
  const problemsOf = (service: object): string => {
    const rule = { required: 0 };
    const place = { risk: 'low', deploy: rule, rollback: rule, restart: rule };
    const environment = { ...place, verifyForSeconds: 1, rollBackAutomatically: false };
    const limits = { p95Ms: 1, p50Ms: 1, errorPercent: 1, minimumRequestsPerSecond: 0 };
    const gavel = { description: '', connector: 'host', environments: ['production'], limits, ...service };
    const environments = { staging: environment, production: environment };
    const result = parseCatalog(JSON.stringify({ people: {}, grants: [], services: { gavel }, environments }));
    return 'problems' in result ? result.problems.join('\n') : '';
  };

  it('says where its releases are, how it is deployed and where its health address is', () => {
    assert.equal(problemsOf({ host }), '');
    assert.equal(problemsOf({ host: { ...host, deploy: undefined } }), '');
  });
  it('has absolute paths, a private address and nothing else', () => {
    assert.match(problemsOf({ host: { ...host, releases: 'releases' } }), /full path of a folder/);
    assert.match(problemsOf({ host: { ...host, deploy: ['node', 'x.js'] } }), /full path of a program/);
    assert.match(problemsOf({ host: { ...host, health: 'http://example.com/' } }), /private address/);
    assert.match(problemsOf({ host: { ...host, shell: true } }), /shell/);
  });
  it('has both the connector and its section, and one environment', () => {
    assert.match(problemsOf({}), /has connector: host but no location/);
    assert.match(problemsOf({ host, connector: 'local' }), /needs connector: host/);
    assert.match(problemsOf({ host, environments: ['staging', 'production'] }), /one environment/);
  });
});
