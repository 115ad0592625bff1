import assert from 'node:assert/strict';
import type { ArgumentSpec } from '../../src/features/contract';
import { createFeatures } from '../../src/features';
import { createFakeWorld } from '../features/fakes';
import { textOf } from './source-files';

describe('the commands in the README', () => {
  it('are those that Gavel has, as it has them', async () => {
    const world = createFakeWorld();
    const commands = createFeatures(world.deps).features.flatMap((feature) => feature.commands ?? []);
    await world.close();
    const argument = (spec: ArgumentSpec): string => {
      const words = spec.keyword ? `${spec.keyword} ${spec.name}` : spec.name;
      return spec.required ? `<${words}>` : `[${words}]`;
    };
    const inCode = commands.map((command) => {
      const usage = [command.name, ...command.arguments.map(argument)].join(' ');
      return `${usage}: ${command.summary}`;
    });
    const listed = textOf('README.md').split('commands:start')[1]?.split('commands:end')[0] ?? '';
    const rows = [...listed.matchAll(/^\| `([^`]+)`\s*\| ([^|]+?)\s*\|$/gm)];
    const inReadme = rows.map(([, usage = '', summary = '']) => `${usage}: ${summary}`);
    assert.deepEqual(inReadme, inCode);
  });
});
