import assert from 'node:assert/strict';
import { askForLost, lostAmong } from '../../../../src/connectors/github/hooks/deliveries';
import type { OpenConnection } from '../../../../src/connectors/contract/kinds';
import { ConnectorError } from '../../../../src/core/errors';
import { openAsApp, openWithToken } from '../connection';
import { GitHub } from '../double';

const delivery = (id: number, guid: string, status_code: number, event = 'workflow_run') => ({
  ...{ id, guid, status_code, event },
});

describe('the events that never arrived', () => {
  const cases: readonly (readonly [what: string, given: Parameters<typeof lostAmong>[0], lost: readonly number[]])[] = [
    ['one that failed', [delivery(2, 'a', 502)], [2]],
    ['one that arrived', [delivery(2, 'a', 200)], []],
    ['one that arrived the second time', [delivery(3, 'a', 200), delivery(2, 'a', 503)], []],
    ['one that failed twice: its last delivery', [delivery(5, 'a', 503), delivery(2, 'a', 502)], [5]],
    [
      'one that failed three times isn’t worth another',
      [delivery(7, 'a', 503), delivery(5, 'a', 503), delivery(2, 'a', 502)],
      [],
    ],
    ['one that had no answer at all', [delivery(2, 'a', 0)], [2]],
    ['what Gavel doesn’t use', [delivery(2, 'a', 502, 'star')], []],
    ['several, oldest first', [delivery(4, 'b', 502), delivery(2, 'a', 502)], [2, 4]],
  ];
  for (const [what, given, lost] of cases)
    it(what, () =>
      assert.deepEqual(
        lostAmong(given).map(({ id }) => id),
        lost,
      ),
    );

  it('are asked for although GitHub no longer has one of them', async () => {
    const asked: number[] = [];
    const count = await askForLost({
      deliveries: async () => [delivery(2, 'a', 502), delivery(4, 'b', 502)],
      async redeliver(id) {
        if (id === 2) throw new ConnectorError('github', 'not found', 'gone');
        asked.push(id);
      },
    });
    assert.deepEqual([count, asked], [1, [4]]);
  });

  describe('of an App', () => {
    let github: GitHub;
    let connection: OpenConnection | undefined;
    beforeEach(async () => (github = await GitHub.start()));
    afterEach(async () => {
      await connection?.close();
      await github.close();
    });

    it('are found on every page and sent again', async () => {
      for (let id = 1; id <= 230; id++)
        github.deliveries.unshift({ id, guid: `guid-${id}`, event: 'workflow_job', statusCode: id === 3 ? 502 : 200 });
      connection = openAsApp(github, { settings: { hook: { secret: 'GAVEL_GITHUB' } } });
      assert.equal(await connection.events?.askAgain?.(), 1);
      assert.deepEqual(github.redelivered, [3]);
    });

    it('can’t be asked for with a token', () => {
      connection = openWithToken(github, { settings: { hook: { secret: 'GAVEL_GITHUB' } } });
      assert.equal(connection.events?.askAgain, undefined);
    });
  });
});
