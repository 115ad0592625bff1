/** Work in progress in this process: requests for the same work while it is in progress share it. */
export function createInFlight() {
  const underway = new Map<string, Promise<unknown>>();
  return {
    /** Runs `work`, or joins what already runs in this process under the same key. */
    join<T>(key: string, work: () => Promise<T>): Promise<T> {
      const running = underway.get(key) as Promise<T> | undefined;
      if (running) return running;
      const result = work().finally(() => underway.delete(key));
      underway.set(key, result);
      return result;
    },
  };
}

/** Runs `work`. Callers that arrive while it runs share one more run, so that everybody sees a state no older than their call. */
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

/** People who wait for an answer go before background work. */
export type ForegroundGate = ReturnType<typeof createForegroundGate>;

/** Nobody waits at first. Background work waits at most `maxMs`. */
export function createForegroundGate(maxMs: number) {
  let waiting = 0;
  let listeners = new Set<() => void>();

  function leave(): void {
    if (--waiting > 0) return;
    const told = listeners;
    listeners = new Set();
    for (const tell of told) tell();
  }

  return {
    /** Somebody is waiting until the returned function is called. */
    enter(): () => void {
      waiting++;
      return leave;
    },
    /** Resolves as soon as nobody is waiting, and after the limit in any case. */
    idle(): Promise<void> {
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

/** The result of the work, or undefined if it isn't there in time; then the work continues. Rejects if the work does so in time. */
export async function withTimeLimit<T>(work: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}
