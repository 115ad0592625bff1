/** Repeatable random numbers: the same seed gives the same sequence. */
export interface Random {
  /** From 0 up to, but not including, `below`. */
  number(below: number): number;
  pick<T>(of: readonly T[]): T;
  /** True in `share` of all cases. */
  chance(share: number): boolean;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const random: Random = {
    number: (below) => Math.floor(next() * below),
    pick: <T>(of: readonly T[]) => of[random.number(of.length)] as T,
    chance: (share) => next() < share,
  };
  return random;
}
