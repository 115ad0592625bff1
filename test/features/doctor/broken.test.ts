import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { runDoctor } from '../../../src/commands/doctor';
import type { Config } from '../../../src/config';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { readingOf } from '../../../src/connectors/catalog';
import { parseCatalog } from '../../../src/core/catalog';
import type { Catalog } from '../../../src/core/catalog';
import { StoreUnavailableError } from '../../../src/core/errors';
import { systemClock } from '../../../src/core/time/clock';
import { newSubscriber } from '../../../src/features/subscriptions/record';
import { subscriberWorkflow } from '../../../src/features/subscriptions/workflow';
import { selfCheck } from '../../../src/self-check';
import type { SelfCheckOptions } from '../../../src/self-check';
import { startStandIn } from '../../self-check/stand-in';
import type { StandIn } from '../../self-check/stand-in';
import { openStoreIn } from '../../store/temporary-store';
import { people } from '../fakes';
import { createTalkWorld, privately } from '../talk-world';

type BotRegistration = NonNullable<Config['bot']>;

const appId = '11111111-2222-4333-8444-555555555555';
const tenantId = '00000000-0000-4000-8000-00000000c0de';
const bot: BotRegistration = { appType: 'SingleTenant', appId, tenantId, password: 'a secret of the bot' };
const sandboxCatalog = readFileSync(join(__dirname, '../../../sandbox/catalog.yaml'), 'utf8');
const nowhere = 'https://127.0.0.1:9/api/messages';
const hour = 3_600_000;

const catalogOf = (text: string): Catalog => {
  const parsed = parseCatalog(
    text,
    'catalog',
    readingOf(() => false),
  );
  assert.ok('catalog' in parsed, JSON.stringify(parsed));
  return parsed.catalog;
};

interface Scene {
  readonly standIn: StandIn;
  readonly folder: string;
}

/** One broken thing, in chat and on the command line; things that only a running Gavel knows have no second form. */
interface Broken {
  readonly what: string;
  /** What both say. */
  readonly says: RegExp;
  readonly outside?: (scene: Scene) => void;
  readonly inChat?: Partial<SelfCheckOptions>;
  readonly settings?: Readonly<Record<string, string>>;
  readonly catalog?: string;
  readonly graphUrl?: string;
  readonly prepare?: (scene: Scene) => Promise<void>;
  readonly onlyRunning?: true;
}

const local = (check: OpenConnection['check']): SelfCheckOptions['connections'] => new Map([['local', { check }]]);
const silent = async (): Promise<never> => Promise.reject(new StoreUnavailableError('down'));
const delivery = { id: 'a', to: 'place', name: 'General', waiting: 4, refusedSince: Date.now() - 3 * hour } as const;

