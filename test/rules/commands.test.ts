import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArgumentSpec } from '../../src/chat/contract';
import { createFeatures } from '../../src/features';
import { createFakeWorld } from '../features/fakes';
import { root, textOf } from './source-files';

// `UPDATE_DOCS=1 npx mocha test/rules/commands.test.ts` writes the table anew.
describe('the commands in the README', () => {
  it('are those that Gavel has, as it has them', async () => {
    const world = createFakeWorld();
    const commands = createFeatures(world.deps).features.flatMap((feature) => feature.commands ?? []);
    await world.close();
    const argument = (spec: ArgumentSpec): string => {
      const words = spec.keyword ? `${spec.keyword} ${spec.name}` : spec.name;
      return spec.required ? `<${words}>` : `[${words}]`;
    };
    if (process.env['UPDATE_DOCS'] === '1') {
      const rows = commands.map(
        (command) => `| \`${[command.name, ...command.arguments.map(argument)].join(' ')}\` | ${command.summary} |`,
      );
      const table = [
        'commands:start -->',
        '',
        '| write | what it does |',
        '| --- | --- |',
        ...rows,
        '',
        '<!-- commands:end',
      ];
      const readme = textOf('README.md');
      writeFileSync(
        join(root, 'README.md'),
        readme.replace(/commands:start[\s\S]*commands:end/, () => table.join('\n')),
      );
    }
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
