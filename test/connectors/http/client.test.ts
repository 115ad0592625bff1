import assert from 'node:assert/strict';
import { z } from 'zod';
import type { Exchange } from './faulty-server';
import { eventually } from '../../patience';
import { callOf, ClientWorld, failureOf, Fine } from './client-world';
import { answer } from './faulty-server';

/** A clock that stands still until it's told. */
function createTestClock() {
  const time = { now: Date.now(), elapsed: 1_000 };
  return { time, clock: { now: () => time.now, elapsed: () => time.elapsed } };
}

describe('the HTTP client', () => {
  const world = new ClientWorld();
  afterEach(() => world.close());

  it('sends what a call says', async () => {
    const server = await world.server();
    const client = world.client(`${server.url}/api/v3/`, {
      headers: { 'X-Version': '7' },
      correlationHeader: 'X-Correlation-Id',
      personHeader: 'X-On-Behalf-Of',
    });
    await client.json(callOf('read', { query: { page: 2 }, correlationId: 'c-1', person: 'Dana Developer' }), Fine);
    await client.json(callOf('once', { person: 'Zoë' }), Fine);
    await client.json(callOf('once', { body: { form: { name: 'a b&c' } }, headers: { 'x-version': '8' } }), Fine);
    await client.text(callOf('idempotent', { method: 'PUT', body: { text: '<x/>', type: 'application/xml' } }));
    const [read, once, form, put] = server.received;
    assert.equal(read?.method, 'GET');
    assert.equal(read.path, '/api/v3/api/things?page=2');
    assert.equal(read.headers['x-version'], '7');
    assert.equal(read.headers['x-correlation-id'], 'c-1');
    assert.equal(read.headers['x-on-behalf-of'], 'Dana Developer');
    assert.equal(read.headers['user-agent'], 'Gavel');
    assert.equal(read.headers.accept, 'application/json');
    assert.deepEqual(
      [once?.method, once?.body, once?.headers['content-type']],
      ['POST', '{"name":"thing"}', 'application/json'],
    );
    assert.equal(once?.headers['x-on-behalf-of'], 'Zo%C3%AB');
    assert.equal(once?.headers['x-correlation-id'], undefined);
    assert.deepEqual([form?.body, form?.headers['x-version']], ['name=a+b%26c', '8']);
    assert.deepEqual([put?.method, put?.body, put?.headers['content-type']], ['PUT', '<x/>', 'application/xml']);
  });

  it('sends nothing to an address outside its base', async () => {
    const server = await world.server();
    const client = world.client(`${server.url}/jenkins`);
    const error = await failureOf(client.text({ kind: 'once', path: '../admin' }));
    assert.equal(error.failure, 'refused');
    assert.equal(server.received.length, 0);
  });

  for (const base of [
    'ftp://ci.acme.example',
    'ci.acme.example',
    'https://user:password@ci.acme.example/',
    'https://x/?a=b',
  ])
    it(`isn’t made for ${base}`, () =>
      assert.throws(() => world.client(base), /The address of Jenkins must begin with/));

  it('gives the statuses that a call accepts as they are', async () => {
    const server = await world.server(({ response }) => answer(response, 303, '', { location: '/queue/item/7/' }));
    const { status, headers } = await world.client(server.url).text(callOf('once', { accept: [303] }));
    assert.deepEqual([status, headers.get('location')], [303, '/queue/item/7/']);
  });

  it('reads text in the encoding that the answer names', async () => {
    const server = await world.server(({ response }) => {
      response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' });
      response.end(Buffer.from('M\u00fcnchen', 'latin1'));
    });
    assert.equal((await world.client(server.url).text(callOf('read'))).text, 'München');
  });

  it('keeps the end of a long log', async () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `line ${index}`).join('\n');
    const server = await world.server(({ response }) => answer(response, 200, lines));
    const { text, isCut } = await world
      .client(server.url)
      .text(callOf('read', { keepEnd: true, limits: { maxBytes: 50 } }));
    assert.equal(text, lines.slice(-50));
    assert.equal(isCut, true);
  });

  it('sends a write on a connection of its own, so that one the system has just closed makes nothing unclear', async () => {
    const server = await world.server();
    const client = world.client(server.url);
    for (let count = 0; count < 3; count++) await client.json(callOf('once'), Fine);
    assert.equal(server.connections, 3);
    for (let count = 0; count < 10; count++) await client.json(callOf('read'), Fine);
    assert.ok(server.connections < 3 + 10, 'reads share connections');
  });

  describe('redirects', () => {
    it('follows one to another host only where the call allows it, without credentials', async () => {
      const logs = await world.server(({ response }) => answer(response, 200, 'the log'));
      const server = await world.server(({ response }) =>
        answer(response, 302, '', { location: `${logs.url}/blob?sig=1` }),
      );
      const client = world.client(server.url, {
        authentication: { by: 'bearer', token: 'a-token-for-redirects' },
        headers: { 'x-own': 'yes' },
      });
      const call = callOf('read', { headers: { 'x-call': 'yes' } });
      assert.equal((await failureOf(client.text(call))).failure, 'invalid answer');
      assert.equal(logs.received.length, 0);
      assert.equal((await client.text({ ...call, mayLeave: true })).text, 'the log');
      assert.equal(server.received.at(-1)?.headers.authorization, 'Bearer a-token-for-redirects');
      const [got] = logs.received;
      assert.equal(got?.path, '/blob?sig=1');
      for (const name of ['authorization', 'x-own', 'x-call', 'cookie', 'referer'])
        assert.equal(got?.headers[name], undefined);
      assert.equal((await failureOf(client.text(callOf('once', { mayLeave: true })))).failure, 'unclear');
      assert.equal(logs.received.length, 1);
    });

    it('carries no credentials back after it has left', async () => {
      const servers: { url: string }[] = [];
      const other = await world.server(({ response }) =>
        answer(response, 302, '', { location: `${servers[0]?.url}/end` }),
      );
      const server = await world.server(({ request, response }) =>
        request.url === '/end' ? answer(response, 200, 'end') : answer(response, 302, '', { location: other.url }),
      );
      servers.push(server);
      const client = world.client(server.url, {
        authentication: { by: 'header', name: 'X-Key', value: 'a-key-to-keep' },
      });
      assert.equal((await client.text(callOf('read', { mayLeave: true }))).text, 'end');
      assert.deepEqual(
        server.received.map(({ headers }) => headers['x-key']),
        ['a-key-to-keep', undefined],
      );
    });
  });

  describe('when the caller cancels', () => {
    const reason = new Error('no longer needed');

    it('ends a read with the caller’s reason, and cuts it at the system', async () => {
      let isCut = false;
      const server = await world.server(({ request }) => request.socket.on('close', () => (isCut = true)));
      const controller = new AbortController();
      const call = world.client(server.url).json(callOf('read', { signal: controller.signal }), Fine);
      const failed = assert.rejects(call, reason);
      await eventually('the request', () => server.received.length === 1);
      controller.abort(reason);
      await failed;
      await eventually('the end of the connection', () => isCut);
      assert.equal(server.received.length, 1);
    });

    it('leaves a write unclear that was sent', async () => {
      const server = await world.server(() => undefined);
      const controller = new AbortController();
      const failed = failureOf(world.client(server.url).json(callOf('once', { signal: controller.signal }), Fine));
      await eventually('the request', () => server.received.length === 1);
      controller.abort(reason);
      assert.equal((await failed).failure, 'unclear');
    });

    for (const kind of ['read', 'once'] as const)
      it(`sends nothing of a ${kind} call that was canceled before`, async () => {
        const server = await world.server();
        const call = callOf(kind, { signal: AbortSignal.abort(reason) });
        await assert.rejects(world.client(server.url).json(call, Fine), reason);
        assert.equal(server.received.length, 0);
      });

    it('stops trying', async () => {
      const server = await world.server(({ response }) => answer(response, 502));
      const controller = new AbortController();
      const client = world.client(server.url, { limits: { pauseMs: 60_000 } });
      const failed = assert.rejects(client.json(callOf('read', { signal: controller.signal }), Fine), reason);
      await eventually('the request', () => server.received.length === 1);
      controller.abort(reason);
      await failed;
      assert.equal(server.received.length, 1);
    });

    it('gives its place in the queue back', async () => {
      const waiting: Exchange[] = [];
      const server = await world.server((exchange) => void waiting.push(exchange));
      const client = world.client(server.url, { limits: { maxWrites: 1 } });
      const first = client.json(callOf('once'), Fine);
      await eventually('the first', () => waiting.length === 1);
      const controller = new AbortController();
      const second = assert.rejects(client.json(callOf('once', { signal: controller.signal }), Fine), reason);
      controller.abort(reason);
      await second;
      const third = client.json(callOf('once'), Fine);
      answer(waiting[0]!.response, 200, { fine: true });
      await first;
      await eventually('the third', () => waiting.length === 2);
      answer(waiting[1]!.response, 200, { fine: true });
      assert.deepEqual(await third, { fine: true });
      assert.equal(server.received.length, 2);
    });
  });

  describe('many calls at a time', () => {
    it('sends only so many at once, and lets only so many wait', async () => {
      const waiting: Exchange[] = [];
      const server = await world.server((exchange) => void waiting.push(exchange));
      const client = world.client(server.url, { limits: { maxReads: 2, maxQueued: 3 } });
      const calls = Array.from({ length: 5 }, () => client.json(callOf('read'), Fine));
      await eventually('two requests', () => waiting.length === 2);
      const tooMany = await failureOf(client.json(callOf('read'), Fine));
      assert.equal(tooMany.failure, 'unreachable');
      assert.match(tooMany.message, /too many calls are already waiting/);
      const write = client.json(callOf('once'), Fine);
      const posted = await eventually('a write past the reads', () =>
        waiting.find(({ request }) => request.method === 'POST'),
      );
      answer(posted.response, 200, { fine: true });
      await write;
      let answered = 0;
      let most = 0;
      const reads = (): Exchange[] => waiting.filter(({ request }) => request.method === 'GET');
      while (answered < 5) {
        const next = await eventually('the next read', () => reads()[answered]);
        most = Math.max(most, reads().length - answered);
        answered++;
        answer(next.response, 200, { fine: true });
      }
      assert.equal((await Promise.all(calls)).length, 5);
      assert.ok(most <= 2, `${most} at once`);
    });
  });

  describe('a system in trouble', () => {
    it('is left alone after failures in a row, then tried with one call; the kinds of calls apart', async () => {
      let status = 502;
      const server = await world.server(({ response }) => answer(response, status, { fine: true }));
      const { time, clock } = createTestClock();
      const states: string[] = [];
      const client = world.client(server.url, {
        ...{ clock, limits: { maxAttempts: 1, maxFailures: 3, openMs: 5_000 } },
        telemetry: {
          circuit: ({ target, name, state }) => void states.push(`${target} ${name} ${state}`),
          ...{ request: () => undefined, dependency: () => undefined, event: () => undefined },
          ...{ exception: () => undefined, close: async () => undefined },
        },
      });
      const read = () => client.json(callOf('read'), Fine);
      for (let count = 0; count < 3; count++) await failureOf(read());
      assert.equal(server.received.length, 3);
      const held = await failureOf(read());
      assert.equal(held.failure, 'unreachable');
      assert.match(held.message, /not sent: 3 calls failed in a row/);
      assert.equal(server.received.length, 3);
      assert.equal(client.circuits().get('read'), 'open');

      status = 200;
      assert.deepEqual(await client.json(callOf('once'), Fine), { fine: true });
      assert.deepEqual(await client.json(callOf('read', { circuit: 'logs' }), Fine), { fine: true });
      assert.deepEqual(await client.json(callOf('read', { isProbe: true }), Fine), { fine: true });

      // Somebody sets the time of day back: the pause is over all the same.
      time.now -= 86_400_000;
      time.elapsed += 4_999;
      await failureOf(read());
      time.elapsed += 1;
      assert.deepEqual(await read(), { fine: true });
      assert.equal(client.circuits().get('read'), 'closed');
      assert.deepEqual(states, ['Jenkins read open', 'Jenkins read half-open', 'Jenkins read closed']);
    });

    it('isn’t one that says no', async () => {
      const server = await world.server(({ response }) => answer(response, 404));
      const client = world.client(server.url, { limits: { maxFailures: 2 } });
      for (let count = 0; count < 5; count++)
        assert.equal((await failureOf(client.text(callOf('read')))).failure, 'not found');
      assert.equal(server.received.length, 5);
    });

    it('that limits requests gets none until it takes them again', async () => {
      let status = 429;
      const server = await world.server(({ response }) =>
        answer(response, status, { fine: true }, { 'retry-after': '30' }),
      );
      const { time, clock } = createTestClock();
      const client = world.client(server.url, { clock });
      await failureOf(client.json(callOf('once'), Fine));
      status = 200;
      time.elapsed += 29_000;
      const held = await failureOf(client.json(callOf('once'), Fine));
      assert.deepEqual([held.failure, held.retryAfterMs], ['rate limited', 1_000]);
      assert.equal(server.received.length, 1);
      time.elapsed += 1_000;
      assert.deepEqual(await client.json(callOf('once'), Fine), { fine: true });
    });

    it('that limits requests for hours is looked at after 15 minutes, and meanwhile tells its own time', async () => {
      const server = await world.server(({ response }) => answer(response, 429, '', { 'retry-after': '7200' }));
      const { time, clock } = createTestClock();
      const client = world.client(server.url, { clock });
      const quarterMs = 15 * 60_000;
      assert.equal((await failureOf(client.json(callOf('read'), Fine))).retryAfterMs, 7_200_000);
      time.elapsed += quarterMs - 1;
      assert.equal((await failureOf(client.json(callOf('read'), Fine))).retryAfterMs, 7_200_000 - quarterMs + 1);
      assert.equal(server.received.length, 1);
      time.elapsed += 1;
      await failureOf(client.json(callOf('read'), Fine));
      assert.equal(server.received.length, 2);
    });

    it('shows its trouble to a probe: one request, on a connection of its own', async () => {
      const server = await world.server(({ response, count }) =>
        answer(response, count === 2 ? 502 : 200, { fine: true }),
      );
      const client = world.client(server.url);
      const probe = callOf('read', { isProbe: true, accept: 'any' });
      const statuses = [await client.text(probe), await client.text(probe), await client.text(probe)].map(
        ({ status }) => status,
      );
      assert.deepEqual(statuses, [200, 502, 200]);
      assert.equal(server.connections, 3);
    });
  });

  describe('pages', () => {
    const Things = z.object({ items: z.array(z.number()), next: z.string().optional() });
    const itemsOf = ({ pages }: { readonly pages: readonly z.infer<typeof Things>[] }): number[] =>
      pages.flatMap(({ items }) => items);
    const pageOf = ({ request }: Exchange, name: string): string | null =>
      new URL(request.url ?? '', 'http://x').searchParams.get(name);

    it('follows the header Link to the end', async () => {
      const server = await world.server((exchange) => {
        const page = Number(pageOf(exchange, 'page') ?? '1');
        const link = `<${server.url}/api/things?page=${page + 1}&per_page=2>; rel="next"`;
        answer(exchange.response, 200, { items: [page] }, page < 3 ? { link } : {});
      });
      const found = await world
        .client(server.url)
        .pages(callOf('read', { query: { per_page: 2 } }), Things, { by: 'link' }, 10);
      assert.deepEqual([itemsOf(found), found.isComplete], [[1, 2, 3], true]);
      assert.equal(server.received[0]?.path, '/api/things?per_page=2');
    });

    it('follows a cursor', async () => {
      const server = await world.server((exchange) => {
        const at = Number(pageOf(exchange, 'after') ?? '0');
        answer(exchange.response, 200, { items: [at], ...(at < 2 && { next: String(at + 1) }) });
      });
      const paging = { by: 'cursor', parameter: 'after', next: ({ next }: z.infer<typeof Things>) => next } as const;
      const found = await world.client(server.url).pages(callOf('read'), Things, paging, 10);
      assert.deepEqual([itemsOf(found), found.isComplete], [[0, 1, 2], true]);
    });

    it('counts pages, and stops at the bound', async () => {
      const server = await world.server((exchange) =>
        answer(exchange.response, 200, { items: [Number(pageOf(exchange, 'page'))] }),
      );
      const isLast = ({ items }: z.infer<typeof Things>): boolean => items[0] === 4;
      const client = world.client(server.url);
      const paging = { by: 'number', parameter: 'page', first: 1, isLast } as const;
      const all = await client.pages(callOf('read'), Things, paging, 10);
      assert.deepEqual([itemsOf(all), all.isComplete], [[1, 2, 3, 4], true]);
      const some = await client.pages(callOf('read'), Things, paging, 2);
      assert.deepEqual([itemsOf(some), some.isComplete], [[1, 2], false]);
    });

    for (const [what, link] of [
      ['the same page again', '</api/things>; rel="next"'],
      ['another host', '<https://evil.example/api/things>; rel="next"'],
    ] as const)
      it(`doesn’t follow a link to ${what}`, async () => {
        const server = await world.server(({ response }) => answer(response, 200, { items: [1] }, { link }));
        const found = world.client(server.url).pages(callOf('read'), Things, { by: 'link' }, 10);
        assert.equal((await failureOf(found)).failure, 'invalid answer');
        assert.equal(server.received.length, 1);
      });
  });
});
