import assert from 'node:assert/strict';
import { bind } from '../open-connection';
import { openGrafana, shop } from './connection';
import { Grafana } from './double';

describe('the deploy marks of Grafana and its contract', () => {
  it('are made once, with their tags and without HTML', async () => {
    const grafana = await Grafana.start();
    const connection = openGrafana(grafana);
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
    await grafana.close();
  });
});
