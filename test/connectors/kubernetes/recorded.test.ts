import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTemplates } from '../../../src/core/catalog/templates';
import { target } from '../contract';
import { startReplay } from '../replay';
import { openKubernetes, shopBinding } from './connection';
import { problemOf } from './contract';
import { readAll } from './reading-calls';

/** A recording of a real API server while a rollout is stuck. `RECORD_TO=test/connectors/kubernetes/recorded npm run test:kubernetes` makes a new one. */
const recorded = join(__dirname, 'recorded');

describe('the Kubernetes connector with recorded answers of a real API server', () => {
  it('reads a stuck rollout with what keeps it, and the release that is still live', async () => {
    const replay = await startReplay(recorded);
    const targets = () => [{ ...target, values: readTemplates(shopBinding).value }];
    const connection = openKubernetes({ url: replay.url }, { targets });
    const { checked, running, status, log } = await readAll(connection).finally(async () => {
      await connection.close();
      await replay.stop();
    });
    assert.deepEqual(replay.unknown, []);
    assert.deepEqual(
      checked.filter(({ problem }) => problem !== undefined),
      [],
    );
    assert.equal(running?.version, '2.14.0');
    assert.equal(status?.rollout.state, 'stuck');
    assert.match(status.rollout.reason ?? '', /ImagePullBackOff/);
    assert.deepEqual([status.wanted, status.ready, status.updated, status.podCount], [3, 3, 1, 4]);
    assert.deepEqual(
      status.pods.map(({ state }) => state),
      ['failing', 'ready', 'ready', 'ready'],
    );
    assert.equal(status.revisions[0]?.version, '2.15.0-broken');
    assert.equal(log?.length, 3);
  });

  it('has answers that fit the description that the double is held to', () => {
    for (const name of readdirSync(recorded)) {
      const { answer } = JSON.parse(readFileSync(join(recorded, name), 'utf8')) as {
        readonly answer: { readonly body: unknown };
      };
      if (typeof answer.body !== 'string') assert.equal(problemOf(answer.body), undefined, name);
    }
  });
});
