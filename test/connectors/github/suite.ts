import type { PipelineSource, SourceControl, TicketTracker } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { githubConnector } from '../../../src/connectors/github';
import { target } from '../contract';
import type { ContractSuite, Tried } from '../contract';
import { bind } from '../open-connection';
import { asked, sought } from '../run-requests';
import { pipelinesOf } from './connection';
import { deployFile } from './world';

const file = { type: 'file', encoding: 'base64', content: Buffer.from(deployFile).toString('base64'), size: 1 };
const run = { id: 7, workflow_id: 1, run_number: 1, run_attempt: 1, display_title: 'Deploy', status: 'completed' };
/** What it has, for whatever is asked: a workflow, a run of it, and an environment. */
const everything = {
  ...{ ...file, ...run, full_name: 'acme/shop', default_branch: 'main', total_count: 1 },
  ...{ name: 'Deploy', path: '.github/workflows/deploy.yml', state: 'active' },
  ...{ environments: [{ id: 1, name: 'production' }], workflow_runs: [run] },
};

const start = {
  ...{ key: 'K-1', pipeline: 'acme/shop/deploy.yml', values: { version: '2.14.0', environment: 'production' } },
  ...asked,
};
const decision = { approves: true, comment: 'Approved by Noor Ferreira' };
const waiting = { environment: { id: 1, name: 'production' }, current_user_can_approve: true };
const readWaiting = (path = ''): object =>
  path.endsWith('/pending_deployments') ? [waiting] : { ...everything, status: 'waiting' };
const rerun = { key: 'K-2', id: 'acme/shop/7', attempt: 1, what: 'failed', ...asked } as const;
const binding = {
  deploy: {
    ...{ pipeline: 'acme/{service}/deploy.yml', ref: 'main' },
    parameters: { version: '{version}', environment: '{environment}' },
  },
};
const source = (call: (pipelines: PipelineSource) => Promise<unknown> | undefined): Tried['call'] => {
  return (connection: OpenConnection) => call(pipelinesOf(connection));
};

const inRepository = { repository: 'acme/{service}' };
const ofSource =
  (call: (source: SourceControl) => Promise<unknown> | undefined): Tried['call'] =>
  (connection) =>
    call(bind(connection, 'source', inRepository, target));

const issue = { number: 12, title: 'Slow', state: 'open', body: '', created_at: '2026-11-30T10:00:00Z' };
const ofTickets =
  (call: (tickets: TicketTracker) => Promise<unknown>): Tried['call'] =>
  (connection) =>
    call(bind(connection, 'tickets', inRepository, target));
const ticket = { key: 'K-4', title: 'Slow', description: 'Since noon', notes: [], ...asked };

export const githubSuite: ContractSuite = {
  connector: githubConnector,
  templates: {
    sent: [
      {
        fields: /^pipelines\.deploy\.parameters\.\*/,
        call: (connection, place) => {
          const parameters = { version: '{service}', environment: 'production' };
          const deploy = { pipeline: 'acme/shop/deploy.yml', ref: 'main', parameters };
          return bind(connection, 'pipelines', { deploy }, place).startRun({ ...sought('K-1'), ...place });
        },
        answers: () => everything,
      },
      {
        fields: /^(?:source|running|annotations|tickets)\.repository$/,
        call: (connection, place) => bind(connection, 'running', { repository: 'acme/{service}' }, place).read(),
        hasPath: true,
      },
      {
        fields: /^(?:running|annotations)\.environmentName$/,
        call: (connection, place) =>
          bind(connection, 'running', { repository: 'acme/shop', environmentName: '{service}' }, place).read(),
        answers: () => [],
      },
      {
        fields: /^source\.branch$/,
        hasPath: true,
        call: (connection, place) =>
          bind(connection, 'source', { repository: 'acme/shop', branch: '{service}' }, place).mainBranch?.(undefined),
      },
    ],
    staysHere: /\.(?:tagPrefix|inProgressLabel)$/,
    provenBy: { 'test/connectors/pipelines/deploying.test.ts': /^pipelines\.(?:deploy\.(?:pipeline|ref)$|rollback\.)/ },
  },
  settings: { run: ['*'], repositories: ['acme/shop'] },
  reads: {
    workflows: { call: source((pipelines) => pipelines.list()) },
    'a workflow': { call: source((pipelines) => pipelines.describe('acme/shop/deploy.yml')), canBeMissing: true },
    'a search for a start': { call: source((pipelines) => pipelines.findStart(start)) },
    'a search for a rerun': { call: source((pipelines) => pipelines.findRerun?.(rerun)), canBeMissing: true },
    'a run': { call: source((pipelines) => pipelines.runStatus('acme/shop/7')), canBeMissing: true },
    'what waits for approval': { call: (connection) => connection.approvals?.waiting() },
    releases: { call: ofSource((source) => source.releases()) },
    'a release': { call: ofSource((source) => source.release('2.14.0')), canBeMissing: true },
    commits: { call: ofSource((source) => source.commitsBetween('2.13.0', '2.14.0')) },
    'the main branch': { call: ofSource((source) => source.mainBranch?.(undefined)) },
    'pull requests': { call: ofSource((source) => source.pullRequests?.()) },
    checks: { call: ofSource((source) => source.checks?.('a'.repeat(40))) },
    'what is live': { call: (connection) => bind(connection, 'running', inRepository, target).read() },
    'a ticket': { call: ofTickets((tickets) => tickets.read('#12')), canBeMissing: true },
    'a search for a ticket': { call: ofTickets((tickets) => tickets.findTicket(ticket)) },
    'a log': { call: source((pipelines) => pipelines.runLog('acme/shop/7', 10)), canBeMissing: true },
  },
  writes: {
    'a start': { call: source((pipelines) => pipelines.start(start)), readsBefore: everything },
    'a deployment': {
      call: (connection) => bind(connection, 'pipelines', binding, target).startRun(sought('K-1')),
      readsBefore: everything,
    },
    'a rerun': { call: source((pipelines) => pipelines.rerun?.(rerun)), readsBefore: everything, needsNoAnswer: true },
    'a record of a deployment': {
      call: (connection) =>
        bind(connection, 'annotations', inRepository, target).annotate({
          ...{ key: 'mark', at: 1, title: 'shop 2.14.0 to production', text: 'D-1001', tags: [] },
          recorded: { key: 'deployment:1', version: '2.14.0', commit: 'a'.repeat(40), state: 'running' },
        }),
      readsBefore: [],
    },
    'a new ticket': { call: ofTickets((tickets) => tickets.open(ticket)) },
    'a comment on a ticket': {
      call: ofTickets((tickets) => tickets.comment('#12', { key: 'K-5', text: 'On it', ...asked })),
      ...{ readsBefore: [], needsNoAnswer: true },
    },
    'a move of a ticket': {
      call: ofTickets((tickets) => tickets.move('#12', 'done', asked.by)),
      readsBefore: issue,
    },
    'a cancel': {
      call: source((pipelines) => pipelines.cancelRun('acme/shop/7')),
      ...{ readsBefore: { ...everything, status: 'in_progress' }, needsNoAnswer: true },
    },
    'a decision': {
      call: (connection) => connection.approvals?.decide('acme/shop/7', '1@1', decision, asked.by, 'K-3'),
      ...{ readsBefore: readWaiting, needsNoAnswer: true },
    },
  },
};
