import type { PipelineSource } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { cloudbeesCdConnector } from '../../../src/connectors/cloudbees-cd';
import { target } from '../contract';
import type { ContractSuite, Tried } from '../contract';
import type { Exchange } from '../http/faulty-server';
import { bind } from '../open-connection';
import { asked, sought } from '../run-requests';
import { pipelinesOf } from './connection';

const pipeline = { pipelineName: 'deploy', pipelineId: '1' };
const stage = { name: 'production', status: 'running', completed: '0', waitingOnManual: '1' };
const runtime = { flowRuntimeId: '7', status: 'running', completed: '0', stages: { stage: [stage] } };
const waiting = { taskName: 'approve', status: 'pending', waitingOnManual: '1', allowCurrentUserToApprove: '1' };
const parameter = (formalParameterName: string) => ({ formalParameterName, type: 'entry', required: '0' });

/** What it has, for whatever is asked: something to start, and a run that waits. */
function everything(path = ''): object {
  if (path.includes('request=findObjects'))
    return { object: [{ pipeline, formalParameter: parameter('version'), flowRuntime: runtime, job: { jobId: '5' } }] };
  return {
    ...{ procedure: [{ procedureName: 'nightly' }], pipeline: [pipeline], release: [], task: [waiting] },
    ...{ formalParameter: [parameter('version')], flowRuntime: [runtime], property: { value: 'K-9' } },
    ...{ job: { jobId: '5', status: 'running' }, environmentInventoryItem: [] },
  };
}

const ofPipelines =
  (call: (pipelines: PipelineSource) => Promise<unknown> | undefined): Tried['call'] =>
  (connection: OpenConnection) =>
    call(pipelinesOf(connection));

const start = { key: 'K-1', pipeline: 'acme/pipeline/deploy', values: { version: '2.14.0' }, ...asked };
const procedure = { ...start, pipeline: 'acme/procedure/nightly' };
const binding = { deploy: { pipeline: 'acme/pipeline/deploy', parameters: { version: '{version}' } } };
const running = { project: 'acme', application: 'shop', commitProperty: 'shop_commit' };
const decision = { approves: true, comment: 'Approved by Noor Ferreira' };

const readLive = (more: object): Tried['call'] => {
  return (connection) => bind(connection, 'running', { ...running, ...more }, target).read();
};

const writes = /request=(?:runProcedure|abort\w+|completeManualTask)$/;
const isRead = ({ request: { method, url = '' } }: Exchange): boolean =>
  method === 'GET' || (method === 'PUT' && !writes.test(url));

export const cloudbeesCdSuite: ContractSuite = {
  connector: cloudbeesCdConnector,
  isRead,
  templates: {
    sent: [
      {
        fields: /^pipelines\.deploy\.parameters\.\*/,
        call: (connection, place) => {
          const deploy = { pipeline: 'acme/pipeline/deploy', parameters: { version: '{service}' } };
          return bind(connection, 'pipelines', { deploy }, place).startRun({ ...sought('K-1'), ...place });
        },
        answers: ({ path }) => everything(path),
      },
      {
        fields: /^running\.(?:project|environmentName)$/,
        call: (connection, place) => bind(connection, 'running', { ...running, project: '{service}' }, place).read(),
        answers: () => ({}),
        isSegment: true,
      },
      {
        fields: /^running\.application$/,
        call: (connection, place) =>
          bind(connection, 'running', { ...running, application: '{service}' }, place).read(),
        answers: () => ({}),
      },
      {
        fields: /^running\.commitProperty$/,
        call: (connection, place) =>
          bind(connection, 'running', { ...running, commitProperty: '{service}' }, place).read(),
        answers: () => ({ environmentInventoryItem: [{ applicationName: 'shop', artifactVersion: '1.0.0' }] }),
        isSegment: true,
      },
    ],
    staysHere: /^running\.component$/,
    provenBy: { 'test/connectors/pipelines/deploying.test.ts': /^pipelines\.(?:deploy\.(?:pipeline|ref)$|rollback\.)/ },
  },
  settings: { run: ['*'], projects: ['acme'] },
  reads: {
    pipelines: { call: ofPipelines((pipelines) => pipelines.list()) },
    'a pipeline': { call: ofPipelines((pipelines) => pipelines.describe(start.pipeline)), canBeMissing: true },
    'a procedure': { call: ofPipelines((pipelines) => pipelines.describe(procedure.pipeline)), canBeMissing: true },
    'a search for a start': { call: ofPipelines((pipelines) => pipelines.findStart(start)), canBeMissing: true },
    'a run of a pipeline': { call: ofPipelines((pipelines) => pipelines.runStatus('runtime/7')), canBeMissing: true },
    'a job': { call: ofPipelines((pipelines) => pipelines.runStatus('job/5')), canBeMissing: true },
    'a log': { call: ofPipelines((pipelines) => pipelines.runLog('job/5', 10)), canBeMissing: true },
    'what waits for approval': { call: (connection) => connection.approvals?.waiting() },
    'what is live': { call: readLive({}) },
  },
  writes: {
    'a start of a pipeline': { call: ofPipelines((pipelines) => pipelines.start(start)), readsBefore: everything },
    'a start of a procedure': { call: ofPipelines((pipelines) => pipelines.start(procedure)), readsBefore: everything },
    'a deployment': {
      call: (connection) => bind(connection, 'pipelines', binding, target).startRun(sought('K-1')),
      readsBefore: everything,
    },
    'an abort of a run': {
      call: ofPipelines((pipelines) => pipelines.cancelRun('runtime/7')),
      ...{ readsBefore: everything, needsNoAnswer: true },
    },
    'an abort of a job': {
      call: ofPipelines((pipelines) => pipelines.cancelRun('job/5')),
      ...{ readsBefore: everything, needsNoAnswer: true },
    },
    'a decision': {
      call: (connection) =>
        connection.approvals?.decide('runtime/7', 'production/approve//0', decision, asked.by, 'K-3'),
      ...{ readsBefore: everything, needsNoAnswer: true },
    },
  },
};
