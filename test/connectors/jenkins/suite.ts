import type { PipelineSource } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { jenkinsConnector } from '../../../src/connectors/jenkins';
import { target } from '../contract';
import type { ContractSuite, Tried } from '../contract';
import { bind } from '../open-connection';
import { asked, sought } from '../run-requests';
import { pipelinesOf } from './connection';

const definition = (name: string) => ({ name, type: 'StringParameterDefinition', description: '' });
const job = {
  ...{ name: 'deploy', buildable: true },
  property: [{ parameterDefinitions: [definition('VERSION'), definition('GAVEL_KEY')] }],
};
const build = {
  _class: 'org.jenkinsci.plugins.workflow.job.WorkflowRun',
  ...{ number: 7, queueId: 5, timestamp: 1, building: true, result: null, displayName: '#7', actions: [] },
};
const pending = [{ id: 'Go', message: 'Go?', inputs: [] }];

/** What it has, for whatever is asked: a job to start, and a build of it that waits. */
function everything(path = ''): object {
  if (path.includes('pendingInputActions')) return pending;
  if (path.includes('/queue/item/')) return { id: 5, why: null, inQueueSince: 1, executable: { number: 7 } };
  if (path.includes('/queue/')) return { items: [] };
  if (/\/7\/api\/json/.test(path)) return build;
  return { ...job, builds: [], jobs: [] };
}
/** One that has no build yet. */
const queued = { id: 6, why: 'In the quiet period', inQueueSince: 1 };

const ofPipelines =
  (call: (pipelines: PipelineSource) => Promise<unknown> | undefined): Tried['call'] =>
  (connection: OpenConnection) =>
    call(pipelinesOf(connection));

const start = { key: 'K-1', pipeline: 'shop/deploy', values: { VERSION: '2.14.0' }, ...asked };
const binding = { deploy: { pipeline: 'shop/deploy', parameters: { VERSION: '{version}' } } };
const suites = { suites: { smoke: { pipeline: 'shop/deploy', parameters: { VERSION: '{service}' } } } };
const testStart = { key: 'K-2', suite: 'smoke', ...asked };
const decision = { approves: true, comment: 'Approved by Noor Ferreira' };
const acts = { readsBefore: everything, needsNoAnswer: true } as const;

export const jenkinsSuite: ContractSuite = {
  connector: jenkinsConnector,
  templates: {
    sent: [
      {
        fields: /^pipelines\.deploy\.parameters\.\*/,
        call: (connection, place) => {
          const deploy = { pipeline: 'shop/deploy', parameters: { VERSION: '{service}' } };
          return bind(connection, 'pipelines', { deploy }, place).startRun({ ...sought('K-1'), ...place });
        },
        answers: ({ path }) => everything(path),
      },
      {
        fields: /^tests\.suites\.\*\.parameters\.\*/,
        call: (connection, place) => bind(connection, 'tests', suites, place).start(testStart),
        answers: ({ path }) => everything(path),
      },
    ],
    staysHere: /^tests\.suites\.\*\.title$/,
    provenBy: {
      'test/connectors/pipelines/deploying.test.ts': /^pipelines\.(?:deploy\.(?:pipeline|ref)$|rollback\.)/,
      'test/connectors/jenkins/names.test.ts': /^tests\.suites\.\*\.pipeline$/,
    },
  },
  settings: { run: ['*'] },
  reads: {
    pipelines: { call: ofPipelines((pipelines) => pipelines.list()) },
    'a pipeline': { call: ofPipelines((pipelines) => pipelines.describe(start.pipeline)), canBeMissing: true },
    'a search for a start': { call: ofPipelines((pipelines) => pipelines.findStart(start)), canBeMissing: true },
    'a run': { call: ofPipelines((pipelines) => pipelines.runStatus('5/shop/deploy')), canBeMissing: true },
    'a log': { call: ofPipelines((pipelines) => pipelines.runLog('5/shop/deploy', 10)), canBeMissing: true },
    'what waits for approval': { call: (connection) => connection.approvals?.waiting() },
    'a test report': { call: (connection) => connection.tests?.report('5/shop/deploy'), canBeMissing: true },
  },
  writes: {
    'a start': { call: ofPipelines((pipelines) => pipelines.start(start)), readsBefore: everything },
    'a deployment': {
      call: (connection) => bind(connection, 'pipelines', binding, target).startRun(sought('K-1')),
      readsBefore: everything,
    },
    'a start of tests': {
      call: (connection) => bind(connection, 'tests', suites, target).start(testStart),
      readsBefore: everything,
    },
    'a cancel in the queue': {
      call: ofPipelines((pipelines) => pipelines.cancelRun('6/shop/deploy')),
      ...{ ...acts, readsBefore: queued },
    },
    'a stop of a build': { call: ofPipelines((pipelines) => pipelines.cancelRun('5/shop/deploy')), ...acts },
    'a decision': {
      call: (connection) => connection.approvals?.decide('5/shop/deploy', 'Go', decision, asked.by, 'K-3'),
      ...acts,
    },
  },
};
