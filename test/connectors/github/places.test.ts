import assert from 'node:assert/strict';
import { readTemplates } from '../../../src/core/catalog/templates';
import { failureOf } from '../http/client-world';
import { openWithToken } from './connection';
import { GitHub } from './double';

describe('the environments that GitHub has and no binding names', () => {
  let github: GitHub;
  beforeEach(async () => {
    github = await GitHub.start('github.com');
    const shop = github.repository('acme/shop');
    for (const name of ['Production', 'staging', 'EU Production']) shop.environment(name);
  });
  afterEach(() => github.close());

  /** The shop, bound in these environments of the catalog. */
  function open(environments: readonly string[], repository = 'acme/{service}') {
    const { value } = readTemplates({ repository });
    return openWithToken(github, {
      targets: (capability) =>
        capability === 'running'
          ? environments.map((environment) => ({ service: 'shop', environment, values: value }))
          : [],
    });
  }

  it('are those of its repository, told apart without regard to case', async () => {
    const connection = open(['production', 'staging']);
    assert.deepEqual(await connection.places?.findUnbound(), [
      {
        ...{ name: 'EU Production of acme/shop', service: 'shop', environment: 'EU Production', capability: 'running' },
        values: { repository: 'acme/shop', environmentName: 'EU Production' },
      },
    ]);
    await connection.close();
  });

  it('are none where everything is bound, or nothing is', async () => {
    const nothing = open([]);
    assert.deepEqual(await nothing.places?.findUnbound(), []);
    await nothing.close();
    const everything = open(['production', 'staging', 'EU Production']);
    assert.deepEqual(await everything.places?.findUnbound(), []);
    await everything.close();
  });

  it('are unknown if the repository can’t be read', async () => {
    const connection = open(['production'], 'acme/gone');
    const places = connection.places ?? assert.fail('it knows environments');
    assert.equal((await failureOf(places.findUnbound())).failure, 'not found');
    await connection.close();
  });
});
