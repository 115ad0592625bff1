import assert from 'node:assert/strict';
import { declareProof } from './contract';
import { createRandom } from './random';
import { killPoints, withoutLauncher } from './watcher/fuse';
import { openWatched } from './watcher/rounds';
import type { Watched } from './watcher/rounds';
import { measureStart } from './watcher/start-time';

const rounds = { short: { each: 1, random: 0 }, long: { each: 20, random: 200 } };
const longestLifeMs = 120;

export const proof = declareProof({
  title: 'If the watching process is killed at any moment, every deploy command is still found',
  how: 'The process that watches a deploy command gets SIGKILL at every step of its start, and at random moments of the first 120 ms. The command never ends on its own. The proof checks in `/proc` which processes are alive once the run has its result. As a control, the command is started without the launcher that waits for the record.',
  async run(scale, report) {
    const watched = await openWatched();
    try {
      for (const [step, point] of killPoints.entries()) {
        const started = await killAt(watched, Array(rounds[scale].each).fill(point));
        assert.equal(started, step === killPoints.length - 1 ? rounds[scale].each : 0, point);
        report({
          what: `Killed ${point}, ${rounds[scale].each} times`,
          measured: started === 0 ? 'the command never started' : 'the command was found and stopped each time',
          aim: 'never started, or found and stopped',
          holds: true,
        });
      }
      const control = await watched.kill(withoutLauncher);
      assert.ok(control.didStart && control.left.length > 0, 'a command that nobody finds is seen by this proof');
      report({
        what: 'Negative control: without the launcher',
        measured: `caught, ${control.left.length} process left`,
        aim: 'caught',
        holds: true,
      });
      if (scale === 'short') return;
      const random = createRandom(20_261_129);
      const moments = Array.from({ length: rounds.long.random }, () => random.number(longestLifeMs));
      const started = await killAt(watched, moments);
      report({
        what: `Killed ${moments.length} times at random`,
        measured: `0 commands left; ${started} had started and were stopped, ${moments.length - started} never started`,
        aim: '0 left',
        holds: true,
      });
    } finally {
      await watched.close();
    }
    const { withMs, withoutMs } = await measureStart(40);
    report({
      what: 'From the start to the first output of a command, medians',
      measured: `${Math.round(withMs)} ms with the launcher, ${Math.round(withoutMs)} ms without`,
      aim: 'at most 100 ms more',
      holds: withMs - withoutMs <= 100,
    });
  },
});

/** In how many of these rounds the command started. A process that is alive after its run's result fails the proof. */
async function killAt(watched: Watched, moments: readonly (string | number)[]): Promise<number> {
  let started = 0;
  for (const at of moments) {
    const { didStart, left, reason } = await watched.kill(at);
    assert.deepEqual(left, [], `killed ${at}: ${reason}`);
    assert.match(
      reason,
      didStart ? /died, so the command was stopped/ : /died before it did|ended without a result|stopped/,
    );
    if (didStart) started += 1;
  }
  return started;
}
