/** People who wait for an answer go before work that nobody waits for. */
export interface Rush {
  /** Counts as somebody who waits until `work` has ended. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves as soon as nobody waits, and after `mostMs` in any case. */
  over(mostMs: number): Promise<void>;
}

/** Nobody waits at first. */
export function createRush(): Rush {
  let waiting = 0;
  let listeners = new Set<() => void>();

  function left(): void {
    waiting--;
    if (waiting > 0) return;
    const told = listeners;
    listeners = new Set();
    for (const tell of told) tell();
  }

  return {
    async during(work) {
      waiting++;
      try {
        return await work();
      } finally {
        left();
      }
    },
    over(mostMs) {
      if (waiting === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const tell = (): void => {
          clearTimeout(limit);
          listeners.delete(tell);
          resolve();
        };
        const limit = setTimeout(tell, mostMs);
        listeners.add(tell);
      });
    },
  };
}
