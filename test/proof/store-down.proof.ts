import { declareProof } from './contract';
import { inTurn } from './in-turn';
import { decisionsMeanwhile } from './store-down/decisions';
import { messagesMeanwhile } from './store-down/messages';

export const proof = declareProof({
  title: 'While the store is down nobody decides anything, and seconds after it is back everything goes on',
  how: 'The store refuses for a minute, or takes every call and never answers, while people click and type over HTTP and messages are on their way; what it left unanswered stays unanswered for good.',
  async run(scale, report) {
    const downMs = scale === 'long' ? 60_000 : 3_000;
    await inTurn(scale, [
      () => messagesMeanwhile(downMs / 4, scale, report, 'refuses'),
      () => messagesMeanwhile(downMs / 4, scale, report, 'hangs'),
      () => decisionsMeanwhile(downMs, scale, report),
    ]);
  },
});
