import assert from 'node:assert/strict';
import type { Feature } from '../../src/chat/contract';
import { canChange } from '../../src/chat/router';
import { renderCard } from '../../src/core/card';
import { doorsOf, operations } from '../../src/core/operations';
import { createFeatures } from '../../src/features';
import { createFakeWorld } from '../features/fakes';
import { filesBelow, textOf } from './source-files';

/** The commands without a permission: they show what is one's own, or begin something that others decide. */
const openToEverybody: readonly string[] = [
  ...['ask a person', 'data delete', 'data export', 'data show', 'hello', 'help', 'on call', 'onboarding'],
  ...['role list', 'role mine', 'role permissions', 'role request', 'settings', 'thanks'],
];

/** The verbs of the buttons that open a dialog. */
function verbsOfDialogs(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(verbsOfDialogs);
  if (typeof value !== 'object' || value === null) return [];
  const { type, data } = value as { type?: unknown; data?: { verb?: unknown } };
  if (type === 'Action.Submit') return [String(data?.verb)];
  return Object.entries(value).flatMap(([key, item]) => (key === 'fallback' ? [] : verbsOfDialogs(item)));
}

/** Every way to start something declares what it does, and the catalog's operations know all of them. */
describe('operations and the commands and buttons that do them', () => {
  let features: readonly Feature[];
  before(async () => {
    const world = createFakeWorld();
    features = createFeatures(world.deps).features;
    await world.close();
  });

  const doors = () =>
    features.flatMap(({ commands = [], actions = [], dialogs = [] }) => [
      ...commands.map((door) => ({ name: door.name, door })),
      ...actions.map((door) => ({ name: door.verb, door })),
      ...dialogs.map((door) => ({ name: door.id, door })),
    ]);

  it('are listed with each other, without any that is gone', () => {
    const offered = doors().flatMap(({ name, door: { operation, also = [] } }) =>
      operation === 'look' || operation === 'answer' ? [] : [operation, ...also].map((each) => `${each}: ${name}`),
    );
    const listed = operations.flatMap((operation) => doorsOf(operation).map((name) => `${operation}: ${name}`));
    assert.deepEqual(offered.sort(), listed.sort());
  });

  it('are open to everybody only if that was decided', () => {
    const open = features.flatMap(({ commands = [] }) => commands).filter(({ right }) => right === undefined);
    assert.deepEqual(open.map(({ name }) => name).sort(), openToEverybody);
  });

  it('a form that a command opens has a button or a dialog that does it', () => {
    for (const { commands = [] } of features)
      for (const { name, operation, asksFirst } of commands) {
        if (asksFirst !== true || operation === 'look' || operation === 'answer') continue;
        const others = doors().filter(({ door }) => door.operation === operation || door.also?.includes(operation));
        assert.ok(
          others.some(({ door }) => !('asksFirst' in door)),
          `${name} opens a form, but nothing does ${operation}`,
        );
      }
  });

  it('a button that opens a dialog belongs to an action that asks something, and each of these has its button', () => {
    const asking = features.flatMap(({ actions = [] }) => actions.filter(({ asks }) => asks).map(({ verb }) => verb));
    const opened = filesBelow('cards', '.sample.json').flatMap((path) => {
      const [, name = ''] = /^cards\/([a-z-]+\/[a-z-]+)/.exec(path) ?? [];
      return verbsOfDialogs(renderCard(name, JSON.parse(textOf(path)) as object));
    });
    assert.deepEqual([...new Set(opened)].sort(), asking.sort());
  });

  it('an action with several operations says which of them a click does', () => {
    for (const { name, door } of doors())
      if ('acts' in door || 'verb' in door || 'topic' in door)
        assert.ok((door.also ?? []).length === 0 || 'acts' in door, `${name} does several things and has no acts`);
  });

  it('a button about a record says its real target', () => {
    const targetless = features.flatMap(({ actions = [] }) =>
      actions.flatMap(({ verb, operation, acts }) =>
        canChange(operation) && operation !== 'answer' && !acts ? [verb] : [],
      ),
    );
    // About one person's own answers and data, so it names no service.
    assert.deepEqual(targetless.sort(), ['onboarding.change', 'onboarding.leave', 'onboarding.skip', 'privacy.delete']);
  });
});
