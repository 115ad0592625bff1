import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { runDoctor } from '../../src/commands/doctor';
import type { Config } from '../../src/config';
import type { OpenConnection } from '../../src/connectors/contract/kinds';
import type { Catalog } from '../../src/core/catalog';
import { StoreUnavailableError } from '../../src/core/errors';
import { silentLogger } from '../../src/core/telemetry/logger';
import { redactSecrets } from '../../src/core/text/secrets';
import type { Delivery } from '../../src/features/subscriptions';
import { createScopedStore } from '../../src/features/scopes';
import { newSubscriber } from '../../src/features/subscriptions/record';
import { subscriberWorkflow } from '../../src/features/subscriptions/workflow';
import { selfCheck } from '../../src/self-check';
import type { SelfCheckOptions } from '../../src/self-check';
import { startServer } from '../../src/server';
import { sampleCatalog } from '../chat/sample';
import { createMovableClock } from '../core/time/movable-clock';
import type { MovableClock } from '../core/time/movable-clock';
import { dana, readingDependencies, turnOf } from '../features/help/commands-for-tests';
import { temporaryStore } from '../store/temporary-store';
import { startStandIn } from './stand-in';
import type { StandIn } from './stand-in';

type BotRegistration = NonNullable<Config['bot']>;

const appId = '11111111-2222-4333-8444-555555555555';
const tenantId = '00000000-0000-4000-8000-00000000c0de';
const single: BotRegistration = { appType: 'SingleTenant', appId, tenantId, password: 'a secret of the bot' };
const managed: BotRegistration = { appType: 'UserAssignedMSI', appId, tenantId, password: undefined };

