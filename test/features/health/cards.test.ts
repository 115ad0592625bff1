import assert from 'node:assert/strict';
import type { CardContent, Reply } from '../../../src/chat/contract';
import { cardLimitBytes, renderCard, weightBytes } from '../../../src/core/card';
import { describeStates } from '../../../src/features/health';
import type { HealthReport } from '../../../src/features/health';
import { dana, dataOf, figures, healthWorld, hour, minute, nico, noor, now, stranger, turnOf } from './world';
import type { HealthWorld } from './world';

/** Titles of the buttons of a card. */
function buttonTitles(content: CardContent): string[] {
  const titles: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (value === null || typeof value !== 'object') return;
    const { type, title } = value as { type?: string; title?: string };
    if (type === 'Action.Execute' || type === 'Action.Submit') titles.push(title ?? '');
    for (const [key, item] of Object.entries(value)) if (key !== 'fallback' && key !== 'selectAction') walk(item);
  };
  walk(renderCard(content.card, content.data));
  return titles;
}

describe('the health card', () => {
  let world: HealthWorld;
  beforeEach(() => (world = healthWorld()));
  afterEach(() => world.end());

  it('says how many pods are ready and why not, where a system runs several', async () => {
    const podsOf = async (): Promise<string | undefined> => {
      const card = await world.reports.card('shop', 'production', noor.id, '77d0c1e5');
      return card.data.facts.find(({ title }) => title === 'Pods')?.value;
    };
    assert.equal(await podsOf(), undefined);
    const pod = {
      name: 'shop-1',
      id: '1',
      restarts: 4,
      state: 'failing',
      reason: 'CrashLoopBackOff: [see](https://x)',
    };
    const statuses: readonly [expected: RegExp, status: object | undefined][] = [
      [/^3 of 3 ready$/, { ready: 3, rollout: { state: 'done' }, pods: [] }],
      [/^2 of 3 ready: CrashLoopBackOff: \\\[see/, { ready: 2, rollout: { state: 'done' }, pods: [pod] }],
      [
        /^3 of 3 ready, rollout stuck: no progress$/,
        { ready: 3, rollout: { state: 'stuck', reason: 'no progress' }, pods: [pod] },
      ],
      [/^1 of 3 ready, rollout paused$/, { ready: 1, rollout: { state: 'paused' }, pods: [] }],
      [/^couldn’t be read$/, undefined],
    ];
    for (const [expected, status] of statuses) {
      const workload = { status: async () => status && { wanted: 3, ...status } };
      Object.assign(world.deps.systems, { workload: () => workload });
      assert.match((await podsOf()) ?? '', expected);
    }
  });

  it('tells the truth about a slow service and fits into a message', async () => {
    const shop = world.scene('shop', 'production');
    shop.figures = figures({ p95Ms: 412, p50Ms: 92 });
    shop.history = hour((index) => (index >= 51 ? { p95Ms: 412 } : {}));
    const card = await world.reports.card('shop', 'production', noor.id, '77d0c1e5');
    const { summary, sentence } = card.data;
    assert.equal(
      summary.replaceAll('\u00A0', ' '),
      'shop in production has been degraded since 14:43: p95 is 412 ms (limit 300 ms)',
    );
    assert.match(
      sentence,
      /^\*\*Degraded since 14:43\*\*, 33\smin after 2\.14\.0 went live: p95 is 412\sms \(limit 300\sms\)\. The error rate and traffic are normal\.$/,
    );
    assert.ok(weightBytes(renderCard(card.card, card.data)) < cardLimitBytes);
  });

  it('says since when it has been degraded, with every metric that is beyond its limit now', async () => {
    const shop = world.scene('shop', 'production');
    shop.figures = figures({ p95Ms: 412, errorPercent: 9 });
    shop.history = hour((index) => (index >= 56 ? { p95Ms: 412, errorPercent: 9 } : index >= 51 ? { p95Ms: 412 } : {}));
    const { data } = await world.reports.card('shop', 'production', noor.id, '77d0c1e5');
    assert.match(data.sentence, /^\*\*Degraded since 14:43\*\*, .*: the error rate is 9% .* and p95 is 412/);
  });

  it('never says that a release has been healthy for longer than it has been live', async () => {
    const card = await world.reports.card('shop', 'production', noor.id, 'r');
    assert.equal(
      card.data.sentence,
      '**Healthy since 14:10**, when 2.14.0 went live. All metrics are within their limits.',
    );
  });

  it('shows the last known numbers with their time if the service no longer responds', async () => {
    const shop = world.scene('shop', 'production');
    await world.reports.card('shop', 'production', noor.id, 'r');
    world.clock.advance(3 * minute);
    shop.probe = async () => ({ at: world.clock.now(), answers: false });
    shop.figures = figures({
      at: world.clock.now(),
      p95Ms: undefined,
      p50Ms: undefined,
      errorPercent: 0,
      requestsPerSecond: 5.9,
    });
    const { data } = await world.reports.card('shop', 'production', noor.id, 'r');
    assert.equal(data.tilesTitle, 'Last known metrics, 14:52');
    assert.deepEqual(
      data.tiles.map(({ value }) => value),
      ['120', '60', '0.2%', '8'],
    );
    assert.match(data.graph.words, /The latest value is 120\sms at 14:52/);
    assert.doesNotMatch(JSON.stringify({ ...data, graph: data.graph.words }), /\bnow\b/);
  });

  it('marks the numbers beyond their limit, in one size for all, also of a service that is down', async () => {
    const shop = world.scene('shop', 'production');
    shop.figures = figures({ p95Ms: 1400, errorPercent: 9 });
    for (const complaint of [undefined, 'no database']) {
      shop.probe = async () => ({
        at: world.clock.now(),
        answers: true,
        ...(complaint !== undefined && { complaint }),
      });
      const { data } = await world.reports.card('shop', 'production', noor.id, 'r');
      assert.deepEqual(
        data.tiles.map(({ name, weight, size }) => [name.startsWith('▲'), weight, size]),
        [
          [true, 'Bolder', 'Large'],
          [false, 'Default', 'Large'],
          [true, 'Bolder', 'Large'],
          [false, 'Default', 'Large'],
        ],
      );
    }
  });

  it('says once that nothing is deployed', async () => {
    const shop = world.scene('shop', 'production');
    Object.assign(shop, { running: undefined, figures: undefined, history: [] });
    const { data } = await world.reports.card('shop', 'production', noor.id, 'r');
    assert.equal(data.sentence, '**shop isn’t deployed to the production environment.**');
    assert.deepEqual([data.facts, data.tiles, data.graph.title, data.graph.words], [[], [], '', '']);
  });

  it('has no tiles if nothing was ever measured', async () => {
    const shop = world.scene('shop', 'production');
    shop.figures = undefined;
    shop.history = [];
    const { data } = await world.reports.card('shop', 'production', noor.id, 'r');
    assert.deepEqual([data.tilesTitle, data.tiles], ['', []]);
  });

  it('names no process, address or connector', async () => {
    const card = await world.reports.card('shop', 'production', noor.id, 'r');
    const text = JSON.stringify(renderCard(card.card, { ...card.data, graph: { ...card.data.graph, image: 'x' } }));
    assert.doesNotMatch(text, /4123\b|127\.0\.0\.1|Process|\blocal\b/);
  });

  it('is small without its picture', async () => {
    const card = await world.reports.card('shop', 'production', noor.id, '77d0c1e5');
    const graph = { ...card.data.graph, image: 'x' };
    assert.ok(weightBytes(renderCard(card.card, { ...card.data, graph })) < 28 * 1024);
  });

  it('offers each person what they can do, and a channel only what is harmless', async () => {
    const buttons = async (viewer: string | undefined): Promise<string[]> =>
      buttonTitles(await world.reports.card('shop', 'production', viewer, 'r'));
    const harmless = ['Refresh', 'Show log', 'Show all services'];
    assert.deepEqual(await buttons(undefined), harmless);
    assert.deepEqual(await buttons(nico.id), harmless);
    assert.deepEqual(await buttons(stranger.id), harmless);
    assert.deepEqual(await buttons(dana.id), ['Refresh', 'More…']);
    assert.deepEqual(await buttons(noor.id), ['Refresh', 'Restart…', 'More…']);
  });

  it('puts the rollback first if it is the remedy', async () => {
    world.scene('shop', 'production').figures = figures({ errorPercent: 20 });
    const card = await world.reports.card('shop', 'production', noor.id, 'r');
    assert.equal(buttonTitles(card)[0], 'Roll back to 2.13.2…');
  });

  it('names the release in the rollback click, so that an old card never restores another', async () => {
    world.scene('shop', 'production').figures = figures({ errorPercent: 20 });
    const card = await world.reports.card('shop', 'production', noor.id, 'r');
    const text = JSON.stringify(renderCard(card.card, card.data));
    assert.match(text, /"verb":"deployments\.rollback-service","id":"shop\/production\/2\.13\.2"/);
  });

  it('shows a typed card in a channel only with what everybody can use', async () => {
    const typed = turnOf(noor, { trigger: 'typed' });
    const inChannel = await world.type('health', typed, { service: 'shop' });
    const titlesOf = (reply: Reply): string[] =>
      (dataOf(reply)['buttons'] as { title: string }[]).map(({ title }) => title);
    assert.deepEqual(titlesOf(inChannel), ['Refresh', 'Show log', 'Show all services']);
    const personal = turnOf(noor, { trigger: 'typed', place: { id: 'p', kind: 'personal', name: '' } });
    const alone = await world.type('health', personal, { service: 'shop' });
    assert.deepEqual(titlesOf(alone), ['Refresh', 'Restart…', 'More…']);
  });

  it('opens production if no environment is named', async () => {
    const reply = await world.type('health', turnOf(nico), { service: 'shop' });
    assert.equal(dataOf(reply)['title'], 'shop in production');
  });

  it('keeps outside text harmless', async () => {
    const evil = '[free](http://evil.example) <at>all</at> ${title}';
    const shop = world.scene('shop', 'production');
    shop.probe = async () => ({ at: now, answers: true, complaint: evil });
    shop.running = { ...shop.running!, version: '2.*0*' };
    const card = await world.reports.card('shop', 'production', noor.id, 'r');
    const text = JSON.stringify(renderCard(card.card, card.data));
    assert.ok(!text.includes('[free]('), text.slice(0, 2000));
    assert.ok(!text.includes('<at>'));
  });

  it('is unknown, not healthy, if the connector does not answer', async () => {
    const shop = world.scene('shop', 'production');
    shop.probe = async () => Promise.reject(new Error('gone'));
    const report = await world.reports.report('shop', 'production');
    assert.equal(report.state, 'unknown');
    const card = await world.reports.card('shop', 'production', undefined, 'r');
    assert.match(card.data.sentence, /^\*\*Unknown since 14:52\*\*: its health check couldn’t be read\.$/);
  });

  it('does not wait for a probe that hangs', async () => {
    world.scene('shop', 'production').probe = () => new Promise(() => undefined);
    const card = await world.reports.card('shop', 'production', undefined, 'r');
    assert.equal(card.data.state.word, 'Unknown');
    assert.match(JSON.stringify(card.data.facts), /2\.14\.0/, 'what is known is still shown');
  });

  it('remembers since when a state lasts, and forgets it when it changes', async () => {
    const shop = world.scene('shop', 'production');
    assert.equal((await world.reports.report('shop', 'production')).since, now - 42 * minute);
    shop.answering = undefined;
    world.clock.advance(30_000);
    assert.equal((await world.reports.report('shop', 'production')).since, now - 42 * minute);
    shop.probe = async () => ({ at: world.clock.now(), answers: false });
    shop.answering = { well: false, since: now + 10_000 };
    const down = await world.reports.report('shop', 'production');
    assert.deepEqual([down.state, down.since], ['down', now + 10_000]);
  });

  it('refuses an id that is not in the catalog, and a person without the right to view', async () => {
    await assert.rejects(world.click('health.refresh', turnOf(nico), { id: 'shop/moon' }), /doesn’t run in moon/);
    await assert.rejects(world.click('health.refresh', turnOf(nico), { id: 'constructor/production' }), /no service/);
    await assert.rejects(
      world.click('health.refresh', turnOf(stranger), { id: 'shop/production' }),
      /You can’t view shop in production/,
    );
    assert.throws(() => void world.click('health.refresh', turnOf(nico), { id: '../etc' }));
  });
});

describe('the fleet card', () => {
  let world: HealthWorld;
  beforeEach(() => (world = healthWorld()));
  afterEach(() => world.end());

  const services = (data: Record<string, unknown>): string[] =>
    (data['rows'] as { service: string }[]).map(({ service }) => service);

  it('is neutral if all are healthy', async () => {
    const data = dataOf(await world.type('health', turnOf(nico), {}));
    assert.match(String(data['sentence']), /^\*\*All 5 are healthy\.\*\*$/);
    assert.deepEqual(data['worst'], { shown: false, id: '', button: '' });
  });

  it('names the worst service first, in its band, its sentence and its summary', async () => {
    world.scene('search', 'staging').probe = async () => ({ at: now, answers: false });
    world.scene('mail', 'production').figures = figures({ errorPercent: 9 });
    const reply = await world.type('health', turnOf(nico), {});
    const data = dataOf(reply);
    assert.deepEqual(services(data), ['search', 'mail', 'shop']);
    assert.deepEqual(data['state'], { glyph: '▼', word: 'search is down in staging', tone: 'attention' });
    assert.match(
      String(data['sentence']),
      /^\*\*search is down in staging and mail is degraded in production\.\*\* 3\sof\s5 are healthy\.$/,
    );
    assert.match(
      data.summary,
      /^Fleet: search is down in staging and mail is degraded in production; 3\sof\s5 healthy$/,
    );
    assert.ok('card' in reply && weightBytes(renderCard(reply.card, reply.data)) < 28 * 1024);
  });

  it('counts in its band where several are as bad or a name is too long, and names a service once for all its environments', () => {
    const reportOf = (service: string, environment: string): HealthReport => ({
      ...{ service, environment, state: 'down', since: now, live: { found: 'cannot tell' }, figures: undefined },
      ...{ trouble: 'its health check isn’t responding', loneFailure: false, readAt: now },
    });
    const describe = (service: string) => {
      const both = ['production', 'staging'].map((environment) => reportOf(service, environment));
      const { state, sentence } = describeStates(both, ['production', 'staging']);
      return [state.word, sentence.replaceAll('\u00A0', ' ')];
    };
    assert.deepEqual(describe('shop'), ['2 down', '**shop is down in production and staging.**']);
    const long = describeStates([reportOf('checkout-and-payments-gateway', 'staging')], ['staging']);
    assert.equal(long.state.word, '1 down');
  });

  it('says since when, which stays true while nobody draws it again', async () => {
    world.scene('search', 'staging').probe = async () => ({ at: world.clock.now(), answers: false });
    const detail = async (): Promise<string> =>
      JSON.stringify(dataOf(await world.type('health', turnOf(nico), {}))['rows']).replaceAll('\u00A0', ' ');
    const [, since = ''] = /2\.14\.0 · (since \d\d:\d\d)/.exec(await detail()) ?? [];
    world.clock.advance(2 * minute);
    assert.match(await detail(), new RegExp(`2\\.14\\.0 · ${since}`));
  });

  it('is answered even if one service hangs, which is then unknown', async () => {
    world.scene('shop', 'production').probe = () => new Promise(() => undefined);
    const data = dataOf(await world.click('health.fleet', turnOf(nico), { id: 'fleet' }));
    assert.deepEqual(data['state'], { glyph: '?', word: 'shop is unknown in production', tone: 'emphasis' });
    assert.match(String(data['sentence']), /^\*\*shop is unknown in production\.\*\* 4\sof\s5 are healthy\.$/);
  });

  it('opens a service with its row or by choice', async () => {
    const row = await world.click('health.open', turnOf(nico), { id: 'search/staging' });
    assert.equal(dataOf(row)['title'], 'search in staging');
    const choice = await world.click('health.open', turnOf(nico), { id: 'fleet', target: 'mail/production' });
    assert.equal(dataOf(choice)['title'], 'mail in production');
  });
});
