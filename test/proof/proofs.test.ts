import { findProofs } from './find-proofs';

// The short form of `npm run prove`: the same proofs with smaller numbers. Counts are asserted, times are not.
describe('proofs, short form', function () {
  this.timeout(120_000);

  for (const [name, proof] of findProofs()) it(`${name}: ${proof.title}`, () => proof.run('short', () => undefined));
});
