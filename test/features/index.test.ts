import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action, Command, Feature } from '../../src/chat/contract';
import { silentLogger } from '../../src/core/telemetry/logger';
import { createFeatures } from '../../src/features';
import type { Sweeper } from '../../src/jobs/contract';
import type { Store } from '../../src/store/contract';
import { openSqliteStore } from '../../src/store/sqlite';
import { filesBelow, textOf } from '../rules/source-files';
import { laterTurnsOf } from './fakes';
import { readingDependencies } from './help/commands-for-tests';

const idleSweeper: Sweeper = {
  register: () => undefined,
  kick: () => undefined,
  start: () => undefined,
  stop: async () => undefined,
  idle: async () => undefined,
};

describe('the features together', () => {
  let folder: string;
  let store: Store;
  let features: readonly Feature[];
  let commands: Command[];
  let actions: Action[];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-features-'));
    store = openSqliteStore({
      file: join(folder, 'gavel.db'),
      auditKeyFile: join(folder, 'key'),
      auditAnchorFile: join(folder, 'anchor'),
      instance: 'test',
      logger: silentLogger,
    });
    features = createFeatures({
      ...readingDependencies(store),
      ...laterTurnsOf(() => assert.fail('There is no router')),
      sweeper: idleSweeper,
    }).features;
    commands = features.flatMap((feature) => feature.commands ?? []);
    actions = features.flatMap((feature) => feature.actions ?? []);
  });
  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('begin every verb with the name of their feature', () => {
    for (const feature of features)
      for (const { verb } of feature.actions ?? []) assert.ok(verb.startsWith(`${feature.name}.`), verb);
  });

  it('never share a verb, a command or a synonym', () => {
    const words = commands.flatMap((command) => [command.name, ...(command.synonyms ?? [])]);
    for (const list of [words, actions.map((action) => action.verb)])
      assert.deepEqual(
        list.filter((word, index) => list.indexOf(word) !== index),
        [],
      );
  });

  it('have every verb that a card offers, except the router’s own', () => {
    const known = new Set(actions.map((action) => action.verb));
    for (const path of filesBelow('cards', '.json')) {
      for (const [, verb = ''] of textOf(path).matchAll(/"verb":\s*"([^"$]+)"/g))
        assert.ok(verb.startsWith('chat.') || known.has(verb), `${path} offers ${verb}, which nothing answers`);
    }
  });

  it('offer everything the product promises', () => {
    const names = commands.map((command) => command.name);
    const promised =
      'hello help deploy deployments approvals approve reject cancel rollback where health log audit onboarding settings';
    assert.deepEqual(
      promised.split(' ').filter((name) => !names.includes(name)),
      [],
    );
  });

  it('explain each command and show how to type it', () => {
    for (const { name, synonyms = [], summary, examples } of commands) {
      assert.ok(summary.length > 0 && summary.length <= 60, `${name}: ${summary}`);
      const begins = [name, ...synonyms].some((word) => examples[0]?.startsWith(word));
      assert.ok(begins, `${name}: ${examples[0]}`);
    }
  });
});
