import assert from 'node:assert/strict';
import type { Feature } from '../../../src/chat/contract';
import { createInbox } from '../../../src/chat/inbox';
import { createDialogs } from '../../../src/chat/inbox/dialogs';
import { createOutbox } from '../../../src/chat/outbox';
import type { RunningOutbox } from '../../../src/chat/outbox';
import { createRouter } from '../../../src/chat/router';
import { createTeamsBot, createTeamsConnection } from '../../../src/chat/teams';
import type { TeamsConnection } from '../../../src/chat/teams/connection';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { createMovableClock } from '../../core/time/movable-clock';
import type { MovableClock } from '../../core/time/movable-clock';
import { temporaryStore } from '../../store/temporary-store';
import type { TemporaryStore } from '../../store/temporary-store';
import { command, objectIds, personIds, sampleCatalog, tenant } from '../sample';
import { startConnectorServer } from './out/connector-server';
import type { ConnectorServer } from './out/connector-server';

const botId = '28:gavel';
const team = '19:general@thread.tacv2';
const [ships, search] = ['19:ships@thread.tacv2', '19:search@thread.tacv2'];

describe('a team in Teams', () => {
  let temporary: TemporaryStore;
  let connector: ConnectorServer;
  let connection: TeamsConnection;
  let outbox: RunningOutbox;
  let bot: ReturnType<typeof createTeamsBot>;
  let clock: MovableClock;
  let seen: string[];

  const feature: Feature = {
    name: 'sample',
    commands: [
      {
        ...command('locate', []),
        run: async (turn) => {
          seen.push(turn.place.name);
          return { text: turn.place.name };
        },
      },
    ],
  };

  function build(): void {
    const { store } = temporary;
    const common = { store, clock, logger: silentLogger };
    const catalog = sampleCatalog();
    connection = createTeamsConnection({
      ...common,
      registration: undefined,
      allowedTenants: [tenant],
      serviceHosts: [],
    });
    outbox = createOutbox({ ...common, sender: connection.sender });
    bot = createTeamsBot({
      connection,
      outbox,
      inbox: createInbox({ ...common, owner: 'me' }),
      dialogs: createDialogs({ ...common, dialogs: [] }),
      router: createRouter({
        features: [feature],
        catalog: () => catalog,
        audit: store.audit,
        clock,
        logger: silentLogger,
      }),
      welcome: async (turn) => ({ text: `Welcome to ${turn.place.name}` }),
      audit: store.audit,
    });
  }

  beforeEach(async () => {
    temporary = temporaryStore();
    connector = await startConnectorServer();
    clock = createMovableClock(Date.UTC(2026, 10, 20));
    seen = [];
    build();
  });
  afterEach(async () => {
    await bot.idle();
    await outbox.stop();
    await connector.close();
    await temporary.remove();
  });

  let number = 0;
  async function post(type: string, conversation: string, more: object = {}): Promise<void> {
    const { channelData, ...rest } = more as { channelData?: object };
    const body = {
      type,
      id: `${++number}`,
      channelId: 'msteams',
      serviceUrl: connector.url,
      from: { id: '29:dana', name: 'Dana', aadObjectId: objectIds.dana },
      recipient: { id: botId, name: 'Gavel' },
      conversation: { id: conversation, conversationType: 'channel', isGroup: true, tenantId: tenant },
      channelData: { tenant: { id: tenant }, team: { id: team }, channel: { id: conversation }, ...channelData },
      ...rest,
    };
    const answer = await bot.process('', body);
    assert.ok(answer.status < 300, String(answer.status));
    await bot.idle();
  }
  const ask = (conversation: string): Promise<void> =>
    post('message', conversation, {
      text: '<at>Gavel</at> locate',
      entities: [{ type: 'mention', text: '<at>Gavel</at>', mentioned: { id: botId, name: 'Gavel' } }],
    });
  const event = (eventType: string, channel: object): Promise<void> =>
    post('conversationUpdate', team, { channelData: { eventType, channel } });
  const install = (action: string, conversation: string): Promise<void> =>
    post('installationUpdate', conversation, { action });
  const say = async (key: string, placeId: string): Promise<string | undefined> => {
    await outbox.put({ key, destination: { to: 'place', placeId }, content: { text: key }, revision: 1 });
    await outbox.idle();
    return (await outbox.fate(key))?.state;
  };
  const listed = [
    { id: team, name: null },
    { id: ships, name: 'Ships' },
    { id: search, name: 'Search' },
  ];

  it('provides the names of its channels: requested once for all of them, also after a restart', async () => {
    connector.setChannels(listed);
    await ask(ships);
    await ask(search);
    await ask(team);
    await outbox.stop();
    build();
    await ask(ships);
    assert.deepEqual(seen, ['Ships', 'Search', 'General', 'Ships']);
    assert.equal(connector.listed(), 1);
  });

  it('is asked again after a while without an answer, and its messages are answered in the meantime', async () => {
    await ask(ships);
    await ask(ships);
    assert.equal(connector.listed(), 1);
    connector.setChannels(listed);
    clock.advance(10 * 60_000);
    await ask(ships);
    assert.deepEqual(seen, ['the channel', 'the channel', 'Ships']);
  });

  it('reports new names, and an event about one channel renames no other', async () => {
    connector.setChannels(listed);
    await ask(ships);
    await event('channelRenamed', { id: ships, name: 'Vessels' });
    await event('channelCreated', { id: '19:new@thread.tacv2', name: 'New' });
    for (const channel of [ships, team, '19:new@thread.tacv2']) await ask(channel);
    assert.deepEqual(seen.slice(1), ['Vessels', 'General', 'New']);
    connector.setChannels([{ id: ships, name: 'Boats' }]);
    await event('teamRenamed', { id: team });
    await ask(ships);
    assert.equal(seen.at(-1), 'Boats');
  });

  for (const [how, conversation] of [
    ['naming the team', team],
    ['naming another channel', search],
  ] as const)
    it(`removes Gavel, ${how}: nothing is sent to any of its channels, the audit log says so, and re-adding welcomes again`, async () => {
      connector.setChannels(listed);
      await install('add', ships);
      await ask(search);
      assert.equal(await say('before', ships), 'posted');
      const before = connector.sent.length;
      await install('remove', conversation);
      await post('conversationUpdate', conversation, { membersRemoved: [{ id: botId }] });
      assert.equal(await say('to ships', ships), 'undeliverable');
      assert.equal(await say('to search', search), 'undeliverable');
      assert.equal(connector.sent.length, before, 'Teams was not even asked');
      const record = await temporary.store.audit.read({ what: 'places.leave' });
      assert.deepEqual(record.map(({ target }) => target).sort(), ['Search', 'Ships']);
      assert.ok(record.every(({ who, outcome }) => who === personIds.dana && outcome === 'removed'));
      await install('add', ships);
      assert.equal(connector.messages().at(-1)?.body.text, 'Welcome to Ships');
      assert.equal(await say('again', ships), 'posted');
      assert.equal(await say('there too', search), 'posted');
    });

  it('deletes a channel, which ends only that one, and restores it', async () => {
    connector.setChannels(listed);
    await ask(ships);
    await ask(search);
    await event('channelDeleted', { id: ships, name: 'Ships' });
    assert.equal(await say('to ships', ships), 'undeliverable');
    assert.equal(await say('to search', search), 'posted');
    await event('channelRestored', { id: ships, name: 'Ships' });
    assert.equal(await say('again', ships), 'posted');
  });

  it('has somebody who removes Gavel for themselves: they get nothing until they write again', async () => {
    const personal = {
      conversation: { id: 'a:dana', conversationType: 'personal', tenantId: tenant },
      channelData: { team: undefined, channel: undefined },
    };
    await post('message', 'a:dana', { ...personal, text: 'locate' });
    await post('installationUpdate', 'a:dana', { ...personal, action: 'remove' });
    const put = async (key: string): Promise<string | undefined> => {
      await outbox.put({
        key,
        destination: { to: 'person', personId: personIds.dana },
        content: { text: key },
        revision: 1,
      });
      await outbox.idle();
      return (await outbox.fate(key))?.state;
    };
    assert.equal(await put('gone'), 'undeliverable');
    await post('message', 'a:dana', { ...personal, text: 'locate' });
    assert.equal(await put('back'), 'posted');
  });
});
