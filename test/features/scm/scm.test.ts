import assert from 'node:assert/strict';
import type { CommitRange, PullRequest, SourceControl } from '../../../src/connectors/contract';
import { attentionOf, reviewLoad } from '../../../src/features/scm/facts';
import type { SourceReport } from '../../../src/features/scm/facts';
import { describeAge, describeContributors, describeRequest, describeSource } from '../../../src/features/scm/text';
import { stock } from '../../samples/releases';
import { people } from '../fakes';
import { createTalkWorld, privately } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const hour = 3_600_000;
const now = Date.parse('2026-11-20T13:00:00Z');
const plain = (words: string): string => words.replaceAll('\u00A0', ' ');

const request = (more: Partial<PullRequest> = {}): PullRequest => ({
  ...{ label: '#1', title: 'Gift cards', author: 'Dana', openedAt: now - 75 * hour, isDraft: false, reviewers: [] },
  ...more,
});
const nothing: CommitRange = { commits: [], direction: 'same', authors: { people: [] } };
const report = (open: readonly PullRequest[], more: Partial<SourceReport> = {}): SourceReport => ({
  ...{ service: 'shop', readAt: now, system: 'GitHub', live: undefined, notLive: { found: 'none' }, checked: 'main' },
  requests: { found: 'all', value: { called: 'pull request', open, total: open.length } },
  ...{ newest: { found: 'none' }, main: { found: 'none' }, checks: { found: 'none' } },
  ...more,
});

describe('what needs attention in source control', () => {
  const failing = { name: 'lint', state: 'failed' } as const;
  const cases: readonly (readonly [what: string, Partial<PullRequest>, 'waiting' | 'failing' | undefined])[] = [
    ['nobody has reviewed for days', { review: 'waiting' }, 'waiting'],
    ['nobody has reviewed since yesterday', { review: 'waiting', openedAt: now - 30 * hour }, undefined],
    [
      'was opened long ago and sent to a reviewer today',
      { review: 'waiting', reviewRequestedAt: now - hour },
      undefined,
    ],
    ['is approved', { review: 'approved' }, undefined],
    ['is a draft', { review: 'waiting', isDraft: true, checks: [failing] }, undefined],
    ['has a failing check', { review: 'approved', checks: [failing, { name: 'types', state: 'passed' }] }, 'failing'],
    ['has only running checks', { checks: [{ name: 'types', state: 'running' }] }, undefined],
    ['is a branch without reviews', {}, undefined],
  ];
  for (const [what, more, expected] of cases)
    it(`${expected === undefined ? 'isn’t' : 'is'} a pull request that ${what}`, () => {
      const { waiting, failing: failed } = attentionOf(report([request(more)]));
      assert.deepEqual(
        [waiting.length, failed.length],
        [Number(expected === 'waiting'), Number(expected === 'failing')],
      );
    });

  it('are in the order of their wait, not of their age', () => {
    const asked = request({
      label: '#2',
      review: 'waiting',
      openedAt: now - 200 * hour,
      reviewRequestedAt: now - 50 * hour,
    });
    const { waiting } = attentionOf(report([asked, request({ review: 'waiting' })]));
    assert.deepEqual(
      waiting.map(({ label }) => label),
      ['#1', '#2'],
    );
  });

  it('counts the reviews that each person has been asked for, without drafts', () => {
    const load = reviewLoad([
      request({ reviewers: ['Noor', 'Avery'] }),
      request({ reviewers: ['Avery'] }),
      request({ reviewers: ['Noor', 'Noor'], isDraft: true }),
    ]);
    assert.deepEqual(load, [
      { name: 'Avery', count: 2 },
      { name: 'Noor', count: 1 },
    ]);
  });
});

