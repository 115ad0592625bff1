import assert from 'node:assert/strict';
import type { Parameter } from '../../../src/connectors/contract';
import { readValues } from '../../../src/features/runs/parse';

const parameters: readonly Parameter[] = [
  { name: 'branch', type: 'text', initial: 'main', maximumLength: 8, isRequired: true },
  { name: 'count', type: 'number', isRequired: false },
  { name: 'clean', type: 'boolean', isRequired: false },
  { name: 'where', type: 'choice', choices: ['Staging', 'Production'], isRequired: false },
  { name: 'suites', type: 'choices', choices: ['unit', 'slow'], isRequired: false },
  { name: 'token', type: 'secret', isRequired: false },
];

describe('the values of a run', () => {
  for (const [given, values] of [
    [{}, { branch: 'main' }],
    [{ branch: ' next ' }, { branch: 'next' }],
    [{ count: '007' }, { branch: 'main', count: '7' }],
    [{ clean: 'Yes' }, { branch: 'main', clean: 'true' }],
    [{ clean: 'off' }, { branch: 'main', clean: 'false' }],
    [{ where: 'staging' }, { branch: 'main', where: 'Staging' }],
    [{ suites: 'slow, unit' }, { branch: 'main', suites: ['slow', 'unit'] }],
    [{ suites: ['unit'] }, { branch: 'main', suites: ['unit'] }],
  ] as const)
    it(`are ${JSON.stringify(values)} for ${JSON.stringify(given)}`, () => {
      const read = readValues(parameters, new Map<string, string | readonly string[]>(Object.entries(given)));
      assert.deepEqual(read, { values, problems: [] });
    });

  for (const [name, value] of [
    ['branch', ''],
    ['branch', 'far too long'],
    ['count', 'many'],
    ['count', 'Infinity'],
    ['clean', 'perhaps'],
    ['where', 'mars'],
    ['suites', 'unit,mars'],
    ['token', 'x1'],
    ['color', 'red'],
    ['__proto__', 'x'],
  ] as const)
    it(`have a problem with ${name}=${value}`, () => {
      const { problems } = readValues(parameters, new Map([[name, value]]));
      assert.deepEqual(
        problems.map(({ parameter }) => parameter),
        [name],
      );
    });
});
