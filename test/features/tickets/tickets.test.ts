import assert from 'node:assert/strict';
import { renderCard } from '../../../src/core/card';
import { readTypedTicket, readWhere } from '../../../src/features/tickets/parse';
import { sampleCatalog } from '../fakes';
import { people, turnOf } from '../fakes';
import { createTalkWorld, there, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana, noor, nico, ada } = people;
const idIn = (words: string): string => /"id":"([0-9a-f]{32})"/.exec(words)?.[1] ?? assert.fail(words);

describe('tickets', () => {
  let talk: TalkWorld;
  beforeEach(() => (talk = createTalkWorld()));
  afterEach(() => talk.close());

  const click = async (who: typeof dana, verb: string, data: object): Promise<string> =>
    wordsOf(await talk.router.handleAction(turnOf(who, there), verb, data));
  const ask = async (who: typeof dana, verb: string, id: string): Promise<string> =>
    JSON.stringify(await talk.router.handleQuestion(turnOf(who, there), verb, { id }));
  const draft = async (line = 'ticket Checkout is slow for shop in production'): Promise<string> =>
    idIn(await talk.say(dana, line, there));
  const opened = async (line?: string): Promise<string> => {
    const id = await draft(line);
    await click(dana, 'tickets.open', { id });
    await talk.world.pass(1_000);
    return id;
  };
  /** The living card. */
  const card = (id: string): string => {
    const message = talk.world.outbox.messages.get(`ticket:${id}:card`);
    assert.ok(message && 'card' in message.content, 'there is no card');
    renderCard(message.content.card, message.content.data);
    return JSON.stringify(message.content.data);
  };

  it('opens nothing before somebody has seen the draft and changed what they want', async () => {
    const id = await draft();
    const { tracker } = talk.world;
    assert.equal(tracker.requests.length, 0);
    const question = await ask(dana, 'tickets.change', id);
    assert.match(question, /shop\/production/);
    const data = { id, title: 'Checkout *is* slow', description: 'Since noon', where: 'shop' };
    const changed = await click(dana, 'tickets.change', data);
    assert.match(changed, /Nothing has been opened yet/);
    assert.match(changed, /"name":"Description","words":"Since noon"/);
    assert.match(await click(dana, 'tickets.open', { id }), /requested this ticket/);
    await talk.world.pass(1_000);
    assert.deepEqual(
      tracker.requests.map(({ title, notes }) => [title, notes]),
      [['Checkout *is* slow', ['Opened by Dana Developer with Gavel, for shop']]],
    );
    assert.match(card(id), /"word":"Open".*"kind":"Ticket SHOP-1"/);
    assert.match(card(id), /Open in memory/);
  });

  it('opens one ticket for two clicks, for two people, and through lost answers', async () => {
    const { tracker } = talk.world;
    tracker.faults.push({ method: 'open', failure: 'unclear', after: true });
    tracker.faults.push({ method: 'findTicket', failure: 'unreachable' });
    const id = await draft();
    await Promise.all([click(dana, 'tickets.open', { id }), click(dana, 'tickets.open', { id })]);
    assert.match(await click(noor, 'tickets.open', { id }), /prepared this draft/);
    await talk.world.pass(60_000, 5_000);
    assert.equal(tracker.requests.length, 1);
    assert.match(card(id), /Ticket SHOP-1/);
  });

  it('sends it again if the tool says that it never arrived', async () => {
    const { tracker } = talk.world;
    tracker.faults.push({ method: 'open', failure: 'unclear' });
    const id = await opened();
    await talk.world.pass(60_000, 5_000);
    assert.deepEqual([tracker.requests.length, tracker.tickets.size], [1, 1]);
    assert.match(card(id), /Ticket SHOP-1/);
  });

  it('says why the tool didn’t open it', async () => {
    talk.world.tracker.faults.push({ method: 'open', failure: 'refused' });
    const id = await opened();
    assert.match(card(id), /Not opened\*\*: .+ rejected the ticket\. Ask an administrator to check Gavel’s log/);
  });

  it('adds a comment once, also after a lost answer, and only for people who may', async () => {
    const id = await opened();
    const { tracker } = talk.world;
    tracker.faults.push({ method: 'comment', failure: 'unclear', after: true });
    assert.match(await ask(dana, 'tickets.comment', id), /Comment on SHOP-1/);
    const answer = { id, comment: 'Restarted it', revision: '0' };
    await Promise.all([click(dana, 'tickets.comment', answer), click(dana, 'tickets.comment', answer)]);
    await talk.world.pass(60_000, 5_000);
    assert.deepEqual(
      tracker.comments.map(({ text, by }) => [text, by]),
      [['Restarted it', 'Dana Developer']],
    );
    assert.match(await click(nico, 'tickets.comment', answer), /You need the deploy permission/);
  });

  it('moves only where the workflow of the tool allows it, and says what it said', async () => {
    const id = await opened();
    const question = await ask(dana, 'tickets.move', id);
    assert.match(question, /In progress.*Done.*Won’t do/);
    await click(dana, 'tickets.move', { id, to: 'done', revision: '0' });
    await talk.world.pass(2_000);
    assert.match(card(id), /"word":"Done"/);
    assert.match(
      await click(dana, 'tickets.move', { id, to: 'doing', revision: '1' }),
      /can’t be moved to “In progress”/,
    );
    talk.world.tracker.faults.push({ method: 'move', failure: 'refused' });
    await click(dana, 'tickets.move', { id, to: 'open', revision: '1' });
    await talk.world.pass(2_000);
    assert.match(card(id), /The last change wasn’t made: the workflow doesn’t allow it/);
  });

  it('keeps its card in step with what people do in the tool, and says if it’s gone', async () => {
    const id = await opened();
    const { tickets } = talk.world.tracker;
    const ticket = tickets.get('SHOP-1') ?? assert.fail();
    tickets.set('SHOP-1', { ...ticket, state: 'doing', status: 'In review', assignee: 'Noor' });
    await talk.world.pass(310_000, 10_000);
    assert.match(card(id), /In review.*"name":"Assigned to","words":"Noor"/);
    tickets.delete('SHOP-1');
    await talk.world.pass(310_000, 10_000);
    assert.match(card(id), /no longer has this ticket/);
    assert.match(card(id), /"word":"Not found"/, 'what it was last says nothing about now');
  });

  it('shows a ticket that was opened in the tool by its id', async () => {
    await opened();
    talk.world.tracker.tickets.set('SHOP-9', {
      ...(talk.world.tracker.tickets.get('SHOP-1') ?? assert.fail()),
      ...{ id: 'SHOP-9', key: 'other', title: 'Opened elsewhere' },
    });
    assert.match(await talk.say(nico, 'ticket shop-9', there), /Opened elsewhere/);
    assert.match(await talk.say(nico, 'ticket SHOP-77', there), /There is no ticket SHOP-77/);
    const list = await talk.say(nico, 'tickets', there);
    assert.match(list, /"title":"1\s+ticket".*"name":"SHOP-1 Checkout is slow"/);
    assert.doesNotMatch(list, /SHOP-9/);
    assert.match(await talk.say(nico, 'tickets shop', there), /1\s+ticket of shop/);
  });

  it('says who may open one', async () => {
    assert.match(await talk.say(nico, 'ticket Slow for shop in production', there), /You need the deploy permission/);
  });

  it('leaves lines in the audit log that say who did what', async () => {
    const id = await opened();
    await click(dana, 'tickets.comment', { id, comment: 'On it', revision: '0' });
    await talk.world.pass(2_000);
    const lines = [...(await talk.audits())].reverse().filter(({ what }) => what === 'tickets.ticket');
    assert.deepEqual(
      lines.map(({ who, outcome }) => [who === 'gavel' ? who : 'dana', outcome]),
      [
        ['dana', 'requested'],
        ['gavel', 'opened'],
        ['dana', 'commented'],
      ],
    );
    assert.match(await talk.say(ada, 'audit', there), /opened a ticket for shop in production: SHOP-1/);
  });

  it('closes a draft that nobody wants', async () => {
    const id = await draft();
    assert.match(await click(dana, 'tickets.dismiss', { id }), /Not opened/);
    assert.match(await click(dana, 'tickets.open', { id }), /This draft was closed/);
    const other = await draft();
    await talk.world.pass(25 * 3_600_000, 3_600_000);
    assert.match(await click(dana, 'tickets.view', { id: other }), /Nobody confirmed it in time/);
  });
});

