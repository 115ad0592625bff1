import { createHmac } from 'node:crypto';

/** A secret like the ones in the settings. */
export const hookSecret = 'a-hook-secret-of-this-test';

const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');

interface Signing {
  readonly secret?: string;
  /** Milliseconds since 1970. */
  readonly at?: number;
}

/** The headers that Gavel's own scripts send. */
export function signByGavel(body: string, { secret = hookSecret, at = Date.now() }: Signing = {}) {
  const seconds = String(Math.floor(at / 1_000));
  return { 'x-gavel-timestamp': seconds, 'x-gavel-signature': `sha256=${hmac(secret, `${seconds}.${body}`)}` };
}

/** The headers that Grafana sends. */
export function signByGrafana(body: string, { secret = hookSecret, at = Date.now() }: Signing = {}) {
  const seconds = String(Math.floor(at / 1_000));
  return {
    'x-grafana-alerting-timestamp': seconds,
    'x-grafana-alerting-signature': hmac(secret, `${seconds}:${body}`),
  };
}

/** The headers that GitHub sends. Its signature has no time. */
export function signByGithub(
  body: string,
  event: string,
  { secret = hookSecret, delivery = 'b1d8a0e0-0000-11ef-8f5c-000000000001' } = {},
) {
  return {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': delivery,
    'x-hub-signature-256': `sha256=${hmac(secret, body)}`,
  };
}
