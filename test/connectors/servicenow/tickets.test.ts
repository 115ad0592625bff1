import assert from 'node:assert/strict';
import type { TicketTracker } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { markOf } from '../../../src/connectors/finding/marks';
import { target } from '../contract';
import { failureOf } from '../http/client-world';
import { bind } from '../open-connection';
import { openServiceNow } from './connection';
import { ServiceNow } from './double';

const by = { name: 'Dana Developer', id: 'entra:dana' };
const request = {
  ...{ key: 'ticket:T-1', title: 'Checkout is slow', description: 'Since noon. [code]<b>x</b>[/code]', by, askedAt: 1 },
  notes: [{ text: 'About alert A-12', url: 'https://teams.example/l/message/1' }],
};

describe('tickets of ServiceNow', () => {
  let servicenow: ServiceNow;
  let connection: OpenConnection;
  let tickets: TicketTracker;

  beforeEach(async () => {
    servicenow = await ServiceNow.start();
    connection = openServiceNow(servicenow);
    tickets = bind(connection, 'tickets', { assignmentGroup: 'Team {service}' }, target);
  });
  afterEach(async () => {
    await connection.close();
    await servicenow.close();
  });

  it('are incidents with the key, the group, and where they come from', async () => {
    const opened = await tickets.open(request);
    const [incident] = servicenow.incidents;
    assert.deepEqual([opened.id, opened.state, opened.status], ['INC0010001', 'open', 'New']);
    assert.equal(opened.url, `${servicenow.url}/incident.do?sys_id=${incident?.['sys_id']}`);
    assert.equal(incident?.['correlation_id'], markOf('ticket:T-1'));
    assert.equal(incident['assignment_group'], 'Team shop');
    assert.match(incident['description'] ?? '', /\n\nAbout alert A-12: https:\/\/teams\.example\/l\/message\/1$/);
    assert.doesNotMatch(incident['description'] ?? '', /\[\/?code\]/, 'no text becomes HTML');
  });

  it('are found after a lost answer, so none is opened twice', async () => {
    servicenow.losesAnswerOf.add('POST');
    assert.equal((await failureOf(tickets.open(request))).failure, 'unclear');
    const found = await tickets.findTicket(request);
    assert.deepEqual([found.found, found.found === 'ticket' && found.ticket.id], ['ticket', 'INC0010001']);
    assert.deepEqual(await tickets.findTicket({ ...request, key: 'ticket:T-2' }), { found: 'none' });
  });

  it('aren’t known to be missing if Gavel’s user can’t see incidents, or their key', async () => {
    servicenow.add();
    servicenow.unreadable.add('correlation_id');
    assert.deepEqual(await tickets.findTicket(request), { found: 'cannot tell' });
    servicenow.seesIncidents = false;
    assert.deepEqual(await tickets.findTicket(request), { found: 'cannot tell' });
  });

  it('get each comment once, also when its answer was lost', async () => {
    servicenow.add();
    const comment = { key: 'comment:1', text: 'Restarted it.', by, askedAt: 1 };
    servicenow.losesAnswerOf.add('PATCH');
    assert.equal((await failureOf(tickets.comment('INC0010001', comment))).failure, 'unclear');
    servicenow.losesAnswerOf.clear();
    await tickets.comment('INC0010001', comment);
    await tickets.comment('INC0010001', { ...comment, key: 'comment:2' });
    const notes = servicenow.incidents[0]?.['work_notes'] ?? '';
    assert.equal(notes.match(/Restarted it\.\n\nDana Developer with Gavel/g)?.length, 2);
  });

  it('move between the states of the table, with who did it', async () => {
    servicenow.add({ assigned_to: 'Noor Ferreira' });
    const read = await tickets.read('INC0010001');
    assert.deepEqual([read?.assignee, read?.moves], ['Noor Ferreira', ['doing', 'done', 'rejected']]);
    const statuses: string[] = [];
    for (const to of ['doing', 'done', 'doing', 'rejected', 'rejected'] as const)
      statuses.push((await tickets.move('INC0010001', to, by)).status);
    assert.deepEqual(statuses, ['In Progress', 'Resolved', 'In Progress', 'Canceled', 'Canceled']);
    assert.equal(servicenow.called.filter((method) => method === 'PATCH').length, 4);
    assert.match(servicenow.incidents[0]?.['close_notes'] ?? '', /Dana Developer/);
    assert.equal((await failureOf(tickets.move('INC0010001', 'open', by))).failure, 'refused');
  });

  it('aren’t said to have moved if ServiceNow leaves out the state without a word', async () => {
    servicenow.add();
    servicenow.unwritable.add('state');
    const failure = await failureOf(tickets.move('INC0010001', 'done', by));
    assert.deepEqual([failure.failure, /stays “New”/.test(failure.message)], ['refused', true]);
  });

  it('are left alone for as long as ServiceNow asks', async () => {
    servicenow.restsForSeconds = 60;
    const limited = await failureOf(tickets.read('INC0010001'));
    assert.deepEqual([limited.failure, limited.retryAfterMs], ['rate limited', 60_000]);
  });

  it('are read by their number alone, so no query finds anything else', async () => {
    servicenow.add();
    assert.equal((await tickets.read('INC0010001'))?.title, 'Slow');
    assert.equal(await tickets.read('INC0010009'), undefined);
    for (const written of ['', 'INC', 'INC1', 'CHG0010001', 'INC0010001^ORnumber!=1', 'SHOP-12'])
      assert.deepEqual([tickets.readId(written), await tickets.read(written)], [undefined, undefined], written);
    assert.equal(tickets.readId(' inc0010001 '), 'INC0010001');
  });

  it('need incidents that can be seen, with the fields that Gavel uses', async () => {
    const problems = async (): Promise<string[]> =>
      (await connection.check()).flatMap(({ about, problem }) => (problem === undefined ? [] : [about]));
    assert.equal((await problems()).length, 3, 'without incidents, nobody knows');
    servicenow.add();
    assert.deepEqual(await problems(), []);
    servicenow.unreadable.add('work_notes');
    assert.deepEqual(await problems(), ['reading work_notes of incidents']);
    servicenow.seesIncidents = false;
    assert.equal((await problems()).length, 3);
  });
});
