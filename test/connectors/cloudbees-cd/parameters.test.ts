import assert from 'node:assert/strict';
import { canonicalName, readPipelineName, readRunName } from '../../../src/connectors/cloudbees-cd/runs/names';
import { writeApprovalId, writePipelineName } from '../../../src/connectors/cloudbees-cd/runs/names';
import { formParametersOf, valuesOf } from '../../../src/connectors/cloudbees-cd/runs/parameters';
import { ParametersAnswer } from '../../../src/connectors/cloudbees-cd/schema';

const by = { name: 'Noor Ferreira', id: 'entra:noor' };

function formalOf(...given: object[]) {
  return ParametersAnswer.parse({ formalParameter: given.map((each) => ({ type: 'entry', required: '0', ...each })) });
}

const form = formalOf(
  { formalParameterName: 'ec_stagesToRun' },
  { formalParameterName: 'gavel_key' },
  { formalParameterName: 'version', required: '1', label: 'Version', description: '<html>The <b>release</b></html>' },
  { formalParameterName: 'notes', type: 'textarea', defaultValue: 'none' },
  { formalParameterName: 'workers', type: 'integer', minValue: '1', maxValue: '8', defaultValue: '2' },
  { formalParameterName: 'dry', type: 'checkbox', checkedValue: 'yes', uncheckedValue: 'no', defaultValue: 'yes' },
  { formalParameterName: 'strategy', type: 'select', simpleList: 'rolling|blue-green', defaultValue: 'rolling' },
  {
    formalParameterName: 'regions',
    type: 'select',
    multiSelect: '1',
    simpleList: 'eu|us|asia',
    defaultValue: 'eu, us',
  },
  {
    ...{ formalParameterName: 'size', type: 'radio' },
    options: {
      option: [
        { text: 'Small', value: 's' },
        { text: 'Large', value: 'l' },
      ],
    },
  },
  { formalParameterName: 'login', type: 'credential' },
  { formalParameterName: 'owner', required: '1', defaultValue: '$[/myUser/userName]' },
  { formalParameterName: 'branch', type: 'select' },
);

describe('the formal parameters of CloudBees CD', () => {
  it('are asked for as what they are; those of Gavel aren’t', () => {
    assert.deepEqual(formParametersOf(form), [
      { name: 'version', isRequired: true, label: 'Version', description: 'The  release', type: 'text', initial: '' },
      { name: 'notes', isRequired: false, type: 'text', initial: 'none', isMultiline: true },
      { name: 'workers', isRequired: false, type: 'number', minimum: 1, maximum: 8, initial: 2 },
      { name: 'dry', isRequired: false, type: 'boolean', initial: true },
      { name: 'strategy', isRequired: false, type: 'choice', choices: ['rolling', 'blue-green'], initial: 'rolling' },
      { name: 'regions', isRequired: false, type: 'choices', choices: ['eu', 'us', 'asia'], initial: ['eu', 'us'] },
      { name: 'size', isRequired: false, type: 'choice', choices: ['s', 'l'] },
      { name: 'login', isRequired: false, type: 'secret' },
      { name: 'owner', isRequired: false, type: 'text', initial: '' },
      { name: 'branch', isRequired: false, type: 'text', initial: '' },
    ]);
  });

  it('get the values as they are, with the key', () => {
    const values = { version: '"2.14" $[x]\n', dry: 'false', regions: ['us', 'asia'], workers: '8', size: 'l' };
    assert.deepEqual(valuesOf(form, { key: 'K-1', by, values }), {
      values: [
        { name: 'version', value: '"2.14" $[x]\n' },
        { name: 'dry', value: 'no' },
        { name: 'regions', value: 'us,asia' },
        { name: 'workers', value: '8' },
        { name: 'size', value: 'l' },
        { name: 'gavel_key', value: 'K-1' },
      ],
    });
  });

  for (const [what, values, refused] of [
    ['a number that is none', { workers: 'many' }, 'workers has to be a whole number'],
    ['a number that is too large', { workers: '9' }, 'workers is out of its range'],
    ['another choice', { strategy: 'canary' }, 'strategy isn’t one of its choices'],
    ['one of several that isn’t a choice', { regions: ['eu', 'mars'] }, 'regions isn’t one of its choices'],
    ['several of one', { strategy: ['rolling', 'blue-green'] }, 'strategy takes a single value'],
    ['something that is neither true nor false', { dry: 'perhaps' }, 'dry has to be true or false'],
    ['a credential', { login: 'secret' }, 'login is a credential, which only CloudBees CD can ask for'],
    ['the key of another run', { gavel_key: 'K-2' }, 'it has no parameter gavel_key'],
    ['a required one that is empty', { version: '' }, 'version is required'],
  ] as const)
    it(`don’t take ${what}`, () => {
      assert.deepEqual(valuesOf(form, { key: 'K-1', by, values: { version: '1', ...values } }), { refused });
    });
});

describe('the names of CloudBees CD', () => {
  it('stay one word, whatever is in them', () => {
    for (const name of ['deploy', 'Online Banking', 'a/b', '50%', 'ü', 'a\nb']) {
      const called = { project: name, kind: 'release', name } as const;
      const written = writePipelineName(called);
      assert.match(written, /^\S+$/);
      assert.deepEqual(readPipelineName(written), called);
      const approval = { stage: name, task: name, gate: 'PRE', since: 5 };
      assert.match(writeApprovalId(approval), /^[^/\s]+\/[^/\s]+\/PRE\/5$/);
    }
    assert.equal(canonicalName('Online Banking/pipeline/deploy it'), 'Online%20Banking/pipeline/deploy%20it');
  });

  it('that are none are none', () => {
    assert.equal(readPipelineName('acme/deploy'), undefined);
    assert.equal(readPipelineName('acme/workflow/deploy'), undefined);
    assert.equal(readRunName('runtime/../jobs'), undefined);
  });
});
