import assert from 'node:assert/strict';
import { jobPath, readBuildAddress, readJobName, readRunName } from '../../../src/connectors/jenkins/runs/names';
import { writeJobName, writeRunName } from '../../../src/connectors/jenkins/runs/names';
import { answersOf, formParametersOf, keepsKey, valuesOf } from '../../../src/connectors/jenkins/runs/parameters';
import { Job } from '../../../src/connectors/jenkins/schema';
import { ConnectorError } from '../../../src/core/errors';
import { bind } from '../open-connection';
import { asked } from '../run-requests';
import { openJenkins } from './connection';
import { Jenkins } from './double';
import { keyed } from './world';

const by = { name: 'Noor Ferreira', id: 'entra:noor' };

function definitionsOf(...given: object[]) {
  const parameterDefinitions = given.map((each) => ({ type: 'StringParameterDefinition', description: '', ...each }));
  return Job.parse({ name: 'shop', property: [{}, { parameterDefinitions }] }).property;
}

const form = definitionsOf(
  { name: 'GAVEL_KEY' },
  { name: 'VERSION', description: 'The <b>release</b>', defaultParameterValue: { value: '1.0' } },
  { name: 'NOTES', type: 'TextParameterDefinition' },
  { name: 'WORKERS', defaultParameterValue: { value: '2' } },
  { name: 'DRY', type: 'BooleanParameterDefinition', defaultParameterValue: { value: true } },
  {
    ...{ name: 'STRATEGY', type: 'ChoiceParameterDefinition', choices: ['rolling', 'blue-green'] },
    defaultParameterValue: { value: 'rolling' },
  },
);
const secret = definitionsOf({ name: 'LOGIN', type: 'PasswordParameterDefinition', defaultParameterValue: {} });

describe('the parameters of Jenkins', () => {
  it('are asked for as what they are; those of Gavel and secrets aren’t', () => {
    assert.deepEqual(formParametersOf([...form, ...secret]), [
      { name: 'VERSION', isRequired: false, description: 'The  release', type: 'text', initial: '1.0' },
      { name: 'NOTES', isRequired: false, type: 'text', initial: '', isMultiline: true },
      { name: 'WORKERS', isRequired: false, type: 'text', initial: '2' },
      { name: 'DRY', isRequired: false, type: 'boolean', initial: true },
      { name: 'STRATEGY', isRequired: false, type: 'choice', choices: ['rolling', 'blue-green'], initial: 'rolling' },
    ]);
    assert.ok(keepsKey(form));
    assert.ok(!keepsKey(definitionsOf({ name: 'GAVEL_KEY', type: 'BooleanParameterDefinition' })));
  });

  it('get the values as they are, with the key', () => {
    const values = { VERSION: '"2.14" $x', NOTES: 'a\nb', DRY: 'false', STRATEGY: 'blue-green', WORKERS: '8' };
    assert.deepEqual(valuesOf(form, { key: 'K-1', by, values }), { values: { ...values, GAVEL_KEY: 'K-1' } });
  });

  for (const [what, definitions, values, refused] of [
    ['another choice', form, { STRATEGY: 'canary' }, 'STRATEGY isn’t one of its choices'],
    ['several of one', form, { VERSION: ['1', '2'] }, 'VERSION takes a single value'],
    ['something that is neither true nor false', form, { DRY: 'perhaps' }, 'DRY has to be true or false'],
    ['the key of another run', form, { GAVEL_KEY: 'K-2' }, 'it has no parameter GAVEL_KEY'],
    [
      ...(['a job that needs a password', [...form, ...secret], {}] as const),
      'LOGIN is a password, credential, or file, which only Jenkins can ask for',
    ],
  ] as const)
    it(`don’t take ${what}`, () => {
      assert.deepEqual(valuesOf(definitions, { key: 'K-1', by, values }), { refused });
    });

  for (const type of ['PasswordParameterDefinition', 'FileParameterDefinition', 'CredentialsParameterDefinition'])
    it(`that are a ${type} stay in Jenkins`, () => {
      const hidden = definitionsOf({ name: 'X', type });
      assert.deepEqual(formParametersOf(hidden), []);
      assert.ok(valuesOf(hidden, { key: 'K-1', by, values: {} }).refused);
    });

  it('of an input step are all sent, because a single one would lose its name', () => {
    const inputs = [...form.slice(1), ...definitionsOf({ name: 'approvedBy' })];
    assert.deepEqual(answersOf(inputs, { VERSION: '2' }, 'by Noor'), {
      values: { VERSION: '2', NOTES: '', WORKERS: '2', DRY: 'true', STRATEGY: 'rolling', approvedBy: 'by Noor' },
    });
  });
});

describe('the names of Jenkins', () => {
  it('stay one word, with the branch of a multibranch job as Jenkins encodes it', () => {
    for (const name of ['deploy', 'shop/Online Banking', 'shop/app/feat%2Fx', 'ü']) {
      assert.match(writeJobName(name), /^\S+$/);
      assert.equal(readJobName(writeJobName(name)), name);
      assert.deepEqual(readRunName(writeRunName({ queueId: 7, job: name })), { queueId: 7, job: name });
      const address = [...jobPath(name), '12'].map(encodeURIComponent).join('/');
      assert.deepEqual(readBuildAddress(`https://ci.example/jenkins/${address}/`), { job: name, number: 12 });
    }
    assert.match(jobPath('shop/app/feat%2Fx').map(encodeURIComponent).join('/'), /feat%252Fx$/);
  });

  it('that are none are none', () => {
    for (const text of ['deploy', '7/../x', '7/a//b', 'x/deploy', '7/'])
      assert.equal(readRunName(text), undefined, text);
    assert.equal(readBuildAddress('https://ci.example/computer/agent/5/'), undefined);
  });

  it('never leave the folder that a template names', async () => {
    const jenkins = await Jenkins.start();
    const connection = openJenkins(jenkins);
    jenkins.job('shop/smoke', keyed);
    const suites = { smoke: { pipeline: '{service}/smoke', parameters: {} } };
    const startIn = (service: string) =>
      bind(connection, 'tests', { suites }, { service, environment: 'production' }).start({
        ...{ key: 'K-1', suite: 'smoke', ...asked },
      });
    try {
      for (const service of ['..', '../shop', 'a/../..', '/', 'a//b'])
        await assert.rejects(startIn(service), ConnectorError);
      for (const service of ['shop?x=', 'shop#', 'shop%2Fx', 'x;y'])
        await assert.rejects(startIn(service), ConnectorError);
      assert.deepEqual(jenkins.items, []);
      await startIn('shop');
      assert.equal(jenkins.items.length, 1);
    } finally {
      await connection.close();
      await jenkins.close();
    }
  });
});
