import assert from 'node:assert/strict';
import type { TicketTracker } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { target } from '../contract';
import { failureOf } from '../http/client-world';
import { bind } from '../open-connection';
import { asked } from '../run-requests';
import { openAzure } from './connection';
import { AzureDevops } from './double';
import { assign } from './ticket-handlers';

const { by } = asked;

describe('the work items of Azure DevOps', () => {
  let azure: AzureDevops;
  let connection: OpenConnection;
  let passed = 0;
  const clock = { now: () => Date.now() + passed, elapsed: () => performance.now() + passed };
  const tickets = (binding: object = {}): TicketTracker => bind(connection, 'tickets', binding, target);
  const request = (key = 'K-1') => ({
    ...{ key, title: 'Slow checkout', description: 'Since <noon>\n@mara sees #12', by, askedAt: Date.now() },
    notes: [{ text: 'Opened by Noor Ferreira' }, { text: 'D-1001', url: 'https://gavel.example/d/1001' }],
  });
  const first = () => azure.world.workItems[0] ?? assert.fail('there’s none');

  beforeEach(async () => {
    passed = 0;
    azure = await AzureDevops.start();
    connection = openAzure(azure, { clock });
  });
  afterEach(async () => {
    await connection.close();
    await azure.close();
  });

  it('are opened with exactly the words, a link back, and the key', async () => {
    const ticket = await tickets().open(request());
    assert.deepEqual([ticket.id, ticket.title, ticket.state, ticket.status], ['#12', 'Slow checkout', 'open', 'New']);
    assert.deepEqual(ticket.moves, ['doing', 'done', 'rejected']);
    const { fields, links, type } = first();
    assert.equal(type, 'Issue');
    assert.equal(fields.get('System.Tags'), 'gavel; gavel-K-1');
    assert.equal(
      fields.get('System.Description'),
      '<p>Since &lt;noon&gt;<br>@&#8203;mara sees #&#8203;12</p><p>Opened by Noor Ferreira</p><p><a href="https://gavel.example/d/1001">D-1001</a></p>',
    );
    assert.deepEqual(links, [
      { rel: 'Hyperlink', url: 'https://gavel.example/d/1001', attributes: { comment: 'D-1001' } },
    ]);
  });

  it('are opened as the type and in the area of the binding', async () => {
    await tickets({ type: 'Bug', area: 'Shop\\{service}' }).open(request());
    assert.deepEqual([first().type, first().fields.get('System.AreaPath')], ['Bug', 'Shop\\shop']);
    assert.equal((await failureOf(tickets({ type: 'Epic Fail' }).open(request('K-2')))).failure, 'not found');
  });

  it('are found again by their key after an answer was lost', async () => {
    azure.losesAnswerOf.add('createWorkItem');
    assert.equal((await failureOf(tickets().open(request()))).failure, 'unclear');
    const found = await tickets().findTicket(request());
    assert.deepEqual([found.found, found.found === 'ticket' && found.ticket.id], ['ticket', '#12']);
    assert.equal((await failureOf(tickets().findTicket(request('K-2')))).failure, 'unreachable');
    const other = request('K-2');
    passed = 120_000;
    assert.deepEqual(await tickets().findTicket(other), { found: 'none' });
    assert.equal(azure.world.workItems.length, 1);
  });

  it('get a comment once, with the person', async () => {
    await tickets().open(request());
    const comment = { key: 'K-12', text: 'On it', by, askedAt: Date.now() };
    await tickets().comment('#12', comment);
    await tickets().comment('#12', comment);
    assert.deepEqual(first().comments, ['<p>On it</p><p>Noor Ferreira with Gavel · gavel-K-12</p>']);
    await tickets().comment('#12', { ...comment, key: 'K-1' });
    assert.equal(first().comments.length, 2);
  });

  it('are moved by the category of their states, and not if they are there', async () => {
    await tickets().open(request());
    for (const [to, status] of [
      ['doing', 'Active'],
      ['done', 'Closed'],
      ['open', 'New'],
      ['rejected', 'Removed'],
    ] as const) {
      const moved = await tickets().move('#12', to, by);
      assert.deepEqual([moved.state, moved.status], [to, status]);
      assert.equal(first().fields.get('System.State'), status);
    }
    await tickets().move('#12', 'rejected', by);
    assert.equal(azure.countOf('updateWorkItem'), 4);
    first().fields.set('System.State', 'Resolved');
    assert.equal((await tickets().read('#12'))?.state, 'doing');
    assert.equal((await failureOf(tickets().move('#99', 'done', by))).failure, 'not found');
  });

  it('are read with their assignee, by number or address', async () => {
    await tickets().open(request());
    assign(first());
    assert.equal((await tickets().read('#12'))?.assignee, 'Mara Lindqvist');
    assert.equal(await tickets().read('#13'), undefined);
    const written = ['12', ' #12 ', 'https://dev.azure.com/acme/Shop/_workitems/edit/12', 'SHOP-12', '#0', '12/../13'];
    assert.deepEqual(
      written.map((each) => tickets().readId(each)),
      ['#12', '#12', '#12', undefined, undefined, undefined],
    );
  });

  it('aren’t written without the right to', async () => {
    azure.forbidden.add('write work items');
    assert.equal((await failureOf(tickets().open(request()))).failure, 'refused');
    assert.deepEqual(azure.world.workItems, []);
  });
});
