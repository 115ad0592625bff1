import assert from 'node:assert/strict';
import { readingOf } from '../../../src/connectors/catalog';
import { isPrivateAddress } from '../../../src/connectors/host/bindings';
import { parseCatalog } from '../../../src/core/catalog';

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
    const gavel = { description: '', environments: ['production'], limits, ...service };
    const environments = { staging: environment, production: environment };
    const connections = { server: { kind: 'host' } };
    const result = parseCatalog(
      JSON.stringify({ people: {}, grants: [], connections, services: { gavel }, environments }),
      'catalog',
      readingOf(() => false),
    );
    return 'problems' in result ? result.problems.join('\n') : '';
  };
  const pipelines = (changed: object) => ({ bindings: { pipelines: { connection: 'server', ...host, ...changed } } });

  it('says where its releases are, how it is deployed and where its health address is', () => {
    assert.equal(problemsOf(pipelines({})), '');
    assert.equal(problemsOf(pipelines({ deploy: undefined })), '');
    assert.match(problemsOf(pipelines({ releases: undefined })), /bindings\.pipelines\.releases: must be a text/);
  });
  it('has absolute paths, a private address and nothing else', () => {
    assert.match(problemsOf(pipelines({ releases: 'releases' })), /full path of a folder/);
    assert.match(problemsOf(pipelines({ releases: '{service}/releases' })), /full path of a folder/);
    assert.match(problemsOf(pipelines({ deploy: ['node', 'x.js'] })), /full path of a program/);
    assert.match(problemsOf(pipelines({ health: 'http://example.com/' })), /private address/);
    assert.match(problemsOf(pipelines({ shell: true })), /shell/);
  });
  it('has one environment, and no name that a file can’t have', () => {
    assert.match(problemsOf({ ...pipelines({}), environments: ['staging', 'production'] }), /one environment/);
    assert.match(problemsOf({ ...pipelines({}), environments: ['production'] }), /^$/);
  });
  it('is still read in the earlier form, which says the same', () => {
    assert.equal(problemsOf({ connector: 'host', host }), '');
    assert.match(problemsOf({ connector: 'host', host: { ...host, releases: 'releases' } }), /full path of a folder/);
    assert.match(problemsOf({ connector: 'host', host: { ...host, shell: true } }), /shell/);
    assert.match(problemsOf({ connector: 'host' }), /releases: must be a text/);
    assert.match(problemsOf({ connector: 'jenkins' }), /connector: the catalog doesn’t have this key here/);
  });
});
