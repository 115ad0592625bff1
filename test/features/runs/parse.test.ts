import assert from 'node:assert/strict';
import type { Parameter } from '../../../src/connectors/contract';
import { parametersCard } from '../../../src/features/runs/form/cards';
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

  const [branch, , , , , token] = parameters as readonly [Parameter, ...Parameter[]];
  const many = Array.from({ length: 14 }, (_, index) => ({ ...branch, name: `p${index}` }));
  for (const [known, says] of [
    [[token ?? branch], /^There is no parameter “color”. You can’t set any parameters of this pipeline in chat\.$/],
    [[branch, token ?? branch], /In chat, you can set only branch\.$/],
    [parameters, /In chat, you can set branch, count, clean, where, and suites\.$/],
    [many, /In chat, you can set p0, .*p11, and 2 more\.$/],
  ] as const)
    it(`name what can be set: ${known.length} parameters`, () => {
      const { problems } = readValues(known, new Map([['color', 'red']]));
      assert.match(problems[0]?.problem ?? '', says);
    });

  for (const [secrets, says] of [
    [[false], /“s0” is a secret, which you can’t enter in chat, so the tool uses its default\./],
    [[false, false], /“s0” and “s1” are secrets, which you can’t enter in chat, so the tool uses their defaults\./],
    [[true], /“s0” is a secret, which you can’t enter in chat, so start this pipeline in the tool\./],
    [[false, true], /“s0” and “s1” are secrets, which you can’t enter in chat, so start this pipeline in the tool\./],
  ] as const)
    it(`include no secrets: ${secrets.join()}`, () => {
      const { data } = parametersCard(
        { systems: { titleOf: () => 'Jenkins' } as never },
        { reference: 'x' },
        {
          ...{ id: 'nightly', title: 'Nightly', canFollow: true },
          parameters: secrets.map((isRequired, index) => ({ name: `s${index}`, type: 'secret', isRequired })),
        } as never,
        { connection: 'ci', given: new Map(), problems: [] },
      );
      assert.match(data.sentence, says);
    });
});
