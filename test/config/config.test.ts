import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readConfig } from '../../src/config';
import { settings } from '../../src/config/settings';
import type { SettingName } from '../../src/config/settings';
import { readSettings } from '../../src/config/values';
import { redactSecrets } from '../../src/core/text/secrets';
import { exampleEnvironment } from '../docs/example-environment';
import { root } from '../rules/source-files';

const guid = '11111111-2222-4333-8444-555555555555';
const catalog = join(root, 'sandbox/catalog.yaml');
const teams = {
  MicrosoftAppType: 'SingleTenant',
  MicrosoftAppId: guid,
  MicrosoftAppPassword: 'a client secret',
  MicrosoftAppTenantId: guid,
  GAVEL_CATALOG: catalog,
};

function config(environment: Record<string, string>) {
  const result = readConfig(environment);
  assert.ok('config' in result, JSON.stringify(result));
  return result.config;
}

function problems(environment: Record<string, string>): string {
  const result = readConfig(environment);
  assert.ok('problems' in result, 'it should refuse');
  return result.problems.join('\n');
}

describe('settings', () => {
  it('mean local mode on this machine if there are none', () => {
    const local = config({});
    assert.equal(local.mode, 'local');
    assert.equal(local.host, '127.0.0.1');
    assert.equal(local.bot, undefined);
  });

  it('mean Teams if the registration is complete', () => {
    const full = config(teams);
    assert.equal(full.mode, 'teams');
    assert.deepEqual(full.allowedTenants, [guid]);
    assert.deepEqual(full.serviceHosts, ['smba.trafficmanager.net']);
    assert.throws(() => Object.assign(full, { mode: 'local' }));
  });

  it('compare ids and hosts in lower case, however they were written', () => {
    const shouted = 'ABCDEF00-2222-4333-8444-555555555555';
    const full = config({
      ...teams,
      MicrosoftAppTenantId: shouted,
      GAVEL_SERVICE_HOSTS: 'SMBA.example.com, b.example',
    });
    assert.deepEqual(full.allowedTenants, [shouted.toLowerCase()]);
    assert.equal(full.bot?.tenantId, shouted.toLowerCase());
    assert.deepEqual(full.serviceHosts, ['smba.example.com', 'b.example']);
  });

  it('name the platform’s token endpoint if both parts are given', () => {
    const platform = { IDENTITY_ENDPOINT: 'http://127.0.0.1:42356/msi/token', IDENTITY_HEADER: 'a long secret' };
    const { identityEndpoint } = config({ ...teams, ...platform });
    assert.deepEqual(identityEndpoint, { url: 'http://127.0.0.1:42356/msi/token', header: 'a long secret' });
    assert.equal(config({ ...teams, IDENTITY_ENDPOINT: platform.IDENTITY_ENDPOINT }).identityEndpoint, undefined);
  });

  it('can’t be changed once they are read', () => {
    const full = config(teams);
    assert.throws(() => Object.assign(full.allowedTenants, { 0: 'x' }));
    assert.throws(() => Object.assign(full.bot ?? {}, { password: 'x' }));
    assert.throws(() => Object.assign(full.log, { level: 'debug' }));
  });

  it('register the bot’s secret, so that no log shows it', () => {
    config({ ...teams, MicrosoftAppPassword: 'never-to-be-seen' });
    assert.equal(redactSecrets('a never-to-be-seen b'), 'a [secret] b');
  });

  it('name the shared store, and never show its password or the audit key', () => {
    const key = Buffer.alloc(32, 5);
    const shared = config({ MONGODB_URI: 'mongodb://dana:p%40ssw0rd-x@h/', GAVEL_AUDIT_KEY: key.toString('base64') });
    assert.deepEqual(shared.mongo, { url: 'mongodb://dana:p%40ssw0rd-x@h/', database: 'gavel' });
    assert.deepEqual(shared.auditKey, key);
    assert.equal(config({ GAVEL_AUDIT_KEY: key.toString('hex') }).auditKey?.equals(key), true);
    assert.equal(redactSecrets('a p@ssw0rd-x b p%40ssw0rd-x'), 'a [secret] b [secret]');
    assert.equal(config({}).mongo, undefined);
    assert.equal(config({}).instance, 'gavel');
  });

  const refused: [string, Record<string, string>, RegExp][] = [
    ['half a registration', { MicrosoftAppId: guid }, /MicrosoftAppType is missing/],
    ['a misspelt type', { ...teams, MicrosoftAppType: 'singletenant' }, /exactly SingleTenant or UserAssignedMSI/],
    ['many tenants', { ...teams, MicrosoftAppType: 'MultiTenant' }, /exactly SingleTenant or UserAssignedMSI/],
    ['an id that is none', { ...teams, MicrosoftAppId: 'my-bot' }, /MicrosoftAppId is "my-bot"\. It must be a GUID/],
    ['a single tenant without its secret', { ...teams, MicrosoftAppPassword: '' }, /MicrosoftAppPassword is missing/],
    [
      'a managed identity with a secret',
      { ...teams, MicrosoftAppType: 'UserAssignedMSI' },
      /a managed identity doesn’t use a password/,
    ],
    ['production without a registration', { NODE_ENV: 'production' }, /MicrosoftAppType is missing/],
    ['local mode for the whole network', { GAVEL_HOST: '0.0.0.0' }, /listens on 127\.0\.0\.1 only/],
    ['local mode on an address of the network', { GAVEL_HOST: '10.0.0.5' }, /listens on 127\.0\.0\.1 only/],
    ['local mode on every IPv6 address', { GAVEL_HOST: '::' }, /listens on 127\.0\.0\.1 only/],
    ['local mode on a name that only begins well', { GAVEL_HOST: '127.0.0.1.evil.example' }, /127\.0\.0\.1 only/],
    ['a port that is none', { PORT: '99999' }, /PORT is "99999"\. It must be a port from 1 to 65535/],
    ['a missing catalog', { GAVEL_CATALOG: '/nowhere.yaml' }, /can’t be read/],
    ['one port for two', { PORT: '4000', PLAYGROUND_PORT: '4000' }, /both 4000/],
    ['a store that is no MongoDB', { MONGODB_URI: 'postgres://x' }, /MONGODB_URI is not valid.*a MongoDB address/],
    [
      'a shared store without the shared audit key',
      { MONGODB_URI: 'mongodb://h', GAVEL_DATA: '/nowhere' },
      /GAVEL_AUDIT_KEY is missing.*openssl rand -hex 32/,
    ],
    ['an audit key that is too short', { GAVEL_AUDIT_KEY: 'abcd' }, /GAVEL_AUDIT_KEY is not valid.*32 random bytes/],
    ['an instance name with spaces', { GAVEL_INSTANCE: 'my own' }, /GAVEL_INSTANCE is "my own"/],
    ['a host with a scheme', { ...teams, GAVEL_SERVICE_HOSTS: 'https://x' }, /without https/],
  ];
  for (const [what, environment, expected] of refused)
    it(`refuse ${what}`, () => assert.match(problems(environment), expected));

  it('report every problem at once and never the secret', () => {
    const all = problems({ PORT: 'x', LOG_LEVEL: 'loud', MicrosoftAppPassword: 'short' });
    assert.ok(all.split('\n').length >= 5, all);
    assert.doesNotMatch(all, /short/);
  });

  it('match the text of .env.example', () => {
    for (const setting of settings) assert.match(exampleEnvironment(), new RegExp(`# ${setting.name}=`));
  });

  describe('have the defaults that .env.example names', () => {
    const example = new Map(
      [...exampleEnvironment().matchAll(/Default: (.*)\n# (\w+)=(.*)/g)].map(
        ([, words = '', name = '', value = '']) => [name, { words, value }],
      ),
    );
    for (const setting of settings)
      for (const [mode, environment] of Object.entries({ local: {}, teams })) {
        if (setting.name in environment) continue;
        it(`${setting.name} in ${mode} mode`, () => {
          const said = example.get(setting.name);
          const inMode = /^\((\S+) in local mode, else (\S+)\)$/.exec(said?.words ?? '')?.[mode === 'local' ? 1 : 2];
          const text = setting.without === undefined ? said?.value || inMode : undefined;
          const { values } = readSettings(environment);
          const isSame = text === undefined ? undefined : setting.parse.parse(text);
          assert.deepEqual(values[setting.name as SettingName], isSame);
          assert.equal(text === undefined, setting.default === undefined);
        });
      }
  });

  it('accept their own defaults exactly like written values', () => {
    for (const mode of ['local', 'teams'] as const)
      for (const { parse, default: value } of settings)
        if (value !== undefined) assert.ok(parse.safeParse(typeof value === 'string' ? value : value[mode]).success);
  });
});
