/** Equal work that is asked for while it is under way is done once, for all who asked. */
export interface InFlight {
  /** Runs `work`, or joins what already runs in this process under the same key. */
  join<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** Work in flight of this process, empty at first. */
export function createInFlight(): InFlight {
  const underway = new Map<string, Promise<unknown>>();
  return {
    join<T>(key: string, work: () => Promise<T>): Promise<T> {
      const running = underway.get(key) as Promise<T> | undefined;
      if (running) return running;
      const result = work().finally(() => underway.delete(key));
      underway.set(key, result);
      return result;
    },
  };
}
