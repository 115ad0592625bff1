import assert from 'node:assert/strict';
import { systemProblem } from '../../../src/core/system-problem';
import { freePort } from '../../free-ports';
import { callOf, ClientWorld, failureOf, Fine } from './client-world';
import { faultCases } from './fault-cases';

const kindNames = { read: 'a read', idempotent: 'an idempotent call', once: 'a call to be sent once' } as const;

describe('the HTTP client with a faulty system', () => {
  const world = new ClientWorld();
  afterEach(() => world.close());

  for (const { name, serve, expect, limits } of faultCases)
    for (const kind of ['read', 'idempotent', 'once'] as const) {
      const { failure, requests, retryAfterMs } = expect[kind];
      const outcome = failure === 'none' ? 'works' : `fails as “${failure}”`;
      it(`${name}: ${kindNames[kind]} ${outcome} after ${requests === 1 ? 'one request' : `${requests} requests`}`, async () => {
        const server = await world.server(serve);
        const client = world.client(server.url, { limits });
        const call = client.json(callOf(kind), Fine);
        if (failure === 'none') assert.deepEqual(await call, { fine: true });
        else {
          const error = await failureOf(call);
          assert.equal(error.failure, failure, error.message);
          assert.equal(error.connector, 'Jenkins');
          if (retryAfterMs !== undefined) assert.equal(error.retryAfterMs, retryAfterMs);
          assert.equal(systemProblem(error), undefined, 'it isn’t the machine of Gavel that failed');
        }
        assert.equal(server.received.length, requests);
      });
    }

  for (const kind of ['read', 'idempotent', 'once'] as const) {
    it(`nothing listens: ${kindNames[kind]} fails as “unreachable”, since it was never sent`, async () => {
      const client = world.client(`http://127.0.0.1:${await freePort()}`);
      const error = await failureOf(client.json(callOf(kind), Fine));
      assert.equal(error.failure, 'unreachable');
      assert.match(error.message, /^(?:GET|POST) \/api\/things: nothing listens there \(ECONNREFUSED\)$/);
    });

    it(`no machine has the name: ${kindNames[kind]} fails as “unreachable”`, async () => {
      const error = await failureOf(world.client('http://gavel.invalid').json(callOf(kind), Fine));
      assert.equal(error.failure, 'unreachable');
    });
  }
});
