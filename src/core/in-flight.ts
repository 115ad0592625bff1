/** Equal work that is asked for while it is under way is done once, for all who asked. */
interface InFlight {
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

/** Runs `work` for whoever asks; those who ask while it runs share one further run, so that all see what was so when they asked. */
export function createFreshLook(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  function begin(): Promise<void> {
    running = work().finally(() => (running = undefined));
    return running;
  }
  return () => {
    if (!running) return begin();
    const after = (): Promise<void> => {
      next = undefined;
      return begin();
    };
    next ??= running.then(after, after);
    return next;
  };
}
