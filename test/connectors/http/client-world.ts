import assert from 'node:assert/strict';
import { z } from 'zod';
import { createHttpClient } from '../../../src/connectors/http';
import type { HttpClient } from '../../../src/connectors/http';
import type { HttpCall, HttpLimits, HttpOptions } from '../../../src/connectors/http/contract';
import type { CallKind } from '../../../src/connectors/http/rules';
import { ConnectorError } from '../../../src/core/errors';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { FaultyServer, TestProxy } from './faulty-server';
import type { Serve } from './faulty-server';

export const Fine = z.object({ fine: z.literal(true) });

/** Short pauses between tries, and a circuit that doesn't open: for cases that are about something else. */
export const testLimits: Partial<HttpLimits> = { pauseMs: 1, maxBytes: 100_000, maxFailures: 50 };

/** Servers, proxies and clients of one test; closed after it. */
export class ClientWorld {
  private readonly open: { close(): Promise<void> }[] = [];

  async server(serve?: Serve, tls?: Parameters<typeof FaultyServer.start>[1]): Promise<FaultyServer> {
    return this.keep(await FaultyServer.start(serve, tls));
  }

  async proxy(credential: string): Promise<TestProxy> {
    return this.keep(await TestProxy.start(credential));
  }

  client(base: string, options: Partial<HttpOptions> = {}): HttpClient {
    return this.keep(
      createHttpClient({
        ...{ name: 'Jenkins', base, clock: systemClock, logger: silentLogger, ...options },
        limits: { ...testLimits, ...options.limits },
      }),
    );
  }

  private keep<T extends { close(): Promise<void> }>(opened: T): T {
    this.open.push(opened);
    return opened;
  }

  async close(): Promise<void> {
    for (const each of this.open.splice(0).reverse()) await each.close();
  }
}

/** A call of each kind, as connectors make them. */
export function callOf(kind: CallKind, more: Partial<HttpCall> = {}): HttpCall {
  return { kind, path: 'api/things', ...(kind !== 'read' && { body: { json: { name: 'thing' } } }), ...more };
}

/** The failure of a call that has to fail with a `ConnectorError`. */
export async function failureOf(call: Promise<unknown>): Promise<ConnectorError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConnectorError, `it should have failed, and it was ${String(error)}`);
  return error;
}
