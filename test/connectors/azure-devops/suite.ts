import { azureDevopsConnector } from '../../../src/connectors/azure-devops';
import type { PipelineSource, SourceControl, TicketTracker } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { target } from '../contract';
import type { ContractSuite, Tried } from '../contract';
import { bind } from '../open-connection';
import { asked, sought } from '../run-requests';
import { pipelinesOf } from './connection';
import { deployFile } from './world';

const definition = {
  ...{ id: 7, name: 'deploy', path: '\\', queueStatus: 'enabled' },
  ...{ process: { yamlFilename: 'deploy.yml' }, repository: { id: 'shop', type: 'TfsGit' } },
};
const build = { id: 9, status: 'inProgress', definition: { id: 7, name: 'deploy' }, templateParameters: {} };
const ended = { ...build, status: 'completed', result: 'failed' };
const failedStage = {
  id: 's',
  type: 'Stage',
  name: 'Deploy',
  identifier: 'Deploy',
  state: 'completed',
  result: 'failed',
};

const fields = { 'System.State': 'New', 'System.WorkItemType': 'Issue', 'System.ChangedDate': '2026-12-01T10:00:00Z' };
const workItem = { id: 12, fields };
const approval = { id: 'e5', status: 'pending', pipeline: { owner: { id: 9 } }, permissions: 'update' };
const decision = { approves: true, comment: 'Approved by Noor Ferreira' };

/** What it has, for whatever is asked: a pipeline to start, and a run of it. */
function everything(path = '', run: object = build): object {
  if (path.includes('connectionData')) return { authenticatedUser: { id: 'gavel' } };
  if (path.includes('/approvals')) return { value: [approval] };
  if (path.includes('/states')) return { value: [{ name: 'Closed', category: 'Completed' }] };
  if (path.includes('/workitems')) return workItem;
  if (path.includes('/timeline')) return { records: [failedStage] };
  if (path.includes('/items')) return { content: deployFile };
  if (/\/builds\/\d/.test(path)) return run;
  if (/\/definitions\/\d/.test(path)) return definition;
  if (path.includes('/definitions')) return { value: [definition] };
  return { value: [] };
}

const ofPipelines =
  (call: (pipelines: PipelineSource) => Promise<unknown> | undefined): Tried['call'] =>
  (connection: OpenConnection) =>
    call(pipelinesOf(connection));

const ofSource =
  (call: (source: SourceControl) => Promise<unknown> | undefined): Tried['call'] =>
  (connection: OpenConnection) =>
    call(bind(connection, 'source', { repository: 'shop' }, target));

const ofTickets =
  (call: (tickets: TicketTracker) => Promise<unknown>): Tried['call'] =>
  (connection: OpenConnection) =>
    call(bind(connection, 'tickets', {}, target));
const ticket = { key: 'K-4', title: 'Slow', description: '', notes: [], ...asked };

const start = { key: 'K-1', pipeline: 'deploy', values: { version: '2.14.0' }, ...asked };
const binding = { deploy: { pipeline: 'deploy', parameters: { version: '{version}' } } };
const rerun = { key: 'K-2', id: '9', attempt: 1, ...asked };
const acts = { readsBefore: everything } as const;
const afterEnd = { readsBefore: (path: string | undefined) => everything(path, ended) } as const;

