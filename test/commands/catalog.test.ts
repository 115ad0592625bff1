import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrated } from '../../src/commands/catalog';
import { sampleCatalogText } from '../features/fakes';

const host = `    connector: host
    host:
      # Built by the nightly job.
      releases: /opt/shop/releases
      deploy: [/usr/bin/node, '{release}/deploy.js', '{version}', '{environment}']
      health: http://127.0.0.1:8080/health
`;
const limits = '    limits: { p95Ms: 300, p50Ms: 150, errorPercent: 2, minimumRequestsPerSecond: 0.5 }\n';
const hosted = sampleCatalogText.replace(
  'services:\n',
  `services:\n  portal:\n    description: What customers see\n    environments: [production] # one\n${limits}${host}`,
);

const textOf = (text: string): string => {
  const result = migrated(text, 'catalog.yaml');
  assert.ok('text' in result, JSON.stringify(result));
  return result.text;
};

describe('catalog migrate', () => {
  it('puts what all services share into the bindings of the catalog', () => {
    const text = textOf(sampleCatalogText);
    assert.match(
      text,
      /^connections:\n {2}local: \{ kind: local \}\nbindings:\n {2}source: \{ connection: local \}\n/m,
    );
    assert.ok(text.indexOf('connections:') < text.indexOf('services:'));
    assert.equal(text.match(/bindings:/g)?.length, 1);
  });

  it('says of each service what it said, with the folder of the release written out, and keeps comments', () => {
    assert.notEqual(hosted, sampleCatalogText);
    const text = textOf(hosted);
    assert.match(text, /environments: \[ production \] # one/);
    assert.match(text, /host: \{ kind: host \}/);
    assert.match(text, /\/opt\/shop\/releases\/\{version\}\/deploy\.js/);
    assert.doesNotMatch(text, /connector:|^ {4}host:/m);
    assert.match(text, /shop:\n(?:.*\n)*? {4}bindings:\n {6}source: \{ connection: local \}/);
  });

  it('changes nothing in a catalog of today, twice or with problems', () => {
    const today = readFileSync(join(__dirname, '../../sandbox/catalog.yaml'), 'utf8');
    assert.equal(textOf(today), today);
    const once = textOf(hosted);
    assert.equal(textOf(once), once);
    const wrong = migrated(`${hosted}nonsense: 1\n`, 'catalog.yaml');
    assert.match(JSON.stringify(wrong), /nonsense/);
  });
});
