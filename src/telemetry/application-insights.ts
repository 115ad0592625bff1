import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { context, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import type { Context, ContextManager } from '@opentelemetry/api';
import type { TelemetryClient } from 'applicationinsights';
import type { Telemetry } from '../core/telemetry';
import { redactSecrets } from '../core/text/secrets';

/**
 * Application Insights: requests, dependencies, events and exceptions of one correlation id are one operation.
 * Only what Gavel says is sent: nothing is collected by itself. Loaded only when a connection string is set.
 */
export async function createApplicationInsights(connectionString: string): Promise<Telemetry> {
  const { TelemetryClient: Client } = await import('applicationinsights');
  const client: TelemetryClient = new Client(connectionString, { useGlobalProviders: false });
  client.config.samplingPercentage = 100;
  client.config.enableAutoCollectPerformance = false;
  client.config.enableSendLiveMetrics = false;
  client.config.azureMonitorOpenTelemetryOptions = { resource: await resourceOf() };
  client.initialize();
  context.setGlobalContextManager(createSynchronousContext());

  return {
    request({ name, correlationId, startedAt, durationMs: duration, succeeded: success }) {
      within(correlationId, () =>
        client.trackRequest({
          name,
          url: '',
          time: new Date(startedAt),
          duration,
          success,
          resultCode: success ? '200' : '500',
        }),
      );
    },
    dependency({ name, target, correlationId, startedAt, durationMs: duration, succeeded: success, result }) {
      const properties = result === undefined ? {} : { properties: { result } };
      const time = new Date(startedAt);
      within(correlationId, () => client.trackDependency({ name, target, time, duration, success, ...properties }));
    },
    event({ name, correlationId, properties }) {
      within(correlationId, () => client.trackEvent({ name, properties }));
    },
    circuit: ({ target, name, state }) =>
      within(undefined, () => client.trackEvent({ name: 'circuit', properties: { target, name, state } })),
    exception(error, correlationId) {
      within(correlationId, () => client.trackException({ exception: redact(error) }));
    },
    async close() {
      await Promise.race([
        client.shutdown().catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, 3_000).unref()),
      ]);
    },
  };
}

/** Which program on which machine tells; looked up once, else the machine is asked for its name with each thing told. */
async function resourceOf() {
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  return resourceFromAttributes({ 'service.name': 'gavel', 'service.instance.id': hostname() });
}

/** Ties what is told to the operation of this correlation id: 32 hexadecimal digits are a trace id as they are. */
function within(correlationId: string | undefined, tell: () => void): void {
  if (correlationId === undefined) return context.with(ROOT_CONTEXT, tell);
  const traceId = /^[0-9a-f]{32}$/.test(correlationId) ? correlationId : digest(correlationId).slice(0, 32);
  const spanContext = { traceId, spanId: digest(traceId).slice(0, 16), traceFlags: TraceFlags.SAMPLED, isRemote: true };
  context.with(trace.setSpanContext(ROOT_CONTEXT, spanContext), tell);
}

/** What is told is told in one go: nothing has to follow it into what is awaited, for which every promise would pay. */
function createSynchronousContext(): ContextManager {
  let active: Context = ROOT_CONTEXT;
  const manager: ContextManager = {
    active: () => active,
    with(inner, work, self, ...given) {
      const outer = active;
      active = inner;
      try {
        return work.call(self as never, ...given);
      } finally {
        active = outer;
      }
    },
    bind: (_context, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A failure without the secrets that its words may hold. */
function redact(error: unknown): Error {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const safe = new Error(redactSecrets(message));
  safe.name = name;
  safe.stack = redactSecrets(stack ?? '');
  return safe;
}
