/** Called for every attempt that a reader of typed text makes, so that a test can hold it to the length of its input. */
export type CountStep = () => void;

/** Counts nothing. */
export const uncounted: CountStep = () => undefined;
