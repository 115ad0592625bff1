import assert from 'node:assert/strict';
import { avery, cardOf, createWorld, dana, nico, noor, start } from './picker-world';
import type { World } from './picker-world';

describe('the deploy picker', () => {
  let world: World;
  beforeEach(() => void (world = createWorld()));
  afterEach(() => world.close());

  const chosen = { service: 'shop', environment: 'production', release: '2.14.0' };
  const idOf = (card: { data: object }): string => String((card.data as { id: unknown }).id);

  it('asks for service and environment first, and for nothing else', async () => {
    const card = cardOf(await world.say(dana, 'deploy'));
    assert.equal(card.card, 'deployments/deploy-picker');
    assert.match(card.text, /Show releases/);
    assert.doesNotMatch(card.text, /2\.14\.0|deployments\.request/);
  });

  it('carries only an unguessable id', async () => {
    const first = cardOf(await world.say(dana, 'deploy', chosen));
    const second = cardOf(await world.say(dana, 'deploy', chosen));
    assert.match(idOf(first), /^[0-9a-f]{32}$/);
    assert.notEqual(idOf(first), idOf(second));
    assert.match(first.text, new RegExp(`"verb":"deployments.request","data":\\{"id":"${idOf(first)}"\\}`));
  });

  it('offers releases once the target is known, with the most useful fact about each', async () => {
    const card = cardOf(await world.say(dana, 'deploy', { service: 'shop', environment: 'production' }));
    const { releases, chosen: values } = card.data as unknown as { releases: { title: string }[]; chosen: object };
    assert.deepEqual(
      releases.map((release) => release.title.replaceAll('\u00a0', ' ')),
      ['2.14.0 · today 11:27 · live in staging', '2.13.2 · Nov 14 · live now', '2.13.1 · Nov 9 · older than live'],
    );
    assert.deepEqual(values, { service: 'shop', environment: 'production', release: '2.14.0' });
    assert.doesNotMatch(card.text, /deployments\.request/);
  });

  describe('preselects a release only for a reason', () => {
    const target = { service: 'shop', environment: 'production' };
    const preselected = async (): Promise<string> => {
      const { data } = cardOf(await world.say(dana, 'deploy', target));
      return (data as unknown as { chosen: { release: string } }).chosen.release;
    };

    it('one that is newer than the live one and live elsewhere', async () =>
      assert.equal(await preselected(), '2.14.0'));

    it('none that is live nowhere', async () => {
      world.running['shop/staging'] = undefined;
      assert.equal(await preselected(), '');
    });

    it('none that is older than the live one', async () => {
      world.running['shop/staging'] = { version: '2.13.1', commit: 'c', since: 1 };
      assert.equal(await preselected(), '');
    });

    it('none that failed here', async () => {
      const id = idOf(cardOf(await world.say(dana, 'deploy', chosen)));
      await world.click(dana, 'deployments.request', { id, ...chosen });
      const [made] = world.deployments;
      assert.ok(made);
      world.deployments[0] = { ...made, deployment: { ...made.deployment, state: 'rolled back' } };
      assert.equal(await preselected(), '');
    });
  });

  it('names the year of a release that is not from this year', async () => {
    const [, live] = world.releases['shop'] ?? [];
    assert.ok(live);
    world.releases['shop'] = [{ ...live, createdAt: Date.parse('2020-02-03T10:00:00Z') }];
    const card = cardOf(await world.say(dana, 'deploy', { service: 'shop', environment: 'production' }));
    assert.match(card.text, /2\.13\.2 · Feb 3, 2020 · live now/);
  });

  it('shows many releases as a list with search', async () => {
    const card = cardOf(await world.say(dana, 'deploy', { service: 'search' }));
    assert.match(card.text, /"style":"filtered"/);
  });

  it('shows everything that would change before the button that names the release', async () => {
    const card = cardOf(await world.say(dana, 'deploy', chosen));
    for (const words of [
      '2.14.0 would replace 2.13.2',
      'Healthy, 2.13.2 since Nov 15',
      '1 approval from an approver; you can’t approve',
      'Avery Approver or Noor Operator',
      '2 commits by 2 people',
      'Keep the **basket** when a payment fails',
      'Request 2.14.0',
    ])
      assert.ok(card.text.includes(words), words);
    assert.equal(world.requests.length, 0);
  });

  it('says plainly if no approval is needed', async () => {
    const card = cardOf(await world.say(dana, 'deploy', { ...chosen, environment: 'staging', release: '2.13.1' }));
    assert.match(card.text, /No approval is needed.*"Approval","value":"Not needed"/);
    assert.match(card.text, /"Deploy 2\.13\.1"/);
    assert.match(card.text, /The live release has commits that this one doesn’t/);
  });

  it('offers no button for a release that is already live there', async () => {
    const current = world.releases['shop']?.[0];
    world.running['shop/staging'] = { version: '2.14.0', commit: current?.commit ?? '', since: 1 };
    const target = { ...chosen, environment: 'staging' };
    const card = cardOf(await world.say(dana, 'deploy', target));
    assert.match(card.text, /already live\. Choose another/);
    assert.doesNotMatch(card.text, /deployments\.request/);
    await world.click(dana, 'deployments.request', { id: idOf(card), ...target });
    assert.equal(world.requests.length, 0);
  });

  it('requests once what was shown, bound to its commit, and says who must approve', async () => {
    const card = cardOf(await world.say(dana, 'deploy', chosen));
    const asked = cardOf(await world.click(dana, 'deployments.request', { id: idOf(card), ...chosen }));
    assert.equal(asked.card, 'deployments/requested');
    assert.match(asked.text, /D-1042/);
    assert.match(asked.text, /Avery Approver or Noor Operator/);
    assert.match(asked.text, /"verb":"deployments.cancel"/);
    assert.deepEqual(
      { ...world.requests[0], key: '' },
      {
        key: '',
        kind: 'deploy',
        ...{ service: 'shop', environment: 'production', version: '2.14.0' },
        commit: world.releases['shop']?.[0]?.commit,
        requester: dana,
        reason: '',
        placeId: 'deployments',
        thread: undefined,
        correlationId: 'c1',
      },
    );
  });

  it('makes one deployment of two clicks at once, and shows the same on a later one', async () => {
    const id = idOf(cardOf(await world.say(dana, 'deploy', chosen)));
    const both = await Promise.all([1, 2].map(() => world.click(dana, 'deployments.request', { id, ...chosen })));
    const later = await world.click(dana, 'deployments.request', { id, ...chosen, release: '2.13.1' });
    assert.equal(world.deployments.length, 1);
    for (const reply of [...both, later]) assert.match(cardOf(reply).text, /D-1042: shop 2\.14\.0 to production/);
  });

  it('answers another choice with its preview and requests nothing unseen', async () => {
    const id = idOf(cardOf(await world.say(dana, 'deploy', chosen)));
    const other = cardOf(await world.click(dana, 'deployments.request', { id, ...chosen, release: '2.13.1' }));
    assert.equal(other.card, 'deployments/deploy-picker');
    assert.match(other.text, /Request 2\.13\.1/);
    assert.equal(world.requests.length, 0);
    await world.click(dana, 'deployments.request', { id, ...chosen, release: '2.13.1' });
    assert.equal(world.requests[0]?.version, '2.13.1');
  });

  it('shows the release again if its commit has changed since', async () => {
    const id = idOf(cardOf(await world.say(dana, 'deploy', chosen)));
    const release = world.releases['shop']?.[0];
    assert.ok(release);
    world.releases['shop']?.splice(0, 1, { ...release, commit: 'f'.repeat(40) });
    const again = cardOf(await world.click(dana, 'deployments.request', { id, ...chosen }));
    assert.match(again.text, /fffffff/);
    assert.equal(world.requests.length, 0);
  });

  it('starts without a release when the service changes', async () => {
    const id = idOf(cardOf(await world.say(dana, 'deploy', chosen)));
    const input = { id, service: 'search', environment: 'staging', release: '2.14.0' };
    const card = cardOf(await world.click(dana, 'deployments.preview', input));
    assert.match(card.text, /search to staging/);
    assert.doesNotMatch(card.text, /no such release|deployments\.request/);
  });

  it('belongs to each person who clicks: they are the requester, and the first picker stays as it was', async () => {
    const target = { service: 'shop', environment: 'staging', release: '2.13.1' };
    const id = idOf(cardOf(await world.say(dana, 'deploy', target)));
    const hers = cardOf(await world.click(noor, 'deployments.request', { id, ...target }));
    assert.equal(world.requests[0]?.requester.name, 'Noor Operator');
    assert.notEqual(world.requests[0]?.key, id);
    const again = cardOf(await world.click(noor, 'deployments.request', { id, ...target }));
    assert.deepEqual(again.data, hers.data);
    await world.click(dana, 'deployments.request', { id, ...target });
    assert.equal(world.requests.at(-1)?.key, id);
    assert.equal(world.requests.length, 2);
  });

  it('offers nothing that a person can’t deploy, whatever their client sends', async () => {
    const id = idOf(cardOf(await world.say(dana, 'deploy', chosen)));
    await assert.rejects(world.click(noor, 'deployments.request', { id, ...chosen }), /Dana Developer can/);
    const hers = cardOf(await world.click(noor, 'deployments.preview', { id, ...chosen }));
    assert.equal(hers.card, 'deployments/deploy-picker');
    assert.doesNotMatch(hers.text, /"value":"production"|"value":"search"/);
    await assert.rejects(world.click(nico, 'deployments.request', { id, ...chosen }), /Dana Developer/);
    await world.click(dana, 'deployments.request', { id, service: '../x', environment: '`', release: '${1}' });
    assert.equal(world.requests.length, 0);
  });

  it('refuses people who can’t deploy anything and names who can', async () => {
    await assert.rejects(world.say(nico, 'deploy'), /You can’t deploy.*Dana Developer/);
    await assert.rejects(world.say(avery, 'deploy', { service: 'shop' }), /You can’t deploy shop/);
    await assert.rejects(world.say(noor, 'deploy', chosen), /shop to production.*Dana Developer can/);
  });

  it('names the choices if a word is unknown', async () => {
    await assert.rejects(world.say(dana, 'deploy', { service: 'shpo' }), /no service shpo. .*Did you mean shop\?/);
    await assert.rejects(world.say(dana, 'deploy', { service: 'constructor' }), /no service constructor/);
    const card = cardOf(await world.say(dana, 'deploy', { ...chosen, release: '9.9.9' }));
    assert.match(card.text, /There is no release 9\.9\.9 of shop. Choose another release/);
  });

  it('closes for its owner and reopens where it was', async () => {
    const id = idOf(cardOf(await world.say(dana, 'deploy', chosen)));
    const closed = cardOf(await world.click(dana, 'deployments.close', { id }));
    assert.match(closed.text, /Nothing was requested/);
    assert.match(cardOf(await world.click(dana, 'deployments.preview', { id })).text, /Request 2\.14\.0/);
  });

  const afterAnHour: readonly [string, string, string, RegExp][] = [
    ['deploy', 'deployments.request', 'of deploying', /"○ Expired".*This card expired after an hour. Type `deploy` to/],
    ['deploy', 'deployments.preview', 'of deploying', /Type `deploy` to start again/],
    ['deploy', 'deployments.close', 'of deploying', /Type `deploy` to start again/],
    ['rollback', 'deployments.rollback-service', 'of a rollback', /Roll back.*Type `rollback` to start again/],
    ['rollback', 'deployments.close', 'of a rollback', /Roll back.*Type `rollback` to start again/],
  ];
  for (const [command, verb, what, words] of afterAnHour)
    it(`${verb} on the card ${what} says after an hour that it expired, on every copy, without a button`, async () => {
      world.rollbackTo = { version: '2.13.1', commit: world.releases['shop']?.[2]?.commit ?? '' };
      const { service, environment } = chosen;
      const id = idOf(cardOf(await world.say(dana, command, { service, environment })));
      world.clock.advance(3_600_001);
      for (const who of [dana, noor]) {
        const answer = cardOf(await world.click(who, verb, { id, reason: 'slow' }));
        assert.match(answer.text, words);
        assert.doesNotMatch(answer.text, /"Action\./);
      }
      assert.deepEqual(world.changed, [`picker:${id}`, `picker:${id}`]);
      const copy = cardOf((await world.copyOf(dana, id)) ?? assert.fail('nothing is drawn'));
      assert.match(copy.text, words);
      assert.doesNotMatch(copy.text, /"Action\./);
      assert.equal(world.requests.length, 0);
    });

  it('says the same without naming its kind when its record is long gone', async () => {
    const { text } = cardOf(await world.click(dana, 'deployments.close', { id: 'e'.repeat(32) }));
    assert.match(text, /"Request".*expired after an hour/);
    assert.doesNotMatch(text, /"Action\./);
  });

  it('still shows the request that it led to after an hour', async () => {
    const id = idOf(cardOf(await world.say(dana, 'deploy', chosen)));
    await world.click(dana, 'deployments.request', { id, ...chosen });
    world.clock.advance(3_600_001);
    const later = await world.click(dana, 'deployments.request', { id, ...chosen });
    assert.match(cardOf(later).text, /D-1042: shop 2\.14\.0 to production/);
  });

  for (const command of ['deploy', 'rollback'])
    it(`is drawn again as it was posted after something else changed: ${command}`, async () => {
      world.rollbackTo = { version: '2.13.1', commit: world.releases['shop']?.[2]?.commit ?? '' };
      const posted = cardOf(
        await world.say(dana, command, command === 'deploy' ? chosen : { service: 'shop', environment: 'production' }),
      );
      const copy = cardOf((await world.copyOf(dana, idOf(posted))) ?? assert.fail('nothing is drawn'));
      assert.deepEqual([copy.card, copy.data], [posted.card, posted.data]);
    });

  it('ends when its release is live there already, on every copy, without a button', async () => {
    const id = idOf(cardOf(await world.say(dana, 'deploy', chosen)));
    const { version, commit } = world.releases['shop']?.[0] ?? assert.fail();
    world.running['shop/production'] = { version, commit, since: start };
    const answer = cardOf(await world.click(dana, 'deployments.request', { id, ...chosen }));
    const copy = cardOf((await world.copyOf(dana, id)) ?? assert.fail('nothing is drawn'));
    for (const { text } of [answer, copy]) {
      assert.match(text, /"» Superseded".*Nothing was requested.*2\.14\.0 is already live in production\./);
      assert.doesNotMatch(text, /"Action\./);
    }
    assert.deepEqual([world.changed, world.requests.length], [[`picker:${id}`], 0]);
  });
});
