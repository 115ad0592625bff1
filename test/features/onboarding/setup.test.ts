import assert from 'node:assert/strict';
import { people, places } from '../fakes';
import { ada, createGuideWorld, dana, nico } from './guide-world';
import type { GuideWorld } from './guide-world';

const { general } = places;
const chosen = {
  id: general.id,
  services: 'shop',
  environments: 'staging,production',
  outcomes: 'everything',
  when: 'at once',
  hours: 'none',
};

const revisionIn = (words: string): string => /"revision":"([0-9a-f]+)"/.exec(words)?.[1] ?? assert.fail(words);

describe('setting up a place', () => {
  let guide: GuideWorld;
  beforeEach(() => {
    guide = createGuideWorld();
  });
  afterEach(() => guide.close());

  const sent = (begin: string) => guide.world.outbox.puts.filter(({ key }) => key.startsWith(begin));
  const deploy = async (version: string, environment = 'staging'): Promise<void> => {
    const opened = await guide.command(ada, `deploy shop ${version} to ${environment}`);
    const id = /"id":"([0-9a-f]{32}[^"]*)"/.exec(opened)?.[1];
    await guide.click(ada, 'deployments.request', { id });
    await guide.world.pass(8000);
    guide.world.connector.finish('succeeded');
    await guide.world.pass(20_000);
  };

  it('sends the card only to the person who sets it up, and a test message to the place', async () => {
    assert.match(await guide.command(ada, 'setup', { place: general }), /sent Ada Admin the notification settings/);
    assert.deepEqual(sent('setup:')[0]?.destination, { to: 'person', personId: ada.id });
    assert.match(JSON.stringify(sent('setup:')[0]?.content), /Add me to each private or shared channel/);
    assert.match(
      await guide.click(ada, 'onboarding.setup', chosen),
      /General gets notifications about shop\*\*, right away/,
    );
    const [test] = sent('setup-test:');
    assert.deepEqual(test?.destination, { to: 'place', placeId: general.id });
    assert.match(JSON.stringify(test?.content), /Test message: notifications arrive here/);
    await deploy('2.14.0');
    assert.match(
      JSON.stringify(
        sent('heard:')
          .filter(({ destination }) => destination.to === 'place')
          .map(({ content }) => content),
      ),
      /shop 2\.14\.0 was deployed to staging\*\* and verified/,
    );
  });

  it('saves no form that was drawn before somebody else changed the settings, and shows the differences', async () => {
    await guide.command(ada, 'setup', { place: general });
    const first = revisionIn(JSON.stringify(sent('setup:')[0]?.content));
    const save = { ...chosen, revision: first };
    assert.match(
      await guide.click(ada, 'onboarding.setup', save),
      /onboarding\.open-setup/,
      'the result replaces the form',
    );
    await guide.command(ada, 'digest daily at 9', { place: general });
    const outdated = await guide.click(ada, 'onboarding.setup', save);
    assert.match(outdated, /Not saved: someone changed these settings/);
    assert.match(outdated, /differ from yours:.*notifications arrive \*\*once a day\*\*, not right away/);
    assert.match(await guide.command(ada, 'subscriptions', { place: general }), /daily digest at 09:00/);
    const { revision: _revision, ...older } = save;
    assert.match(await guide.click(ada, 'onboarding.setup', older), /Not saved/, 'forms of earlier versions, too');
    assert.match(await guide.click(ada, 'onboarding.setup', { ...save, revision: revisionIn(outdated) }), /right away/);
    assert.match(await guide.command(ada, 'subscriptions', { place: general }), /Notifications arrive right away/);
    assert.doesNotMatch(await guide.click(ada, 'onboarding.setup', save), /Not saved/, 'the same again says the same');
  });

  it('is one card, whether people type subscribe, setup or announce, and says plainly that approvals move', async () => {
    for (const line of ['subscribe', 'setup', 'announce', 'announce here']) {
      assert.match(
        await guide.command(ada, line, { place: general }),
        /sent Ada Admin the notification settings/,
        line,
      );
      const { content } = sent('setup:').at(-1) ?? {};
      assert.match(
        JSON.stringify(content),
        /Notifications for General.*posted where the deployment was requested/,
        line,
      );
    }
    assert.match(await guide.command(ada, 'subscribe'), /Your settings/);
    const old = revisionIn(JSON.stringify(sent('setup:').at(-1)?.content));
    const here = await guide.command(ada, 'announce shop here', { place: general });
    assert.match(here, /approval requests for shop go to General.*Approvers can approve there/);
    await guide.command(ada, 'setup', { place: general });
    assert.match(JSON.stringify(sent('setup:').at(-1)?.content), /"cards":"true".*cards for shop go to General/);
    // Somebody else moved the cards in the meantime: an old form doesn’t silently move them back.
    const other = { ...general, id: 'channel:other', name: 'Other' };
    await guide.command(ada, 'announce shop here', { place: other });
    const refused = await guide.click(ada, 'onboarding.setup', { ...chosen, cards: 'true', revision: old });
    assert.match(refused, /Not saved.*deployment cards go to \*\*Other for shop\*\*/);
  });

  it('says in a group chat what Teams does not do there, and in private where to do it', async () => {
    const group = { id: 'group:crew', kind: 'group', name: 'Crew' } as const;
    await guide.command(ada, 'setup', { place: group });
    assert.match(JSON.stringify(sent('setup:')[0]?.content), /no threads/);
    assert.match(await guide.command(ada, 'setup'), /Your settings/, 'alone, it is about what comes to oneself');
  });

  it('checks the right at the click, for what is chosen and for what is removed', async () => {
    assert.match(await guide.command(nico, 'setup', { place: general }), /You need the announce permission/);
    await guide.command(ada, 'setup', { place: general });
    assert.match(await guide.click(nico, 'onboarding.setup', chosen), /You can’t choose.*Ada Admin can/);
    assert.match(await guide.click(dana, 'onboarding.setup', { ...chosen, services: '' }), /No service was chosen/);
    assert.equal(sent('setup-test:').length, 0);
    assert.match(await guide.click(ada, 'onboarding.setup', { ...chosen, services: '' }), /No service was chosen/);
    assert.match(
      await guide.click(ada, 'onboarding.setup', { ...chosen, id: 'nowhere' }),
      /can’t find that channel anymore/,
    );
    assert.match(await guide.click(ada, 'onboarding.setup', { ...chosen, hours: 'at night' }), /Nothing was changed/);
  });

  it('makes somebody an approver under the rules for grants, and ends notifications if nothing is chosen', async () => {
    await guide.command(ada, 'setup', { place: general });
    const given = await guide.click(ada, 'onboarding.setup', { ...chosen, approver: people.nico.id });
    assert.match(given, /Nico Newcomer is now an approver for shop/);
    assert.match(await guide.command(nico, 'my roles'), /approver/);
    const again = await guide.click(ada, 'onboarding.open-setup', { id: general.id });
    const emptied = { ...chosen, services: '', revision: revisionIn(again) };
    assert.match(await guide.click(ada, 'onboarding.setup', emptied), /no longer gets notifications/);
    await deploy('2.14.0');
    assert.equal(sent('heard:').length, 0);
  });

  it('says so if the card or the test message can’t arrive', async () => {
    await guide.command(ada, 'setup', { place: general });
    await guide.refuse('setup:');
    const [missed] = sent('setup-missed:');
    assert.deepEqual(missed?.destination, { to: 'place', placeId: general.id });
    assert.match(JSON.stringify(missed?.content), /Open a chat with me/);
    await guide.click(ada, 'onboarding.setup', chosen);
    await guide.refuse('setup-test:');
    const [failed] = sent('setup-failed:');
    assert.deepEqual(failed?.destination, { to: 'person', personId: ada.id });
    assert.match(JSON.stringify(failed?.content), /didn’t arrive in General.*Add me to that channel/);
  });

  it('offers the card to the person who added Gavel, if they can use it', async () => {
    const turn = (person: typeof ada) => ({
      correlationId: `c-${person.id}`,
      reference: 'r',
      receivedAt: 0,
      person,
      place: general,
      thread: undefined,
      trigger: 'typed' as const,
      begin: async () => undefined,
    });
    await guide.features.welcome(turn(nico));
    assert.equal(sent('setup:').length, 0);
    await guide.features.welcome(turn(ada));
    await guide.features.welcome(turn(ada));
    assert.equal(new Set(sent('setup:').map(({ key }) => key)).size, 1);
  });

  it('tells people about what they chose to follow, but not about their own actions or what they can’t view', async () => {
    for (const who of [nico, ada]) {
      await guide.command(who, 'onboarding');
      for (const answer of ['look', 'shop', 'at once', 'none', 'utc']) await guide.say(who, answer);
    }
    await guide.world.pass(1000);
    guide.world.connector.probe = { answers: false, complaint: 'the database is away' };
    await deploy('2.14.0');
    await guide.world.pass(30_000);
    const told = sent('heard:');
    assert.deepEqual(
      told.map(({ destination }) => destination),
      [{ to: 'person', personId: nico.id }],
    );
    assert.match(JSON.stringify(told[0]?.content), /shop 2\.14\.0 in staging (failed|was rolled back)/);
  });
});
