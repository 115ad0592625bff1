import assert from 'node:assert/strict';
import { wordsOfAlert } from '../../../src/connectors/labels/alert-words';
import { alertMatch, fillLabels, hasLabels } from '../../../src/connectors/labels/match';
import { readTemplates } from '../../../src/core/catalog/templates';

describe('the labels of an alert', () => {
  for (const [word, severity] of [
    ...['critical', 'page', 'Critical ', 'P1', 'disaster'].map((each) => [each, 'critical'] as const),
    ...['warning', 'error', 'major', 'high', 'P3', 'something', '', '__proto__'].map(
      (each) => [each, 'warning'] as const,
    ),
    ...['info', 'none', 'low', 'P5'].map((each) => [each, 'info'] as const),
  ])
    it(`severity ${JSON.stringify(word)} is ${severity}`, () =>
      assert.equal(wordsOfAlert({ alertname: 'A', severity: word }, {}).severity, severity));

  it('a missing severity is a warning', () => assert.equal(wordsOfAlert({}, {}).severity, 'warning'));

  for (const [annotations, expected] of [
    [{ summary: 'It is slow', description: 'very' }, { summary: 'It is slow' }],
    [{ summary: ' ', description: 'It is\nslow\u202E' }, { summary: 'It is slow' }],
    [{}, { summary: 'Slow' }],
    [
      { message: 'm', runbook_url: 'https://runbooks.example/slow' },
      { summary: 'm', runbook: 'https://runbooks.example/slow' },
    ],
    [{ runbook_url: 'javascript:alert(1)' }, { summary: 'Slow' }],
    [{ runbook_url: 'https://user:word@runbooks.example' }, { summary: 'Slow' }],
  ] as const)
    it(`${JSON.stringify(annotations)} says ${JSON.stringify(expected)}`, () =>
      assert.deepEqual(wordsOfAlert({ alertname: 'Slow' }, annotations), {
        ...{ name: 'Slow', severity: 'warning', ...expected },
      }));

  it('without a name it is an unnamed alert', () =>
    assert.deepEqual(wordsOfAlert({}, {}), { name: 'unnamed alert', severity: 'warning', summary: 'unnamed alert' }));
});

describe('which alerts a binding matches', () => {
  const target = { service: 'shop', environment: 'production' };
  const wanted = (match: unknown) => fillLabels(alertMatch.parse(readTemplates({ match }).value).match, target);

  for (const [match, labels, expected] of [
    [{ service: '{service}' }, { service: 'shop' }, true],
    [{ service: '{service}' }, { service: 'shop2' }, false],
    [{ service: '{service}' }, {}, false],
    [{ service: '{service}', env: '{environment}' }, { service: 'shop', env: 'production', more: 'x' }, true],
    [{ service: '{service}', env: '{environment}' }, { service: 'shop', env: 'staging' }, false],
    [{ namespace: '{service}-{environment}' }, { namespace: 'shop-production' }, true],
    [{ service: '.*' }, { service: 'shop' }, false],
    [{ team: '' }, {}, true],
    [{ team: '' }, { team: 'web' }, false],
    [{ toString: 'x' }, {}, false],
  ] as const)
    it(`${JSON.stringify(match)} ${expected ? 'matches' : 'doesn’t match'} ${JSON.stringify(labels)}`, () =>
      assert.equal(hasLabels(labels, wanted(match)), expected));

  it('needs a label', () => assert.throws(() => wanted({}), /needs a label/));
});
