import type { Telemetry } from '../core/telemetry';

/** Gavel's own metrics for Prometheus, and the text that it fetches. */
interface Metrics extends Telemetry {
  readonly contentType: string;
  text(): Promise<string>;
}

const openness = { closed: 0, 'half-open': 0.5, open: 1 } as const;

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5];

/** Counts what is reported. No label ever names a person or a place. */
export async function createPrometheusMetrics(): Promise<Metrics> {
  const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = await import('prom-client');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'gavel_' });
  const turns = new Histogram({
    name: 'gavel_turn_seconds',
    help: 'Time from a message or click to its answer',
    labelNames: ['name', 'outcome'],
    buckets: secondsBuckets,
    registers: [registry],
  });
  const calls = new Histogram({
    name: 'gavel_call_seconds',
    help: 'Duration of one call to an outside system',
    labelNames: ['target', 'name', 'outcome'],
    buckets: secondsBuckets,
    registers: [registry],
  });
  const failed = new Counter({
    name: 'gavel_call_failures_total',
    help: 'Failed calls to an outside system by what is known of the failure',
    labelNames: ['target', 'name', 'failure'],
    registers: [registry],
  });
  const circuits = new Gauge({
    name: 'gavel_circuit_open',
    help: '1 while calls to an outside system are held back after failures in a row, 0.5 while one of them tries again',
    labelNames: ['target', 'name'],
    registers: [registry],
  });
  const events = new Counter({
    name: 'gavel_events_total',
    help: 'Events by name and outcome, as in the audit log',
    labelNames: ['name', 'outcome'],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'gavel_failures_total',
    help: 'Unexpected failures',
    registers: [registry],
  });
  const outcomeOf = (succeeded: boolean): string => (succeeded ? 'good' : 'failed');
  return {
    request: ({ name, durationMs, succeeded }) =>
      turns.observe({ name, outcome: outcomeOf(succeeded) }, durationMs / 1_000),
    dependency({ target, name, durationMs, succeeded, result }) {
      calls.observe({ target, name, outcome: outcomeOf(succeeded) }, durationMs / 1_000);
      if (!succeeded) failed.inc({ target, name, failure: result ?? 'failed' });
    },
    circuit: ({ target, name, state }) => circuits.set({ target, name }, openness[state]),
    // An outcome such as `refused: over` or `back to 2.13.0` would create its own series for each word.
    event: ({ name, properties }) =>
      events.inc({ name, outcome: (properties['outcome'] ?? '').split(/[: ]/)[0] ?? '' }),
    exception: () => failures.inc(),
    close: async () => registry.clear(),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
