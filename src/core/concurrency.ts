/** Work in flight of this process: what is asked for again while it is in progress is done once, for all who asked. */
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

/** People who wait for an answer go before work that nobody waits for. */
export type ForegroundGate = ReturnType<typeof createForegroundGate>;

/** Nobody waits at first. */
export function createForegroundGate() {
  let waiting = 0;
  let listeners = new Set<() => void>();

  function leave(): void {
    if (--waiting > 0) return;
    const told = listeners;
    listeners = new Set();
    for (const tell of told) tell();
  }

  return {
    /** Somebody waits, until the function it returns is called. */
    enter(): () => void {
      waiting++;
      return leave;
    },
    /** Resolves as soon as nobody waits, and after `maxMs` in any case. */
    idle(maxMs: number): Promise<void> {
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

/** What the work gives, or undefined when it isn't there in time; then it goes on by itself. Rejects when the work does so in time. */
export async function withTimeLimit<T>(work: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}
