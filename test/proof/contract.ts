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

export interface Proof {
  /** A sentence that a reader of `docs/proof.md` understands. */
  readonly title: string;
  /** What was done, in one or two sentences. */
  readonly how: string;
  /**
   * Counts are asserted and throw, at every scale. Times are only ever reported: whether they hold is printed, never asserted.
   */
  run(scale: Scale, report: (figure: Figure) => void): Promise<void>;
}