describe('the words after ticket', () => {
  const catalog = sampleCatalog();
  it('end with a service and an environment of the catalog, or not', () => {
    const table = [
      ['Checkout is slow', { title: 'Checkout is slow' }],
      ['Checkout is slow for shop', { title: 'Checkout is slow', service: 'shop' }],
      [
        'Checkout is slow for shop in production',
        { title: 'Checkout is slow', service: 'shop', environment: 'production' },
      ],
      ['#12 of Shop', { title: '#12', service: 'shop' }],
      ['Slow for everybody in production', { title: 'Slow for everybody in production' }],
      ['Slow for shop in space', { title: 'Slow for shop in space' }],
      ['Slow for constructor', { title: 'Slow for constructor' }],
      ['for shop', { title: '', service: 'shop' }],
    ] as const;
    for (const [line, expected] of table) assert.deepEqual(readTypedTicket(catalog, line), expected, line);
  });
  it('name a place of the form', () => {
    assert.deepEqual(readWhere(catalog, 'shop'), { service: 'shop' });
    assert.deepEqual(readWhere(catalog, 'shop/production'), { service: 'shop', environment: 'production' });
    for (const wrong of ['', 'toString', 'shop/space', 'shop/'])
      assert.equal(readWhere(catalog, wrong), undefined, wrong);
  });
});
