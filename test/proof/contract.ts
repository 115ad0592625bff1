/** What a proof is: a claim about the product that is tried for real and ends with figures. */

/** `short` runs in `npm test` within seconds, `long` in `npm run prove` with the numbers of the claim. */
export type Scale = 'short' | 'long';

export interface Figure {
  /** What was counted or measured, in words. */
  readonly what: string;
  readonly measured: string;
  /** What it had to be, or aims at. */
  readonly aim: string;
  readonly holds: boolean;
}

export interface Proof extends ProofParts {
  /** That `declareProof` made it: so its short form is a test. */
  readonly isDeclared: true;
}

export interface ProofParts {
  /** A sentence that a reader of `docs/proof.md` understands. */
  readonly title: string;
  /** What was done, in one or two sentences. */
  readonly how: string;
  /**
   * Counts are asserted and throw, at every scale. Times are only ever reported: whether they hold is printed, never asserted.
   */
  run(scale: Scale, report: (figure: Figure) => void): Promise<void>;
}

/** Makes a proof. Where mocha loads the file, its short form is a test of its own, so each proof can run beside the others. */
export function declareProof(parts: ProofParts): Proof {
  if (typeof describe === 'function')
    describe('proof, short form', () => {
      it(parts.title, () => parts.run('short', () => undefined));
    });
  return { ...parts, isDeclared: true };
}
