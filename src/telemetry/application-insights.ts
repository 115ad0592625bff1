import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { context, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import type { Context, ContextManager } from '@opentelemetry/api';
import type { TelemetryClient } from 'applicationinsights';
import type { Telemetry } from '../core/telemetry';
import { redactSecrets } from '../core/text/secrets';

/**
 * Application Insights: requests, dependencies, events and exceptions with one correlation id are one operation. Sends only what Gavel reports and collects
 * nothing else. Loaded only if a connection string is set.
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

/** The program and machine that report; looked up once, because otherwise the machine's name is looked up for each item. */
async function resourceOf() {
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  return resourceFromAttributes({ 'service.name': 'gavel', 'service.instance.id': hostname() });
}

/** Connects an item with the operation of this correlation id: 32 hexadecimal digits are a valid trace id. */
function within(correlationId: string | undefined, tell: () => void): void {
  if (correlationId === undefined) return context.with(ROOT_CONTEXT, tell);
  const traceId = /^[0-9a-f]{32}$/.test(correlationId) ? correlationId : digest(correlationId).slice(0, 32);
  const spanContext = { traceId, spanId: digest(traceId).slice(0, 16), traceFlags: TraceFlags.SAMPLED, isRemote: true };
  context.with(trace.setSpanContext(ROOT_CONTEXT, spanContext), tell);
}

/** Items are reported synchronously, so no context has to follow into awaited work, which would cost every promise. */
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

/** A failure without the secrets that its text may contain. */
function redact(error: unknown): Error {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const safe = new Error(redactSecrets(message));
  safe.name = name;
  safe.stack = redactSecrets(stack ?? '');
  return safe;
}
