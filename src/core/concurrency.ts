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

/** Lets everything that has arrived meanwhile run first: the embedded store answers without yielding, so a long list of work would keep people waiting. */
export function letOthersRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
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
  return raceAgainst(work, (onOver) => {
    const timer = setTimeout(onOver, limitMs);
    return () => clearTimeout(timer);
  });
}

/**
 * The same for judging an outside system by how long it takes: its time runs only while this process does. A process that stood still would otherwise take
 * its own pause for the other's silence, because timers fire before the answers are read that have arrived meanwhile.
 */
export async function withFairTimeLimit<T>(work: Promise<T>, limitMs: number): Promise<T | undefined> {
  return raceAgainst(work, (onOver) => startFairTimer(limitMs, onOver));
}

async function raceAgainst<T>(work: Promise<T>, start: (onOver: () => void) => () => void): Promise<T | undefined> {
  let stop: (() => void) | undefined;
  const limit = new Promise<undefined>((resolve) => {
    stop = start(() => resolve(undefined));
  });
  return Promise.race([work, limit]).finally(() => stop?.());
}

const fairSlices = 4;
/** A timer that fires later than this says that the process stood still. */
const lateMs = 50;
/** So many more slices are granted to a process that is late for all of them. */
const maxLateSlices = 8;

/** Calls `onOver` once this process has run for `limitMs`, even if it's always late. Returns what stops it. */
export function startFairTimer(limitMs: number, onOver: () => void): () => void {
  const sliceMs = limitMs / fairSlices;
  let slicesLeft = fairSlices;
  let lateSlicesLeft = maxLateSlices;
  let timer = arm();

  function arm(): NodeJS.Timeout {
    const due = performance.now() + sliceMs;
    return setTimeout(() => {
      const wasLate = performance.now() - due > lateMs && lateSlicesLeft > 0;
      if (wasLate) lateSlicesLeft -= 1;
      else slicesLeft -= 1;
      if (slicesLeft > 0) timer = arm();
      else onOver();
    }, sliceMs);
  }

  return () => clearTimeout(timer);
}
