import assert from 'node:assert/strict';
import { renderCard } from '../../../src/core/card';
import { people, places, turnOf } from '../fakes';
import { createTalkWorld, privately, roles, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';

describe('status', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
    const since = talk.world.clock.now() - 60_000;
    for (const [environment, version] of [
      ['staging', '2.14.0'],
      ['production', '2.14.0'],
    ] as const)
      talk.world.connector.serving.set(`shop/${environment}`, { version, commit: '3'.repeat(40), since });
  });
  afterEach(() => talk.close());

  const sections = (words: string): Record<string, string[]> =>
    Object.fromEntries(
      (JSON.parse(words) as { sections: { title: string; rows: { lead: string }[] }[] }).sections.map(
        ({ title, rows }) => [title, rows.map(({ lead }) => lead)],
      ),
    );
  const sentence = (words: string): string =>
    (JSON.parse(words) as { sentence: string }).sentence.replaceAll('\u00A0', ' ');

  async function request(environment: string): Promise<void> {
    const { id } = JSON.parse(await talk.say(people.dana, `deploy shop 2.15.0 to ${environment}`)) as { id: string };
    const input = { id, service: 'shop', environment, release: '2.15.0' };
    const reply = await talk.router.handleAction(turnOf(people.dana), 'deployments.request', input);
    assert.match(wordsOf(reply), /D-1001/);
    await talk.world.pass(3_000);
  }

  it('understands how people ask for it, followed by a service or a place', async () => {
    const all = [
      ...[
        'status',
        'Status?',
        'today',
        "what's running",
        'what’s running?',
        'whats running',
        'what is running right now?',
      ],
      ...[
        "what's up",
        "What's up?",
        "what's going on",
        'is anything down?',
        'show status',
        'hey gavel, what is happening',
      ],
    ];
    for (const line of all)
      assert.match(await talk.say(people.nico, line), /"kind":"Status".*"title":"Friday, November 20"/, line);
    for (const line of [
      'status shop',
      'status of shop',
      "what's the status of shop?",
      "what's up with shop",
      'today shop',
    ])
      assert.match(await talk.say(people.nico, line), /"kind":"Status".*"title":"shop"/, line);
    for (const line of ['status production', 'status in production', 'what is running in production?'])
      assert.match(await talk.say(people.nico, line), /"kind":"Status".*"title":"production"/, line);
    assert.match(await talk.say(people.nico, 'status shop in production'), /"title":"shop in production"/);
    // Similar lines with another meaning.
    assert.match(await talk.say(people.nico, 'what runs where'), /"kind":"Where"/);
    assert.match(await talk.say(people.nico, 'health'), /"kind":"Fleet"/);
  });

  it('says on a calm day that nothing needs attention', async () => {
    const words = await talk.say(people.avery, 'status', privately(people.avery));
    assert.equal(
      sentence(words),
      '**Nothing needs your attention.** shop is healthy, no deployments are in progress, and nothing is frozen or locked.',
    );
    assert.deepEqual(sections(words), {});
  });

  it('shows a deployment to the approvers and to the others, until it is live', async () => {
    const { world } = talk;
    await request('production');
    const forAvery = await talk.say(people.avery, 'status', privately(people.avery));
    assert.deepEqual(sections(forAvery), { 'Waiting for you': ['shop 2.15.0 to production'] });
    assert.match(forAvery, /"verb":"approvals.view"/);
    // Exactly what `approvals` lists.
    assert.match(await talk.say(people.avery, 'approvals', privately(people.avery)), /shop 2.15.0 to production/);
    const forDana = await talk.say(people.dana, 'status', privately(people.dana));
    assert.deepEqual(sections(forDana), { 'Running or waiting': ['shop 2.15.0 to production'] });
    assert.match(forDana, /waiting for approval/);
    await talk.say(people.avery, 'approve D-1001');
    await world.pass(3_000);
    assert.match(
      await talk.say(people.avery, 'status'),
      /"detail":"D-1001 · Dana Developer · step\u00A01\u00A0of\u00A02"/,
    );
    world.connector.finish('succeeded');
    await world.pass(40_000);
    const after = await talk.say(people.avery, 'status', privately(people.avery));
    assert.deepEqual(sections(after), {
      'Different releases': ['shop: production has 2.15.0, staging 2.14.0'],
      'Went live since yesterday': ['shop 2.15.0 to production went live'],
    });
  });

  it('shows what failed since yesterday, and leads to it', async () => {
    const { world } = talk;
    await request('staging');
    world.connector.finish('failed', { reason: 'the disk is full', leaves: '2.14.0' });
    await world.pass(5_000);
    const words = await talk.say(people.dana, 'status shop', privately(people.dana));
    assert.deepEqual(sections(words)['Failed since yesterday'], ['shop 2.15.0 to staging failed']);
    const { id, verb } = rowOf(words, 'Failed since yesterday');
    assert.match(await talk.click(people.dana, verb, id), /D-1001/);
    world.clock.advance(2 * 86_400_000);
    assert.equal(sections(await talk.say(people.dana, 'status'))['Failed since yesterday'], undefined);
  });

  interface Row {
    readonly verb: string;
    readonly id: string;
  }
  function rowOf(words: string, title: string): Row {
    const { sections: all } = JSON.parse(words) as { sections: { title: string; rows: Row[] }[] };
    return all.find((section) => section.title === title)?.rows[0] ?? assert.fail(`no section ${title}`);
  }

  it('shows what is down, frozen and locked, and every row leads on', async () => {
    talk.world.connector.probe = { answers: false };
    await talk.say(people.noor, 'freeze production until Monday 8:00 because finance is closing the books');
    await talk.say(people.dana, 'lock shop in production because I am testing the tax fix');
    const words = await talk.say(people.dana, 'status', privately(people.dana));
    assert.deepEqual(sections(words), {
      'Needs attention': ['shop in production is down', 'shop in staging is down'],
      Frozen: ['production is frozen'],
      Locked: ['shop in production is locked'],
    });
    const opened = async (title: string): Promise<string> => {
      const { verb, id } = rowOf(words, title);
      return talk.click(people.dana, verb, id);
    };
    assert.match(await opened('Needs attention'), /"kind":"Health".*"title":"shop in production"/);
    assert.match(await opened('Frozen'), /"kind":"Freezes"/);
    assert.match(await opened('Locked'), /"kind":"Policy".*I am testing the tax fix/);
    // The card of the fleet says the same.
    assert.match(await talk.say(people.dana, 'health'), /shop is down in production/);
  });

  it('says where the releases differ and by how much, and leads to it', async () => {
    talk.world.connector.serving.set('shop/staging', {
      version: '2.15.0',
      commit: '4'.repeat(40),
      since: talk.world.clock.now(),
    });
    const words = await talk.say(people.dana, 'status');
    assert.deepEqual(sections(words), { 'Different releases': ['shop: production has 2.14.0, staging 2.15.0'] });
    assert.match(words.replaceAll('\u00A0', ' '), /1 commit, since Nov 20/);
    const { verb, id } = rowOf(words, 'Different releases');
    assert.match(await talk.click(people.dana, verb, id), /"kind":"Where"/);
  });

  it('says “unknown” if a system fails, and shows the rest', async () => {
    const { connector } = talk.world;
    if (connector.metrics) connector.metrics.probe = () => Promise.reject(new Error('down'));
    if (connector.sourceControl) connector.sourceControl.commitsBetween = () => Promise.reject(new Error('down'));
    connector.serving.set('shop/staging', { version: '2.15.0', commit: '4'.repeat(40), since: talk.world.clock.now() });
    const words = await talk.say(people.dana, 'status');
    assert.deepEqual(sections(words), {
      'Needs attention': ['shop in production is unknown', 'shop in staging is unknown'],
      'Different releases': ['shop: production has 2.14.0, staging 2.15.0'],
    });
  });

  it('does not call an environment without a deployment unknown', async () => {
    talk.world.connector.serving.clear();
    assert.match(sentence(await talk.say(people.dana, 'status')), /^\*\*Nothing is deployed yet/);
  });

  it('shows only what this person can view', async () => {
    talk.world.changeCatalog((text) =>
      text
        .replace(
          '- { everyone: true, role: viewer }',
          '- { person: nico, role: viewer, services: [shop], environments: [staging] }',
        )
        .replace(
          '- { person: ada, role: admin }',
          '- { person: ada, role: admin }\n  - { person: dana, role: viewer }',
        ),
    );
    talk.world.connector.probe = { answers: false };
    await request('production');
    await talk.say(people.dana, 'lock shop in production because I am testing the tax fix');
    await talk.say(people.noor, 'freeze production until Monday 8:00 because finance is closing the books');
    const words = await talk.say(people.nico, 'status', privately(people.nico));
    assert.deepEqual(sections(words), { 'Needs attention': ['shop in staging is down'] });
    assert.match(words, /Only what you can view is shown/);
    assert.doesNotMatch(words, /production|tax fix/);
    assert.match(await talk.say(people.nico, 'status shop in production'), /You can’t view shop in production/);
    assert.match(await talk.click(people.nico, 'status.refresh', '/production'), /You can’t view production/);
  });

  it('says in a channel whom it is for, without buttons that need a right', async () => {
    const words = await talk.say(people.avery, 'status', { place: places.deployments });
    assert.match(words, /"viewer":\{"canDeploy":false\}.*"footer":"For Avery Approver/);
    assert.match(sentence(words), /^\*\*Nothing needs attention/);
    assert.match(await talk.say(people.ada, 'status', privately(people.ada)), /"canDeploy":true/);
  });

  it('is refreshed for the person who clicks, with the same scope', async () => {
    const first = await talk.say(people.dana, 'status shop in staging');
    const { id } = JSON.parse(first) as { id: string };
    talk.world.connector.probe = { answers: false };
    assert.match(
      await talk.click(people.nico, 'status.refresh', id),
      /"title":"shop in staging".*shop is down in staging/,
    );
    for (const forged of ['', 'shop', 'shop/nowhere', '__proto__/', 'toString/', 'a/b/c', '/constructor'])
      assert.doesNotMatch(await talk.click(people.nico, 'status.refresh', forged), /"kind":"Status"/, forged);
  });

  it('refuses names that are not in the catalog', async () => {
    assert.match(await talk.say(people.nico, 'status payments'), /There is no service payments/);
    assert.match(await talk.say(people.nico, 'status shop in nowhere'), /nowhere/);
  });

  it('shows nothing to somebody who can’t view anything', async () => {
    talk.world.changeCatalog((text) => text.replace('  - { everyone: true, role: viewer }\n', ''));
    assert.match(await talk.say(people.nico, 'status'), /You can’t view any service/);
  });

  it('asks nobody about hidden targets, for every role', async () => {
    for (const who of Object.values(roles)) {
      const reply = await talk.router.handleText(turnOf(who, { trigger: 'typed' }), 'status');
      assert.ok('card' in reply && reply.card === 'status/status', wordsOf(reply));
      assert.ok(renderCard(reply.card, reply.data));
    }
  });
});
