import { startFairTimer } from '../../core/concurrency';

/** The time a call has, and who may end it sooner. */

/** Why a call ended before its answer: its time was over, or whoever made it doesn't want it anymore. */
type Stop = { readonly by: 'time' } | { readonly by: 'caller'; readonly reason: unknown };

/** One signal for the time limit and the caller's own. */
export function openScope(signal: AbortSignal | undefined, totalMs: number) {
  const controller = new AbortController();
  let stop: Stop | undefined;

  function end(why: Stop): void {
    stop ??= why;
    controller.abort();
  }
  const onAbort = (): void => end({ by: 'caller', reason: signal?.reason as unknown });

  const stopTimer = startFairTimer(totalMs, () => end({ by: 'time' }));
  // A combined signal of Node would be kept alive by a caller's signal that lives as long as the process.
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();

  return {
    signal: controller.signal,
    stop: (): Stop | undefined => stop,
    /** What the work gives; rejects with `whyStopped()` as soon as the scope ends, also while the work waits for its turn. */
    async race<T>(work: (signal: AbortSignal) => Promise<T>, whyStopped: () => unknown): Promise<T> {
      let onEnd: (() => void) | undefined;
      const ended = new Promise<never>((_, reject) => {
        onEnd = () => reject(whyStopped());
        if (controller.signal.aborted) return onEnd();
        controller.signal.addEventListener('abort', onEnd, { once: true });
      });
      try {
        return await Promise.race([ended, work(controller.signal)]);
      } finally {
        stopTimer();
        signal?.removeEventListener('abort', onAbort);
        if (onEnd) controller.signal.removeEventListener('abort', onEnd);
      }
    },
  };
}
