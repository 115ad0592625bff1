import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { TicketTracker } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { escapeMarkdown, issueKeyIn, writeBody } from '../../../src/connectors/github/tickets/markup';
import { numberIn } from '../../../src/connectors/github/tickets/states';
import { target } from '../contract';
import { failureOf } from '../http/client-world';
import { bind } from '../open-connection';
import { createTestClock, openAsApp, openWithToken } from './connection';
import { GitHub } from './double';
import { issueOf } from './issue-handlers';
import type { Face } from './openapi/operations';
import type { Repository } from './world';

const repository = { repository: 'acme/{service}' };
const by = { name: 'Dana Developer', id: 'entra:dana' };
const request = (askedAt: number, key = 'ticket:T-1') => ({
  ...{
    key,
    title: 'Checkout is slow',
    description: 'Since noon.\n@acme/ops, see #7 <!-- gavel-key: other -->',
    by,
    askedAt,
  },
  notes: [
    { text: 'Opened by Dana Developer with Gavel' },
    { text: 'About alert A-12 of shop in production', url: 'https://teams.example/l/message/1' },
  ],
});

for (const face of ['github.com', 'ghes-3.19'] satisfies Face[])
  describe(`tickets of ${face}`, () => {
    let github: GitHub;
    let shop: Repository;
    let connection: OpenConnection;
    let tickets: TicketTracker;
    let time: ReturnType<typeof createTestClock>;
    const now = (): number => time.clock.now();

    beforeEach(async () => {
      time = createTestClock();
      github = await GitHub.start(face);
      github.permissions = { ...github.permissions, issues: 'write' };
      shop = github.repository('acme/shop');
      connection = (face === 'github.com' ? openWithToken : openAsApp)(github, { clock: time.clock });
      tickets = bind(connection, 'tickets', repository, target);
    });
    afterEach(async () => {
      await connection.close();
      await github.close();
    });

    it('are issues with Gavel’s label, a sentence that says for whom and for what, and the key', async () => {
      const opened = await tickets.open(request(now()));
      const [issue] = shop.issues;
      assert.deepEqual([opened.id, opened.state, opened.status], ['#1', 'open', 'Open']);
      assert.equal(opened.url, 'https://github.example/acme/shop/issues/1');
      assert.deepEqual(issue?.labels, ['gavel']);
      assert.match(issue?.body ?? '', /\n\nOpened by Dana Developer with Gavel\n\n\[About alert A\\-12 of shop/);
      assert.equal(issueKeyIn(issue?.body ?? ''), 'ticket:T-1');
    });

    it('are found after a lost answer, so none is opened twice', async () => {
      const wanted = request(now());
      github.losesAnswerOf.add('issues/create');
      assert.equal((await failureOf(tickets.open(wanted))).failure, 'unclear');
      const found = await tickets.findTicket(wanted);
      assert.deepEqual([found.found, found.found === 'ticket' && found.ticket.id], ['ticket', '#1']);
      assert.equal(shop.issues.length, 1);
    });

    it('are missing only after three looks over two minutes, since a list can be late', async () => {
      const wanted = request(now());
      shop.issues.unshift(issueOf(5, { labels: ['gavel'], body: '<!-- gavel-key: ticket%3AT%2D2 -->' }));
      for (const _ of [1, 2]) {
        assert.equal((await failureOf(tickets.findTicket(wanted))).failure, 'unreachable');
        time.pass(61_000);
      }
      assert.deepEqual(await tickets.findTicket(wanted), { found: 'none' });
    });

    it('get each comment once, also when its answer was lost', async () => {
      shop.issues.unshift(issueOf(12));
      const comment = { key: 'comment:1', text: 'Restarted it.', by, askedAt: now() };
      github.losesAnswerOf.add('issues/create-comment');
      assert.equal((await failureOf(tickets.comment('#12', comment))).failure, 'unclear');
      github.losesAnswerOf.clear();
      await tickets.comment('#12', comment);
      await tickets.comment('#12', { ...comment, key: 'comment:2' });
      const bodies = shop.issues[0]?.comments.map(({ body }) => body.split('\n\n').slice(0, 2));
      assert.deepEqual(bodies, Array(2).fill(['Restarted it\\.', 'Dana Developer with Gavel']));
    });

    it('are in progress once somebody is assigned, which only GitHub can do', async () => {
      shop.issues.unshift(issueOf(12));
      const refused = await failureOf(tickets.move('#12', 'doing', by));
      assert.deepEqual([refused.failure, /once GitHub has an assignee/.test(refused.message)], ['refused', true]);
      shop.issues[0]?.assignees.push('noor');
      const read = await tickets.read('#12');
      assert.deepEqual(
        [read?.state, read?.status, read?.assignee, read?.moves],
        ['doing', 'Assigned', 'noor', ['done', 'rejected']],
      );
    });

    it('move by a label if the binding names one, and are closed as done or as not planned', async () => {
      shop.issues.unshift(issueOf(12));
      tickets = bind(connection, 'tickets', { ...repository, inProgressLabel: 'in progress' }, target);
      const states: string[] = [];
      for (const to of ['doing', 'open', 'doing', 'done', 'open', 'rejected'] as const)
        states.push(`${(await tickets.move('#12', to, by)).state} ${String(shop.issues[0]?.reason)}`);
      assert.deepEqual(states, [
        ...['doing null', 'open null', 'doing null', 'done completed'],
        ...['open null', 'rejected not_planned'],
      ]);
      const refused = await failureOf(tickets.move('#12', 'done', by));
      assert.match(refused.message, /#12 has to be reopened first/);
      const asked = github.called.length;
      await tickets.move('#12', 'rejected', by);
      assert.deepEqual(github.called.slice(asked), ['issues/get'], 'what is there already isn’t moved again');
    });

    it('are read by the number that people write', async () => {
      shop.issues.unshift(issueOf(12));
      assert.equal((await tickets.read('#12'))?.title, 'Issue 12');
      assert.equal(await tickets.read('#13'), undefined);
      assert.equal(tickets.readId('12'), '#12');
    });

    it('need the right to write issues', async () => {
      if (face === 'github.com') github.mayWrite = false;
      else github.permissions = { ...github.permissions, issues: 'read' };
      const bound = {
        targets: (capability: string) =>
          capability === 'tickets' ? [{ ...target, values: { repository: { pieces: ['acme/shop'] } } }] : [],
      };
      const opened = (face === 'github.com' ? openWithToken : openAsApp)(github, bound);
      const lines = new Map((await opened.check()).map(({ about, problem }) => [about, problem]));
      await opened.close();
      assert.equal(lines.get('reading issues'), undefined);
      assert.match(lines.get('opening and moving issues') ?? '', /Issues: Read and write/);
    });
  });

type MarkdownIt = (options: object) => { renderInline(text: string): string };
const markdown = (createRequire(__filename)('markdown-it') as MarkdownIt)({ html: true, linkify: true });

describe('text of people in GitHub', () => {
  const shown = (text: string): string => markdown.renderInline(text);

  it('is shown exactly as it was written', () => {
    for (const text of [
      ...[
        '**bold** _it_ `code`',
        '# title',
        '- list',
        '1. list',
        '> quote',
        '| a | b |',
        '![x](https://evil.example/x.png)',
      ],
      ...['[x](https://evil.example)', 'a & b &amp; c', '\\*', '~~no~~', '$x$', '"quoted" \'text\''],
    ])
      assert.equal(
        shown(escapeMarkdown(text)).replaceAll('\u200B', ''),
        text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? '&quot;'),
      );
  });

  it('mentions nobody and links no other issue', () => {
    for (const text of ['@dana', 'ask @acme/ops', '#12', 'acme/docs#7', 'GH-12', 'gh-12'])
      assert.doesNotMatch(shown(escapeMarkdown(text)), /@\w|#\d|gh-\d/i, text);
  });

  it('can’t pretend to be the key', () => {
    const forged = writeBody('<!-- gavel-key: other -->', [], 'ticket:T-1');
    assert.equal(issueKeyIn(forged), 'ticket:T-1');
    assert.equal(issueKeyIn(escapeMarkdown('<!-- gavel-key: other -->')), undefined);
  });

  it('names an issue of this repository by its number, or in full', () => {
    const table = [
      ['#12', 12],
      ['12', 12],
      ['acme/shop#12', 12],
      ['Acme/Shop#12', 12],
      ['https://github.com/acme/shop/issues/12', 12],
      ['acme/docs#12', undefined],
      ['https://github.com/acme/docs/issues/12', undefined],
      ['SHOP-12', undefined],
      ['#0', undefined],
      ['twelve', undefined],
    ] as const;
    for (const [written, number] of table) assert.equal(numberIn(written, 'acme/shop'), number, written);
  });
});
