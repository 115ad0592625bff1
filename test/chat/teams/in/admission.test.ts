import assert from 'node:assert/strict';
import type { Feature } from '../../../../src/chat/contract';
import { createInbox } from '../../../../src/chat/inbox';
import { createDialogs } from '../../../../src/chat/inbox/dialogs';
import { createOutbox } from '../../../../src/chat/outbox';
import type { RunningOutbox } from '../../../../src/chat/outbox';
import { createRateLimit } from '../../../../src/chat/rate-limit';
import { createRouter } from '../../../../src/chat/router';
import { createTeamsBot, createTeamsConnection } from '../../../../src/chat/teams';
import { newId } from '../../../../src/core/keys';
import { silentLogger } from '../../../../src/core/telemetry/logger';
import { createMovableClock } from '../../../core/time/movable-clock';
import type { MovableClock } from '../../../core/time/movable-clock';
import { temporaryStore } from '../../../store/temporary-store';
import type { TemporaryStore } from '../../../store/temporary-store';
import { command, objectIds, personIds, sampleCatalog, tenant } from '../../sample';
import { startConnectorServer } from '../out/connector-server';
import type { ConnectorServer } from '../out/connector-server';

const botId = '28:gavel';
const hour = 3_600_000;
const elsewhere = '99999999-0000-4000-8000-000000000000';
const guestId = '33333333-0000-4000-8000-000000000001';
const memberId = '33333333-0000-4000-8000-000000000002';

type Json = Record<string, unknown>;

