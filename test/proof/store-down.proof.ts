import type { Proof } from './contract';
import { inTurn } from './in-turn';
import { alertsMeanwhile } from './store-down-alerts';
import { decisionsMeanwhile } from './store-down-decisions';

export const proof: Proof = {
  title:
    'While the store is down nobody decides anything, alerts still arrive, and seconds after it is back all goes on',
  how: 'The store refuses for a minute, or takes every call and never answers, while people click and type over HTTP and alerts come in; what it left unanswered stays unanswered for ever.',
  async run(scale, report) {
    const downMs = scale === 'long' ? 60_000 : 3_000;
    await inTurn(scale, [
      () => alertsMeanwhile(downMs, scale, report, 'refuses'),
      () => alertsMeanwhile(downMs / 4, scale, report, 'hangs'),
      () => decisionsMeanwhile(downMs, scale, report),
    ]);
  },
};
