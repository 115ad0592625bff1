import assert from 'node:assert/strict';
import type { RunStatus } from '../../../src/connectors/contract';
import { outputOf, runStatusOf } from '../../../src/connectors/buildbot/reading';
import type { Requested } from '../../../src/connectors/buildbot/reading';
import type { BuildStep } from '../../../src/connectors/buildbot/schema';

const log = { lastLines: [], logReadAt: 9_000 };
const request = {
  ...{ buildrequestid: 1, builderid: 1, complete: false, results: null },
  ...{ submitted_at: 1_000, complete_at: undefined },
};
const build = {
  ...{ buildid: 1, builderid: 1, number: 1, complete: false, results: null },
  ...{ started_at: 2_000, complete_at: undefined, state_string: '' },
};
const step = (name: string, more: Partial<BuildStep> = {}): BuildStep => ({
  ...{ stepid: 1, name, complete: false, results: null, started_at: 3_000, complete_at: undefined },
  ...{ state_string: '', hidden: false, ...more },
});

const queued: Requested = { request, build: undefined, steps: [] };
const running: Requested = { request, build, steps: [] };
const ended = (results: number, said = ''): Requested => ({
  request: { ...request, complete: true, results, complete_at: 5_000 },
  build: { ...build, complete: true, results, complete_at: 4_000, state_string: said },
  steps: [],
});
const unbuilt = (results: number): Requested => ({ ...ended(results), build: undefined });

describe('the state of a run in Buildbot', () => {
  const table: [what: string, all: Requested[], expected: Partial<RunStatus>][] = [
    ['a request without a build', [queued], { state: 'queued', startedAt: 1_000 }],
    ['a build', [running], { state: 'running', startedAt: 2_000 }],
    ['a build that will be tried again', [{ ...ended(5), request }], { state: 'queued' }],
    ['success', [ended(0)], { state: 'succeeded', progress: 1, endedAt: 5_000 }],
    ['warnings', [ended(1)], { state: 'succeeded', hasWarnings: true }],
    ['failure', [ended(2, 'failed *test* (failure)')], { state: 'failed', reason: 'failed *test* (failure)' }],
    [
      'failure in a step',
      [{ ...ended(2, 'failed (failure)'), steps: [step('test', { complete: true, results: 2 })] }],
      { state: 'failed', reason: 'test: failed (failure)' },
    ],
    ['a merged request', [unbuilt(3)], { state: 'superseded', reason: 'Buildbot merged it with a newer request' }],
    ['a build that was skipped', [ended(3)], { state: 'failed', reason: 'Buildbot skipped the build' }],
    ['an exception', [ended(4, 'worker lost')], { state: 'failed', reason: 'an exception: worker lost' }],
    ['an exception that says nothing', [unbuilt(4)], { state: 'failed', reason: 'an exception in Buildbot' }],
    ['given up', [ended(5)], { state: 'failed', reason: 'Buildbot gave it up after it was tried again' }],
    ['a stopped build', [ended(6, 'by Noor')], { state: 'canceled', reason: 'by Noor' }],
    ['a canceled request', [unbuilt(6)], { state: 'canceled' }],
    ['a result that nobody knows', [ended(42)], { state: 'failed' }],
    ['several builders, one of which runs', [ended(2), running], { state: 'running' }],
    ['several builders, one of which is queued', [ended(0), queued], { state: 'queued' }],
    [
      'several builders, one of which failed',
      [ended(0), ended(2, 'no'), unbuilt(6)],
      { state: 'failed', reason: 'no' },
    ],
    ['several builders, one of which warns', [ended(0), ended(1)], { state: 'succeeded', hasWarnings: true }],
  ];
  for (const [what, all, expected] of table)
    it(what, () => {
      const status = runStatusOf('5', all, log);
      assert.equal(status.id, '5');
      for (const [key, value] of Object.entries(expected)) assert.equal(status[key as keyof RunStatus], value, key);
      assert.equal('endedAt' in status, !['running', 'queued'].includes(status.state));
    });

  it('lists the steps, and how far they are', () => {
    const steps = [
      step('a', { complete: true, results: 0, complete_at: 4_000, state_string: 'ran' }),
      step('b', { complete: true, results: 1 }),
      step('c', { complete: true, results: 2 }),
      step('d', { complete: true, results: 3 }),
      step('e', { complete: true, results: 6 }),
      step('f'),
      step('g', { started_at: undefined }),
    ];
    const status = runStatusOf('5', [{ ...running, steps }], log);
    assert.deepEqual(
      status.steps.map(({ name, state }) => `${name} ${state}`),
      ['a done', 'b done', 'c failed', 'd skipped', 'e canceled', 'f running', 'g waiting'],
    );
    assert.deepEqual(status.steps[0], {
      ...{ name: 'a', detail: 'ran', state: 'done', startedAt: 3_000, endedAt: 4_000 },
    });
    assert.equal(status.progress, 2 / 8);
    assert.equal(runStatusOf('5', [{ ...ended(2), steps }], log).steps.at(-1)?.state, 'skipped');
  });
});

describe('the lines of a log in Buildbot', () => {
  const table: [type: string, contents: string, lines: string[]][] = [
    ['s', 'h PATH=/bin\noout\neerr\nhprogram finished\n', ['out', 'err']],
    ['s', 'o\no  indented', ['', '  indented']],
    ['s', 'iinput\nodone\n', ['done']],
    ['t', 'hello\nour\n', ['hello', 'our']],
    ['h', '<b>page</b>', []],
  ];
  for (const [type, contents, lines] of table)
    it(`${type}: ${JSON.stringify(contents)}`, () => assert.deepEqual(outputOf(type, contents), lines));
});
