import assert from 'node:assert/strict';
import { readProgress } from '../../../src/connectors/machine/pipelines';

const steps = ['fetch', 'build', 'test', 'switch'];
const lines = [
  { at: 1, steps },
  { at: 2, step: 'fetch', state: 'running', detail: '', fraction: 0 },
  { at: 3, step: 'fetch', state: 'done', detail: 'commit 1270b25' },
  { at: 4, step: 'build', state: 'running', detail: '', fraction: 0 },
  { at: 5, step: 'build', state: 'running', detail: '2 of 4 files', fraction: 0.5 },
]
  .map((line) => JSON.stringify(line))
  .join('\n');

describe('the progress of a run', () => {
  it('is that of its steps, with part of the running one', () => {
    const { steps: shown, progress } = readProgress(lines, 'running', steps);
    assert.equal(progress, 0.375);
    assert.deepEqual(shown[0], { name: 'fetch', state: 'done', detail: 'commit 1270b25', startedAt: 2, endedAt: 3 });
    assert.deepEqual(shown[1], {
      name: 'build',
      state: 'running',
      detail: '2 of 4 files',
      startedAt: 4,
      endedAt: undefined,
    });
    assert.equal(shown[3]?.state, 'waiting');
  });

  it('ignores an incomplete or strange line', () => {
    const torn = `${lines}\n{"at":6,"step":"build","state":"do\nnull\n{"at":7,"step":"build","state":"sideways"}`;
    assert.deepEqual(readProgress(torn, 'running', steps), readProgress(lines, 'running', steps));
  });

  it('has nothing running or waiting after a failure', () =>
    assert.deepEqual(
      readProgress(lines, 'failed', steps).steps.map((step) => step.state),
      ['done', 'failed', 'skipped', 'skipped'],
    ));

  it('is 0 before the first line and 1 after success', () => {
    assert.deepEqual(
      readProgress('', 'running', steps).steps.map((step) => step.state),
      ['waiting', 'waiting', 'waiting', 'waiting'],
    );
    assert.equal(readProgress(lines, 'succeeded', steps).progress, 1);
  });
});
