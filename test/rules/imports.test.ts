import assert from 'node:assert/strict';
import { dirname, join, normalize } from 'node:path';
import { filesBelow, importsOf, textOf } from './source-files';

/** Which top folders of src may import which others; `contract` folders are open only through their contract files. */
const mayImport: Record<string, readonly string[]> = {
  core: [],
  telemetry: ['core'],
  store: ['core'],
  jobs: ['core', 'store/contract'],
  workflows: ['core', 'jobs/contract', 'store/contract'],
  connectors: ['core'],
  chat: ['core', 'store/contract', 'jobs/contract', 'features/contract'],
  features: [
    'core',
    'chat/contract',
    'connectors/contract',
    'store/contract',
    'store/read-all',
    'jobs/contract',
    'workflows',
  ],
  playground: ['core'],
  'server.ts': ['core', 'request-body'],
  'request-body.ts': [],
  'catalog-file.ts': ['core'],
  'config.ts': ['core', 'config-settings', 'config-forms', 'config-misspelled'],
  'config-misspelled.ts': ['core'],
  'config-settings.ts': ['config-forms', 'config-setting', 'config-settings-teams'],
  'config-settings-teams.ts': ['config-forms', 'config-setting'],
  'config-setting.ts': [],
  'config-forms.ts': [],
  'self-check': ['core', 'config', 'chat/teams', 'connectors/contract'],
};

const sources = filesBelow('src', '.ts').map((path) => path.replaceAll('\\', '/'));
const area = (path: string): string => path.split('/')[1] ?? '';
const inside = (path: string): string => path.split('/').slice(1).join('/');

function relativeImports(path: string): string[] {
  return importsOf(path)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(path), specifier)));
}

describe('imports go one way', () => {
  for (const path of sources) {
    const allowed = mayImport[area(path)];
    if (!allowed) continue;
    it(`${path} imports only what its folder may`, () => {
      for (const target of relativeImports(path)) {
        if (area(target) === area(path)) continue;
        const ok = allowed.some((name) => inside(target) === name || inside(target).startsWith(`${name}/`));
        assert.ok(ok, `${path} imports ${target}`);
      }
    });
  }

  it('a feature uses another feature only through its index', () => {
    for (const path of sources.filter((each) => area(each) === 'features' && each.split('/').length > 3)) {
      for (const target of relativeImports(path).filter((each) => area(each) === 'features')) {
        const feature = target.split('/')[2];
        if (feature === path.split('/')[2] || feature === 'contract') continue;
        assert.ok(target.split('/').length <= 3 || target.endsWith('/index'), `${path} imports ${target}`);
      }
    }
  });

  it('the Bot Framework is named only in chat/teams, chat/dialogs.ts and *-dialog.ts', () => {
    for (const path of sources) {
      if (path.startsWith('src/chat/teams/') || path === 'src/chat/inbox/dialogs.ts' || path.endsWith('-dialog.ts'))
        continue;
      const named = importsOf(path).filter((specifier) => /^(botbuilder|botframework)/.test(specifier));
      assert.deepEqual(named, [], path);
    }
  });

  it('card.ts fills card templates, with card-paths.ts beside it', () => {
    for (const path of sources.filter((each) => !/^src\/core\/card(-paths)?\.ts$/.test(each)))
      assert.ok(!importsOf(path).some((specifier) => specifier.includes('adaptivecards-t')), path);
  });

  it('the process environment is read at the edge only', () => {
    for (const path of sources.filter((each) => !['src/index.ts', 'src/cli.ts'].includes(each)))
      assert.ok(!/process\.env\b/.test(textOf(path)), path);
  });
});