export const azureDevopsSuite: ContractSuite = {
  connector: azureDevopsConnector,
  settings: { project: 'Shop', run: ['*'] },
  isRead: ({ request }) =>
    request.method === 'GET' || /\/(?:preview|wiql|permissionevaluationbatch)\b/.test(request.url ?? ''),
  templates: {
    sent: [
      {
        fields: /^pipelines\.deploy\.parameters\.\*/,
        call: (connection, place) => {
          const deploy = { pipeline: 'deploy', parameters: { version: '{service}' } };
          return bind(connection, 'pipelines', { deploy }, place).startRun({ ...sought('K-1'), ...place });
        },
        answers: ({ path }) => everything(path),
      },
      {
        fields: /^source\.repository$/,
        isSegment: true,
        call: (connection, place) =>
          bind(connection, 'source', { repository: '{service}' }, place).pullRequests?.() ?? Promise.resolve(),
      },
      {
        fields: /^source\.branch$/,
        call: (connection, place) => {
          const bound = bind(connection, 'source', { repository: 'shop', branch: '{service}' }, place);
          return bound.mainBranch?.(undefined) ?? Promise.resolve();
        },
      },
      {
        fields: /^tickets\.area$/,
        call: (connection, place) => bind(connection, 'tickets', { area: '{service}' }, place).open(ticket),
        answers: ({ path }) => everything(path),
      },
      {
        fields: /^tickets\.type$/,
        isSegment: true,
        call: (connection, place) => bind(connection, 'tickets', { type: '{service}' }, place).open(ticket),
      },
      {
        fields: /^running\.environmentName$/,
        call: (connection, place) => bind(connection, 'running', { environmentName: '{service}' }, place).read(),
      },
    ],
    staysHere: /\.(?:tagPrefix|pipeline|versionParameter)$/,
    provenBy: {
      'test/connectors/azure-devops/names.test.ts': /^source\.build$/,
      'test/connectors/pipelines/deploying.test.ts': /^pipelines\.(?:deploy\.(?:pipeline|ref)$|rollback\.)/,
    },
  },
  reads: {
    releases: { call: ofSource((source) => source.releases()) },
    'a release': { call: ofSource((source) => source.release('2.14.0')) },
    commits: { call: ofSource((source) => source.commitsBetween('2.13.0', '2.14.0')) },
    'the main branch': { call: ofSource((source) => source.mainBranch?.(undefined)) },
    'pull requests': { call: ofSource((source) => source.pullRequests?.()) },
    checks: { call: ofSource((source) => source.checks?.('a'.repeat(40))) },
    'what is live': { call: (connection) => bind(connection, 'running', {}, target).read() },
    'a ticket': { call: ofTickets((tickets) => tickets.read('#12')), canBeMissing: true },
    'a search for a ticket': { call: ofTickets((tickets) => tickets.findTicket(ticket)) },
    pipelines: { call: ofPipelines((pipelines) => pipelines.list()) },
    'a pipeline': { call: ofPipelines((pipelines) => pipelines.describe('deploy')) },
    'a search for a start': { call: ofPipelines((pipelines) => pipelines.findStart(start)) },
    'a run': { call: ofPipelines((pipelines) => pipelines.runStatus('9')), canBeMissing: true },
    'a log': { call: ofPipelines((pipelines) => pipelines.runLog('9', 10)), canBeMissing: true },
    'what waits for approval': { call: (connection) => connection.approvals?.waiting() },
    'a preview': { call: ofPipelines((pipelines) => pipelines.preview?.(start)) },
  },
  writes: {
    'a start': { call: ofPipelines((pipelines) => pipelines.start(start)), ...acts },
    'a deployment': {
      call: (connection) => bind(connection, 'pipelines', binding, target).startRun(sought('K-1')),
      ...acts,
    },
    'a new ticket': { call: ofTickets((tickets) => tickets.open(ticket)) },
    'a comment on a ticket': {
      call: ofTickets((tickets) => tickets.comment('#12', { key: 'K-5', text: 'On it', ...asked })),
      readsBefore: { comments: [] },
    },
    'a move of a ticket': {
      call: ofTickets((tickets) => tickets.move('#12', 'done', asked.by)),
      ...acts,
    },
    'a cancel': { call: ofPipelines((pipelines) => pipelines.cancelRun('9')), ...acts, needsNoAnswer: true },
    'a rerun of what failed': {
      call: ofPipelines((pipelines) => pipelines.rerun?.({ ...rerun, what: 'failed' })),
      ...{ ...afterEnd, needsNoAnswer: true },
    },
    'a decision': {
      call: (connection) => connection.approvals?.decide('9', 'e5', decision, asked.by, 'K-3'),
      ...{ ...acts, needsNoAnswer: true },
    },
    'a rerun of everything': {
      call: ofPipelines((pipelines) => pipelines.rerun?.({ ...rerun, what: 'all' })),
      ...afterEnd,
    },
  },
};
