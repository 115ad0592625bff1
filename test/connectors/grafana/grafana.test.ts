import assert from 'node:assert/strict';
import type { z } from 'zod';
import { grafanaConnector } from '../../../src/connectors/grafana';
import { jsonIn } from '../../../src/core/text';
import { answer, FaultyServer } from '../http/faulty-server';
import type { Exchange } from '../http/faulty-server';
import { bind, openConnection } from '../open-connection';
import { createAnnotation, findAnnotations } from './contract';

const shop = { service: 'shop', environment: 'production' };

/** A double of Grafana whose requests and responses all fit the contract. */
class Grafana {
  readonly annotations: z.output<typeof findAnnotations.response> = [];

  readonly serve = ({ request, response, body }: Exchange): void => {
    assert.equal(request.headers.authorization, 'Bearer token-of-the-test');
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://grafana.example');
    assert.equal(pathname, '/api/annotations');
    if (request.method === 'GET') return answer(response, 200, this.find(query));
    const given = jsonIn(body) as { text?: string };
    if (given.text === '') return answer(response, 400, { message: 'Failed to save annotation' });
    const annotation = createAnnotation.request.parse(given);
    this.annotations.push({ id: this.annotations.length + 1, ...annotation });
    answer(
      response,
      200,
      createAnnotation.response.parse({ message: 'Annotation added', id: this.annotations.length }),
    );
  };

  private find(query: URLSearchParams): unknown {
    const given = {
      from: query.get('from'),
      to: query.get('to'),
      limit: query.get('limit'),
      tags: query.getAll('tags'),
    };
    const { from, to, tags } = findAnnotations.request.parse(given);
    const isFound = (each: (typeof this.annotations)[number]): boolean =>
      each.time >= Number(from) && each.time <= Number(to) && tags.every((tag) => each.tags.includes(tag));
    return findAnnotations.response.parse(this.annotations.filter(isFound));
  }
}

describe('the Grafana connector and the contract of Grafana', () => {
  it('marks a deployment once, with its tags and without HTML', async () => {
    const grafana = new Grafana();
    const server = await FaultyServer.start(grafana.serve);
    const connection = openConnection(
      grafanaConnector,
      { url: server.url, credential: 'GAVEL_GRAFANA' },
      { secrets: { GAVEL_GRAFANA: 'token-of-the-test' } },
    );
    assert.deepEqual(await connection.check(), [{ about: 'reading annotations' }, { about: 'making annotations' }]);
    const sink = bind(connection, 'annotations', { tags: ['team:web', '{service}'] }, shop);
    const mark = { key: 'deployment:1:start', at: 5_000, title: 'shop <b>2', text: 'D-1', tags: ['deploy', 'shop'] };
    await sink.annotate(mark);
    await sink.annotate(mark);
    await sink.annotate({ ...mark, key: 'deployment:1:end' });
    const tags = (key: string): string[] => ['team:web', 'shop', 'deploy', `gavel:deployment:1:${key}`];
    assert.deepEqual(grafana.annotations, [
      { id: 1, time: 5_000, text: 'shop ‹b>2\nD-1', tags: tags('start') },
      { id: 2, time: 5_000, text: 'shop ‹b>2\nD-1', tags: tags('end') },
    ]);
    await connection.close();
    await server.close();
  });
});
