import { setTimeout as pause } from 'node:timers/promises';

/**
 * How long tests wait for an event. Only a failing test takes this long, however slow and busy the machine is; `npm run bench` measures how fast Gavel is.
 */
export const patienceMs = 180_000;

const lookEachMs = 20;

/** Calls `look` repeatedly until it returns something other than `undefined` or `false`; rejects after `withinMs`. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = patienceMs,
): Promise<T> {
  for (const until = performance.now() + withinMs; ; await pause(lookEachMs)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > until) throw new Error(`Not seen within ${withinMs} ms: ${what}`);
  }
}
