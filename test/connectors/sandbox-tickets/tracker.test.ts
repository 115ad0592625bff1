import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TicketTracker } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { sandboxTicketsConnector } from '../../../src/connectors/sandbox-tickets';
import { failureOf, testLimits } from '../http/client-world';
import { target } from '../contract';
import { bind, openConnection } from '../open-connection';

const fleet = join(__dirname, '../../../sandbox/fleet.js');
const run = (...words: readonly string[]) => promisify(execFile)(process.execPath, [fleet, ...words]);
const by = { name: 'Dana Developer', id: 'entra:dana' };
const request = (key = 'ticket:1') => ({
  ...{ key, title: 'Checkout is <b>slow</b>', description: 'Since noon.\n<script>alert(1)</script>', by, askedAt: 1 },
  notes: [
    { text: 'About alert A-12', url: 'https://teams.example/l/1' },
    { text: 'no link', url: 'javascript:alert(1)' },
  ],
});

describe('the tracker of the sandbox', () => {
  let dataDir: string;
  let connection: OpenConnection;
  let tickets: TicketTracker;
  const record = () =>
    JSON.parse(readFileSync(join(dataDir, 'sandbox/tracker/process.json'), 'utf8')) as {
      processId: number;
      port: number;
    };
  const page = async (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${record().port}${path}`, init);

  before(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'gavel-tracker-'));
    await run('start', dataDir, 'tracker');
  });
  beforeEach(() => {
    connection = openConnection(sandboxTicketsConnector, {}, { machine: { dataDir }, limits: testLimits });
    tickets = bind(connection, 'tickets', {}, target);
  });
  afterEach(() => connection.close());
  after(async () => {
    await run('stop', dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('opens a ticket once for each key, and finds it by that', async () => {
    const opened = await tickets.open(request());
    assert.deepEqual([opened.id, opened.state, opened.status], ['SHOP-1', 'open', 'To do']);
    assert.equal((await tickets.open(request())).id, 'SHOP-1');
    assert.equal((await tickets.open(request('ticket:2'))).id, 'SHOP-2');
    const found = await tickets.findTicket(request());
    assert.equal(found.found === 'ticket' && found.ticket.id, 'SHOP-1');
    assert.deepEqual(await tickets.findTicket(request('ticket:3')), { found: 'none' });
  });

  it('moves by what a status means, and says what its workflow allows', async () => {
    assert.deepEqual((await tickets.move('SHOP-1', 'doing', by)).moves, ['open', 'done', 'rejected']);
    assert.equal((await tickets.move('SHOP-1', 'done', by)).status, 'Done');
    const refused = await failureOf(tickets.move('SHOP-1', 'rejected', by));
    assert.deepEqual([refused.failure, /from there, it can become “To do”/.test(refused.message)], ['refused', true]);
    assert.equal((await tickets.move('SHOP-1', 'open', by)).state, 'open');
    assert.equal((await failureOf(tickets.move('SHOP-99', 'done', by))).failure, 'not found');
  });

  it('keeps everything through kill -9, on the same port', async () => {
    await tickets.comment('SHOP-1', { key: 'comment:1', text: 'Restarted it', by, askedAt: 1 });
    const { processId, port } = record();
    process.kill(processId, 'SIGKILL');
    assert.equal((await failureOf(tickets.read('SHOP-1'))).failure, 'unreachable');
    await run('start', dataDir, 'tracker');
    assert.deepEqual([record().port, record().processId === processId], [port, false]);
    await tickets.comment('SHOP-1', { key: 'comment:1', text: 'Restarted it', by, askedAt: 1 });
    const text = await (await page('/tickets/SHOP-1')).text();
    assert.equal(text.split('Restarted it').length, 2);
    assert.equal((await tickets.read('SHOP-1'))?.title, 'Checkout is <b>slow</b>');
  });

  it('has pages on which people move and assign a ticket, and nothing of a ticket is markup', async () => {
    const answer = await page('/tickets/SHOP-2');
    const text = await answer.text();
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.ok(text.includes('Checkout is &lt;b&gt;slow&lt;/b&gt;') && text.includes('&lt;script&gt;'));
    assert.doesNotMatch(text, /<script|href="javascript/);
    const origin = `http://127.0.0.1:${record().port}`;
    const form = (path: string, body: string, from: string) =>
      page(path, { method: 'POST', body: new URLSearchParams(body), headers: { origin: from }, redirect: 'manual' });
    assert.equal((await form('/tickets/SHOP-2/move', 'status=In progress', origin)).status, 303);
    assert.equal((await form('/tickets/SHOP-2/assign', 'assignee=Noor', origin)).status, 303);
    const { state, assignee } = (await tickets.read('SHOP-2')) ?? assert.fail();
    assert.deepEqual([state, assignee], ['doing', 'Noor']);
    assert.equal((await form('/tickets/SHOP-2/move', 'status=Done', 'https://evil.example')).status, 403);
    const plain = await page('/api/tickets/SHOP-2/status', { method: 'POST', body: '{"status":"Done","by":"x"}' });
    assert.equal(plain.status, 415);
    assert.ok((await (await page('/')).text()).includes('SHOP-2'));
  });

  it('reads ids of its project, however they are written', () => {
    assert.equal(tickets.readId(' shop-12 '), 'SHOP-12');
    for (const other of ['PAY-12', 'SHOP-', 'SHOP-0', '#12', 'SHOP-12x'])
      assert.equal(tickets.readId(other), undefined);
  });

  it('is said not to run where nobody started it', async () => {
    const nowhere = openConnection(sandboxTicketsConnector, {}, { machine: { dataDir: join(dataDir, 'none') } });
    const [line] = await nowhere.check();
    assert.match(line?.problem ?? '', /didn’t respond/);
    await nowhere.close();
  });
});