const table: readonly Broken[] = [
  {
    what: 'a secret that has expired',
    says: /The client secret has expired\. Create a new one/,
    outside: ({ standIn }) =>
      (standIn.token = { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS7000222: expired' } }),
  },
  {
    what: 'a clock that is wrong',
    says: /This machine’s clock is 7 minutes ahead of .*Turn on time synchronization/,
    outside: ({ standIn }) =>
      (standIn.token = { ...standIn.token, date: new Date(Date.now() - 7 * 60_000).toUTCString() }),
  },
  {
    what: 'signing keys that are not there',
    says: /contains no signing keys. Check whether a proxy is responding instead/,
    outside: ({ standIn }) => (standIn.keys = {}),
  },
  {
    what: 'an app package of another bot',
    says: /is for bot 99999999-.*Run [“`]npm run manifest[”`] again/,
    outside: ({ folder }) => {
      const manifest = { bots: [{ botId: '99999999-2222-4333-8444-555555555555' }] };
      const text = new TextEncoder().encode(JSON.stringify(manifest));
      writeFileSync(join(folder, 'gavel.zip'), zipSync({ 'manifest.json': text }));
    },
  },
  {
    what: 'an endpoint that leads nowhere',
    says: /127\.0\.0\.1:9\/api\/messages can’t be reached \(.+\), so Teams can’t deliver anything/,
    inChat: {
      config: { bot, allowedTenants: [tenantId], endpoint: nowhere, identityEndpoint: undefined },
    },
    settings: { GAVEL_ENDPOINT: nowhere },
  },
  {
    what: 'a store that can’t be used',
    says: /The store isn’t responding|gavel\.db|database/,
    inChat: { store: silent },
    prepare: async ({ folder }) => writeFileSync(join(folder, 'gavel.db'), 'no database at all, '.repeat(500)),
  },
  {
    what: 'a connection that refuses',
    says: /The Sandbox connection reports: There is no sandbox in/,
    inChat: {
      connections: local(async () => [{ about: 'the sandbox', problem: 'There is no sandbox in data yet.' }]),
    },
    settings: {},
  },
  {
    what: 'a connection that hangs',
    says: /The Sandbox connection couldn’t be checked \(no response within 0\.02 s\)/,
    inChat: { connections: local(() => new Promise(() => undefined)), connectionLimitMs: 20 },
    onlyRunning: true,
  },
  {
    what: 'a place that Teams does not let Gavel write to',
    says: /Nothing has arrived for General since [\w, ]*\d\d:\d\d \w+ .*Add Gavel again/,
    inChat: { deliveries: async () => [delivery] },
    prepare: async ({ folder }) => {
      const store = openStoreIn(folder);
      const shop = { services: ['shop'], environments: [], branches: [], outcomes: [], severity: 'info' } as const;
      await store.collection(subscriberWorkflow.spec).insert('19:general@thread.tacv2', {
        ...newSubscriber({ to: 'place', name: 'General', zone: 'UTC' }),
        pending: [],
        rules: [{ ...shop, from: 'subscribe' }],
        refused: { since: Date.now() - 3 * hour, at: Date.now(), tries: 1 },
      });
      await store.close();
    },
  },
  {
    what: 'silence that Teams has asked for',
    says: /Teams is rate-limiting messages in 2 conversations. Gavel will send them in 4\u00A0min/,
    inChat: { silencesMs: [60_000, 4 * 60_000] },
    onlyRunning: true,
  },
  {
    what: 'a group of Entra that can’t be read',
    says: /Entra doesn’t return the members of night-shift.*GroupMember\.Read\.All/,
    inChat: { entraGroups: async () => ({ named: 1, unread: ['night-shift'] }) },
    catalog: `${sandboxCatalog}\nentraGroups: { night-shift: 5a0c7f3e-2d64-4d0b-9b06-0d3ce9a4c9aa }\n`,
    graphUrl: 'http://127.0.0.1:9',
  },
  {
    what: 'nobody who may give a right',
    says: /There is no admin/,
    inChat: { hasAdmin: async () => false },
    catalog: sandboxCatalog.replace('  - { person: ada, role: admin }\n', ''),
  },
  {
    what: 'a catalog that names somebody of elsewhere',
    says: /stranger in the catalog belongs to tenant 99999999-.*which isn’t allowed/,
    catalog: sandboxCatalog.replace(
      'people:\n',
      'people:\n  stranger:\n    id: entra:99999999-0000-4000-8000-00000000c0de/11111111-0000-4000-8000-0000000000d9\n    name: Stranger\n',
    ),
  },
];

describe('doctor, with each thing broken in turn', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = { standIn: await startStandIn(), folder: mkdtempSync(join(tmpdir(), 'gavel-doctor-')) };
  });
  afterEach(async () => {
    await scene.standIn.close();
    rmSync(scene.folder, { recursive: true, force: true });
  });

  const places = () => ({
    loginUrl: scene.standIn.url,
    openIdUrl: `${scene.standIn.url}/open`,
    packageFile: join(scene.folder, 'gavel.zip'),
  });

  for (const broken of table) {
    it(`names ${broken.what} on the card, first and in red`, async () => {
      broken.outside?.(scene);
      const looks = () =>
        selfCheck({
          config: { bot, allowedTenants: [tenantId], endpoint: undefined, identityEndpoint: undefined },
          catalog: catalogOf(broken.catalog ?? sandboxCatalog),
          catalogProblems: [],
          connections: local(async () => [{ about: 'the sandbox' }]),
          titleOf: () => 'Sandbox',
          store: async () => undefined,
          clock: systemClock,
          heardOfTeams: true,
          ...places(),
          ...broken.inChat,
        });
      const talk = createTalkWorld({}, { looks });
      const card = JSON.parse(await talk.say(people.ada, 'doctor', privately(people.ada))) as {
        title: string;
        rows: { color: string; words: string }[];
      };
      await talk.close();
      // This team also has no channel and no practice environment yet, which is reported, too.
      assert.equal(card.title, '3\u00A0checks need attention', JSON.stringify(card.rows));
      assert.match(card.rows[0]?.words ?? '', broken.says);
      assert.equal(card.rows[0]?.color, 'Attention');
    });

    if (broken.onlyRunning) continue;
    it(`names ${broken.what} on the command line, and exits with 1`, async () => {
      broken.outside?.(scene);
      await broken.prepare?.(scene);
      const file = join(scene.folder, 'catalog.yaml');
      writeFileSync(file, broken.catalog ?? sandboxCatalog);
      const settings = {
        GAVEL_CATALOG: file,
        GAVEL_DATA: scene.folder,
        MicrosoftAppType: 'SingleTenant',
        MicrosoftAppId: appId,
        MicrosoftAppPassword: 'a secret of the bot',
        MicrosoftAppTenantId: tenantId,
        ...broken.settings,
      };
      const lines: string[] = [];
      const graphUrl = broken.graphUrl ?? scene.standIn.url;
      const code = await runDoctor(settings, (line) => lines.push(line), { ...places(), graphUrl });
      const problems = lines.filter((line) => line.startsWith('problem'));
      assert.equal(code, 1);
      assert.ok(
        problems.some((line) => broken.says.test(line)),
        lines.join('\n'),
      );
    });
  }
});
