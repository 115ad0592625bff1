import { declareProof } from './contract';
import { inTurn } from './in-turn';
import { decisionsMeanwhile } from './store-down/decisions';
import { messagesMeanwhile } from './store-down/messages';

export const proof = declareProof({
  title: 'While the store is down, nothing is approved; seconds after it is back, everything continues',
  how: 'The store rejects calls for a minute, or accepts every call and never answers. Meanwhile people click and type over HTTP, and messages are being sent. Calls that it left unanswered are never answered.',
  async run(scale, report) {
    const downMs = scale === 'long' ? 60_000 : 3_000;
    await inTurn(scale, [
      () => messagesMeanwhile(downMs / 4, scale, report, 'refuses'),
      () => messagesMeanwhile(downMs / 4, scale, report, 'hangs'),
      () => decisionsMeanwhile(downMs, scale, report),
    ]);
  },
});
