import type { Scale } from './contract';

/** Runs parts of a proof one after another if they would disturb each other's times, and all at once if only counts matter. */
export async function inTurn(scale: Scale, parts: readonly (() => Promise<void>)[]): Promise<void> {
  if (scale === 'long') {
    for (const part of parts) await part();
    return;
  }
  const outcomes = await Promise.allSettled(parts.map((part) => part()));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
