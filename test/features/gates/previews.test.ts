import assert from 'node:assert/strict';
import type { Person } from '../../../src/chat/contract';
import { parseCatalog } from '../../../src/core/catalog';
import { newId } from '../../../src/core/keys';
import { people, sampleCatalogText, turnOf } from '../fakes';
import { createTalkWorld, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { ada, dana, noor, avery, nico } = people;
const lines = ['freeze', 'unfreeze', 'lock', 'unlock', 'break lock', 'grant', 'revoke', 'restart', 'cancel'];
const buttons = [
  'locks.unlock',
  'health.restart',
  'approvals.approve',
  'approvals.reject',
  'deployments.cancel',
  'deployments.rollback-service',
];
const marked = [...lines, 'emergencies.start', 'approve', 'reject', ...buttons];
const weekend = `
freezes:
  - { name: Year end, reason: the books are closed, environments: [production], dates: { from: 2026-11-20 00:00, to: 2027-01-01 00:00 } }
`;

interface Case {
  readonly name: string;
  /** Lines typed before, without a question. */
  readonly before?: readonly (readonly [Person, string])[];
  readonly who: Person;
  readonly line: string;
  /** The preview; a refusal comes at once, without a question. */
  readonly shows?: RegExp;
  readonly refuses?: RegExp;
}

const frozen = [noor, 'freeze production 2h because finance is closing the books'] as const;
const locked = [dana, 'lock shop in production until 18:00 because of the tax fix'] as const;
const queued = [noor, 'lock shop in production because of a drill'] as const;
const asked = [dana, 'deploy shop 2.14.0 to production'] as const;

const cases: readonly Case[] = [
  {
    name: 'whose freeze ends',
    before: [frozen],
    who: noor,
    line: 'unfreeze production because it is over',
    shows:
      /Ends the freeze on production\. Noor Operator set it to last until 15:00: “finance is closing the books”\. Deployments can start there again right away/,
  },
  {
    name: 'a freeze that is not there',
    who: noor,
    line: 'unfreeze production because it is over',
    refuses: /production isn’t frozen. Nothing was changed/,
  },
  {
    name: 'a freeze without its reason',
    who: noor,
    line: 'freeze production 2h',
    refuses: /Reason for “freeze production”/,
  },
  {
    name: 'the end of a lock',
    who: dana,
    line: 'lock shop in production until 18:00 because of tax',
    shows: /Only you can make changes to shop in production until 18:00/,
  },
  {
    name: 'the place in line',
    before: [locked],
    who: noor,
    line: 'lock shop in production because of a drill',
    shows:
      /Dana Developer holds the lock on shop in production until 18:00.*You’ll be number 1 in line for the lock on shop in production/,
  },
  {
    name: 'that nobody waits for a lock',
    before: [locked],
    who: dana,
    line: 'unlock shop in production',
    shows: /Releases the lock on shop in production\. Nobody is waiting for it/,
  },
  {
    name: 'who has a lock next',
    before: [locked, queued],
    who: dana,
    line: 'unlock shop in production',
    shows: /Noor Operator is next in line and gets it/,
  },
  {
    name: 'that somebody leaves the line',
    before: [locked, queued],
    who: noor,
    line: 'unlock shop in production',
    shows: /Takes you out of the line for the lock on shop in production/,
  },
  {
    name: 'a lock of somebody else',
    before: [locked],
    who: noor,
    line: 'unlock shop in production',
    refuses: /You can’t change the lock on shop in production.*Dana Developer holds/,
  },
  {
    name: 'from whom a lock is taken',
    before: [locked, queued],
    who: ada,
    line: 'break lock shop in production because Dana is away',
    shows:
      /Dana Developer holds the lock on shop in production until 18:00: “the tax fix”\. Gavel ends their lock.*Noor Operator is next/,
  },
  {
    name: 'a lock that only others may break',
    before: [locked],
    who: noor,
    line: 'break lock shop in production because Dana is away',
    refuses: /You can’t break the lock on shop in production.*You need the admin role for shop in production/,
  },
  {
    name: 'what a role allows',
    who: ada,
    line: 'grant developer on shop in production to Nico Newcomer for 7 days',
    shows:
      /Nico Newcomer will have the view and deploy permissions on shop in production until Fri, Nov\s27, 13:00\sUTC/,
  },
  {
    name: 'that a role is there already',
    before: [[ada, 'grant developer on shop in production to Nico Newcomer']],
    who: ada,
    line: 'grant developer on shop in production to Nico Newcomer for 7 days',
    shows: /They already have the \w+ role there/,
  },
  {
    name: 'what is taken away',
    before: [[ada, 'grant developer on shop in production to Nico Newcomer']],
    who: ada,
    line: 'revoke developer from Nico Newcomer because of an audit',
    shows:
      /Nico Newcomer will lose the view and deploy permissions on shop in production, unless they have another role with the same permissions/,
  },
  {
    name: 'a role that nobody gave',
    who: ada,
    line: 'revoke operator from Nico Newcomer',
    refuses: /doesn’t have the operator role/,
  },
  {
    name: 'what is restarted',
    who: noor,
    line: 'restart shop in production',
    shows:
      /Stops shop in production and starts 2\.13\.0 again\. shop is unavailable while it restarts\. The restart needs 1\sapproval/,
  },
  {
    name: 'what is cancelled',
    before: [asked],
    who: dana,
    line: 'cancel D-1001',
    shows: /Cancels D-1001, shop 2\.14\.0 to production, which is waiting for approval\. Nothing will be deployed/,
  },
  { name: 'a deployment of others', before: [asked], who: nico, line: 'cancel D-1001', refuses: /may|deploy/ },
  {
    name: 'what begins with an approval',
    before: [asked],
    who: avery,
    line: 'approve D-1001',
    shows: /Approves D-1001, shop 2\.14\.0 to production, requested by Dana Developer\. This is the last approval/,
  },
  {
    name: 'what ends with a rejection',
    before: [asked],
    who: avery,
    line: 'reject D-1001 because it is late',
    shows: /Rejects D-1001, shop 2\.14\.0 to production, requested by Dana Developer\. Nothing will be deployed/,
  },
];

describe('a preview before an operation', () => {
  let talk: TalkWorld;
  const start = (more: string): void => {
    const text = `${sampleCatalogText}${more}\nconfirm:\n${marked.map((action) => `  - { action: ${action} }`).join('\n')}\n`;
    const parsed = parseCatalog(text);
    assert.ok('catalog' in parsed, JSON.stringify(parsed));
    talk = createTalkWorld({}, { catalog: () => parsed.catalog });
    const { connector, clock } = talk.world;
    connector.serving.set('shop/production', { version: '2.13.0', commit: '2'.repeat(40), since: clock.now() });
    Object.assign(connector, { services: { restart: async () => ({ processId: 1 }) } });
  };
  afterEach(() => talk.close());

  const questions = () =>
    [...talk.world.outbox.messages.values()].filter(({ key }) => /^confirmation:.*:show$/.test(key));

  async function say(who: Person, line: string): Promise<string> {
    const known = new Set(questions().map(({ key }) => key));
    const said = await talk.say(who, line, { correlationId: newId() });
    await talk.world.pass(1_000);
    const question = questions().find(({ key }) => !known.has(key));
    return question ? JSON.stringify(question.content) : said;
  }

  /** Types it and confirms the question, so that it is done. */
  async function done(who: Person, line: string): Promise<void> {
    const answer = await say(who, line);
    const id = /"verb":"gates.confirm","id":"([0-9a-f]+)"/.exec(answer)?.[1];
    if (id !== undefined) await talk.click(who, 'gates.confirm', id, { correlationId: newId() });
    const draft = /"id":"([0-9a-f]{32})"/.exec(answer)?.[1];
    if (line.startsWith('deploy ') && draft !== undefined) await talk.click(who, 'deployments.request', draft);
    await talk.world.pass(2_000);
  }

  for (const { name, before = [], who, line, shows, refuses } of cases)
    it(`${shows ? 'shows' : 'refuses at once'}: ${name}`, async () => {
      start('');
      for (const [person, said] of before) await done(person, said);
      const asked = questions().length;
      assert.match(await say(who, line), shows ?? refuses ?? assert.fail());
      assert.equal(questions().length - asked, shows ? 1 : 0);
    });

  it('shows what the catalog keeps frozen', async () => {
    start(weekend);
    await done(noor, 'freeze production 2h because finance is closing the books');
    assert.match(await say(noor, 'unfreeze production because of tests'), /Another freeze still applies:.*Year end/);
    await done(noor, 'unfreeze production because of tests');
    const said = JSON.stringify([...talk.world.outbox.messages.values()].map(({ content }) => content));
    assert.match(said, /The freeze on production has ended\*\*: “tests”\. Another freeze still applies there/);
    assert.doesNotMatch(said, /no longer frozen/);
  });

  it('shows for a button what its line would show', async () => {
    start('');
    await done(...locked);
    const said = await talk.click(dana, 'locks.unlock', 'shop/production', { correlationId: newId() });
    assert.match(said, /Nothing has been done yet/);
    await talk.world.pass(1_000);
    assert.match(JSON.stringify(questions().map(({ content }) => content)), /Releases the lock on shop in production/);
  });

  it('shows what an emergency skips, also on the confirmation that the catalog requires', async () => {
    start('');
    const preview = await talk.say(ada, 'emergency deploy shop 2.14.0 to production because customers can’t pay');
    const id = /"id":"([0-9a-f]{32})"/.exec(preview)?.[1] ?? assert.fail(preview);
    const input = { id, reason: 'customers can’t pay' };
    const held = wordsOf(await talk.router.handleAction(turnOf(ada), 'emergencies.start', input));
    assert.match(held, /Nothing has been done yet/);
    await talk.world.pass(1_000);
    assert.match(
      JSON.stringify(questions().map(({ content }) => content)),
      /Deploys shop 2\.14\.0 to production right away, skipping 1\u00a0approval \\\\\(from an approver/,
    );
    assert.equal(talk.world.connector.calls.startRun, 0);
  });

  it('refuses a button at once if there is nothing to restore', async () => {
    start('');
    const said = await talk.click(noor, 'deployments.rollback-service', 'shop/production', { correlationId: newId() });
    assert.match(said, /there is nothing to roll back to/);
    assert.equal(questions().length, 0);
  });

  it('falls back to a general description if nobody can say', async () => {
    start('');
    talk.world.connector.faults.push({ method: 'running', failure: 'unreachable' });
    assert.match(await say(noor, 'restart shop in production'), /Restart a service with its current release/);
  });
});
