import { BrokenCircuitError, BulkheadRejectedError, ConsecutiveBreaker, DelegateBackoff } from 'cockatiel';
import { bulkhead, circuitBreaker, CircuitState as PolicyState, handleWhen, retry } from 'cockatiel';
import type { CircuitBreakerPolicy, IBackoff } from 'cockatiel';
import { ConnectorError } from '../../core/errors';
import type { Clock } from '../../core/time/clock';
import type { CircuitState, HttpLimits } from './contract';
import { pauseBefore } from './rules';
import type { CallKind, Verdict } from './rules';

/** How many calls go out at a time, how often each, and when none at all. */

/** A call that didn't work, with what that means for the next one. */
export class CallError extends ConnectorError {
  constructor(
    connector: string,
    readonly verdict: Verdict,
    message: string,
  ) {
    super(connector, verdict.failure, message, { retryAfterMs: verdict.retryAfterMs });
  }
}

interface GuardOptions {
  readonly name: string;
  readonly limits: HttpLimits;
  readonly clock: Clock;
  readonly onCircuit: (circuit: string, state: CircuitState) => void;
}

/** Runs `attempt` when it's its turn, and again where its kind and its failure allow that. */
export function createGuards({ name, limits, clock, onCircuit }: GuardOptions) {
  const reads = bulkhead(limits.maxReads, limits.maxQueued);
  const writes = bulkhead(limits.maxWrites, limits.maxQueued);
  const circuits = new Map<string, CircuitBreakerPolicy>();

  const tries = retry(handleWhen(isWorthAnotherTry), {
    maxAttempts: limits.maxAttempts - 1,
    backoff: new DelegateBackoff(({ attempt, result }) => {
      const error = 'error' in result ? result.error : undefined;
      const againInMs = (error instanceof CallError ? error.verdict.againInMs : undefined) ?? 0;
      return pauseBefore(attempt, againInMs, Math.random(), limits.pauseMs);
    }),
  });

  function circuitFor(circuit: string): CircuitBreakerPolicy {
    const found = circuits.get(circuit);
    if (found) return found;
    const made = circuitBreaker(handleWhen(isOutage), {
      halfOpenAfter: { next: () => steadyPause(clock, limits.openMs) },
      breaker: new ConsecutiveBreaker(limits.maxFailures),
    });
    made.onStateChange((state) => onCircuit(circuit, describeState(state)));
    circuits.set(circuit, made);
    return made;
  }

  function notSent(words: string): CallError {
    return new CallError(name, { failure: 'unreachable', words, isOutage: false }, `not sent: ${words}`);
  }

  return {
    async run<T>(kind: CallKind, circuit: string, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
      const places = kind === 'read' ? reads : writes;
      const breaker = circuitFor(circuit);
      try {
        // The bulkhead doesn't get the signal: a canceled call at the head of its queue would keep the next one from its turn.
        return await places.execute(() =>
          tries.execute(() => {
            // What is canceled says nothing about the system, so it must not be the call that closes a circuit.
            signal.throwIfAborted();
            return breaker.execute(attempt, signal);
          }, signal),
        );
      } catch (error) {
        if (error instanceof BrokenCircuitError)
          throw notSent(`${limits.maxFailures} calls failed in a row; the next try is after ${limits.openMs} ms`);
        if (error instanceof BulkheadRejectedError) throw notSent('too many calls are already waiting');
        throw error;
      }
    },
    /** By the name of the circuit. */
    states: (): ReadonlyMap<string, CircuitState> =>
      new Map([...circuits].map(([circuit, { state }]) => [circuit, describeState(state)])),
  };
}

const isWorthAnotherTry = (error: Error): boolean =>
  error instanceof CallError && error.verdict.againInMs !== undefined;
const isOutage = (error: Error): boolean => error instanceof CallError && error.verdict.isOutage;

function describeState(state: PolicyState): CircuitState {
  if (state === PolicyState.Closed) return 'closed';
  return state === PolicyState.HalfOpen ? 'half-open' : 'open';
}

/** The library compares this with the time of day, which can be set back by hours; whether the pause is over, ours knows. */
function steadyPause(clock: Clock, pauseMs: number): IBackoff<unknown> {
  const until = clock.elapsed() + pauseMs;
  return {
    get duration() {
      return clock.elapsed() < until ? Infinity : -Infinity;
    },
    next: () => steadyPause(clock, pauseMs),
  };
}
