import assert from 'node:assert/strict';
import type { Reply } from '../../../src/chat/contract';
import { favoriteName, nameProblem } from '../../../src/features/graphs/favorites/parse';
import { connectServices, stock } from '../../samples/releases';
import { people, turnOf } from '../fakes';
import { createTalkWorld, privately, there, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { ada, avery, dana, nico, noor } = people;
const plain = (words: string): string => words.replaceAll('\u00A0', ' ');

describe('the name of a saved graph', () => {
  const names: [string, string][] = [
    ['Checkout', 'checkout'],
    ['  the errors of  Shop ', 'errors shop'],
    ['of', ''],
  ];
  for (const [typed, name] of names) it(`is “${name}” for “${typed}”`, () => assert.equal(favoriteName(typed), name));

  const problems: [string, RegExp][] = [
    ['', /needs a name/],
    ['list of mine', /`graph list` is already a command/],
    ['shop last', /can’t contain “last”/],
    ['since then', /can’t contain “since”/],
    ['a b c d e f', /up to 5 words/],
    ['x'.repeat(41), /and 40 characters/],
    ['shop <at>', /letters, digits/],
  ];
  for (const [name, problem] of problems)
    it(`can’t be “${name}”`, () => assert.match(nameProblem(name, ['list']) ?? '', problem));

  it('can be what people say', () => {
    for (const name of ['checkout', 'p99.9 shop', 'größe', 'eu-west queue_1'])
      assert.equal(nameProblem(name, ['list']), undefined, name);
  });
});

describe('saved graphs', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
    stock(talk.world);
    connectServices(talk.world);
  });
  afterEach(() => talk.close());
  const keepWith = (input: object, who = dana): Promise<Reply> =>
    talk.router.handleAction(turnOf(who), 'graphs.keep', { id: 'shop/staging/180/p95', ...input });

  it('are drawn by their name, over their period or another one', async () => {
    assert.match(
      plain(await talk.say(dana, 'graph keep the p95 of shop in staging last 3h as Checkout')),
      /Saved \*\*checkout\*\* just for you: p95 of shop in staging, last 3 h\. To see it, type `graph checkout`\./,
    );
    const drawn = plain(await talk.say(dana, 'graph checkout'));
    assert.match(drawn, /"kind":"Graph, last 3 h"[^]*"title":"p95 of shop in staging"/);
    assert.match(plain(await talk.say(dana, 'graph checkout last 24h')), /Graph, last 24 h[^]*p95 of shop in staging/);
    assert.match(await talk.say(avery, 'graph checkout'), /There’s no metric called “checkout”/);
  });

  it('are found by words that name a service, too, but never hide a metric of that service', async () => {
    await talk.say(dana, 'graph keep errors of shop in staging as slow shop');
    assert.match(await talk.say(dana, 'graph slow shop'), /"title":"Errors of shop in staging"/);
    await talk.say(dana, 'graph keep errors of shop in staging as p95 of shop');
    assert.match(await talk.say(dana, 'graph p95 of shop'), /"title":"p95 of shop in production"/);
  });

  it('come from the button of a card, for oneself or for the channel', async () => {
    const question = await talk.router.handleQuestion(turnOf(dana), 'graphs.keep', { id: 'shop/staging/180/p95' });
    assert.match(plain(wordsOf(question)), /p95 of shop in staging, last 3 h[^]*"value":"shop p95"[^]*Just for me/);
    const own = await talk.router.handleQuestion(turnOf(dana, privately(dana)), 'graphs.keep', {
      id: 'shop/staging/180/p95',
    });
    assert.doesNotMatch(wordsOf(own), /Just for me/);
    assert.equal(
      wordsOf(await keepWith({ name: 'ours', for: 'place' })),
      'Saved as “ours”, here in Deployments. To see it, type `graph ours`.',
    );
    assert.match(await talk.say(avery, 'graph ours'), /p95 of shop in staging/);
    assert.match(await talk.say(avery, 'graph ours', there), /There’s no metric called “ours”/);
    assert.match(wordsOf(await keepWith({ name: 'list' })), /already a command[^]*Nothing was saved/);
    assert.match(wordsOf(await keepWith({ name: ' ' })), /Enter a name/);
  });

  it('are listed where they can be used; one’s own only in one’s own chat', async () => {
    await talk.say(dana, 'graph keep p95 of shop in staging as mine');
    await talk.say(dana, 'graph keep errors of shop in staging as ours for this channel');
    const here = await talk.say(dana, 'graph favorites');
    assert.match(
      plain(here),
      /1 saved graph here[^]*"name":"ours","words":"Errors of shop in staging, last hour · by Dana/,
    );
    assert.doesNotMatch(here, /"name":"mine"/);
    assert.match(plain(here), /1 more is just for you/);
    const alone = await talk.say(dana, 'graph favorites', privately(dana));
    assert.match(alone, /"name":"mine"/);
    assert.match(await talk.click(dana, 'graphs.show', 'shop/staging/60/p95'), /p95 of shop in staging/);
  });

  it('are shown only to people with the right at that moment', async () => {
    await talk.say(nico, 'graph keep p95 of shop in production as mine');
    await talk.say(nico, 'graph keep p95 of shop in production as ours for this channel');
    talk.world.changeCatalog((text) =>
      text.replace('- { everyone: true, role: viewer }', '- { person: nico, role: viewer, environments: [staging] }'),
    );
    for (const line of ['graph mine', 'graph ours'])
      assert.match(await talk.say(nico, line), /You can’t view shop in production/, line);
    const listed = await talk.say(nico, 'graph favorites', privately(nico));
    assert.match(plain(listed), /1 saved graph isn’t listed, because you can’t view what it shows/);
    assert.doesNotMatch(listed, /p95 of shop in production|"graphs\.show"/);
    assert.match(await talk.say(nico, 'graph keep p95 of shop in production as other'), /You can’t keep a graph of/);
    assert.match(wordsOf(await keepWith({ id: 'shop/production/60/p95', name: 'x' }, nico)), /You can’t view/);
    assert.match(
      await talk.say(nico, 'graph remove mine'),
      /Removed the graph \*\*mine\*\*, which was saved just for you/,
    );
  });

  it('are removed by who made them, or by somebody with the right; with a form if nobody says which', async () => {
    assert.match(await talk.say(avery, 'graph remove'), /Save a graph to see it again/);
    await talk.say(avery, 'graph keep p95 of shop in staging as ours for this channel');
    assert.match(await talk.say(nico, 'graph remove ours'), /Avery Approver created this/);
    assert.match(
      await talk.say(avery, 'graph remove'),
      /"choices":\[\{"title":"ours, here in Deployments","value":"ours"\}\]/,
    );
    const chosen = { id: 'graph remove', by: noor.id, 'chosen-graph': 'ours' };
    assert.match(wordsOf(await talk.router.handleAction(turnOf(noor), 'chat.choose', chosen)), /Removed the graph/);
    assert.match(await talk.say(avery, 'graph remove ours'), /No graph is saved as “ours” here/);
    const audits = (await talk.audits()).filter(({ what }) => what.startsWith('graphs.'));
    const done = audits.map(({ outcome, target }) => `${outcome} ${target}`).filter((each) => !/^refused/.test(each));
    assert.deepEqual(done.sort(), ['kept graph ours here', 'removed graph ours here']);
  });

  it('are refused for a metric that nobody knows, and for everybody without the right', async () => {
    assert.match(
      await talk.say(dana, 'graph keep weather of shop as rain'),
      /There’s no metric called “weather”[^]*saved/,
    );
    assert.match(await talk.say(dana, 'graph keep p of shop as rain'), /Several metrics of shop[^]* match “p”/);
    assert.match(
      await talk.say(dana, 'graph keep p95 of shop as all for everybody'),
      /You can’t save a graph for everybody/,
    );
    assert.match(await talk.say(ada, 'graph keep p95 of shop as all for everybody'), /Saved \*\*all\*\* for everybody/);
    assert.match(await talk.say(dana, 'graph keep as checkout'), /"name":"chosen-metric"[^]*"name":"chosen-service"/);
  });
});
