import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli';
import { initialCatalog, runInit } from '../../src/commands/init';
import { parseSettingsFile } from '../../src/commands/settings-file';
import { readConfig } from '../../src/config';
import { readingOf } from '../../src/connectors/catalog';
import { parseCatalog } from '../../src/core/catalog';
import { hasAdmin, withFirstAdmins } from '../../src/features/roles';
import { lookAtCatalog } from '../../src/self-check/catalog';

const tenantId = '5f0c6d0e-3b0a-4a6e-9d57-0d6f3e1f8f10';
const answers = {
  dataFolder: '/var/lib/gavel',
  isManagedIdentity: false,
  appId: '6a0c6d0e-3b0a-4a6e-9d57-0d6f3e1f8f11',
  tenantId,
  admins: ['7b0c6d0e-3b0a-4a6e-9d57-0d6f3e1f8f12=Ada Admin'],
};

describe('gavel init', () => {
  let folder: string;
  const printed: string[] = [];
  const init = (given: Partial<Parameters<typeof runInit>[0]> = {}): number =>
    runInit({ ...answers, folder, ...given }, (line) => printed.push(line));
  const settings = (): Readonly<Record<string, string>> => {
    const read = parseSettingsFile(readFileSync(join(folder, 'gavel.env'), 'utf8'));
    assert.ok('values' in read, JSON.stringify(read));
    return read.values;
  };
  beforeEach(() => {
    printed.length = 0;
    folder = mkdtempSync(join(tmpdir(), 'gavel-init-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes settings and a catalog that Gavel starts with, once the secret is filled in', () => {
    assert.equal(init(), 0);
    const result = readConfig({ ...settings(), MicrosoftAppPassword: 'a-secret-value' });
    assert.ok('config' in result, JSON.stringify(result));
    const { catalog, allowedTenants, mode, admins } = result.config;
    assert.equal(mode, 'teams');
    assert.deepEqual(
      lookAtCatalog(catalog, allowedTenants, []).map(({ problem }) => problem),
      [undefined],
    );
    assert.ok(hasAdmin(withFirstAdmins(() => catalog, admins)()));
    assert.match(printed.at(-1) ?? '', /Fill in MicrosoftAppPassword\. Then check everything with: npx gavel doctor/);
  });

  it('writes a catalog whose commented examples are also valid', () => {
    const uncommented = initialCatalog()
      .replace(/^people: \{\}$/m, 'people:')
      .replace(/^(connections|services): \{\}$/gm, '$1:')
      .replace(/^#( {3,}\S.*)$/gm, '$1')
      .replace(/^# ((?:freezes|fourEyes|confirm):)$/gm, '$1')
      .replaceAll('<tenant id>', tenantId)
      .replaceAll('<object id of the person>', '7b0c6d0e-3b0a-4a6e-9d57-0d6f3e1f8f12');
    const blocks = uncommented.split('\n\n').map(withListAfterKey);
    const result = parseCatalog(
      blocks.join('\n\n'),
      'catalog',
      readingOf(() => false),
    );
    assert.ok('catalog' in result, JSON.stringify(result));
    const { people, services, freezes, fourEyes, confirm } = result.catalog;
    assert.deepEqual(
      [Object.keys(people), Object.keys(services), freezes.length, fourEyes.length, confirm.length],
      [['dana'], ['portal'], 1, 1, 1],
    );
  });

  it('names what is still missing, and omits the secret for a managed identity', () => {
    init({ isManagedIdentity: true, appId: '', admins: [] });
    assert.match(printed.at(-1) ?? '', /^Fill in MicrosoftAppId, GAVEL_ADMINS\. /);
    assert.equal(settings()['MicrosoftAppType'], 'UserAssignedMSI');
    assert.equal('MicrosoftAppPassword' in settings(), false);
  });

  it('lets only its owner read the settings', () => {
    init();
    assert.equal(statSync(join(folder, 'gavel.env')).mode & 0o777, 0o600);
  });

  it('is called with its options', async () => {
    const words = ['--folder', folder, '--app-id', answers.appId, '--tenant-id', tenantId, '--data', '/srv/gavel'];
    const admins = [
      '--admin',
      'a0c6d0e0-3b0a-4a6e-9d57-0d6f3e1f8f12',
      '--admin',
      'b0c6d0e0-3b0a-4a6e-9d57-0d6f3e1f8f12',
    ];
    const code = await runCommandLine(['init', ...words, ...admins], {}, (line) => printed.push(line));
    assert.equal(code, 0);
    const { GAVEL_ADMINS: named, GAVEL_DATA: data, GAVEL_CATALOG: catalog } = settings();
    assert.deepEqual([named?.split(',').length, data, catalog], [2, '/srv/gavel', join(folder, 'catalog.yaml')]);
  });

  it('overwrites nothing', () => {
    writeFileSync(join(folder, 'catalog.yaml'), 'mine');
    assert.equal(init(), 2);
    assert.match(printed.join(), /catalog\.yaml already exists. Nothing was written/);
    assert.equal(readFileSync(join(folder, 'catalog.yaml'), 'utf8'), 'mine');
    assert.throws(() => statSync(join(folder, 'gavel.env')));
  });
});

/** In the file, an example is above its empty key; here, the key comes first. */
function withListAfterKey(block: string): string {
  const lines = block.split('\n');
  const key = lines.findIndex((line) => /^(people|connections|services):$/.test(line));
  if (key < 0) return block;
  return [...lines.slice(key, key + 1), ...lines.slice(0, key), ...lines.slice(key + 1)].join('\n');
}
