import assert from 'node:assert/strict';
import {
  clickAgain,
  dieInWork,
  dieReplying,
  endInPeace,
  openStage,
  remembered,
  sayAgain,
  sayElsewhere,
} from './at-once/redelivery';
import { declareProof } from './contract';
import { lookInto } from './killed/store-files';

export const proof = declareProof({
  title: 'A message or click that Teams delivers again has one effect and one reply',
  how: 'One click and two typed lines are delivered four times, 15 s apart as in Teams, during and after the first delivery. The click also arrives under new ids, and typed lines arrive at both of two instances. An instance is killed while it works on a line, killed at the moment it posts its reply, and stopped normally.',
  async run(scale, report) {
    const stage = await openStage(scale === 'long' ? 15_000 : 400);
    const { crowd } = stage;
    try {
      const [words] = await Promise.all([
        clickAgain(stage),
        sayAgain(stage, 2, 'help'),
        sayAgain(stage, 3, 'lock s8 in production because I try it'),
      ]);
      await sayElsewhere(stage);
      const takenOverMs = await dieInWork(stage);
      const seen = await dieReplying(stage);
      await endInPeace(stage);
      await crowd.stop();
      assert.equal(crowd.ledger.started.length, 1, 'one run');
      const { approvals, locks, ids } = await lookInto(crowd.folder, async (store) => ({
        approvals: (await store.audit.read({ what: 'approvals.approve' })).length,
        locks: (await store.audit.read({ what: 'locks.change' })).map(({ target }) => target).sort(),
        ids: await remembered(store),
      }));
      assert.equal(approvals, 1, 'one approval in the audit');
      assert.deepEqual(locks, ['s4 in production', 's8 in production'], 'each lock taken once');
      assert.equal(ids.later, 0, 'no id is remembered for ever');
      report({
        what: 'One click, four times with one id and twice with another',
        measured: `one run, one approval in the audit; ${words}`,
        aim: 'one effect, every delivery answered 200',
        holds: true,
      });
      report({
        what: 'Typed lines, four times each on two instances, after a restart too',
        measured: 'one reply and one effect each, every delivery answered 200',
        aim: 'one reply',
        holds: true,
      });
      report({
        what: 'A line whose instance was killed while working on it, delivered again to another one',
        measured: `one reply, after ${Math.round(takenOverMs)} ms`,
        aim: 'answered at the next delivery',
        holds: true,
      });
      report({
        what: 'A line whose instance was killed while it replied',
        measured: `one effect, the reply seen ${seen === 1 ? 'once' : 'twice, in the same words'}`,
        aim: 'one effect, at most one repetition',
        holds: true,
      });
      report({
        what: 'Ids in the store, and after a quarter of an hour',
        measured: `${ids.now}, then ${ids.later}`,
        aim: 'bounded',
        holds: true,
      });
    } finally {
      await crowd.close();
    }
  },
});
