import { keepRecent } from '../../core/keys';
import type { GridClient } from './client';

/** Ends the sessions that a run has left in the Grid, and nobody else’s. */

const maxRemembered = 100;

/**
 * A function that ends what the run with this name has left and tells whether nothing more can come. A session of a suite that’s gone can still be
 * waiting or starting, so nothing is left only if that was seen twice: a Grid shows a session neither as waiting nor as starting for a moment.
 */
export function createLeftovers(client: GridClient) {
  const clearBefore = new Map<string, true>();
  return async (name: string, onEnded: (count: number) => void): Promise<boolean> => {
    const { sessions, waiting, isStarting } = await client.look();
    const isOurs = (each: string | undefined): boolean => each?.includes(name) === true;
    const left = sessions.filter((session) => isOurs(session.name));
    for (const { id } of left) await client.end(id);
    if (left.length > 0) onEnded(left.length);
    const isClear = left.length === 0 && !isStarting && !waiting.some(isOurs);
    if (isClear && clearBefore.delete(name)) return true;
    if (isClear) keepRecent(clearBefore, name, true, maxRemembered);
    else clearBefore.delete(name);
    return false;
  };
}
