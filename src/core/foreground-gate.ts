/** People who wait for an answer go before work that nobody waits for. */
interface ForegroundGate {
  /** Counts as somebody who waits until `work` has ended. */
  hold<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves as soon as nobody waits, and after `maxMs` in any case. */
  idle(maxMs: number): Promise<void>;
}

/** Nobody waits at first. */
export function createForegroundGate(): ForegroundGate {
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
    async hold(work) {
      waiting++;
      try {
        return await work();
      } finally {
        left();
      }
    },
    idle(maxMs) {
      if (waiting === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const tell = (): void => {
          clearTimeout(limit);
          listeners.delete(tell);
          resolve();
        };
        const limit = setTimeout(tell, maxMs);
        listeners.add(tell);
      });
    },
  };
}
