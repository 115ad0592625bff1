import assert from 'node:assert/strict';
import type { PullRequest, PullRequests, SourceControl } from '../../../src/connectors/contract';
import { describeReminder } from '../../../src/features/scm/text';
import { stock } from '../../samples/releases';
import { people, places } from '../fakes';
import { createTalkWorld, privately } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const hour = 3_600_000;
const { dana, noor, nico, avery } = people;
const plain = (words: string): string => words.replaceAll('\u00A0', ' ');

const request = (now: number, more: Partial<PullRequest> = {}): PullRequest => ({
  ...{
    label: '#1',
    title: 'Gift cards',
    author: 'Dana',
    isDraft: false,
    review: 'waiting',
    url: 'https://g.example/1',
  },
  ...{ openedAt: now - 75 * hour, reviewRequestedAt: now - 75 * hour, reviewers: ['Avery Approver', 'QA'] },
  ...more,
});

describe('the reminder of reviewers in words', () => {
  const now = Date.UTC(2026, 10, 20, 13);
  const say = (waiting: readonly PullRequest[]) => {
    const given = { service: 'shop', by: 'Noor Operator', called: 'pull request' as const, waiting, now };
    const known = (name: string) => (name === avery.name ? avery : undefined);
    const { text, mentions } = describeReminder(given, { timeZone: 'UTC', known });
    return { text: plain(text), mentions };
  };

  it('names who is to review what, and since when, and mentions only people who are known, once', () => {
    const { reviewRequestedAt: _, ...unasked } = request(now, { label: '#3', reviewers: [] });
    const { text, mentions } = say([request(now), request(now, { label: '#2', title: 'Refunds' }), unasked]);
    assert.equal(
      text,
      [
        '**3 pull requests of shop are waiting for a review.** Noor Operator asked me to remind you.',
        '',
        '- [\\#1](https://g.example/1) Gift cards: @[0] and QA, waiting since Nov 17 (3 days)',
        '- [\\#2](https://g.example/1) Refunds: Avery Approver and QA, waiting since Nov 17 (3 days)',
        '- [\\#3](https://g.example/1) Gift cards: no reviewer yet, open since Nov 17 (3 days)',
      ].join('\n'),
    );
    assert.deepEqual(mentions, [avery]);
  });

  it('says how many more there are, and mentions nobody who isn’t named', () => {
    const reviewers = ['a', 'b', 'c', 'd', avery.name, 'f'];
    const { text, mentions } = say(Array.from({ length: 12 }, () => request(now, { reviewers })));
    assert.match(text, /: a, b, c, d, and 2 more, waiting/);
    assert.match(text, /\n- and 2 more$/);
    assert.deepEqual(mentions, []);
  });

  it('keeps outside text from becoming a mention or a link', () => {
    const title = '@[0] [free](https://evil.example) <at>Everyone</at>';
    const { text } = say([request(now, { title, reviewers: ['**QA** @[0]'], url: 'javascript:alert(1)' })]);
    assert.doesNotMatch(text, /@\[0\]|\]\(https:\/\/evil|javascript:|<at>/);
  });
});

describe('Remind reviewers', () => {
  let talk: TalkWorld;
  let requests: () => Promise<PullRequests>;
  const now = () => talk.world.clock.now();
  beforeEach(() => {
    talk = createTalkWorld();
    stock(talk.world);
    requests = async () => ({ called: 'pull request', open: [request(now())], total: 1 });
    const { systems } = talk.world.deps;
    const { source } = systems;
    const more: Partial<SourceControl> = { pullRequests: () => requests() };
    Object.assign(systems, {
      source: (service: string) => ({ ...source(service), connection: 'github', ...more }),
    });
  });
  afterEach(() => talk.close());

  const announce = async (): Promise<void> => {
    assert.match(await talk.say(people.ada, 'announce shop here', { place: places.general }), /From now on/);
  };
  const remind = async (who = dana): Promise<string> => {
    const words = plain(await talk.click(who, 'scm.remind', 'shop', { correlationId: `${who.name} ${now()}` }));
    await talk.world.pass(1_000);
    return words;
  };
  const posted = () => [...talk.world.outbox.messages.values()].filter(({ key }) => key.startsWith('reviews:'));
  const shown = async (who = dana) => talk.say(who, 'scm shop', privately(who));

  it('posts one message in the channel of the service, at most once a day', async () => {
    await announce();
    assert.match(await shown(), /"remind":"shop"/);
    assert.match(await remind(), /I reminded the reviewers of 1 pull request in General/);
    assert.match(
      await remind(noor),
      /Dana Developer reminded the reviewers of shop at 13:00\. Nobody was reminded again/,
    );
    assert.match(await shown(), /"remind":""/);
    const [first, ...more] = posted();
    assert.deepEqual(more, []);
    assert.deepEqual(first?.destination, { to: 'place', placeId: places.general.id });
    assert.deepEqual('text' in first.content && first.content.mentions, [avery]);
    await talk.world.pass(23 * hour, hour);
    assert.match(await remind(), /Nobody was reminded again\. You can remind them once a day, next at 13:00/);
    await talk.world.pass(hour, hour);
    assert.match(await remind(noor), /I reminded the reviewers/);
    assert.equal(posted().length, 2);
    const reminded = (await talk.audits()).filter(({ outcome }) => outcome === 'reminded');
    assert.deepEqual(
      reminded.map(({ what, target, who }) => [what, target, who]).sort(),
      [
        ['scm.remind', 'shop', dana.id],
        ['scm.remind', 'shop', noor.id],
      ].sort(),
    );
  });

  it('reminds once if several people click at the same moment, and if a click is delivered again', async () => {
    await announce();
    const click = (who: typeof dana) => talk.click(who, 'scm.remind', 'shop', { correlationId: who.name });
    const answers = await Promise.all([click(dana), click(noor)]);
    assert.equal(answers.filter((each) => /I reminded/.test(each)).length, 1, answers.join('\n'));
    const winner = /I reminded/.test(answers[0] ?? '') ? dana : noor;
    assert.match(await click(winner), /I reminded/);
    await talk.world.pass(1_000);
    assert.equal(posted().length, 1);
  });

  it('needs the deploy permission, and is offered only to people who have it', async () => {
    await announce();
    assert.match(await shown(nico), /"remind":""/);
    assert.match(
      await remind(nico),
      /You can’t remind reviewers of shop\. Nothing was changed\. You need the deploy permission/,
    );
    assert.deepEqual(posted(), []);
  });

  it('says why nobody is reminded', async () => {
    assert.match(await remind(), /No channel was chosen for shop, so nobody was reminded\. Type `announce shop`/);
    await announce();
    requests = async () => ({ called: 'pull request', open: [request(now(), { review: 'approved' })], total: 1 });
    assert.match(await shown(), /"remind":""/);
    assert.match(await remind(), /None of the pull requests of shop has waited two days for a review/);
    requests = () => Promise.reject(new Error('no route'));
    assert.match(await remind(), /I couldn’t read the open pull requests in .*Nobody was reminded\. Try again later/);
    assert.deepEqual(posted(), []);
  });
});