describe('the self-check', () => {
  let standIn: StandIn;
  let clock: MovableClock;
  let folder: string;
  beforeEach(async () => {
    standIn = await startStandIn();
    clock = createMovableClock(Date.now());
    folder = mkdtempSync(join(tmpdir(), 'gavel-check-'));
  });
  afterEach(async () => {
    await standIn.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const connection = (problem?: string): Pick<OpenConnection, 'check'> => ({
    check: async () => [{ about: 'all of it', ...(problem !== undefined && { problem }) }],
  });

  async function problems(bot: BotRegistration | undefined, more: Partial<SelfCheckOptions> = {}): Promise<string[]> {
    const findings = await selfCheck({
      config: { bot, allowedTenants: [tenantId], endpoint: undefined, identityEndpoint: undefined },
      catalog: sampleCatalog(),
      catalogProblems: [],
      connections: new Map([['local', connection()]]),
      titleOf: (name) => (name === 'local' ? 'Sandbox' : name),
      store: async () => undefined,
      clock,
      loginUrl: standIn.url,
      openIdUrl: `${standIn.url}/open`,
      packageFile: join(folder, 'gavel.zip'),
      ...more,
    });
    return findings.flatMap(({ problem }) => problem ?? []);
  }

  it('finds no problem if nothing is missing, with real requests', async () => {
    assert.deepEqual(await problems(single), []);
    const paths = standIn.asked.map(({ method, url }) => `${method} ${url}`).sort();
    assert.deepEqual(paths, ['GET /keys', 'GET /open', `POST /${tenantId}/oauth2/v2.0/token`]);
    assert.equal(redactSecrets('a-token-of-the-stand-in'), '[secret]');
  });

  it('requests a managed identity’s token the way App Service and Container Apps expect', async () => {
    const identityEndpoint = { url: `${standIn.url}/msi/token`, header: 'the header' };
    const config = { bot: managed, allowedTenants: [tenantId], endpoint: undefined, identityEndpoint };
    assert.deepEqual(await problems(managed, { config }), []);
    const asked = standIn.asked.find(({ url }) => url.startsWith('/msi/token'));
    assert.equal(asked?.header, 'the header');
    assert.match(asked?.url ?? '', /api-version=2019-08-01/);
    assert.match(asked?.url ?? '', new RegExp(`client_id=${appId}`));
  });

  const refusals: [string, BotRegistration, number, unknown, RegExp][] = [
    [
      'a wrong secret',
      single,
      401,
      aad(7000215),
      /Microsoft rejected the client secret\. Create a new one .* its value, not to its ID\.$/,
    ],
    ['a secret that has expired', single, 401, aad(7000222), /expired\. Create a new one/],
    [
      'an app that the tenant does not have',
      single,
      400,
      aad(700016),
      /doesn’t have the application in MicrosoftAppId/,
    ],
    ['a tenant that is none', single, 400, aad(90002), /tenant in MicrosoftAppTenantId doesn’t exist/],
    ['a refusal that nobody knows', single, 400, aad(99999), /returned 400 \(AADSTS99999\)\. Check/],
    [
      'something else in its place',
      single,
      200,
      '<html>Sign in to the network</html>',
      /without a token\. Check whether a proxy/,
    ],
    [
      'an identity that is not assigned',
      managed,
      400,
      { message: 'Identity not found' },
      /isn’t assigned to this host/,
    ],
  ];
  for (const [what, bot, status, body, expected] of refusals)
    it(`names ${what}, with its fix`, async () => {
      standIn.token = { status, body };
      const identityEndpoint = bot === managed ? { url: `${standIn.url}/msi/token`, header: 'x' } : undefined;
      const [problem = '', ...others] = await problems(bot, {
        config: { bot, allowedTenants: [tenantId], endpoint: undefined, identityEndpoint },
      });
      assert.match(problem, expected);
      assert.deepEqual(others, []);
    });

  it('names the services that can’t be reached', async () => {
    const closed = 'http://127.0.0.1:9';
    const found = await problems(single, { loginUrl: closed, openIdUrl: `${closed}/open` });
    assert.match(found[0] ?? '', /^127\.0\.0\.1:9 can’t be reached .*Allow outgoing HTTPS/);
    assert.match(found[1] ?? '', /^http:\/\/127\.0\.0\.1:9\/open can’t be read/);
  });

  it('names a document and keys that do not exist', async () => {
    standIn.document = {};
    assert.match((await problems(single)).join(), /doesn’t say where the keys are/);
    standIn.document = { jwks_uri: `${standIn.url}/keys` };
    standIn.keys = { keys: [] };
    assert.match((await problems(single)).join(), /contains no signing keys/);
  });

  it('names a wrong clock, by the clock of the token service', async () => {
    standIn.token.date = new Date(clock.now() + 7 * 60_000).toUTCString();
    assert.match((await problems(single)).join(), /is 7 minutes behind 127/);
    standIn.token.date = new Date(clock.now() - 6 * 60_000).toUTCString();
    assert.match((await problems(single)).join(), /is 6 minutes ahead of 127/);
    standIn.token.date = new Date(clock.now() - 60_000).toUTCString();
    assert.deepEqual(await problems(single), []);
  });

  it('names a store and a connection that do not answer, and continues', async () => {
    const store = async (): Promise<void> => {
      throw new StoreUnavailableError('no primary', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) });
    };
    const found = await problems(undefined, {
      store,
      connections: new Map([['local', connection('its password has expired; set a new one.')]]),
    });
    assert.match(found[0] ?? '', /The store isn’t responding \(ECONNREFUSED\)\. Check MONGODB_URI/);
    assert.match(found[1] ?? '', /Sandbox connection reports: its password has expired/);
  });

  it('names catalog entries that lead nowhere', async () => {
    const catalog: Catalog = {
      ...sampleCatalog(),
      people: {
        guest: { id: 'entra:99999999-0000-4000-8000-000000000000/11111111-0000-4000-8000-0000000000d1', name: 'G' },
      },
    };
    const found = await problems(undefined, { catalog, catalogProblems: ['line 3: broken'], connections: new Map() });
    assert.deepEqual(found.slice(0, 1), ['line 3: broken']);
    assert.match(
      found[1] ?? '',
      /guest in the catalog belongs to tenant 99999999-.* add the tenant to GAVEL_ALLOWED_TENANTS/,
    );
  });

  it('names marks with a command or button, and the operation to write', async () => {
    const marked = { ...sampleCatalog(), fourEyes: [], confirm: [] as Catalog['confirm'] };
    const mark = { expiresAfterSeconds: 600 };
    marked.confirm = [
      { ...mark, operation: 'freeze' },
      { ...mark, operation: 'unlock', formerly: 'locks.unlock' },
      { ...mark, operation: 'grant', formerly: 'onboarding.setup' },
      { ...mark, operation: 'announce', formerly: 'onboarding.setup' },
    ];
    const found = await problems(undefined, { catalog: marked });
    assert.equal(found.length, 2, found.join('\n'));
    assert.match(found[0] ?? '', /confirm uses `action: locks\.unlock`, .* Write `operation: unlock`/);
    assert.match(
      found[1] ?? '',
      /`action: onboarding\.setup`, .* Write `operation: grant` and a line with `operation: announce`/,
    );
  });

  it('names an app package for another bot', async () => {
    const packageFor = (botId: string): void => {
      const manifest = Buffer.from(JSON.stringify({ bots: [{ botId }] }));
      writeFileSync(join(folder, 'gavel.zip'), zipSync({ 'manifest.json': manifest }));
    };
    packageFor(appId.toUpperCase());
    assert.deepEqual(await problems(single), []);
    packageFor('22222222-2222-4333-8444-555555555555');
    assert.match((await problems(single)).join(), /is for bot 2222.*MicrosoftAppId is 1111.*npm run manifest/);
    writeFileSync(join(folder, 'gavel.zip'), 'no zip');
    assert.match((await problems(single)).join(), /isn’t an app package/);
  });

  it('names a connection that hangs', async () => {
    const connections = new Map([['local', { check: () => new Promise<never>(() => undefined) }]]);
    assert.match(
      (await problems(undefined, { connections, connectionLimitMs: 20 })).join(),
      /Sandbox connection couldn’t be checked \(no response within 0\.02 s\)/,
    );
  });

  it('names an endpoint that leads elsewhere, or nowhere, and accepts its own answer', async () => {
    const at = (endpoint: string) =>
      problems(single, { config: { bot: single, allowedTenants: [tenantId], endpoint, identityEndpoint: undefined } });
    assert.match(
      (await at(`${standIn.url}/api/messages`)).join(),
      /returned 200, so something other than Gavel responded/,
    );
    assert.match(
      (await at('http://127.0.0.1:9/api/messages')).join(),
      /can’t be reached .*Teams can’t deliver anything/,
    );
    const server = await startServer({
      host: '127.0.0.1',
      port: 0,
      processActivity: async () => ({ status: 400, body: { error: 'The request isn’t a Bot Framework activity.' } }),
      ready: async () => undefined,
      logger: silentLogger,
    });
    assert.deepEqual(await at(`http://127.0.0.1:${server.port}/api/messages`), []);
    await server.close();
  });

  it('names people and places that get nothing, and a silent store only once', async () => {
    const now = clock.now();
    const well = { id: 'a', to: 'place', name: 'General', waiting: 0, last: { at: now, state: 'posted' } } as const;
    const found = (delivery: Delivery) => problems(undefined, { deliveries: async () => [well, delivery] });
    const hour = 3_600_000;
    assert.deepEqual(await found(well), []);
    assert.match(
      (await found({ ...well, refusedSince: now - 3 * hour, waiting: 4 })).join(),
      /Nothing has arrived for General since [\w, ]*\d\d:\d\d \w+ \(4 waiting\).*Add Gavel again/,
    );
    assert.match(
      (await found({ ...well, to: 'person', name: '', last: { at: now - hour, state: 'undeliverable' } })).join(),
      /last message for a person with subscriptions \([\w, ]*\d\d:\d\d \w+\) didn’t arrive/,
    );
    assert.match(
      (await found({ ...well, last: { at: now - hour, state: 'waiting' } })).join(),
      /waiting to be sent since [\w, ]*\d\d:\d\d \w+\. Check the log, and make sure that smba/,
    );
    const error = 'Teams returned 403 BotNotInConversationRoster';
    for (const more of [
      { refusedSince: now - hour, last: { at: now, state: 'undeliverable', error } },
      { last: { at: now, state: 'undeliverable', error } },
      { last: { at: now - hour, state: 'waiting', error } },
    ] as const)
      assert.match((await found({ ...well, ...more })).join(), /\(Teams returned 403 BotNotInConversationRoster\)/);
    assert.deepEqual(await found({ ...well, last: { at: now - 60_000, state: 'waiting' } }), []);
    const silent = async (): Promise<never> => Promise.reject(new StoreUnavailableError('down'));
    assert.equal((await problems(undefined, { store: silent, deliveries: silent })).length, 1);
  });

  it('names pauses that Teams asked for, and Entra groups that nobody can read', async () => {
    const [second = '', first = ''] = await problems(undefined, {
      silencesMs: [120_000],
      entraGroups: async () => ({ named: 2, unread: ['ops'] }),
    });
    assert.match(first, /limiting messages in 1 conversation\. Gavel will send them in 2\u00A0min; none are lost/);
    assert.match(second, /Entra doesn’t return the members of ops.*GroupMember\.Read\.All/);
    const entraGroups = async () => ({ named: 2, unread: [] });
    assert.deepEqual(await problems(undefined, { silencesMs: [], entraGroups }), []);
  });

  it('says that nobody can grant a role, and nothing if it can’t know', async () => {
    assert.match((await problems(undefined, { hasAdmin: async () => false })).join(), /There is no admin/);
    assert.deepEqual(await problems(undefined, { hasAdmin: async () => true }), []);
    const hasAdmin = async (): Promise<never> => Promise.reject(new StoreUnavailableError('down'));
    assert.deepEqual(await problems(undefined, { hasAdmin }), []);
  });

  describe('on the command line', () => {
    const environment = { GAVEL_CATALOG: join(__dirname, '../../sandbox/catalog.yaml') };
    async function run(
      more: Record<string, string>,
      others: { graphUrl?: string; localIsMeant?: boolean } = {},
    ): Promise<{ code: number; text: string }> {
      const lines: string[] = [];
      const places = { loginUrl: standIn.url, openIdUrl: `${standIn.url}/open`, packageFile: join(folder, 'none.zip') };
      const graph = { graphUrl: standIn.url, ...others };
      const code = await runDoctor({ ...environment, GAVEL_DATA: folder, ...more }, (line) => lines.push(line), {
        ...places,
        ...graph,
      });
      return { code, text: lines.join('\n') };
    }
    const teams = {
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppId: appId,
      MicrosoftAppPassword: 'a secret of the bot',
      MicrosoftAppTenantId: tenantId,
    };

    it('finds nothing to fix before a first start, and creates nothing', async () => {
      const { code, text } = await run({}, { localIsMeant: true });
      assert.equal(code, 0, text);
      assert.match(text, /good {5}the store/);
      assert.match(text, /local mode/);

      assert.deepEqual(readdirSync(folder), []);
    });

    it('is never green if it checked local mode instead of a server', async () => {
      const { code, text } = await run({});
      assert.equal(code, 1);
      assert.match(text, /only local mode was checked.*--settings \/etc\/gavel\/gavel\.env/);
      assert.doesNotMatch(text, /No problems were found/);
    });

    it('checks while another process has the store open, and exits with 1 if something is missing', async () => {
      const temporary = temporaryStore();
      standIn.token = { status: 401, body: aad(7000222) };
      const { code, text } = await run({ ...teams, GAVEL_DATA: temporary.folder });
      await temporary.remove();
      assert.equal(code, 1);
      assert.match(text, /problem {2}The client secret has expired/);
      assert.match(text, /good {5}the store/);
      assert.doesNotMatch(text, /a secret of the bot/);
    });

    it('reports subscriptions that do not arrive', async () => {
      const temporary = temporaryStore();
      const { store } = temporary;
      const shop = { services: ['shop'], environments: [], branches: [], outcomes: [], severity: 'info' } as const;
      const refused = { since: Date.now() - 7_200_000, at: Date.now(), tries: 1 };
      await store.collection(subscriberWorkflow.spec).insert('19:general@thread.tacv2', {
        ...newSubscriber({ to: 'place', name: 'General', zone: 'UTC' }),
        pending: [],
        rules: [{ ...shop, from: 'subscribe' }],
        refused,
      });
      const { code, text } = await run({ ...teams, GAVEL_DATA: temporary.folder });
      await temporary.remove();
      assert.equal(code, 1);
      assert.match(text, /problem {2}Nothing has arrived for General since [\w, ]*\d\d:\d\d \w+/);
    });

    it('names an alias that a sentence of Gavel’s hides, and no other', async () => {
      const temporary = temporaryStore();
      const most = { personal: 5, place: 5, everybody: 5 };
      const deps = { ...readingDependencies(temporary.store), clock };
      const aliases = createScopedStore(deps, { name: 'aliases', one: 'an alias', most });
      await aliases.put(turnOf(dana), 'personal', 'whats up', 'where');
      await aliases.put(turnOf(dana), 'personal', 'board', 'where');
      const { code, text } = await run({ ...teams, GAVEL_DATA: temporary.folder });
      await temporary.remove();
      assert.equal(code, 1);
      assert.match(
        text,
        /problem {2}The alias “whats up” no longer works.*Dana Developer can save the alias under another name/,
      );
      assert.doesNotMatch(text, /“board”/);
    });

    it('really reads the Entra groups', async () => {
      const file = join(folder, 'catalog.yaml');
      const group = 'entraGroups: { operators-of-the-night: 5a0c7f3e-2d64-4d0b-9b06-0d3ce9a4c9aa }';
      writeFileSync(file, `${readFileSync(environment.GAVEL_CATALOG, 'utf8')}\n${group}\n`);
      const more = { ...teams, GAVEL_CATALOG: file, GAVEL_DATA: join(folder, 'data') };
      assert.match((await run(more)).text, /good {5}the Entra groups/);
      assert.match(
        (await run(more, { graphUrl: 'http://127.0.0.1:9' })).text,
        /problem {2}Entra doesn’t return the members of operators-of-the-night/,
      );
    });

    it('is a separate process that ends with its result', () => {
      const bin = join(__dirname, '../../src/cli.ts');
      const ran = spawnSync(process.execPath, ['--import', 'tsx', bin, 'doctor'], {
        encoding: 'utf8',
        cwd: join(__dirname, '../..'),
        env: { PATH: process.env['PATH'], GAVEL_DATA: folder, MicrosoftAppId: 'no guid' },
      });
      assert.equal(ran.status, 1);
      assert.match(ran.stdout, /problem {2}.*MicrosoftAppId.*\n[^]*Gavel can’t start/);
    });

    it('says that Gavel can’t start, and why', async () => {
      const { code, text } = await run({ ...teams, MicrosoftAppType: 'MultiTenant' });
      assert.equal(code, 1);
      assert.match(text, /MicrosoftAppType is "MultiTenant"/);
    });
  });
});

function aad(code: number): unknown {
  return { error: 'invalid_client', error_description: `AADSTS${code}: something long about it. Trace ID: 1` };
}
