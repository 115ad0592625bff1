import assert from 'node:assert/strict';
import { createPlaygroundClient, wordsOf } from '../playground/client';
import type { PlaygroundClient, SeenMessage } from '../playground/client';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';

const deployments = '19:deployments@thread.tacv2';

describe('an export as a file, from the offer to the file', () => {
  const folder = temporaryFolder();
  let product: Product;
  let client: PlaygroundClient;

  before(async () => {
    product = await startProduct({ dataDir: folder.path });
    client = product.client;
  });
  after(async () => {
    await product.stop();
    folder.remove();
  });

  const isAnswer =
    (words: RegExp) =>
    ({ from, text }: SeenMessage): boolean =>
      from.isBot && words.test(text);
  const offered = (name: string) => (message: SeenMessage) =>
    message.file?.kind === 'offered' && message.file.name === name;
  async function accept(as: string, name: string): Promise<string> {
    const offer = await client.waitFor(as, `a:${as}`, offered(name));
    await client.consent(as, offer, true);
    const saved = await client.waitFor(as, `a:${as}`, ({ id, file }) => id === offer.id && file?.kind === 'saved');
    assert.ok(saved.file?.kind === 'saved');
    assert.match(saved.text, /was saved/);
    const response = await fetch(saved.file.url);
    assert.match(response.headers.get('content-disposition') ?? '', new RegExp(`attachment; filename="${name}"`));
    return response.text();
  }

  it('is offered in the personal chat, uploaded once it is accepted, and harmless in a spreadsheet', async () => {
    await client.say('ada', deployments, 'lock shop in staging because =HYPERLINK("http://x","y")');
    await client.waitFor('ada', deployments, ({ card }) => /is locked/.test(wordsOf(card)));
    await client.say('ada', deployments, 'unlock shop in staging');
    await client.waitFor('ada', deployments, isAnswer(/is unlocked/));
    await client.say('ada', deployments, 'audit as csv');
    await client.waitFor('ada', deployments, ({ text }) => /I offered audit-log\.csv/.test(text));
    const csv = await accept('ada', 'audit-log.csv');
    assert.match(csv, /^at,who,sentence,what,target,outcome\r\n/);
    assert.match(csv, /Ada Admin,"?locked shop in staging/);
    for (const line of csv.split('\r\n')) for (const cell of line.split(',')) assert.doesNotMatch(cell, /^"?[=+@]/);
    await client.say('ada', 'a:ada', 'audit today as json');
    const entries = JSON.parse(await accept('ada', 'audit-log.json')) as { who: string }[];
    assert.ok(entries.length >= 2 && entries.every(({ who }) => who !== ''));
  });

  it('is the list of deployments by a sentence, with what the filter finds', async () => {
    await client.say('dana', deployments, 'deploy shop 2.14.0 to production');
    const picker = await client.waitFor('dana', deployments, ({ card }) => /Request 2\.14\.0/.test(wordsOf(card)));
    await client.click('dana', picker, 'deployments.request', {
      ...{ service: 'shop', release: '2.14.0', environment: 'production' },
    });
    await client.say('dana', deployments, 'deployments waiting today');
    const list = await client.waitFor('dana', deployments, ({ card }) => /Export as CSV/.test(wordsOf(card)));
    await client.click('dana', list, 'deployments.export-csv');
    const csv = (await accept('dana', 'deployments.csv')).split('\r\n');
    assert.equal(csv[0]?.split(',')[0], 'number');
    assert.match(
      csv[1] ?? '',
      /^D-\d+,deploy,shop,production,2\.14\.0,.*,(?:requested|awaiting approval),Dana Developer,/,
    );
    await client.say('dana', 'a:dana', 'export the deployments of shop waiting as json');
    const found = JSON.parse(await accept('dana', 'deployments.json')) as { service: string }[];
    assert.deepEqual(
      found.map(({ service }) => service),
      ['shop'],
    );
  });

  it('is one file with everything stored about a person', async () => {
    await client.say('dana', 'a:dana', 'remember office is in Dublin');
    await client.waitFor('dana', 'a:dana', isAnswer(/Saved/));
    await client.say('dana', 'a:dana', 'data export');
    const data = JSON.parse(await accept('dana', 'my-data.json')) as Record<string, unknown[]>;
    assert.match(JSON.stringify(data), /Dublin/);
  });

  it('is not sent if it is declined, nor to somebody who can’t read it', async () => {
    await client.say('dana', 'a:dana', 'data export');
    const offer = await client.waitFor('dana', 'a:dana', offered('my-data.json'));
    await client.consent('dana', offer, false);
    const declined = await client.waitFor('dana', 'a:dana', ({ id, file }) => id === offer.id && !file);
    assert.match(declined.text, /Nothing was saved/);
    await assert.rejects(client.consent('dana', declined, true), /no longer available/);
    const fresh = createPlaygroundClient(product.playgroundUrl);
    await client.say('nico', 'a:nico', 'audit as csv');
    const refused = await fresh.waitFor(
      'nico',
      'a:nico',
      ({ from, card, text }) => from.isBot && /can’t/i.test(`${text} ${wordsOf(card)}`),
    );
    assert.equal(refused.file, undefined);
  });
});
