import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { ServerResponse } from 'node:http';
import { createLogger } from '../../../src/telemetry/logger';
import { createPrometheusMetrics } from '../../../src/telemetry/metrics';
import { systemClock } from '../../../src/core/time/clock';
import { callOf, ClientWorld, failureOf, Fine } from './client-world';
import { answer } from './faulty-server';

const secrets = {
  password: 'planted-password-1',
  inPath: 'planted/path key 2',
  inQuery: 'planted-query-3',
  inBody: 'planted-body-4',
  inHeader: 'planted-header-5',
} as const;
const proxyPassword = 'planted-proxy-6';

const forms = Object.values(secrets).flatMap((secret) => [
  ...[secret, encodeURIComponent(secret), encodeURIComponent(secret).replaceAll('%20', '+')],
  ...[Buffer.from(secret).toString('base64'), Buffer.from(`gavel:${secret}`).toString('base64')],
]);

describe('what the HTTP client says of a call', () => {
  const world = new ClientWorld();
  afterEach(() => world.close());

  const everything = `${Object.values(secrets).join(' | ')} | ${Buffer.from(`gavel:${secrets.password}`).toString('base64')}`;
  const answers: readonly [what: string, serve: (response: ServerResponse) => void][] = [
    ['an error in JSON', (response) => answer(response, 422, { message: `no good: ${everything}` })],
    ['an error in nested JSON', (response) => answer(response, 409, { errors: [{ detail: everything }] })],
    ['an error in text', (response) => answer(response, 500, `${'x'.repeat(190)} ${everything}`)],
    ['a page', (response) => answer(response, 200, everything, { 'content-type': 'text/html' })],
    ['JSON of another shape', (response) => answer(response, 200, { fine: everything, [everything]: 1 })],
    ['a redirect', (response) => answer(response, 302, '', { location: `https://x.example/${secrets.inQuery}` })],
    ['a cut connection', (response) => void response.destroy()],
    ['headers', (response) => answer(response, 401, '', { 'www-authenticate': `Basic realm="${secrets.inHeader}"` })],
  ];
  for (const [what, serve] of answers)
    it(`holds no secret: ${what} with everything that was sent`, async () => {
      const lines: string[] = [];
      const server = await world.server(({ response }) => serve(response));
      const client = world.client(server.url, {
        authentication: { by: 'basic', user: 'gavel', password: secrets.password },
        headers: { 'x-key': secrets.inHeader },
        secrets: [secrets.inPath, secrets.inQuery, secrets.inBody, secrets.inHeader],
        logger: createLogger({ level: 'debug', format: 'json', write: (line) => lines.push(line) }),
        limits: { maxFailures: 1, maxAttempts: 1 },
      });
      const logger = createLogger({ level: 'debug', format: 'text', write: (line) => lines.push(line) });
      for (const kind of ['read', 'once'] as const) {
        const error = await failureOf(
          client.json(
            callOf(kind, {
              ...{ path: ['hooks', secrets.inPath, 'run'], query: { key: secrets.inQuery } },
              body: { json: { token: secrets.inBody } },
            }),
            Fine,
          ),
        );
        logger.warn({ error }, 'it failed');
        const said = [
          error.message,
          error.stack ?? '',
          inspect(error, { depth: 10, showHidden: true }),
          JSON.stringify(error),
          ...lines,
        ];
        for (const form of forms) assert.ok(!said.join('\n').includes(form), `${form} stands in ${said.join('\n')}`);
        assert.match(error.message, /\/hooks\//);
      }
      assert.ok(server.received[0]?.body.includes(secrets.inBody), 'it was sent');
    });

  it('holds no password of a proxy that can’t be reached', async () => {
    const client = world.client('https://x.invalid', { proxy: `http://gavel:${proxyPassword}@127.0.0.1:1` });
    const error = await failureOf(client.text(callOf('read')));
    assert.equal(error.failure, 'unreachable');
    assert.ok(!inspect(error, { depth: 10 }).includes(proxyPassword));
  });

  it('is counted by connection, kind of call and failure', async () => {
    const metrics = await createPrometheusMetrics();
    const server = await world.server(({ response, count }) =>
      answer(response, count === 1 ? 200 : 500, { fine: true }),
    );
    const client = world.client(server.url, {
      telemetry: metrics,
      clock: systemClock,
      limits: { maxAttempts: 1, maxFailures: 2 },
    });
    await client.json(callOf('read'), Fine);
    for (let count = 0; count < 2; count++) await failureOf(client.json(callOf('read'), Fine));
    await failureOf(client.json(callOf('once'), Fine));
    const text = await metrics.text();
    assert.match(text, /gavel_call_seconds_count\{target="Jenkins",name="Jenkins HTTP read",outcome="good"\} 1/);
    assert.match(
      text,
      /gavel_call_failures_total\{target="Jenkins",name="Jenkins HTTP read",failure="unreachable"\} 2/,
    );
    assert.match(text, /gavel_call_failures_total\{target="Jenkins",name="Jenkins HTTP once",failure="unclear"\} 1/);
    assert.match(text, /gavel_circuit_open\{target="Jenkins",name="read"\} 1/);
    await metrics.close();
  });
});
