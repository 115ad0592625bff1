import assert from 'node:assert/strict';
import { people, turnOf } from './fakes';
import { createTalkWorld, there, wordsOf } from './talk-world';
import type { TalkWorld } from './talk-world';

/** What the commands for looking around answer where there is something, and where there is nothing. */

describe('the answer of', () => {
  let talk: TalkWorld;
  beforeEach(() => void (talk = createTalkWorld()));
  afterEach(() => talk.close());

  const live = (environment: string, version: string): void =>
    void talk.world.connector.serving.set(`shop/${environment}`, { version, commit: '2'.repeat(40), since: 0 });
  const say = async (line: string): Promise<string> => (await talk.say(people.nico, line)).replaceAll('\u00a0', ' ');

  async function request(): Promise<string> {
    live('production', '2.13.0');
    const picker = await talk.say(people.dana, 'deploy shop 2.14.0 to production');
    const id = /"id":"([0-9a-f]{32})"/.exec(picker)?.[1];
    const choice = { id, service: 'shop', environment: 'production', release: '2.14.0', override: '', reason: 'tax' };
    const pointer = wordsOf(await talk.router.handleAction(turnOf(people.dana), 'deployments.request', choice));
    await talk.world.pass(1_000);
    return pointer;
  }

  it('releases names the newest, what is live where, and each release with its commit', async () => {
    live('production', '2.13.0');
    const told = await say('releases shop');
    assert.match(told, /\*\*2\.15\.0 is the newest\.\*\* 2\.13\.0 is live in production\./);
    assert.match(told, /"name":"2\.13\.0","words":"commit 2222222 · live in production"/);
    assert.match(told, /"name":"2\.14\.0","words":"commit 3333333"/);
    assert.match(told, /"id":"changelog shop 2\.14\.0"/);
  });

  it('releases says that nothing is live only where that was read', async () => {
    assert.match(
      await say('releases shop'),
      /\*\*2\.15\.0 is the newest\.\*\* Nothing is live in staging or production\./,
    );
    for (const _each of ['staging', 'production'])
      talk.world.connector.faults.push({ method: 'running', failure: 'unreachable', after: false });
    assert.match(
      await say('releases shop'),
      /newest\.\*\* Gavel couldn’t read what is live in staging and production\./,
    );
  });

  it('releases says that there are none yet, and that there is no such service', async () => {
    talk.world.connector.releasesOf.clear();
    assert.match(await say('releases shop'), /\*\*shop has no releases yet\.\*\*/);
    assert.match(
      await say('releases shpo'),
      /There is no service shpo\. There is nothing to show\. Did you mean shop\?/,
    );
  });

  it('changelog names the commits between two releases, in either direction', async () => {
    const commits = /\*\*1 commit\*\* from 2\.13\.0 to 2\.14\.0, newest first\.[^]*"glyph":"\+"[^]*Add \*gift\* cards/;
    assert.match(await say('changelog shop 2.13.0..2.14.0'), commits);
    assert.match(await say('changelog 2.13.0..2.14.0'), commits, 'the only service that has both is meant');
    assert.match(await say('changelog shop'), /\*\*1 commit\*\* from 2\.14\.0 to 2\.15\.0/);
  });

  it('changelog says that nothing changed, and that there is no such release', async () => {
    talk.world.connector.commits.splice(0);
    assert.match(await say('changelog shop 2.13.0..2.14.0'), /\*\*Nothing changed\*\* from 2\.13\.0 to 2\.14\.0\./);
    assert.match(
      await say('changelog shop 2.13.0..9.9.9'),
      /There is no release 9\.9\.9 of shop\. There is nothing to show\./,
    );
    talk.world.connector.releasesOf.clear();
    assert.match(await say('changelog shop'), /shop has no releases yet\./);
  });

  it('approvals show names who decided, and says where there is no request', async () => {
    await request();
    assert.match(
      await say('approvals show D-1001'),
      /\*\*One approval is needed by[^]*"Requested by","value":"Dana Developer/,
    );
    const approval = [...talk.world.outbox.messages.keys()].find((key) => key.startsWith('approval:'))?.split(':')[1];
    await talk.click(people.avery, 'approvals.approve', approval ?? '');
    assert.match(await say('approvals show D-1001'), /\*\*Approved by Avery Approver\*\*/);
    assert.match(await say('approvals show D-99'), /No approval was requested for D-99\./);
  });

  it('help names no request, release or problem that doesn’t exist, in any example', async () => {
    const names = talk.features.features.flatMap(({ commands = [] }) => commands.map(({ name }) => name));
    // Thanks at the end of a line is only polite.
    for (const name of names.filter((each) => each !== 'thanks')) {
      const told = await talk.say(people.ada, `help ${name}`);
      const { examples } = JSON.parse(told) as { examples?: readonly { command: string; line: string }[] };
      assert.ok(examples && examples.length > 0, `${name}: ${told}`);
      for (const { command, line } of examples)
        assert.doesNotMatch(`${command} ${line}`, /\b[A-Z]{1,3}-[0-9a-f]{2,}|\b\d+\.\d+\.\d+/, name);
    }
  });

  it('on call names who can help with a service, and guesses nobody', async () => {
    const helpers = /I’m not connected to an on-call schedule[^]*Noor Operator or Ada Admin can restart and roll back/;
    assert.match(await say('on call'), new RegExp(`${helpers.source} every service\\.`));
    assert.match(await say('on call shop'), new RegExp(`${helpers.source} shop\\.`));
    assert.match(await say('on call shpo'), /There is no service shpo\. Nothing was looked up\. Did you mean shop\?/);
  });

  it('a request names the channel of its card where that is another one', async () => {
    assert.match(await request(), /card in \*\*Deployments\*\*/);
    talk = createTalkWorld({}, { placeName: async (id) => (id === there.place?.id ? 'General' : undefined) });
    assert.match(await talk.say(people.ada, 'announce shop here', there), /shop/);
    assert.match(await request(), /card in \*\*General\*\*/);
  });
});