describe('source control in words', () => {
  const say = (given: SourceReport): string => plain(describeSource(given, ({ label }) => label));

  it('leads with what is wrong, then with what is open', () => {
    const failed = { found: 'all', value: [{ name: 'lint', state: 'failed' }] } as const;
    assert.equal(say(report([])), '**No pull requests are open.**');
    assert.equal(say(report([request()])), '**1 pull request has been open for 3 days.**');
    assert.equal(say(report([request({ review: 'waiting' })])), '**#1 has been open for 3 days without a review.**');
    assert.equal(
      say(report([request({ review: 'waiting', reviewRequestedAt: now - 50 * hour })])),
      '**#1 has been waiting 2 days for a review.**',
    );
    assert.equal(say(report([request({ checks: failed.value })])), '**Checks are failing on #1.**');
    assert.equal(
      say(report([request()], { checks: failed })),
      '**1 check is failing on main.** 1 pull request has been open for 3 days.',
    );
    assert.equal(say(report([], { requests: { found: 'none' } })), '**GitHub doesn’t support pull requests.**');
    assert.equal(
      say(report([], { requests: { found: 'cannot tell' } })),
      '**Gavel couldn’t read the open pull requests in GitHub.**',
    );
  });

  it('says what of the main branch isn’t released', () => {
    const newest = { found: 'all', value: { version: '2.0.0', commit: 'a', createdAt: now } } as const;
    const commits = [{ id: 'b', message: 'Gift cards', author: 'Dana', committedAt: now }];
    const on = (ahead: CommitRange) =>
      report([], { newest, main: { found: 'all', value: { name: 'main', commit: 'b', ahead } } });
    assert.match(say(on(nothing)), /Everything on main is released\.$/);
    assert.match(say(on({ ...nothing, commits })), /On main, 1 commit isn’t released yet\.$/);
    const many = Array.from({ length: 200 }, () => commits[0]).filter((each) => each !== undefined);
    assert.match(say(on({ ...nothing, commits: many })), /at least 200 commits aren’t released yet\.$/);
  });

  it('tells ages, contributors, and who reviews what', () => {
    const ages = [30_000, 20 * 60_000, 5 * hour, 23 * hour, 24 * hour, 200 * hour];
    assert.deepEqual(
      ages.map((age) => plain(describeAge(now - age, now))),
      ['30 s', '20 min', '5 h', '23 h', '1 day', '8 days'],
    );
    const authors = { people: [{ name: 'Dana' }, { name: 'Noor' }, { name: 'Dana' }] };
    assert.equal(describeContributors({ ...nothing, authors }), 'Dana and Noor');
    assert.equal(
      describeContributors({ ...nothing, authors: { ...authors, gap: 'it is long' } }),
      'Dana, Noor, and perhaps others',
    );
    const kind = { called: 'pull request' } as const;
    assert.equal(describeRequest(request({ reviewers: ['Noor', 'QA'] }), kind), 'Dana · review by Noor and QA');
    assert.equal(describeRequest(request({ review: 'waiting' }), kind), 'Dana · no reviewer');
    assert.equal(describeRequest(request({ label: 'shop-cards' }), { called: 'branch' }), 'Dana · shop-cards');
  });
});

describe('scm', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
    stock(talk.world);
  });
  afterEach(() => talk.close());

  /** The source of every service has this, too. */
  function add(more: Partial<SourceControl>): void {
    const { systems } = talk.world.deps;
    const { source } = systems;
    Object.assign(systems, {
      source: (service: string) => ({ ...source(service), connection: 'github', ...more }),
    });
  }
  const withOne: Partial<SourceControl> = {
    pullRequests: async () => ({ called: 'pull request', open: [request()], total: 1 }),
  };

  it('is understood in many words', async () => {
    add(withOne);
    const lines = [
      ...['scm shop', 'pull requests shop', 'pull requests of shop', 'shop pull requests', 'open prs in shop'],
      ...[
        'What is waiting for review in shop?',
        'what is not released yet in shop',
        'which pull requests are open in shop?',
      ],
      ...['who worked on the next release of shop', 'which checks fail in shop', 'unreleased commits of shop'],
    ];
    for (const line of lines) assert.match(plain(await talk.say(people.dana, line)), /Open pull requests/, line);
  });

  it('shows the rest when one part can’t be read', async () => {
    add({ pullRequests: () => Promise.reject(new Error('no route')) });
    const shown = plain(await talk.say(people.dana, 'scm shop'));
    assert.match(shown, /couldn’t read the open pull requests/);
    assert.match(shown, /3 commits, with 2\.13\.0 live in production/);
    const summary = await talk.say(people.dana, 'scm summary');
    assert.match(summary, /Gavel couldn’t read some of the pull requests or checks/);
    assert.doesNotMatch(summary, /Nothing has been waiting/);
  });

  it('leads on to the deployment of what isn’t live, for people who may deploy it', async () => {
    const shown = async (who: keyof typeof people) => talk.say(people[who], 'scm shop', privately(people[who]));
    assert.match(await shown('dana'), /deploy shop to production/);
    const seen = await shown('nico');
    assert.doesNotMatch(seen, /deploy shop/);
    assert.match(seen, /changelog shop 2\.13\.0\.\.2\.15\.0/);
  });

  it('is only for people who can view the service', async () => {
    talk.world.changeCatalog((text) =>
      text
        .replace('- { everyone: true, role: viewer }', '- { everyone: true, role: viewer, services: [payments] }')
        .replace(
          'services:\n  shop',
          'services:\n  payments: { description: Payments, environments: [staging] }\n  shop',
        ),
    );
    assert.doesNotMatch(await talk.say(people.nico, 'scm shop'), /commits|pull requests/);
    const summary = await talk.say(people.nico, 'scm summary', privately(people.nico));
    assert.match(summary, /payments/);
    assert.doesNotMatch(summary, /shop/);
  });

  it('can be scheduled as a weekly summary', async () => {
    add(withOne);
    assert.match(await talk.say(people.dana, 'schedule every Monday at 9 scm summary'), /Monday/);
    talk.world.outbox.messages.clear();
    await talk.world.pass(8 * 24 * hour, 4 * hour);
    const cards = [...talk.world.outbox.messages.values()].map(({ content }) => JSON.stringify(content));
    assert.ok(
      cards.some((card) => /The week from/.test(card) && /1.pull request open, oldest/.test(card)),
      cards.join('\n'),
    );
  });
});
