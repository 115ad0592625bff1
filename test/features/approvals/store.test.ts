import assert from 'node:assert/strict';
import type { Destination, Outbox, Person, Reply, Turn } from '../../../src/chat/contract';
import { renderCard } from '../../../src/core/card';
import type { ApprovalRule } from '../../../src/core/catalog';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { createApprovals } from '../../../src/features/approvals';
import type { ApprovalOutcome, ApprovalRequest, SubjectFacts } from '../../../src/features/approvals';
import type { FeatureDependencies } from '../../../src/features/contract';
import { createLeases, createSweeper } from '../../../src/jobs';
import { wordsOf } from '../../playground/client';
import { createFakeWorld, people, places, turnOf } from '../fakes';
import type { FakeWorld } from '../fakes';

const id = 'fedcba9876543210fedcba9876543210';
const own = { id: 'personal:avery', kind: 'personal', name: 'Avery' } as const;
const facts: SubjectFacts = {
  title: 'shop 2.14.0 to production',
  label: 'D-1001',
  nothingIs: 'deployed',
  approveTitle: 'Approve 2.14.0',
  facts: [{ title: 'Commit', value: 'abc1234' }],
  commitsTitle: '',
  commits: [],
  commitsMore: '',
};

/** Needs two approvals, with failures of the process, the chat tool and the connectors in between. */
describe('the workflow of an approval', () => {
  let world: FakeWorld;
  let parts: ReturnType<typeof createApprovals>;
  let outcomes: ApprovalOutcome[];
  let boundTo: string;
  let readFacts: () => Promise<SubjectFacts>;
  let ruleNow: ApprovalRule | undefined;
  let undeliverable: (key: string, destination: Destination) => Promise<void>;
  /** Thrown once by the next effect of this kind, after it has acted: as if the process had died there. */
  let fallAfter: 'put' | 'tell' | 'audit' | undefined;

  const falling = (what: typeof fallAfter): void => {
    if (fallAfter !== what) return;
    fallAfter = undefined;
    throw new Error(`fell after ${what}`);
  };

  function build(deps: FeatureDependencies): void {
    const outbox: Outbox = {
      ...world.outbox,
      async put(message) {
        await world.outbox.put(message);
        falling('put');
      },
      onUndeliverable: (_prefix, listener) => void (undeliverable = listener),
    };
    const { store } = world.deps;
    const audit = {
      ...store.audit,
      append: async (entry: Parameters<typeof store.audit.append>[0]) => {
        await store.audit.append(entry);
        falling('audit');
      },
    };
    parts = createApprovals({ ...deps, outbox, store: { ...store, audit } });
    parts.approvals.registerSubject('deployment', {
      facts: () => readFacts(),
      rule: async () => ruleNow,
      boundTo: async () => boundTo,
      decided: async (_subject, outcome) => {
        outcomes.push(outcome);
        falling('tell');
      },
    });
  }

  beforeEach(async () => {
    world = createFakeWorld();
    outcomes = [];
    boundTo = 'commit-1';
    ruleNow = undefined;
    readFacts = async () => facts;
    fallAfter = undefined;
    build(world.deps);
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
      rule: { required: 2, role: 'approver', requesterMayApprove: false, expiresAfterSeconds: 3600 },
      boundTo: 'commit-1',
      placeId: places.deployments.id,
      expiresAt: world.clock.now() + 3_600_000,
      correlationId: 'c'.repeat(32),
      ...more,
    });
    await world.pass(0);
  }

  async function click(verb: string, who: Person, input: object = {}): Promise<Reply> {
    const action = parts.feature.actions?.find((each) => each.verb === verb);
    assert.ok(action, verb);
    return action.run(turnOf(who), action.input.parse({ id, ...input }));
  }
  async function type(name: string, turn: Turn, args: Record<string, string> = {}): Promise<Reply> {
    const command = parts.feature.commands?.find((each) => each.name === name);
    assert.ok(command, name);
    return command.run(turn, args);
  }
  const typed = (who: Person, more: Partial<Turn> = {}): Turn => turnOf(who, { trigger: 'typed', ...more });
  const words = (reply: Reply): string =>
    'card' in reply
      ? wordsOf(renderCard(reply.card, reply.data))
      : 'notice' in reply
        ? reply.notice
        : 'text' in reply
          ? reply.text
          : '';
  function shown(key: string): string {
    const content = world.outbox.messages.get(`approval:${id}:${key}`)?.content;
    assert.ok(content && 'card' in content, key);
    return wordsOf(renderCard(content.card, content.data));
  }
  const audited = async (): Promise<string[]> =>
    (await world.deps.store.audit.read({ words: ['D-1001'] }))
      .map(({ what, outcome }) => `${what}: ${outcome}`)
      .reverse();

  it('waits for the second of two people and shows the first to everybody', async () => {
    const reply = words(await click('approvals.approve-with-note', people.avery, { note: 'looks right' }));
    assert.match(reply, /One more approval is needed by .*1\u00A0of\u00A02 has been received/);
    assert.match(reply, /You approved this\. It isn’t fully approved yet/);
    assert.doesNotMatch(reply, /Approve 2\.14\.0/);
    await click('approvals.approve', people.avery);
    await world.pass(0);
    assert.match(shown('place'), /Avery Approver.*approved it at .*: “looks right”/s);
    assert.match(shown('person:1'), /Approve 2\.14\.0/);
    assert.deepEqual(outcomes, []);
    await click('approvals.approve', people.noor);
    await world.pass(0);
    assert.deepEqual(outcomes, [
      {
        state: 'approved',
        by: [people.avery, people.noor],
        at: world.clock.now(),
        said: [{ by: people.avery, at: world.clock.now(), note: 'looks right' }],
      },
    ]);
    for (const key of ['place', 'person:0', 'person:1']) {
      assert.match(shown(key), /Approved by Avery Approver and Noor Operator/);
      assert.doesNotMatch(shown(key), /Approve 2\.14\.0|Reject…/);
    }
    assert.deepEqual(await audited(), ['approvals.approve: 1 of 2', 'approvals.approve: 2 of 2']);
  });

  it('ends when the commit changes, at the click that discovers it, and stays ended', async () => {
    await click('approvals.approve', people.avery);
    boundTo = 'commit-2';
    assert.match(words(await click('approvals.approve', people.noor)), /so I closed it/);
    await world.pass(0);
    assert.match(shown('place'), /Nothing was deployed.*would now do something different from what was requested/s);
    boundTo = 'commit-1';
    await click('approvals.approve', people.noor);
    await world.pass(0);
    assert.deepEqual(
      outcomes.map(({ state }) => state),
      ['lapsed'],
    );
    assert.deepEqual(await audited(), ['approvals.approve: 1 of 2', 'approvals.lapse: lapsed']);
  });

  it('ends when the commit changes, even if nobody clicks', async () => {
    boundTo = 'commit-2';
    await world.pass(16_000);
    assert.match(shown('place'), /Nothing was deployed/);
    assert.deepEqual(
      outcomes.map(({ state }) => state),
      ['lapsed'],
    );
  });

  for (const what of ['put', 'tell', 'audit'] as const)
    it(`comes to the same end if it crashes after ${what}`, async () => {
      await click('approvals.approve', people.avery);
      await world.pass(0);
      fallAfter = what;
      await click('approvals.approve', people.noor);
      await world.pass(5_000);
      assert.equal(fallAfter, undefined);
      assert.equal(new Set(outcomes.map((each) => JSON.stringify(each))).size, 1);
      assert.equal(world.outbox.posts.length, 3, 'one card in the channel and two personally');
      assert.match(shown('place'), /Approved by Avery Approver and Noor Operator/);
      assert.deepEqual(await audited(), ['approvals.approve: 1 of 2', 'approvals.approve: 2 of 2']);
      assert.deepEqual((await world.deps.store.audit.verify()).breaks, []);
    });

  it('continues in another process if the first one died before anything followed', async () => {
    const stopped = { register: () => undefined, kick: () => undefined, start: () => undefined };
    build({ ...world.deps, sweeper: { ...world.deps.sweeper, ...stopped } });
    await click('approvals.reject', people.noor, { reason: 'no test' });
    assert.equal(outcomes.length, 0);
    const leases = createLeases({ store: world.deps.store, clock: world.clock, owner: 'next' });
    const sweeper = createSweeper({ leases, clock: world.clock, logger: silentLogger });
    build({ ...world.deps, sweeper });
    await sweeper.idle();
    assert.deepEqual(
      outcomes.map((each) => each.state),
      ['rejected'],
    );
    assert.match(shown('place'), /Rejected by Noor Operator/);
    await sweeper.stop();
  });

  it('names on the card who couldn’t be reached', async () => {
    await undeliverable(`approval:${id}:person:1`, { to: 'person', personId: people.noor.id });
    await undeliverable(`approval:${id}:person:1`, { to: 'person', personId: people.noor.id });
    await undeliverable(`approval:${id}:place`, { to: 'place', placeId: 'x' });
    await undeliverable('approval:unknown:person:0', { to: 'person', personId: 'x' });
    await world.pass(0);
    assert.match(shown('place'), /Gavel couldn’t reach Noor Operator\./);
  });

  it('shows an overdue request as expired before that is recorded', async () => {
    world.clock.advance(3_600_000);
    const reply = words(await click('approvals.view', people.avery));
    assert.match(reply, /The request wasn’t approved by 14:00/);
    assert.doesNotMatch(reply, /Approve 2\.14\.0/);
    assert.match(words(await type('approvals', typed(people.avery))), /Nothing is waiting for you/);
    assert.match(words(await click('approvals.approve', people.avery)), /The request wasn’t approved by 14:00/);
    await world.pass(0);
    assert.deepEqual(await audited(), ['approvals.expire: expired']);
  });

  it('tells a late typed line so, before the expiry is recorded', async () => {
    world.clock.advance(3_600_000);
    assert.equal(
      words(await type('approve', typed(people.avery), { id: 'D-1001' })),
      'D-1001 expired at 14:00: it wasn’t approved in time.',
    );
  });

  it('is decided although outside systems do not answer, with what was known', async () => {
    readFacts = () => Promise.reject(new Error('no answer'));
    await click('approvals.approve', people.avery);
    readFacts = () => new Promise(() => undefined);
    const reply = words(await click('approvals.approve', people.noor));
    assert.match(reply, /shop 2\.14\.0 to production/);
    assert.match(reply, /Approved by Avery Approver and Noor Operator/);
  });

  it('changes nothing if what would happen can’t be checked', async () => {
    parts = createApprovals({ ...world.deps, sweeper: { ...world.deps.sweeper, register: () => undefined } });
    parts.approvals.registerSubject('deployment', {
      facts: readFacts,
      boundTo: () => Promise.reject(new Error('no answer')),
      decided: async () => undefined,
    });
    await assert.rejects(click('approvals.approve', people.avery), /no answer/);
    assert.deepEqual(await audited(), []);
  });

  it('tells a late typed line who was first and when', async () => {
    await click('approvals.reject', people.noor, { reason: 'no *test*' });
    const late = words(await type('approve', typed(people.avery), { id: 'D-1001' }));
    assert.equal(late, 'D-1001 was already rejected by Noor Operator at 13:00: “no \\*test\\*”.');
  });

  it('asks people who can decide for the reason of a rejection, and refuses everybody else', async () => {
    await assert.rejects(type('reject', typed(people.avery), { id: 'D-1001' }), { argument: 'reason' });
    await assert.rejects(type('reject', typed(people.nico), { id: 'D-1001' }), /You can’t reject D-1001/);
  });

  it('is listed for people who can decide, and for the requester with who can', async () => {
    assert.match(words(await type('approvals', typed(people.noor))), /Open D-1001/);
    const asked = words(await type('approvals', typed(people.dana)));
    assert.match(
      asked,
      /Nothing to approve.*Your requests.*Nothing is waiting for you\..*1 of your requests is waiting for others/s,
    );
    assert.match(asked, /Avery Approver and Noor Operator can approve it\./);
  });

  it('keeps two requests with one label apart', async () => {
    await open({ id: 'b'.repeat(32) });
    const list = words(await type('approvals', typed(people.avery)));
    assert.match(list, /Open D-1001\b/);
    assert.match(list, /Open D-1001-bbbbbb/);
    assert.match(
      words(await type('approve', typed(people.avery, { place: own }), { id: 'd-1001-bbbbbb' })),
      /You approved D-1001-bbbbbb.*1\smore approval is needed/,
    );
  });

  it('is asked for with what would be missing after it, by the rule as it is now', async () => {
    const ask = async (who: Person): Promise<string> => {
      const action = parts.feature.actions?.find((each) => each.verb === 'approvals.approve-with-note');
      assert.ok(action?.asks);
      return (await action.asks(turnOf(who), id)).sentence;
    };
    assert.match(await ask(people.avery), /Then 1\u00A0more approval is needed/);
    await click('approvals.approve', people.avery);
    assert.match(await ask(people.noor), /Yours is the last approval it needs/);
    ruleNow = { required: 1, role: 'admin', requesterMayApprove: false, expiresAfterSeconds: 3600 };
    assert.match(await ask(people.noor), /Then 1\u00A0more approval is needed/);
    await click('approvals.approve', people.noor);
    assert.deepEqual(outcomes, []);
  });
});
