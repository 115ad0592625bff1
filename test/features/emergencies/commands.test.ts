import assert from 'node:assert/strict';
import type { CardContent, Person, Turn } from '../../../src/chat/contract';
import { renderCard } from '../../../src/core/card';
import { parseCatalog } from '../../../src/core/catalog';
import { people, places, sampleCatalogText, turnOf } from '../fakes';
import { createTalkWorld, privately, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';

type Data = CardContent<'emergencies/emergency'>['data'];

const { ada, avery, dana, nico, noor } = people;
const minute = 60_000;
const line = 'emergency deploy shop 2.14.0 to production because customers can’t pay';
/** Two people with each role, and nobody can view everything by default. */
const catalogText = sampleCatalogText.replace(
  '  - { person: ada, role: admin }\n',
  '  - { person: ada, role: admin }\n  - { person: noor, role: admin }\n',
);

/** Where everybody is, according to the chat tool's directory. */
const directory = {
  placeName: async (id: string) => id.replace(/^channel:/, ''),
  isPersonal: async (id: string) => id.startsWith('personal:'),
  isGone: async (id: string) => id === 'channel:left',
  ownerOf: async (id: string) => (id === 'channel:subscribed' ? { personId: nico.id } : undefined),
};
const channel = (name: string): Partial<Turn> => ({ place: { id: `channel:${name}`, kind: 'channel', name } });

describe('an emergency deployment', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    const parsed = parseCatalog(catalogText);
    assert.ok('catalog' in parsed);
    talk = createTalkWorld({}, { ...directory, catalog: () => parsed.catalog });
    const commit = talk.world.connector.releasesOf.get('2.13.0')?.commit ?? '';
    talk.world.connector.serving.set('shop/production', { version: '2.13.0', commit, since: 0 });
  });
  afterEach(() => talk.close());

  const settle = (ms = 1_000): Promise<void> => talk.world.pass(ms);
  async function preview(who: Person = ada, words = line, more: Partial<Turn> = {}): Promise<Data> {
    const reply = await talk.router.handleText(turnOf(who, { trigger: 'typed', ...more }), words);
    assert.ok('card' in reply && reply.card === 'emergencies/emergency', wordsOf(reply));
    renderCard(reply.card, reply.data);
    return reply.data as Data;
  }
  const start = (id: string, who: Person = ada, reason = 'customers can’t pay'): Promise<string> =>
    talk.router.handleAction(turnOf(who), 'emergencies.start', { id, reason }).then(wordsOf);
  async function begin(): Promise<string> {
    const said = await start((await preview()).id);
    await settle();
    assert.match(said, /started this as D-1001/);
    return said;
  }
  async function finish(): Promise<void> {
    talk.world.connector.finish('succeeded');
    await settle(25_000);
  }
  const started = (): number => talk.world.connector.calls.startRun;
  const notices = (): { to: string; data: Data }[] =>
    [...talk.world.outbox.messages.values()].flatMap(({ key, destination, content }) =>
      key.startsWith('emergency:') && 'card' in content
        ? [
            {
              to:
                destination.to === 'person'
                  ? destination.personId
                  : destination.to === 'place'
                    ? destination.placeId
                    : '',
              data: content.data as Data,
            },
          ]
        : [],
    );
  const noticeTo = (who: string): Data => notices().find(({ to }) => to === who)?.data ?? assert.fail(`none to ${who}`);
  const shown = (): Data => noticeTo(places.deployments.id);
  const fact = ({ facts }: Data, title: string): string => facts.find((each) => each.title === title)?.value ?? '';

  describe('before it starts', () => {
    it('shows which rules it would skip, whom it would notify and who reviews it, and starts nothing', async () => {
      await talk.say(dana, 'lock shop in production until 18:00 because I am testing the tax fix');
      await talk.say(noor, 'freeze production until Monday 8:00 because finance is closing the books');
      const data = await preview();
      assert.deepEqual([data.state.word, data.state.tone, data.start], ['Preview', 'warning', 'Deploy 2.14.0 now']);
      assert.match(data.sentence, /^\*\*Nothing has started\.\*\* If you continue, you’ll skip the rules below/);
      assert.deepEqual(
        data.skips.map(({ name, detail }) => `${name} ${detail}`.replaceAll('\u00a0', ' ')),
        [
          '1 approval from an approver',
          'Lock by Dana Developer until 18:00: “I am testing the tax fix”',
          'Freeze by Noor Operator until Nov 23, 08:00: “finance is closing the books”',
        ],
      );
      assert.equal(fact(data, 'Notifies'), 'Dana Developer, Avery Approver, Noor Operator, and deployments');
      assert.equal(fact(data, 'Can\u00a0review'), 'Avery Approver or Noor Operator, once it finishes');
      assert.equal(fact(data, 'Replaces'), '2.13.0, ●\u00a0Healthy');
      assert.match(fact(data, 'Changes'), /1\u00a0commit: “Add \\\*gift\\\* cards”/);
      await settle();
      assert.deepEqual([started(), notices().length], [0, 0]);
    });

    it('says so if no rule is in the way', async () => {
      const data = await preview(ada, 'emergency deploy shop 2.14.0 to staging because it burns');
      assert.match(
        data.sentence,
        /doesn’t have to be an emergency\. To deploy without a review, type `deploy shop 2\.14\.0 to staging`\.$/,
      );
      assert.deepEqual(data.skips, []);
    });

    it('has a field for the reason, and nothing starts without one', async () => {
      const data = await preview(ada, 'emergency deploy shop 2.14.0 to production');
      assert.equal(data.reason, '');
      assert.match(await start(data.id, ada, ' '), /needs a reason\. Nothing was started/);
      assert.match(await start(data.id, ada, 'it burns'), /started this as D-1001/);
    });

    it('starts once for two clicks at once and for a click after the start', async () => {
      const { id } = await preview();
      const said = await Promise.all([start(id), start(id), start(id)]);
      await settle();
      assert.equal((await talk.audits()).filter(({ what }) => what === 'deployments.request').length, 1);
      for (const words of [...said, await start(id)]) assert.match(words, /started this as D-100\d/);
      await settle();
      assert.equal(started(), 1);
    });

    const others: readonly [string, Person, RegExp][] = [
      ['somebody who may not', dana, /You can’t start an emergency deployment that Ada Admin prepared/],
      ['another admin', noor, /a preview of your own\. Ada Admin can start it/],
    ];
    for (const [what, who, words] of others)
      it(`is not started, nor canceled, by ${what}`, async () => {
        const { id } = await preview();
        assert.match(await start(id, who), words);
        assert.match(await talk.click(who, 'emergencies.dismiss', id), words);
        await settle();
        assert.equal(started(), 0);
        assert.match(await start(id), /started this as D-1001/);
      });

    for (const who of [dana, avery, nico])
      it(`is not even shown to ${who.name}, who lacks the role`, async () => {
        const said = await talk.say(who, line);
        assert.match(said, /can’t do an emergency deployment of shop to production|permission/);
        assert.match(said, /Ada Admin/);
        assert.equal(started(), 0);
      });

    for (const words of ['emergency deploy', 'emergency deploy shop', 'emergency deploy to production'])
      it(`asks only those for the rest of \`${words}\` who could do it somewhere`, async () => {
        assert.match(
          await talk.say(dana, words),
          /You can’t do an emergency deployment.*Noor Operator and Ada Admin can\..*You need the admin role/,
        );
        assert.match(await talk.say(ada, words), /Nothing has been done yet.*to continue/);
      });

    it('shows the way to its deployment once it has started', async () => {
      const { id } = await preview();
      const reply = await talk.router.handleAction(turnOf(ada), 'emergencies.start', { id, reason: 'it burns' });
      assert.ok('card' in reply);
      const { deploymentId } = reply.data as Data;
      assert.match(await talk.click(ada, 'deployments.open', deploymentId), /shop 2\.14\.0 to production/);
    });

    it('does nothing for somebody who lost the role between the preview and the click', async () => {
      await talk.say(ada, 'grant admin to Dana Developer until tomorrow');
      const { id } = await preview(dana);
      await talk.say(ada, 'revoke admin from Dana Developer');
      assert.match(
        await start(id, dana),
        /You can’t do an emergency deployment of shop to production\. Nothing was started/,
      );
      await settle();
      assert.equal(started(), 0);
    });

    it('is canceled for good', async () => {
      const { id } = await preview();
      assert.match(await talk.click(ada, 'emergencies.dismiss', id), /Ada Admin canceled this.*nobody was notified/);
      assert.match(await start(id), /Ada Admin canceled this/);
      await settle();
      assert.deepEqual([started(), notices().length], [0, 0]);
    });

    it('expires after fifteen minutes', async () => {
      const { id } = await preview();
      await settle(16 * minute);
      assert.match(await start(id), /didn’t start this in time.*Nothing was started/);
      assert.equal(started(), 0);
    });

    it('is shown again if it would skip something else by then', async () => {
      const { id } = await preview();
      await talk.say(dana, 'lock shop in production because I am testing the tax fix');
      const again = await start(id);
      assert.match(again, /The rules that would be skipped have changed/);
      assert.match(again, /Lock by Dana Developer/);
      await settle();
      assert.equal(started(), 0);
      assert.match(await start(id), /started this as D-1001/);
    });

    it('starts nothing if the version means another commit by then', async () => {
      const { id } = await preview();
      const release = talk.world.connector.releasesOf.get('2.14.0') ?? assert.fail();
      talk.world.connector.releasesOf.set('2.14.0', { ...release, commit: 'e'.repeat(40) });
      assert.match(await start(id), /now points to commit/);
      await settle();
      assert.equal(started(), 0);
    });

    it('has no preview of something that does not exist or is already live', async () => {
      assert.match(await talk.say(ada, line.replace('2.14.0', '9.9.9')), /There is no release 9\.9\.9 of shop/);
      assert.match(await talk.say(ada, line.replace('2.14.0', '2.13.0')), /is already live in production/);
      assert.match(await talk.say(ada, line.replace('production', 'mars')), /mars/);
    });

    it('confirms an alias, too, and is never started by a schedule', async () => {
      await talk.say(ada, `alias fire = ${line}`);
      assert.match(await talk.say(ada, 'fire'), /Nothing has started/);
      const planned = await talk.say(ada, `every day at 13:30 ${line}`);
      await settle(40 * minute);
      assert.equal(started(), 0, planned);
    });
  });

  describe('once it has started', () => {
    it('tells the lock holder, the approvers and the owners in person, and every channel it concerns', async () => {
      await talk.say(ada, 'announce shop here', channel('announced'));
      await talk.say(ada, 'subscribe shop on success', channel('subscribed'));
      await talk.say(ada, 'subscribe shop on failure', channel('left'));
      await talk.say(dana, 'lock shop in production because I am testing the tax fix', channel('locked'));
      await talk.say(
        noor,
        'freeze production until Monday 8:00 because finance is closing the books',
        channel('frozen'),
      );
      await talk.say(noor, 'freeze production shop until tomorrow because of me', privately(noor));
      const { id } = await preview();
      await start(id);
      await settle();
      const told = notices()
        .map(({ to }) => to)
        .sort();
      assert.deepEqual(
        told,
        [
          ...['announced', 'deployments', 'frozen', 'locked', 'subscribed'].map((name) => `channel:${name}`),
          ...[avery, dana, nico, noor].map((person) => person.id),
        ].sort(),
      );
      assert.match(noticeTo(dana.id).note, /^You’re getting this because you hold the lock on shop in production\./);
      assert.match(noticeTo(avery.id).note, /you can approve deployments of shop to production/);
      assert.match(noticeTo(nico.id).note, /you manage Gavel in a channel that was notified/);
      assert.equal(
        fact(shown(), 'Notified'),
        'Dana Developer, Nico Newcomer, Avery Approver, Noor Operator, deployments, announced, subscribed, frozen, and 1\u00a0more channel',
      );
    });

    it('is red while it runs, and names each skipped rule and each person', async () => {
      await talk.say(dana, 'lock shop in production until 18:00 because I am testing the tax fix');
      await begin();
      const data = shown();
      assert.deepEqual([data.kind, data.state.word, data.state.tone], ['Emergency D-1001', 'Emergency', 'attention']);
      assert.equal(
        data.sentence,
        '**Ada Admin is deploying this without approval**, overriding Dana Developer’s lock. The run has started.',
      );
      assert.deepEqual(
        data.skips.map(({ name }) => name),
        ['1\u00a0approval', 'Lock by Dana Developer'],
      );
      assert.equal(fact(data, 'Reason'), '“customers can’t pay”');
      assert.equal(fact(data, 'Replaces'), '2.13.0');
      talk.world.connector.finish('succeeded');
      await settle(2_000);
      assert.match(shown().sentence, /2\.14\.0 is live and being verified\.$/);
      assert.equal(shown().state.tone, 'attention');
      await settle(25_000);
      assert.deepEqual([shown().state.word, shown().state.tone], ['Review due', 'warning']);
      assert.match(
        shown().sentence,
        /^\*\*Please review this emergency deployment by Sat, Nov\s21, 13:00 UTC\.\*\* .*2\.14\.0/,
      );
    });

    it('says who was not reached, until they are', async () => {
      await begin();
      const key = [...talk.world.outbox.messages].find(
        ([each, { destination }]) =>
          each.startsWith('emergency:') && destination.to === 'person' && destination.personId === avery.id,
      )?.[0];
      await talk.world.outbox.giveUp(key ?? assert.fail());
      await settle();
      assert.equal(fact(shown(), 'Not\u00a0reached'), 'Avery Approver');
      assert.equal(fact(shown(), 'Notified'), 'Noor Operator and deployments');
    });

    it('notifies once, however often its effects are performed', async () => {
      const { id } = await preview();
      await Promise.all([start(id), start(id)]);
      await settle();
      await finish();
      const posts = talk.world.outbox.posts.map(({ key }) => key).filter((key) => key.startsWith('emergency:'));
      assert.equal(new Set(posts).size, posts.length);
      assert.equal(posts.length, 3, 'the channel and two people');
    });

    it('shows a lock and a freeze that begin while it waits, and tells their people before the run starts', async () => {
      await begin();
      await start((await preview(ada, line.replace('2.14.0', '2.15.0'))).id);
      await settle();
      const second = (): { to: string; data: Data }[] =>
        notices().filter(({ data }) => data.kind === 'Emergency D-1002');
      const shownTo = (who: string): Data =>
        second().find(({ to }) => to === who)?.data ?? assert.fail(`none to ${who}`);
      assert.deepEqual(
        second().map(({ to }) => to),
        [places.deployments.id, avery.id, noor.id],
      );
      await talk.say(dana, 'lock shop in production because I am testing the tax fix');
      await talk.say(noor, 'freeze production 2h because finance is closing the books', channel('frozen'));
      await settle(2_000);
      assert.equal(started(), 1);
      for (const who of [places.deployments.id, 'channel:frozen', dana.id, avery.id])
        assert.deepEqual(
          shownTo(who).skips.map(({ name, detail }) => `${name} ${detail}`.replaceAll('\u00a0', ' ')),
          [
            '1 approval from an approver',
            'Lock by Dana Developer “I am testing the tax fix”',
            'Freeze by Noor Operator until 15:00: “finance is closing the books”',
          ],
        );
      assert.match(shownTo(dana.id).note, /^You’re getting this because you hold the lock on shop in production\./);
      assert.match(
        shownTo(avery.id).sentence,
        /overriding Dana Developer’s lock and the freeze\. The deployment starts when D-1001 finishes\.$/,
      );
      await talk.say(dana, 'lock shop in production until 18:00 because I am still testing');
      await settle(2_000);
      assert.equal(shownTo(dana.id).skips.length, 3, 'it is the same lock');
      await finish();
      assert.equal(started(), 2);
    });

    it('needs no review if it was canceled before anything ran', async () => {
      await begin();
      const second = await preview(ada, line.replace('2.14.0', '2.15.0'));
      assert.equal(fact(second, 'Starts'), 'When D-1001 finishes');
      await start(second.id);
      await settle();
      const notice = (): Data => notices().find(({ data }) => data.kind === 'Emergency D-1002')?.data ?? assert.fail();
      assert.match(notice().sentence, /The deployment starts when D-1001 finishes\.$/);
      await talk.say(ada, 'cancel D-1002');
      await settle(5_000);
      assert.equal(started(), 1);
      assert.equal(notice().state.word, 'Not deployed');
      assert.match(notice().sentence, /^\*\*No review is needed\.\*\* .*Nothing was deployed: /);
      assert.match(await talk.say(avery, 'close review D-1002 because fine'), /there is nothing to review/);
      assert.doesNotMatch(await talk.say(ada, 'reviews'), /D-1002/);
    });
  });

  describe('its review', () => {
    it('can’t be closed before the run has ended, in any way', async () => {
      await begin();
      const { id } = shown();
      assert.match(
        await talk.say(avery, 'close review D-1001 because fine'),
        /hasn’t finished, so it can’t be reviewed/,
      );
      assert.match(
        wordsOf(await talk.router.handleAction(turnOf(avery), 'emergencies.close', { id, findings: 'fine' })),
        /hasn’t finished/,
      );
      talk.world.connector.finish('succeeded');
      await settle(2_000);
      assert.match(await talk.say(avery, 'close review D-1001 because fine'), /hasn’t finished/, 'while verifying');
      await settle(25_000);
      assert.match(await talk.say(avery, 'close review D-1001 because fine'), /The review of D-1001 is closed/);
      await settle();
      assert.match(shown().sentence, /Reviewed by Avery Approver/);
    });

    it('is closed by people with the right, never by the person who deployed, and the form is drawn for nobody else', async () => {
      await begin();
      for (const { data } of notices()) assert.equal(data.findings, false, 'nothing to review yet');
      await finish();
      const { id } = shown();
      assert.deepEqual(
        [shown().findings, noticeTo(avery.id).findings, noticeTo(noor.id).findings],
        [false, true, true],
      );
      assert.deepEqual(shown().refreshFor, [avery.id, noor.id]);
      for (const [who, hasForm] of [
        [avery, true],
        [noor, true],
        [ada, false],
        [dana, false],
        [nico, false],
      ] as const) {
        const reply = await talk.router.handleAction(turnOf(who), 'emergencies.view', { id });
        assert.ok('card' in reply, wordsOf(reply));
        assert.equal((reply.data as Data).findings, hasForm, who.name);
      }
      const close = async (who: Person, findings: string): Promise<string> =>
        wordsOf(await talk.router.handleAction(turnOf(who), 'emergencies.close', { id, findings }));
      assert.match(await close(ada, 'fine'), /You requested D-1001, so someone else has to review it/);
      assert.match(await talk.say(ada, 'close review D-1001 because fine'), /You requested D-1001/);
      assert.match(await close(dana, 'fine'), /You can’t review D-1001.*Avery Approver or Noor Operator can/);
      assert.match(await talk.say(dana, 'close review D-1001 because fine'), /Avery Approver/);
      assert.match(await close(avery, ' '), /A review needs findings/);
      const said = await Promise.all([close(avery, 'a check was missing'), close(noor, 'fine')]);
      assert.equal(said.filter((words) => /was already reviewed by/.test(words)).length, 1, said.join('\n'));
      await settle();
      assert.equal(shown().state.word, 'Reviewed');
      assert.equal((await talk.audits()).filter(({ outcome }) => outcome === 'reviewed').length, 1);
    });

    it('asks for missing findings with a form', async () => {
      await begin();
      await finish();
      assert.match(await talk.say(avery, 'close review D-1001'), /chosen-findings/);
    });

    it('sends a reminder every day until it is closed, in person only to people who can close it', async () => {
      await talk.say(dana, 'lock shop in production because I am testing the tax fix');
      await begin();
      await finish();
      await talk.world.pass(24 * 60 * minute, 60 * minute);
      const reminded = [...talk.world.outbox.messages.values()].flatMap(({ key, destination }) =>
        key.includes(':remind:1:') ? [destination.to === 'person' ? destination.personId : 'channel'] : [],
      );
      assert.deepEqual(reminded.sort(), ['channel', avery.id, noor.id].sort());
    });
  });
});
