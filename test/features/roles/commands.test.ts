import assert from 'node:assert/strict';
import type { Person } from '../../../src/chat/contract';
import { may, mayAnywhere } from '../../../src/core/catalog/rights';
import { people } from '../fakes';
import { createTalkWorld, privately } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const hour = 3_600_000;
const day = 24 * hour;
const { dana, avery, nico, noor, ada } = people;
const tenant = ada.id.split('/')[0] ?? '';
const nora: Person = { id: `${tenant}/22222222-0000-4000-8000-000000000001`, name: 'Nora Newer' };
const other: Person = { id: `${tenant}/22222222-0000-4000-8000-000000000002`, name: 'Nora Newer' };

/** The line as Teams passes it to the router: with the id of the mentioned person. */
const mentioning = (who: Person) => ({ mentions: [{ token: who.id, name: who.name, person: who }] });

describe('roles granted and revoked in chat', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
  });
  afterEach(() => talk.close());

  const grant = (line: string, who: Person, by: Person = ada): Promise<string> =>
    talk.say(by, line.replace('@', who.id), mentioning(who));
  async function toldTo(who: Person): Promise<string[]> {
    await talk.world.pass(1_000);
    return talk.world.outbox.puts.flatMap(({ destination, content }) =>
      destination.to === 'person' && destination.personId === who.id && 'text' in content ? [content.text] : [],
    );
  }
  const mayDeploy = (who: Person, environment: string): boolean =>
    may(talk.features.catalog(), who.id, 'deploy', { service: 'shop', environment });

  it('grants a role with its scope and end, tells the person and records it', async () => {
    assert.match(
      await grant('grant developer on shop in staging to @ until Friday because Dana is away', nico),
      /\*\*Nico Newcomer now has the developer role\*\* on shop in staging until .*I’ll let them know\./,
    );
    assert.ok(mayDeploy(nico, 'staging'));
    assert.ok(!mayDeploy(nico, 'production'));
    const [told = ''] = await toldTo(nico);
    assert.match(
      told,
      /You have a new role.*developer on shop in staging until .*granted by Ada Admin\..*Dana is away/,
    );
    assert.ok(talk.world.outbox.messages.has('roles:2:tell'), 'under the key that earlier versions would give it');
    const [entry] = (await talk.audits()).filter(({ what }) => what === 'roles.change');
    assert.equal(entry?.who, ada.id);
    assert.equal(entry?.target, nico.id);
    assert.equal(entry?.outcome, 'granted');
    assert.equal(entry?.detail?.['reason'], 'Dana is away');
  });

  it('lets a role expire, and tells its holder kindly, once', async () => {
    await grant('grant developer on shop in staging to @ for 5 hours', nico);
    await talk.world.pass(5 * hour - 5_000, hour);
    assert.ok(mayDeploy(nico, 'staging'));
    talk.world.clock.advance(5_000);
    assert.ok(!mayDeploy(nico, 'staging'), 'at that very moment, whether or not somebody has noticed');
    await talk.world.pass(hour, hour);
    const told = (await toldTo(nico)).slice(1);
    assert.equal(told.length, 1);
    assert.match(
      told[0] ?? '',
      /Your developer role on shop in staging has expired.*`access developer on shop in staging`/,
    );
    assert.match(await talk.say(nico, 'deploy shop to staging'), /You can’t deploy shop to staging/);
  });

  it('changes the end of a grant, and tells nobody about an expiry that is none', async () => {
    await grant('grant developer on shop in staging to @ for 1 day', nico);
    assert.match(await grant('grant developer on shop in staging to @ for 7 days', nico), /until/);
    await talk.world.pass(2 * day, day);
    assert.ok(mayDeploy(nico, 'staging'));
    assert.equal((await toldTo(nico)).length, 2);
    await grant('grant developer on shop to @', nico);
    await talk.world.pass(7 * day, day);
    assert.ok(mayDeploy(nico, 'staging'));
    assert.ok(!(await toldTo(nico)).some((words) => words.includes('is over')));
  });

  it('revokes it at once, says why and how to request it again', async () => {
    await grant('grant developer on shop in staging to @', nico);
    assert.match(
      await grant('revoke developer on shop in staging from @ because the week is over', nico),
      /\*\*Nico Newcomer no longer has the developer role\*\* on shop in staging/,
    );
    assert.ok(!mayDeploy(nico, 'staging'));
    assert.match((await toldTo(nico))[1] ?? '', /revoked\*\* by Ada Admin.*the week is over.*`access developer/);
    assert.match(
      await grant('revoke developer on shop in staging from @', nico),
      /Nico Newcomer doesn’t have the developer role/,
    );
    assert.match(
      await grant('revoke developer from @', dana),
      /Dana Developer has the developer role on every service in every environment through the catalog file or the settings/,
    );
    await grant('grant developer to @', nico);
    assert.match(
      await grant('revoke developer on shop from @', nico),
      /a broader grant on every service in every environment.*Revoke that grant/,
    );
  });

  it('needs the right: nobody else grants or revokes', async () => {
    for (const who of [nico, dana, avery, noor, nora]) {
      assert.match(await grant('grant viewer on shop to @', nico, who), /You can’t grant roles on shop.*Ada Admin can/);
      assert.match(await grant('revoke viewer on shop from @', nico, who), /You can’t revoke roles on shop/);
    }
    assert.equal((await talk.audits()).filter(({ what }) => what === 'roles.change').length, 0);
  });

  it('lets nobody grant more than they have, elsewhere, or for longer', async () => {
    await grant('grant admin on shop in staging to @ for 3 days', noor);
    assert.match(
      await grant('grant developer on shop in staging to @ for 1 day', nico, noor),
      /now has the developer role/,
    );
    assert.match(
      await grant('grant developer on shop in production to @ for 1 day', nico, noor),
      /You can’t grant roles on shop in production|You can’t change roles/,
    );
    assert.match(
      await grant('grant developer on shop to @ for 1 day', nico, noor),
      /You can’t change roles.*admin permission/,
    );
    for (const line of ['grant admin on shop in staging to @', 'grant admin on shop in staging to @ for 4 days'])
      assert.match(
        await grant(line, noor, noor),
        /Your own admin role expires (?:at|on) .* Choose an end date no later than that/,
      );
    await talk.world.pass(4 * day, day);
    assert.match(
      await grant('grant developer on shop in staging to @', nico, noor),
      /You can’t grant roles on shop in staging/,
    );
  });

  it('keeps the last admin', async () => {
    await grant('grant admin to @', nico);
    assert.match(
      await grant('revoke admin from @', ada, nico),
      /Ada Admin has the admin role on every service in every environment through the catalog file or the settings/,
    );
    assert.match(await grant('revoke admin from @', nico, nico), /no longer has the admin role/);
  });

  it('treats a message that is delivered twice as one', async () => {
    const turn = { ...mentioning(nico), correlationId: 'f'.repeat(32) };
    for (let delivery = 0; delivery < 2; delivery++) await talk.say(ada, `grant developer on shop to ${nico.id}`, turn);
    assert.equal((await toldTo(nico)).length, 1);
    assert.equal((await talk.audits()).filter(({ what }) => what === 'roles.change').length, 1);
  });

  it('refuses unknown roles, services, ends and people', async () => {
    assert.match(await grant('grant emperor on shop to @', nico), /There is no role emperor.*The roles are viewer/);
    assert.match(await grant('grant viewer on shopp to @', nico), /no service shopp/);
    assert.match(await grant('grant viewer on shop in venus to @', nico), /doesn’t run in venus/);
    assert.match(
      await grant('grant viewer on shop to @ until the cows come home', nico),
      /I can’t read “the cows come home” as a time/,
    );
    assert.match(
      await talk.say(ada, 'grant viewer on shop to Somebody Else'),
      /I don’t know anyone called Somebody Else/,
    );
    assert.match(await talk.say(ada, 'grant viewer on shop to group:nobodies'), /There is no group nobodies/);
    assert.equal((await talk.audits()).filter(({ what }) => what === 'roles.change').length, 0);
  });

  it('knows people whom no file names, with only what is granted to them', async () => {
    assert.match(await talk.say(nora, 'where'), /You can’t view any service/);
    await grant('grant developer on shop in staging to @', nora);
    assert.ok(mayDeploy(nora, 'staging'));
    assert.ok(
      !may(talk.features.catalog(), nora.id, 'view', { service: 'shop', environment: 'production' }),
      'not what everyone has',
    );
    assert.match(
      await talk.say(nora, 'my roles', privately(nora)),
      /developer.*on shop in staging.*granted by Ada Admin/,
    );
  });

  it('never takes a name in Teams as proof of a person, and tells two with one name apart', async () => {
    await grant('grant viewer on shop in staging to @', nora);
    const one = await talk.say(ada, 'grant admin to Nora Newer');
    assert.match(one, /Do you mean Nora Newer\?.*Nora Newer \(viewer on shop in staging\)/);
    await grant('grant developer on shop to @', other);
    const two = await talk.say(ada, 'grant admin to nora newer');
    assert.match(two, /Which Nora Newer\?/);
    assert.ok(two.includes(nora.id) && two.includes(other.id));
    assert.match(two, /Nora Newer \(viewer on shop in staging\).*Nora Newer \(developer on shop\)/);
    assert.ok(![nora, other].some(({ id }) => mayAnywhere(talk.features.catalog(), id, 'admin')));
  });
});

describe('roles shown in chat', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
  });
  afterEach(() => talk.close());

  it('who can: by a right, a command, or a role, with the end', async () => {
    const asked = await talk.say(ada, 'who can deploy shop to production');
    assert.match(asked, /Who has the deploy permission on shop in production/);
    assert.match(asked, /Dana Developer.*Noor Operator.*Ada Admin/);
    assert.doesNotMatch(asked, /Avery|Nico/);
    await talk.say(ada, `grant developer on shop in production to ${nico.id} for 2 days`, mentioning(nico));
    assert.match(
      await talk.say(dana, 'who can deploy shop to production'),
      /"Nico Newcomer"[^}]*until\sNov\s22, 13:00/,
    );
    assert.doesNotMatch(await talk.say(dana, 'who can deploy shop in staging'), /Nico Newcomer/);
    assert.match(await talk.say(dana, 'who can restart shop'), /Noor Operator/);
    assert.match(asked, /\*\*\d\speople have the deploy permission on shop in production\.\*\* Nobody else does\./);
    assert.match(
      await talk.say(dana, 'who can approver'),
      /Who has the approver role\b.*\*\*2\speople have the approver role\.\*\* Nobody else does\..*Avery Approver/,
    );
    assert.match(await talk.say(dana, 'who can deploy shop'), /people have the deploy permission on shop\./);
    assert.match(await talk.say(dana, 'role who can help'), /Everybody can use `help`/);
    assert.match(await talk.say(dana, 'who can fly'), /There is no permission, command, or role called fly/);
    assert.match(await talk.say(nora, 'who can deploy shop'), /You can’t view shop/);
  });

  it('what can I do, my roles and roles are only about oneself', async () => {
    const say = (who: Person, line: string): Promise<string> => talk.say(who, line, privately(who));
    assert.match(await say(nico, 'what can I do'), /What you can do.*"view"/);
    assert.match(await say(nora, 'what can I do'), /You have no permissions yet.*access/);
    assert.match(await say(nora, 'my roles'), /You have no roles yet/);
    assert.match(await say(noor, 'my roles'), /You have 3\sroles.*viewer.*as everyone.*operator.*approver/);
    const roles = await say(dana, 'roles');
    assert.match(roles, /5\sroles.*viewer.*developer.*"yours"/);
    assert.match(roles, /"name":"admin","words":"[^"]*admin \(grant and revoke roles, change rules\)"/);
  });

  it('sends answers about one person to that person, not to a whole channel', async () => {
    for (const line of ['what can I do', 'my roles']) {
      const said = await talk.say(nico, line);
      assert.match(said, /just for you.*personal chat/);
      assert.doesNotMatch(said, /viewer|view/);
    }
    assert.deepEqual(
      talk.world.outbox.puts.map(({ destination }) => destination),
      Array.from({ length: 2 }, () => ({ to: 'person', personId: nico.id })),
    );
    assert.match(
      await talk.click(nico, 'chat.run', 'what can i do'),
      /What you can do/,
      'a click is seen by one alone',
    );
  });
});
