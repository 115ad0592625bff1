import { setTimeout as pause } from 'node:timers/promises';

/** For how long tests wait for what has to come. Only a failure takes so long, however slow and busy the machine is; how quick Gavel is, `npm run bench` measures. */
export const patienceMs = 180_000;

const lookEachMs = 20;

/** Looks again and again until `look` gives something else than `undefined` or `false`; rejects after `withinMs`. */
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
