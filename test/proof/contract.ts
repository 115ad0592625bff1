/** A proof: a claim about the product that is really tested and ends with figures. */

/** `short` runs in `npm test` within seconds, `long` in `npm run prove` with the numbers of the claim. */
export type Scale = 'short' | 'long';

export interface Figure {
  /** What was counted or measured, in words. */
  readonly what: string;
  readonly measured: string;
  /** The required value, or the aim. */
  readonly aim: string;
  readonly holds: boolean;
}

export interface Proof extends ProofParts {
  /** Set by `declareProof`, so its short form is a test. */
  readonly isDeclared: true;
}

export interface ProofParts {
  /** A sentence for readers of `docs/proof.md`. */
  readonly title: string;
  /** What was done, in one or two sentences. */
  readonly how: string;
  /** Counts are asserted and throw, at every scale. Times are only reported: whether they hold is printed, never asserted. */
  run(scale: Scale, report: (figure: Figure) => void): Promise<void>;
}

/** Declares a proof. If mocha loads the file, its short form is a separate test, so the proofs can run in parallel. */
export function declareProof(parts: ProofParts): Proof {
  if (typeof describe === 'function')
    describe('proof, short form', () => {
      it(parts.title, () => parts.run('short', () => undefined));
    });
  return { ...parts, isDeclared: true };
}
