import { declareProof } from './contract';
import { inTurn } from './in-turn';
import { fanOut, twoInstances } from './outbox/fan-out';
import { killedInTheMiddle } from './outbox/kill';
import { lostPlace } from './outbox/lost-place';
import { misbehaved } from './outbox/misbehaved';

export const proof = declareProof({
  title: 'A post to a thousand channels arrives in each of them once, as fast as Teams allows',
  how: 'The real outbox on the real store sends over HTTP to a Bot Connector. The connector counts Teams’ limits as sliding windows and fails on command. The sending process is killed in the middle.',
  async run(scale, report) {
    await fanOut(scale, report);
    await inTurn(
      scale,
      [twoInstances, misbehaved, lostPlace, killedInTheMiddle].map((part) => () => part(scale, report)),
    );
  },
});
