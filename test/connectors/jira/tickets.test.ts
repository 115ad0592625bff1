import assert from 'node:assert/strict';
import type { TicketTracker } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { markOf } from '../../../src/connectors/finding/marks';
import { createTestClock } from '../github/connection';
import { target } from '../contract';
import { failureOf } from '../http/client-world';
import { bind } from '../open-connection';
import { openJira } from './connection';
import type { Edition } from './contract';
import { Jira } from './double';
import { issueOf, withResolution } from './world';

const by = { name: 'Dana Developer', id: 'entra:dana' };
const message = 'https://teams.example/l/message/1';

for (const edition of ['cloud', 'data-center'] satisfies Edition[])
  describe(`tickets of Jira, ${edition}`, () => {
    let jira: Jira;
    let connection: OpenConnection;
    let tickets: TicketTracker;
    let time: ReturnType<typeof createTestClock>;
    const now = (): number => time.clock.now();
    const request = () => ({
      ...{ key: 'ticket:T-1', title: 'Checkout is slow', description: 'Since noon.\n[~admin] *see* it', by },
      askedAt: now(),
      notes: [{ text: 'Opened by Dana Developer with Gavel' }, { text: 'About alert A-12', url: message }],
    });

    beforeEach(async () => {
      time = createTestClock();
      jira = await Jira.start(edition, now);
      connection = openJira(jira, { clock: time.clock });
      tickets = bind(connection, 'tickets', { project: '{service}' }, target);
    });
    afterEach(async () => {
      await connection.close();
      await jira.close();
    });

    it('are issues with the key as a label and a property, and a link to where they come from', async () => {
      const opened = await tickets.open(request());
      const [issue] = jira.issues;
      assert.deepEqual([opened.id, opened.state, opened.status], ['SHOP-1', 'open', 'To Do']);
      assert.equal(opened.url, `${jira.url}/browse/SHOP-1`);
      assert.deepEqual(issue?.labels, [markOf('ticket:T-1')]);
      assert.deepEqual(issue?.properties, [{ key: 'gavel', value: { key: 'ticket:T-1' } }]);
      assert.deepEqual(
        [...(issue?.links ?? [])],
        [[markOf('ticket:T-1'), { url: message, title: 'About alert A-12' }]],
      );
      assert.match(JSON.stringify(issue?.description), /Opened by Dana Developer with Gavel.*message\/1/);
    });

    it('are opened without the link where Gavel can’t link, since the description has it', async () => {
      jira.permissions.delete('LINK_ISSUES');
      assert.equal((await tickets.open(request())).id, 'SHOP-1');
      assert.equal(jira.issues[0]?.links.size, 0);
    });

    it('are found after a lost answer, so none is opened twice', async () => {
      const wanted = request();
      jira.losesAnswerOf.add('createIssue');
      assert.equal((await failureOf(tickets.open(wanted))).failure, 'unclear');
      const found = await tickets.findTicket(wanted);
      assert.deepEqual([found.found, found.found === 'ticket' && found.ticket.id], ['ticket', 'SHOP-1']);
      assert.equal(jira.issues.length, 1);
    });

    it('are found after an answer that was lost once the issue was there', async () => {
      const wanted = request();
      jira.losesAnswerOf.add('getIssue');
      assert.equal((await failureOf(tickets.open(wanted))).failure, 'unclear');
      jira.losesAnswerOf.clear();
      assert.equal((await tickets.findTicket(wanted)).found, 'ticket');
      assert.equal(jira.issues.length, 1);
    });

    it('are missing only after three looks over two minutes, since a search can be late', async () => {
      const wanted = request();
      jira.losesAnswerOf.add('createIssue');
      await failureOf(tickets.open(wanted));
      jira.indexed = 0;
      assert.equal((await failureOf(tickets.findTicket(wanted))).failure, 'unreachable');
      jira.indexed = Infinity;
      assert.equal((await tickets.findTicket(wanted)).found, 'ticket');
      const other = { ...wanted, key: 'ticket:T-2' };
      for (const _ of [1, 2]) {
        assert.equal((await failureOf(tickets.findTicket(other))).failure, 'unreachable');
        time.pass(61_000);
      }
      assert.deepEqual(await tickets.findTicket(other), { found: 'none' });
    });

    it('get each comment once, also when its answer was lost', async () => {
      jira.issues.push(issueOf('SHOP-12', now()));
      const comment = { key: 'comment:1', text: 'Restarted it.', by, askedAt: now() };
      jira.losesAnswerOf.add('addComment');
      assert.equal((await failureOf(tickets.comment('SHOP-12', comment))).failure, 'unclear');
      jira.losesAnswerOf.clear();
      await tickets.comment('SHOP-12', comment);
      await tickets.comment('SHOP-12', { ...comment, key: 'comment:2' });
      const bodies = jira.issues[0]?.comments.map(({ body }) => JSON.stringify(body)) ?? [];
      assert.equal(bodies.length, 2);
      for (const body of bodies) assert.match(body, /Restarted it\..*Dana Developer with Gavel/);
    });

    it('get a comment once among more new comments than a page has', async () => {
      const comment = { key: 'comment:1', text: 'Restarted it.', by, askedAt: now() };
      jira.issues.push(issueOf('SHOP-12', now()));
      await tickets.comment('SHOP-12', comment);
      const body = edition === 'cloud' ? { type: 'doc', version: 1, content: [] } : 'noise';
      const noise = Array.from({ length: 150 }, () => ({ body, created: now() }));
      jira.issues[0]?.comments.push(...noise);
      await tickets.comment('SHOP-12', comment);
      assert.equal(jira.issues[0]?.comments.length, 151);
    });

    it('move by what their statuses mean, whatever they’re called', async () => {
      jira.issues.push(issueOf('SHOP-12', now(), { assignee: 'Noor Ferreira' }));
      const read = await tickets.read('SHOP-12');
      assert.deepEqual([read?.assignee, read?.moves], ['Noor Ferreira', ['doing', 'done', 'rejected']]);
      const statuses: string[] = [];
      for (const to of ['doing', 'done', 'open', 'rejected', 'rejected'] as const) {
        const moved = await tickets.move('SHOP-12', to, by);
        assert.equal(moved.state, to);
        statuses.push(moved.status);
      }
      assert.deepEqual(statuses, ['In Progress', 'Done', 'To Do', 'Canceled', 'Canceled']);
      assert.equal(jira.called.filter((name) => name === 'doTransition').length, 4);
    });

    it('move with the resolution that a screen asks for', async () => {
      jira.issues.push(issueOf('SHOP-12', now()));
      jira.transitions = [
        { to: 'To Do', required: {} },
        { to: 'Done', required: withResolution },
      ];
      const resolutions: (string | undefined)[] = [];
      for (const to of ['done', 'open', 'rejected'] as const) {
        assert.equal((await tickets.move('SHOP-12', to, by)).state, to);
        resolutions.push(jira.issues[0]?.resolution);
      }
      assert.deepEqual(resolutions, ['Fixed', undefined, "Won't Do"]);
    });

    it('stay where they are if a screen asks for more, or the workflow has no such transition', async () => {
      jira.issues.push(issueOf('SHOP-12', now()));
      jira.transitions = [{ to: 'Done', required: { customfield_1: { name: 'Root cause' }, ...withResolution } }];
      assert.deepEqual((await tickets.read('SHOP-12'))?.moves, []);
      const asks = await failureOf(tickets.move('SHOP-12', 'done', by));
      assert.deepEqual(
        [asks.failure, /“Done” only in Jira, which asks for Root cause/.test(asks.message)],
        ['refused', true],
      );
      assert.equal((await failureOf(tickets.move('SHOP-12', 'doing', by))).failure, 'refused');
      assert.equal(jira.issues[0]?.status, 'To Do');
    });

    it('moved once when the answer was lost', async () => {
      jira.issues.push(issueOf('SHOP-12', now()));
      jira.losesAnswerOf.add('doTransition');
      assert.equal((await failureOf(tickets.move('SHOP-12', 'done', by))).failure, 'unclear');
      assert.equal((await tickets.read('SHOP-12'))?.state, 'done');
    });

    it('are left alone for as long as Jira asks', async () => {
      jira.issues.push(issueOf('SHOP-12', now()));
      jira.restsForSeconds = 30;
      const limited = await failureOf(tickets.read('SHOP-12'));
      assert.deepEqual([limited.failure, limited.retryAfterMs], ['rate limited', 30_000]);
      jira.restsForSeconds = undefined;
      time.pass(31_000);
      assert.equal((await tickets.read('SHOP-12'))?.id, 'SHOP-12');
    });

    it('are read by their key, which can be in an address', async () => {
      jira.issues.push(issueOf('SHOP-12', now()));
      assert.equal((await tickets.read('SHOP-12'))?.title, 'Issue SHOP-12');
      assert.equal(await tickets.read('SHOP-13'), undefined);
      const table = [
        ['shop-12', 'SHOP-12'],
        [`${jira.url}/browse/SHOP-12`, 'SHOP-12'],
        ['https://elsewhere.example/browse/SHOP-12', undefined],
        ['DOCS-12', undefined],
        ['SHOP-0', undefined],
        ['12', undefined],
      ] as const;
      for (const [written, id] of table) assert.equal(tickets.readId(written), id, written);
    });

    it('need each permission, the issue type, and the labels that keep the key', async () => {
      const check = async (): Promise<(string | undefined)[]> => {
        const values = { project: { pieces: ['SHOP'] } };
        const opened = openJira(jira, { targets: (of) => (of === 'tickets' ? [{ ...target, values }] : []) });
        const lines = await opened.check().finally(() => opened.close());
        assert.equal(lines.length, 8);
        return lines.flatMap(({ about, problem }) => (problem === undefined ? [] : [about]));
      };
      assert.deepEqual(await check(), []);
      const all = [...jira.permissions];
      const missing: (string | undefined)[] = [];
      for (const permission of all) {
        jira.permissions.delete(permission);
        missing.push(...(await check()));
        jira.permissions.add(permission);
      }
      jira.createFields = ['summary'];
      missing.push(...(await check()));
      jira.issueTypes = ['Bug'];
      missing.push(...(await check()));
      assert.deepEqual(missing, [
        ...['SHOP: seeing issues', 'SHOP: opening issues', 'SHOP: commenting on issues', 'SHOP: moving issues'],
        ...['SHOP: linking issues', 'SHOP: labels, which keep Gavel’s key'],
        ...['SHOP: the issue type Task', 'SHOP: labels, which keep Gavel’s key'],
      ]);
      assert.ok(!jira.called.includes('createIssue'), 'nothing is written');
    });
  });

describe('a search of Jira Cloud', () => {
  it('goes on after a page that is short', async () => {
    const jira = await Jira.start('cloud');
    const connection = openJira(jira);
    try {
      jira.hasShortPages = true;
      jira.issues.push(issueOf('SHOP-1', Date.now(), { labels: [markOf('ticket:T-1')] }));
      const tickets = bind(connection, 'tickets', { project: 'SHOP' }, target);
      assert.equal((await tickets.findTicket({ key: 'ticket:T-1', askedAt: 1 })).found, 'ticket');
    } finally {
      await connection.close();
      await jira.close();
    }
  });
});
