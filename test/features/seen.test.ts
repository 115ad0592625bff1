import assert from 'node:assert/strict';
import { parseCatalog } from '../../src/core/catalog';
import type { Catalog } from '../../src/core/catalog';
import { people, places, sampleCatalogText } from './fakes';
import { cast, grant, somebody } from './rights/cast';
import { beginEmergency, createTalkWorld, privately, there } from './talk-world';
import type { TalkWorld } from './talk-world';

/** Two services; one person can view one of them, another only staging. */

const text = sampleCatalogText
  .replace('  - { everyone: true, role: viewer }\n', '')
  .replace(
    'environments:\n  staging:',
    '  bank:\n    description: The bank\n    environments: [staging, production]\n    limits: { p95Ms: 300, p50Ms: 150, errorPercent: 2, minimumRequestsPerSecond: 0.5 }\nenvironments:\n  staging:',
  );

function twoServices(): Catalog {
  const result = parseCatalog(text);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result.catalog;
}

const { ada } = people;
const shopOnly = cast.guest;
const stagingOnly = somebody(9, 'Stan Staging');
const part = /Only what you can view is shown/;

describe('lists for somebody who can’t view everything', () => {
  let talk: TalkWorld;
  before(async () => {
    const catalog = twoServices();
    talk = createTalkWorld({}, { catalog: () => catalog });
    const say = (line: string) => talk.say(ada, line, { receivedAt: talk.world.clock.now() });
    await grant(talk, 'grant viewer on shop to', shopOnly);
    await grant(talk, 'grant viewer in staging to', stagingOnly);
    for (const service of ['shop', 'bank']) {
      await say(`lock ${service} in production because I measure`);
      await say(`freeze staging ${service} until tomorrow because of the audit`);
      await say(`announce ${service} here`);
      await beginEmergency(talk, ada, `${service} 2.14.0 to production`);
    }
    await say('freeze production until tomorrow because finance is closing the books');
    await talk.world.pass(2_000);
    await talk.features.idle();
  });
  after(() => talk.close());

  const ask = (who: typeof ada, line: string): Promise<string> => talk.say(who, line, privately(who));

  it('locks', async () => {
    assert.match(
      await ask(ada, 'locks'),
      /shop in production.*bank in production|bank in production.*shop in production/,
    );
    const shop = await ask(shopOnly, 'locks');
    assert.match(shop, /shop in production/);
    assert.doesNotMatch(shop, /bank/);
    assert.match(shop, part);
    const staging = await ask(stagingOnly, 'locks');
    assert.match(staging, /Nothing you can view is locked/);
    assert.doesNotMatch(staging, /shop in|bank/);
    assert.doesNotMatch(await ask(ada, 'locks'), part);
  });

  it('freezes', async () => {
    assert.match(await ask(ada, 'freezes'), /3\u00a0active freezes/);
    const shop = await ask(shopOnly, 'freezes');
    assert.match(shop, /shop in staging/);
    assert.match(shop, /finance is closing the books/);
    assert.doesNotMatch(shop, /bank/);
    assert.match(shop, part);
    const staging = await ask(stagingOnly, 'freezes');
    assert.match(staging, /bank in staging/);
    assert.doesNotMatch(staging, /production|finance is closing the books/);
  });

  it('reviews', async () => {
    assert.match(await ask(ada, 'reviews'), /2\u00a0reviews/);
    const shop = await ask(shopOnly, 'reviews');
    assert.match(shop, /shop 2\.14\.0 to production/);
    assert.doesNotMatch(shop, /bank/);
    const staging = await ask(stagingOnly, 'reviews');
    assert.match(staging, /Every emergency deployment you can view has been reviewed/);
    assert.doesNotMatch(staging, /shop|bank/);
  });

  it('announcements', async () => {
    const shop = await ask(shopOnly, 'announcements');
    assert.match(shop, /\*\*shop\*\*/);
    assert.doesNotMatch(shop, /bank/);
    assert.match(shop, part);
  });

  it('the history of a place', async () => {
    const asked = (who: typeof ada): Promise<string> => talk.say(who, 'history', { place: places.deployments });
    assert.match(await asked(ada), /lock bank in production/);
    const shop = await asked(shopOnly);
    assert.match(shop, /lock shop in production/);
    assert.match(shop, /freeze production until tomorrow/);
    assert.doesNotMatch(shop, /bank/);
    assert.match(shop, part);
    const staging = await asked(stagingOnly);
    assert.match(staging, /freeze staging bank/);
    assert.doesNotMatch(staging, /lock bank in production|lock shop in production|freeze production/);
  });

  it('one’s own lines stay in the history, whatever they name', async () => {
    await talk.say(shopOnly, 'health bank', { ...there, receivedAt: talk.world.clock.now() });
    await talk.features.idle();
    assert.match(await talk.say(shopOnly, 'history', there), /health bank/);
    assert.doesNotMatch(await talk.say(stagingOnly, 'history', there), /nothing matches/);
  });
});
