import assert from 'node:assert/strict';
import type { Command } from '../../src/chat/contract';
import { createFeatures } from '../../src/features';
import { completionsOf } from '../../src/features/help/cards';
import { createFakeWorld } from '../features/fakes';

const mostInFront = 16;
const mostPlainWords = 30;
/** The words that people know without a family: they act on what a card shows, or are about Gavel itself. */
const plainWords = [
  ...['restart', 'retry', 'cancel', 'where', 'joke'],
  ...['approve', 'reject', 'unfreeze', 'unlock', 'break lock', 'plan', 'log', 'history', 'releases', 'changelog'],
  ...['doctor', 'onboarding', 'settings', 'hello', 'thanks', 'ask a person', 'on call'],
];

/** The few main commands. A new command joins a family or begins one; it isn't added here without a decision. */
describe('the main commands', () => {
  let commands: readonly Command[];
  let families: ReadonlyMap<string, string | undefined>;
  before(async () => {
    const world = createFakeWorld();
    commands = createFeatures(world.deps).features.flatMap((feature) => feature.commands ?? []);
    const completions = completionsOf(world.deps.catalog(), commands);
    families = new Map(commands.map(({ name }, index) => [name, completions[index]?.family?.name]));
    await world.close();
  });

  it('are the twelve for every day, and never more than sixteen', () => {
    const front = commands.filter(({ isInFront }) => isInFront).map(({ name }) => name);
    assert.deepEqual(
      ['deploy', 'rollback', 'promote', 'status', 'health', 'deployments'].filter((name) => !front.includes(name)),
      [],
    );
    assert.deepEqual(
      ['approvals', 'freeze', 'lock', 'subscribe', 'audit', 'help'].filter((name) => !front.includes(name)),
      [],
    );
    assert.ok(front.length <= mostInFront, `${front.length} commands are in front`);
  });

  it('leave every other command to a family, unless it is one of a few plain words', () => {
    const alone = commands.filter(({ name, isInFront }) => !isInFront && families.get(name) === undefined);
    const names = alone.map(({ name }) => name);
    assert.deepEqual(
      plainWords.filter((name) => !names.includes(name)),
      [],
    );
    assert.ok(names.length <= mostPlainWords, `${names.length} commands have no family: ${names.join(', ')}`);
  });

  it('have no family with a single command', () => {
    const sizes = new Map<string, number>();
    for (const family of families.values()) if (family) sizes.set(family, (sizes.get(family) ?? 0) + 1);
    for (const [family, size] of sizes) assert.ok(size > 1, family);
  });
});