describe('somebody from outside this organization', () => {
  let connector: ConnectorServer;
  let temporary: TemporaryStore;
  let clock: MovableClock;
  let bot: ReturnType<typeof createTeamsBot>;
  let outbox: RunningOutbox;
  let ran: string[];
  let counter = 0;

  const feature: Feature = {
    name: 'sample',
    commands: [
      command('echo', [], {
        run: async (turn) => {
          ran.push(turn.person.id);
          return { text: 'heard' };
        },
      }),
      command('help', []),
    ],
  };

  function build(guests: boolean): void {
    const common = { store: temporary.store, clock, logger: silentLogger };
    const connection = createTeamsConnection({
      ...common,
      registration: undefined,
      allowedTenants: [tenant],
      serviceHosts: [],
    });
    outbox = createOutbox({ ...common, sender: connection.sender, rateLimit: createRateLimit(0) });
    const catalog = sampleCatalog();
    bot = createTeamsBot({
      connection,
      outbox,
      inbox: createInbox({ ...common, owner: newId() }),
      dialogs: createDialogs({ ...common, dialogs: [] }),
      router: createRouter({ features: [feature], catalog: () => catalog, audit: temporary.store.audit, ...common }),
      isKnown: async (id) => Object.values(catalog.people).some((person) => person.id === id),
      guests,
      welcome: async () => ({ text: 'Welcome' }),
    });
  }

  beforeEach(async () => {
    ran = [];
    clock = createMovableClock(Date.UTC(2026, 10, 20, 13, 0));
    connector = await startConnectorServer();
    connector.members.push(
      { id: '29:gus', aadObjectId: guestId, name: 'Gus Guest', tenantId: tenant, userRole: 'guest' },
      { id: '29:fay', aadObjectId: guestId, name: 'Fay Foreign', tenantId: elsewhere, userRole: 'user' },
      { id: '29:max', aadObjectId: memberId, name: 'Max Member', tenantId: tenant, userRole: 'user' },
    );
    temporary = temporaryStore();
    build(false);
  });
  afterEach(async () => {
    await bot.idle();
    await outbox.stop();
    await connector.close();
    await temporary.remove();
  });

  function activity(type: string, from: Json, more: Json = {}, kind: 'channel' | 'personal' = 'personal'): Json {
    const conversation =
      kind === 'personal'
        ? { id: `a:${String(from['id'])}`, conversationType: 'personal', tenantId: tenant }
        : { id: '19:team@thread.tacv2;messageid=r1', conversationType: 'channel', isGroup: true, tenantId: tenant };
    const id = `in${++counter}`;
    const recipient = { id: botId, name: 'Gavel' };
    const channelData = { tenant: { id: tenant }, ...(kind === 'channel' && { team: { id: '19:team@thread.tacv2' } }) };
    return {
      type,
      id,
      channelId: 'msteams',
      serviceUrl: connector.url,
      from,
      recipient,
      conversation,
      channelData,
      ...more,
    };
  }
  const send = async (body: Json): Promise<string> => {
    const answer = await bot.process('', body);
    await bot.idle();
    return JSON.stringify(answer);
  };
  const gus = { id: '29:gus', name: 'Gus Guest', aadObjectId: guestId };
  const fay = { id: '29:fay', name: 'Fay Foreign', aadObjectId: guestId };
  const max = { id: '29:max', name: 'Max Member', aadObjectId: memberId };
  const said = (from: Json): Json => activity('message', from, { text: 'echo' });
  const clicked = (from: Json): Json =>
    activity('invoke', from, {
      name: 'adaptiveCard/action',
      value: { action: { type: 'Action.Execute', verb: 'chat.run', data: { id: 'echo' } }, trigger: 'manual' },
    });

  for (const [who, from] of [
    ['a guest', gus],
    ['a member of another organization in a shared channel', fay],
    ['an anonymous participant', { id: '29:anon', name: 'Anonymous' }],
  ] as const)
    it(`${who} does nothing and is told politely, not after every line`, async () => {
      for (let line = 0; line < 3; line++) await send(said(from));
      assert.deepEqual(ran, []);
      const [only, ...more] = connector.messages();
      assert.match(String(only?.body.text), /Nothing was done/);
      assert.doesNotMatch(String(only?.body.text), /shop|production|Dana/, 'and reads nothing');
      assert.equal(more.length, 0);
      for (let click = 0; click < 2; click++) assert.match(await send(clicked(from)), /Nothing was done/);
      assert.deepEqual(ran, []);
      clock.advance(hour);
      await send(said(from));
      assert.equal(connector.messages().length, 2);
    });

  it('gets no answer when people talk among themselves in a channel', async () => {
    await send(activity('message', gus, { text: 'echo' }, 'channel'));
    assert.equal(connector.messages().length, 0);
    assert.equal(connector.looks(), 0);
    const entities = [{ type: 'mention', text: '<at>Gavel</at>', mentioned: { id: botId } }];
    await send(activity('message', gus, { text: '<at>Gavel</at> echo', entities }, 'channel'));
    assert.match(String(connector.messages()[0]?.body.text), /You aren’t a member of this organization/);
  });

  it('is not welcomed, and nothing about them is stored', async () => {
    await send(activity('installationUpdate', gus, { action: 'add' }));
    assert.match(String(connector.messages()[0]?.body.text), /You aren’t a member of this organization/);
    assert.equal(connector.messages().length, 1);
    await send(activity('installationUpdate', max, { action: 'add' }));
    assert.equal(connector.messages()[1]?.body.text, 'Welcome');
  });

  it('is told from members by the roster, once in a while and not for each line', async () => {
    await send(said(max));
    await send(said(max));
    assert.deepEqual(ran, [`entra:${tenant}/${memberId}`, `entra:${tenant}/${memberId}`]);
    assert.equal(connector.looks(), 1);
  });

  it('is not looked up if the configuration names them', async () => {
    await send(said({ id: '29:dana', name: 'Dana', aadObjectId: objectIds.dana }));
    assert.deepEqual(ran, [personIds.dana]);
    assert.equal(connector.looks(), 0);
  });

  it('is not mistaken for somebody whose Teams id they claim', async () => {
    await send(said({ ...max, aadObjectId: '33333333-0000-4000-8000-000000000009' }));
    assert.deepEqual(ran, []);
  });

  it('is refused while Teams can’t say who they are, and told to try again', async () => {
    connector.faults.push({ status: 500 });
    await send(said(max));
    assert.deepEqual(ran, []);
    assert.match(String(connector.messages()[0]?.body.text), /couldn’t find out.*Try again/);
    await send(said(max));
    assert.equal(ran.length, 1);
  });

  it('is served if the configuration says so', async () => {
    await bot.idle();
    await outbox.stop();
    build(true);
    await send(said(gus));
    assert.deepEqual(ran, [`entra:${tenant}/${guestId}`]);
  });
});
