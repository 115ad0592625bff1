import type { Scale } from './contract';

/** Parts of a proof one after the other, so that they do not disturb each other's times; all at once where only counts matter. */
export async function inTurn(scale: Scale, parts: readonly (() => Promise<void>)[]): Promise<void> {
  if (scale === 'long') {
    for (const part of parts) await part();
    return;
  }
  const outcomes = await Promise.allSettled(parts.map((part) => part()));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
