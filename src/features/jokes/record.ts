import { idFrom } from '../../core/keys';
import type { CollectionSpec } from '../../store/contract';

/** Which jokes a place has heard. Pure, but for being stored. */
export interface Telling {
  /** Numbers of those that were told since the last new beginning. */
  readonly told: readonly number[];
  /** What the latest turns were told: the same message delivered again gets the same joke. */
  readonly latest: readonly { readonly turn: string; readonly joke: number }[];
  /** Since when and by whom there are none here. */
  readonly off?: { readonly by: string; readonly at: number };
  readonly at: number;
}

/** A place that has heard nothing for so long may hear all of them again. */
const retentionMs = 400 * 86_400_000;
const maxLatest = 20;

export const tellingsSpec: CollectionSpec<Telling> = {
  name: 'jokes',
  schema: 1,
  indexes: {},
  queries: [],
  expiresAt: ({ at, off }) => (off ? undefined : at + retentionMs),
};

export const nothingTold: Telling = { told: [], latest: [], at: 0 };

/** Tells one of `count` jokes that was not told yet; after the last one all begin anew. Chance comes from the turn, so that it can be repeated. */
export function tellJoke(telling: Telling, turn: string, count: number, now: number): Telling {
  if (telling.off || telling.latest.some((each) => each.turn === turn)) return telling;
  const all = Array.from({ length: count }, (_, joke) => joke);
  const fresh = all.filter((joke) => !telling.told.includes(joke));
  const last = telling.latest.at(-1)?.joke;
  const open = fresh.length > 0 ? fresh : all.filter((joke) => joke !== last || count === 1);
  const joke = open[Number.parseInt(idFrom('joke', turn).slice(0, 8), 16) % open.length] ?? 0;
  return {
    ...telling,
    told: fresh.length > 0 ? [...telling.told, joke] : [joke],
    latest: [...telling.latest, { turn, joke }].slice(-maxLatest),
    at: now,
  };
}

/** The number of the joke that this turn was told. */
export function jokeToldTo({ latest }: Telling, turn: string): number | undefined {
  return latest.find((each) => each.turn === turn)?.joke;
}

/** Jokes on or off; undefined when that is so already. */
export function switchJokes(telling: Telling, on: boolean, by: string, now: number): Telling | undefined {
  if (on !== (telling.off !== undefined)) return undefined;
  const { off: _, ...rest } = telling;
  return on ? { ...rest, at: now } : { ...rest, off: { by, at: now }, at: now };
}
