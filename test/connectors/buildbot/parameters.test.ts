import assert from 'node:assert/strict';
import { argumentsOf, parametersOf } from '../../../src/connectors/buildbot/parameters';
import { SchedulersAnswer } from '../../../src/connectors/buildbot/schema';
import type { Scheduler } from '../../../src/connectors/buildbot/schema';
import { asked } from '../run-requests';

const field = (fullName: string, type: string, more: object = {}): object => ({
  ...{ name: fullName, fullName, type, label: fullName, ...more },
});
const group = (fields: object[], more: object = {}): object => ({
  name: '',
  fullName: null,
  type: 'nested',
  fields,
  ...more,
});
const reason = field('reason', 'text', { default: 'force build' });

function scheduler(fields: object[], first: object[] = [field('username', 'username'), reason]): Scheduler {
  const answer = { name: 'any', builder_names: ['any'], all_fields: [group(first), ...fields] };
  return SchedulersAnswer.parse({ forceschedulers: [answer] }).forceschedulers[0] ?? assert.fail();
}

describe('the parameters of a force scheduler', () => {
  const common = { name: 'x', isRequired: false };
  const table: [what: string, field: object, expected: object | undefined][] = [
    ['text', field('x', 'text', { default: 'a' }), { ...common, type: 'text', initial: 'a' }],
    ['text without a default', field('x', 'text', { default: null }), { ...common, type: 'text', initial: '' }],
    ['a limit', field('x', 'text', { maxsize: 9 }), { ...common, type: 'text', initial: '', maximumLength: 9 }],
    ['several lines', field('x', 'textarea'), { ...common, type: 'text', initial: '', isMultiline: true }],
    ['a number', field('x', 'int', { default: 3 }), { ...common, type: 'number', initial: 3 }],
    ['a boolean', field('x', 'bool', { default: true }), { ...common, type: 'boolean', initial: true }],
    [
      'a boolean without a default',
      field('x', 'bool', { default: '' }),
      { ...common, type: 'boolean', initial: false },
    ],
    [
      'a choice',
      field('x', 'list', { choices: ['a', 2], default: 'a' }),
      { ...common, type: 'choice', choices: ['a', '2'], initial: 'a' },
    ],
    [
      'a choice without a default',
      field('x', 'list', { choices: ['a'] }),
      { ...common, type: 'choice', choices: ['a'] },
    ],
    [
      'several choices',
      field('x', 'list', { choices: ['a', 'b'], multiple: true, default: ['b'] }),
      { ...common, type: 'choices', choices: ['a', 'b'], initial: ['b'] },
    ],
    [
      'a choice that only proposes',
      field('x', 'list', { choices: ['a'], strict: false, default: 'z' }),
      { ...common, type: 'text', initial: 'z' },
    ],
    [
      'a label, and what is required',
      field('x', 'text', { label: 'Why\nnow', required: true }),
      { name: 'x', isRequired: true, label: 'Why now', type: 'text', initial: '' },
    ],
    [
      'a field in groups',
      group([group([field('x', 'int', { default: 1 })])]),
      { ...common, type: 'number', initial: 1 },
    ],
    ['a fixed one', field('x', 'fixed'), undefined],
    ['a file', field('x', 'file'), undefined],
    ['a hidden one', field('x', 'text', { hide: true }), undefined],
    ['one in a hidden group', group([field('x', 'text')], { hide: true }), undefined],
  ];
  for (const [what, given, expected] of table)
    it(what, () => assert.deepEqual(parametersOf(scheduler([given])), expected === undefined ? [] : [expected]));
});

describe('what a start sends', () => {
  const branch = (parent: string): object => ({ ...field(`${parent}branch`, 'text'), name: 'branch' });
  const fields = [
    ...[field('x', 'text'), field('n', 'int'), field('b', 'bool'), field('c', 'list', { choices: ['a', 'b'] })],
    field('m', 'list', { choices: ['a', 'b'], multiple: true }),
  ];
  const start = (values: object, ref?: string) => ({
    ...{ key: 'K-1', pipeline: 'any', values: values as Record<string, string>, ...asked },
    ...(ref !== undefined && { ref }),
  });
  const told = 'gavel K-1 for Noor Ferreira';

  const sent: [what: string, values: object, params: object][] = [
    ['nothing but the reason', {}, {}],
    ['a text as it is', { x: '../"{a}\n&&' }, { x: '../"{a}\n&&' }],
    ['a number as text', { n: '-3' }, { n: '-3' }],
    ['a boolean as one', { b: 'true' }, { b: true }],
    ['a boolean that is false', { b: 'false' }, { b: false }],
    ['a choice', { c: 'b' }, { c: 'b' }],
    ['several', { m: ['a', 'b'] }, { m: ['a', 'b'] }],
    ['an empty text where that is the default', { x: '' }, {}],
  ];
  for (const [what, values, params] of sent)
    it(what, () => {
      const known = what.startsWith('an empty') ? [field('x', 'text', { default: '' })] : fields;
      const more = what.startsWith('an empty') ? { x: '' } : {};
      const expected = { params: { reason: told, ...params, ...more } };
      assert.deepEqual(argumentsOf(scheduler(known), start(values)), expected);
    });

  it('the branch, where there is one', () => {
    const one = scheduler([group([branch('')])]);
    assert.deepEqual(argumentsOf(one, start({}, 'v1')), { params: { reason: told, branch: 'v1' } });
    const refused = { refused: 'it has no single branch to set' };
    assert.deepEqual(argumentsOf(scheduler([group([branch('a_'), branch('b_')])]), start({}, 'v1')), refused);
    assert.deepEqual(argumentsOf(scheduler([]), start({}, 'v1')), refused);
  });

  const refused: [what: string, values: object, words: RegExp][] = [
    ['a parameter that there isn’t', { y: '1' }, /^it has no parameter y$/],
    ['who it’s for', { owner: 'root' }, /no parameter owner/],
    ['other builders', { builderNames: ['other'] }, /no parameter builderNames/],
    ['a number that is none', { n: '1.5' }, /whole number/],
    ['a boolean that is none', { b: 'yes' }, /true or false/],
    ['a choice that is none', { c: 'z' }, /one of its choices/],
    ['one of several that is none', { m: ['a', 'z'] }, /one of its choices/],
    ['only spaces', { x: ' \n' }, /only spaces/],
  ];
  for (const [what, values, words] of refused)
    it(`nothing for ${what}`, () => {
      const args = argumentsOf(scheduler(fields), start(values));
      assert.match('refused' in args ? args.refused : '', words);
    });

  it('nothing where the key can’t be kept', () => {
    const fixed = scheduler(fields, [field('reason', 'fixed')]);
    assert.ok('refused' in argumentsOf(fixed, start({})));
    assert.ok('refused' in argumentsOf(scheduler(fields, []), start({})));
  });
});
