import assert from 'node:assert/strict';
import type { Question, Reply } from '../../../src/chat/contract';
import { RefusalError } from '../../../src/core/refusal';
import { renderCard } from '../../../src/core/card';
import { createApprovals } from '../../../src/features/approvals';
import type { ApprovalOutcome, ApprovalRequest } from '../../../src/features/approvals';
import { wordsOf } from '../../playground/client';
import { createFakeWorld, people, places, turnOf } from '../fakes';
import type { FakeWorld } from '../fakes';

const id = '0123456789abcdef0123456789abcdef';

const sampleFacts = {
  title: 'shop 2.14.0 to production',
  label: 'D-1001',
  nothingIs: 'deployed',
  approveTitle: 'Approve 2.14.0',
  facts: [{ title: 'Commit', value: 'abc1234' }],
  commitsTitle: 'What changes',
  commits: [{ commit: 'abc1234', message: '**<at>all</at>** ${x}', author: 'A. [Sample](x)' }],
  commitsMore: '',
};

describe('an approval', () => {
  let world: FakeWorld;
  let parts: ReturnType<typeof createApprovals>;
  let outcomes: ApprovalOutcome[];
  let boundTo: string | undefined;
  let factsAsked: number;

  beforeEach(async () => {
    world = createFakeWorld();
    parts = createApprovals(world.deps);
    outcomes = [];
    boundTo = 'commit-1';
    factsAsked = 0;
    parts.approvals.registerSubject('deployment', {
      facts: async () => {
        factsAsked += 1;
        return sampleFacts;
      },
      boundTo: async () => boundTo,
      decided: async (_subject, outcome) => void outcomes.push(outcome),
    });
    await open();
  });
  afterEach(() => world.close());

  async function open(more: Partial<ApprovalRequest> = {}): Promise<void> {
    await parts.approvals.open({
      id,
      kind: 'deployment',
      subjectId: 's',
      target: { service: 'shop', environment: 'production' },
      requester: people.dana,
      rule: { required: 1, role: 'approver', requesterMayApprove: false, expiresAfterSeconds: 60 },
      boundTo: 'commit-1',
      placeId: places.deployments.id,
      expiresAt: world.clock.now() + 60_000,
      correlationId: 'c'.repeat(32),
      ...more,
    });
    await world.pass(0);
  }

  const click = (
    verb: string,
    who = people.avery,
    input: object = {},
    trigger: 'clicked' | 'automatic' = 'clicked',
  ): Promise<Reply> => {
    const action = parts.feature.actions?.find((each) => each.verb === verb);
    assert.ok(action, verb);
    return action.run(turnOf(who, { trigger }), action.input.parse({ id, ...input })).catch(toNotice);
  };
  /** As the router reports it. */
  const toNotice = (error: unknown): Reply =>
    error instanceof RefusalError ? { notice: error.message } : assert.fail(String(error));
  const words = (reply: Reply): string =>
    'card' in reply ? wordsOf(renderCard(reply.card, reply.data)) : 'notice' in reply ? reply.notice : '';
  const channelCard = (): string => {
    const content = world.outbox.messages.get(`approval:${id}:place`)?.content;
    assert.ok(content && 'card' in content);
    return wordsOf(renderCard(content.card, content.data));
  };

  it('goes to the channel without buttons, and to each approver personally with them', () => {
    assert.doesNotMatch(channelCard(), /Approve 2\.14\.0/);
    assert.match(channelCard(), /One approval is needed by/);
    const personal = [...world.outbox.messages.values()].filter((each) => each.key.includes(':person:'));
    assert.deepEqual(
      personal.map((each) => each.destination),
      [
        { to: 'person', personId: people.avery.id },
        { to: 'person', personId: people.noor.id },
      ],
    );
    for (const { content } of personal)
      assert.ok('card' in content && /Approve 2\.14\.0/.test(wordsOf(renderCard(content.card, content.data))));
  });

  it('shows its buttons to approvers only', async () => {
    assert.match(words(await click('approvals.view', people.avery, {}, 'automatic')), /Approve 2\.14\.0/);
    assert.doesNotMatch(words(await click('approvals.view', people.nico)), /Approve 2\.14\.0|Reject/);
    assert.match(words(await click('approvals.view', people.dana)), /You requested this, so you can’t approve it/);
  });

  it('asks for the reason before a rejection, only people who can, and shows the current state if it came too late', async () => {
    const ask = async (verb: string, who = people.avery): Promise<Question> => {
      const action = parts.feature.actions?.find((each) => each.verb === verb);
      assert.ok(action?.asks);
      return action.asks(turnOf(who), id);
    };
    const reject = await ask('approvals.reject');
    assert.deepEqual([reject.title, reject.go], ['Reject shop 2.14.0 to production?', 'Reject request']);
    assert.match(
      reject.sentence,
      /This ends the request\.\*\* Nothing will be deployed\. Dana Developer will see your reason/,
    );
    const note = await ask('approvals.approve-with-note', people.noor);
    assert.deepEqual([note.title, note.go], ['Approve shop 2.14.0 to production?', 'Approve 2.14.0']);
    await assert.rejects(ask('approvals.reject', people.dana), /You can’t reject your own request D-1001/);
    await assert.rejects(ask('approvals.reject', people.nico), /D-1001.*Avery Approver/);
    const answer = { reason: 'no test', revision: reject.revision };
    const decided = await click('approvals.reject', people.avery, answer);
    assert.ok('card' in decided && decided.about === `approval:${id}`, 'the dialog closes over the card that shows it');
    const late = await click('approvals.approve-with-note', people.noor, { note: 'fine', revision: note.revision });
    assert.match(words(late), /^D-1001 was already rejected by Avery Approver at .*: “no test”/);
    await assert.rejects(ask('approvals.reject', people.noor), /was already rejected by Avery Approver/);
  });

  it('shows outside text as text', async () => {
    assert.match(words(await click('approvals.view')), /\*\*<at>all<\/at>\*\* \$\{x\}/);
  });

  it('is decided once when two hundred people click at once, and everybody sees who was first', async () => {
    factsAsked = 0;
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, n) => click('approvals.approve', n % 2 ? people.avery : people.noor)),
    );
    assert.equal(factsAsked, 1, 'the outside systems are asked once for all of them');
    await world.pass(0);
    assert.equal(outcomes.length, 1);
    assert.equal(new Set(replies.map(words).map((text) => /Approved by ([A-Z]\w+ \w+)/.exec(text)?.[1])).size, 1);
    const entries = await world.deps.store.audit.read({ words: ['D-1001'] });
    assert.deepEqual(
      entries.map((each) => each.what),
      ['approvals.approve'],
    );
  });

  it('ends in one state when Approve and Reject race', async () => {
    await Promise.all([
      click('approvals.approve', people.avery),
      click('approvals.reject', people.noor, { reason: 'no' }),
    ]);
    await world.pass(0);
    assert.equal(outcomes.length, 1);
  });

  it('parses no note and calls no outside system for somebody who can’t decide', async () => {
    let read = 0;
    parts.approvals.registerSubject('read-counted', {
      facts: async () => (read++, { ...sampleFacts, label: 'D-1002' }),
      boundTo: async () => (read++, 'commit-1'),
      evidence: async () => (read++, []),
      objection: async () => void read++,
      decided: async () => undefined,
    });
    const other = 'f'.repeat(32);
    await open({ id: other, kind: 'read-counted' });
    read = 0;
    const note = 'for ' + '1 day '.repeat(80);
    for (const who of [people.dana, people.nico])
      for (const verb of ['approvals.approve', 'approvals.approve-with-note', 'approvals.reject'])
        assert.match(words(await click(verb, who, { id: other, note, reason: note })), /Avery Approver/);
    assert.equal(read, 0);
    await click('approvals.approve', people.avery, { id: other });
    assert.ok(read > 0);
  });

  it('refuses the requester and strangers, and names who can', async () => {
    assert.match(
      words(await click('approvals.approve', people.dana)),
      /You can’t approve your own request D-1001.*Avery Approver or Noor Operator can/,
    );
    assert.match(
      words(await click('approvals.approve', people.nico)),
      /You can’t approve D-1001\. Nothing was changed\. .* Avery Approver or Noor Operator can/,
    );
    await world.pass(0);
    assert.deepEqual(outcomes, []);
  });

  it('needs a reason for a rejection and shows it to everybody', async () => {
    assert.match(words(await click('approvals.reject', people.avery)), /needs a reason/);
    await click('approvals.reject', people.avery, { reason: 'the tax fix has no test' });
    await world.pass(0);
    assert.match(channelCard(), /Rejected by Avery Approver/);
    assert.match(channelCard(), /the tax fix has no test/);
    assert.doesNotMatch(channelCard(), /What changes/);
    assert.deepEqual(
      outcomes.map((each) => each.state),
      ['rejected'],
    );
  });

  it('does not count for another commit than the one it showed', async () => {
    boundTo = 'commit-2';
    assert.match(
      words(await click('approvals.approve')),
      /would now do something different from what was requested, so I closed it/,
    );
    assert.deepEqual(outcomes, []);
  });

  it('expires automatically, and a late click gets the facts', async () => {
    await world.pass(61_000, 61_000);
    assert.deepEqual(
      outcomes.map((each) => each.state),
      ['expired'],
    );
    assert.match(channelCard(), /The request wasn’t approved by/);
    assert.match(words(await click('approvals.approve')), /The request wasn’t approved by/);
  });

  it('is withdrawn with its subject and starts nothing', async () => {
    await parts.approvals.withdraw(id, { by: people.dana, reason: 'not needed' });
    await world.pass(0);
    assert.match(channelCard(), /Canceled by Dana Developer/);
    assert.deepEqual(outcomes, []);
  });

  it('is opened once, however often it is requested', async () => {
    await open();
    await open();
    assert.equal(world.outbox.posts.filter((each) => each.key.endsWith(':place')).length, 1);
  });

  it('is found and decided by typing', async () => {
    const command = (name: string) => parts.feature.commands?.find((each) => each.name === name);
    const listed = await command('approvals')?.run(turnOf(people.avery, { trigger: 'typed' }), {});
    assert.ok(listed && /D-1001: shop 2\.14\.0 to production/.test(words(listed)));
    const nothing = await command('approvals')?.run(turnOf(people.nico, { trigger: 'typed' }), {});
    assert.ok(nothing && /Nothing is waiting for you/.test(words(nothing)));
    await assert.rejects(async () => command('approve')?.run(turnOf(people.avery), { id: 'D-9' }), /no request D-9/);
    const decided = await command('approve')?.run(turnOf(people.avery, { trigger: 'typed' }), { id: 'd-1001' });
    assert.ok(decided && 'text' in decided, 'a sentence, for the card stands there already');
    assert.match(
      decided.text,
      /You approved D-1001\*\*, shop 2\\?\.14\\?\.0 to production\. It has all the approvals it needs\./,
    );
    await world.pass(0);
    assert.deepEqual(
      outcomes.map((each) => each.state),
      ['approved'],
    );
  });
});
