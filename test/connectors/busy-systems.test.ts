import assert from 'node:assert/strict';
import { describeFailure } from '../../src/chat/router/sentences';
import type { OpenConnection } from '../../src/connectors/contract/kinds';
import { openGrafana, shop } from './grafana/connection';
import { firingAlert } from './grafana/alerts';
import { Grafana } from './grafana/double';
import { openWithToken, pipelinesOf } from './github/connection';
import { GitHub } from './github/double';
import { deployFile } from './github/world';
import { failureOf } from './http/client-world';
import { answer } from './http/faulty-server';
import type { FaultyServer } from './http/faulty-server';
import { bind } from './open-connection';
import { asked } from './run-requests';

/** A system that is asked to say that it’s busy, with a read and a call that is sent once. */
interface Busy {
  readonly server: FaultyServer;
  readonly connection: OpenConnection;
  readonly read: () => Promise<unknown>;
  readonly act: () => Promise<unknown>;
  /** The path of the call that is sent once. */
  readonly acts: RegExp;
  /** What became of it. */
  readonly done: () => number;
  close(): Promise<void>;
}

async function openBusyGrafana(): Promise<Busy> {
  const grafana = await Grafana.start();
  grafana.alerts = [firingAlert(shop, new Date().toISOString())];
  const connection = openGrafana(grafana);
  const source = connection.alerts ?? assert.fail('it has alerts');
  const { alerts } = await source.read();
  const [alert = assert.fail('it fires')] = alerts;
  const by = { name: 'Noor Operator', comment: 'new queue comes' };
  return {
    ...{ server: grafana.server, connection, acts: /\/silences$/, done: () => grafana.silences.length },
    read: () => source.read(),
    act: () => source.silence?.(alert, by, Date.now() + 3_600_000) ?? assert.fail('it silences'),
    close: () => grafana.close(),
  };
}

async function openBusyGitHub(): Promise<Busy> {
  const github = await GitHub.start('github.com');
  const repository = github.repository('acme/shop', { 'deploy.yml': deployFile });
  repository.environment('staging');
  const connection = openWithToken(github);
  const source = pipelinesOf(connection);
  const values = { version: '2.14.0', environment: 'staging' };
  await source.list();
  return {
    ...{ server: github.server, connection, acts: /\/dispatches$/, done: () => repository.runs.length },
    read: () => bind(connection, 'source', { repository: 'acme/shop' }, shop).releases(),
    act: () =>
      source.start({
        ...{ key: 'K-1', pipeline: 'acme/shop/deploy.yml', values, by: asked.by, askedAt: Date.now() },
      }),
    close: () => github.close(),
  };
}

const any = /./;
const statuses = [
  [429, 'rate limited', 'is rate-limiting requests'],
  [503, 'unreachable', 'is temporarily unavailable'],
] as const;

for (const [name, open] of Object.entries({ grafana: openBusyGrafana, github: openBusyGitHub }))
  describe(`what ${name} is asked for while it’s busy`, () => {
    let busy: Busy;
    beforeEach(async () => {
      busy = await open();
    });
    afterEach(async () => {
      await busy.connection.close();
      await busy.close();
    });

    /** Refuses so many calls, all or those that act. Gives how many arrived since. */
    function refuse(status: number, retryAfter: string, { times = Infinity, only = any } = {}): () => number {
      const { server } = busy;
      const { serve, received } = server;
      const from = received.length;
      let left = times;
      server.serve = (exchange) => {
        const path = new URL(exchange.request.url ?? '', server.url).pathname;
        if (left <= 0 || !only.test(path) || (only !== any && exchange.request.method !== 'POST'))
          return serve(exchange);
        left -= 1;
        answer(exchange.response, status, { message: 'busy' }, { 'retry-after': retryAfter });
      };
      return () => received.length - from;
    }

    for (const [status, failure, is] of statuses) {
      it(`is read again after ${status} with a short pause`, async () => {
        refuse(status, '0', { times: 1 });
        await busy.read();
      });

      it(`isn’t waited for after ${status} with a long pause, and the person is told until when`, async () => {
        const arrived = refuse(status, '7200');
        const error = await failureOf(busy.read());
        assert.deepEqual([error.failure, error.retryAfterMs], [failure, 7_200_000]);
        assert.ok(arrived() > 0);
        assert.equal(
          describeFailure(error, '4f2a91c0').sentence,
          `${name} ${is}. Nothing was changed. Try again in 2\u00A0h. Ref 4f2a91c0.`,
        );
      });

      it(`is sent nothing twice that acts, whatever ${status} asks`, async () => {
        const acted = () =>
          busy.server.received.filter(({ method, path }) => method === 'POST' && busy.acts.test(path)).length;
        refuse(status, '0', { only: busy.acts });
        const error = await failureOf(busy.act());
        assert.equal(error.failure, status === 429 ? 'rate limited' : 'unclear');
        assert.equal(acted(), 1);
        assert.equal(busy.done(), 0);
      });
    }

    it('is asked for nothing more while it limits requests', async () => {
      const arrived = refuse(429, '30', { times: 1 });
      assert.equal((await failureOf(busy.read())).failure, 'rate limited');
      const before = arrived();
      const error = await failureOf(busy.read());
      assert.equal(error.failure, 'rate limited');
      assert.match(
        describeFailure(error, '4f2a91c0').sentence,
        /is rate-limiting requests\. .*Try again in \d+\u00A0s\./,
      );
      assert.equal(arrived(), before);
    });
  });
