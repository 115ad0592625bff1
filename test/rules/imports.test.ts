import assert from 'node:assert/strict';
import { dirname, join, normalize } from 'node:path';
import { filesBelow, importsOf, textOf } from './source-files';

/** What the folders of src can import from one another: whole folders, or single files. */
const mayImport: Record<string, readonly string[]> = {
  core: [],
  telemetry: ['core'],
  store: ['core'],
  jobs: ['core', 'store/contract'],
  workflows: ['core', 'jobs/contract', 'store/contract'],
  connectors: ['core'],
  chat: ['core', 'store/contract', 'jobs/contract', 'cards/types'],
  features: [...['core', 'chat/contract', 'connectors/contract', 'store/contract', 'jobs/contract'], 'workflows'],
  playground: ['core'],
  server: ['core'],
  config: ['core', 'connectors/catalog'],
  'self-check': ['core', 'config', 'chat/teams', 'connectors/contract'],
  start: [
    ...['core', 'config', 'self-check', 'connectors', 'store', 'jobs/contract', 'telemetry'],
    ...['chat/contract', 'chat/outbox/record', 'chat/outbox/notices', 'chat/teams', 'playground'],
  ],
  commands: [
    ...['core', 'config', 'connectors', 'self-check', 'start', 'store/contract', 'playground/gallery', 'app'],
    ...['chat/outbox/record', 'chat/teams', 'features/roles', 'features/announcements', 'features/subscriptions'],
  ],
  'cli.ts': ['core', 'commands', 'start/own-release'],
  'index.ts': ['core', 'config', 'start/text', 'app'],
};

/** What the folders of chat can import from the rest of chat. */
const mayImportInChat: Record<string, readonly string[]> = {
  contract: [],
  language: ['contract'],
  router: ['contract', 'language'],
  outbox: ['contract', 'sender', 'rate-limit'],
  inbox: ['contract', 'outbox'],
  teams: ['contract', 'sender', 'rate-limit', 'language', 'router', 'outbox', 'inbox'],
};

const sources = filesBelow('src', '.ts').map((path) => path.replaceAll('\\', '/'));
const area = (path: string): string => (path.startsWith('src/') ? (path.split('/')[1] ?? '') : '');
const inside = (path: string): string => path.replace(/^src\//, '');

const isAmong = (target: string, names: readonly string[]): boolean =>
  names.some((name) => target === name || target.startsWith(`${name}/`));

function relativeImports(path: string): string[] {
  return importsOf(path)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(path), specifier)));
}

describe('imports go one way', () => {
  for (const [part, allowed] of Object.entries(mayImport))
    it(`src/${part} imports only what it can`, () => {
      const forbidden = sources
        .filter((path) => area(path) === part)
        .flatMap((path) =>
          relativeImports(path)
            .filter((target) => area(target) !== part && !isAmong(inside(target), allowed))
            .map((target) => `${path} imports ${target}`),
        );
      assert.deepEqual(forbidden, []);
    });

  it('each part of src has its list of imports; only app.ts connects everything', () => {
    const parts = new Set(sources.map(area));
    assert.deepEqual([...parts].sort(), [...Object.keys(mayImport), 'app.ts'].sort());
  });

  it('the folders of chat use one another in one direction', () => {
    const folders = new Set<string>();
    for (const path of sources.filter((each) => area(each) === 'chat' && each.split('/').length > 3)) {
      const folder = path.split('/')[2] ?? '';
      folders.add(folder);
      for (const target of relativeImports(path).filter((each) => area(each) === 'chat')) {
        const within = target.split('/').slice(2).join('/');
        if (isAmong(within, [folder])) continue;
        assert.ok(isAmong(within, mayImportInChat[folder] ?? []), `${path} imports ${target}`);
      }
    }
    assert.deepEqual([...folders].sort(), Object.keys(mayImportInChat).sort());
  });

  it('only index.ts, cli.ts and app.ts are at the root of src', () => {
    assert.deepEqual(
      sources.filter((path) => path.split('/').length === 2),
      ['src/app.ts', 'src/cli.ts', 'src/index.ts'],
    );
  });

  it('only index.ts and contract.ts are next to the features', () => {
    assert.deepEqual(
      sources.filter((path) => area(path) === 'features' && path.split('/').length === 3),
      ['src/features/contract.ts', 'src/features/index.ts'],
    );
  });

  it('a feature uses another feature only through its index', () => {
    for (const path of sources.filter((each) => area(each) === 'features' && each.split('/').length > 3)) {
      for (const target of relativeImports(path).filter((each) => area(each) === 'features')) {
        const feature = target.split('/')[2];
        if (feature === path.split('/')[2] || feature === 'contract') continue;
        assert.ok(target.split('/').length <= 3 || target.endsWith('/index'), `${path} imports ${target}`);
      }
    }
  });

  it('the Bot Framework is named only in chat/teams, chat/inbox/dialogs.ts and where dialogs are declared', () => {
    for (const path of sources) {
      if (path.startsWith('src/chat/teams/') || /\/(dialogs|contract\/index)\.ts$/.test(path)) continue;
      const named = importsOf(path).filter((specifier) => /^(botbuilder|botframework)/.test(specifier));
      assert.deepEqual(named, [], path);
    }
  });

  it('core/card fills card templates, and the gallery shows how Microsoft fills them', () => {
    for (const path of sources.filter(
      (each) => !each.startsWith('src/core/card/') && each !== 'src/playground/gallery.ts',
    ))
      assert.ok(!importsOf(path).some((specifier) => specifier.includes('adaptivecards-t')), path);
  });

  it('the process environment is read only at the edge', () => {
    for (const path of sources.filter((each) => !['src/index.ts', 'src/cli.ts'].includes(each)))
      assert.ok(!/process\.env\b/.test(textOf(path)), path);
  });
});
