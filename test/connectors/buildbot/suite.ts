import assert from 'node:assert/strict';
import { buildbotConnector } from '../../../src/connectors/buildbot';
import type { PipelineSource } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { target } from '../contract';
import type { ContractSuite } from '../contract';
import { bind } from '../open-connection';
import { asked, sought } from '../run-requests';

const field = (name: string, more: object = {}): object => ({
  name,
  fullName: name,
  type: 'text',
  label: name,
  ...more,
});
const group = (...fields: object[]): object => ({ name: '', fullName: null, type: 'nested', label: '', fields });
const request = { buildrequestid: 7, builderid: 1, complete: false, submitted_at: 1 };

/** What it has, for whatever is asked: a scheduler, and a run of it that is queued. */
const queued = {
  forceschedulers: [
    { name: 'deploy', builder_names: ['deploy'], all_fields: [group(field('reason')), field('version')] },
  ],
  ...{ buildrequests: [request], builds: [] as object[], steps: [] },
};
const running = { ...queued, builds: [{ buildid: 9, builderid: 1, number: 1, complete: false, started_at: 1 }] };

const pipelinesOf = (connection: OpenConnection): PipelineSource => connection.pipelines ?? assert.fail('it has some');
const start = { key: 'K-1', pipeline: 'deploy', values: { version: '2.14.0' }, ...asked };
const binding = { deploy: { pipeline: 'deploy', parameters: { version: '{version}' } } };

export const buildbotSuite: ContractSuite = {
  connector: buildbotConnector,
  templates: {
    sent: [
      {
        fields: /^pipelines\.deploy\.parameters\.\*/,
        call: (connection, place) => {
          const parameters = { version: '{service}' };
          return bind(connection, 'pipelines', { deploy: { pipeline: 'deploy', parameters } }, place).startRun({
            ...sought('K-1'),
            ...place,
          });
        },
        answers: () => queued,
      },
    ],
    // The same fields for each system: values are data.
    provenBy: { 'test/connectors/pipelines/deploying.test.ts': /^pipelines\.(?:deploy\.(?:pipeline|ref)$|rollback\.)/ },
  },
  settings: { run: ['*'] },
  reads: {
    pipelines: { call: (connection) => pipelinesOf(connection).list() },
    'a search for a start': { call: (connection) => pipelinesOf(connection).findStart(start) },
    'a run': { call: (connection) => pipelinesOf(connection).runStatus('5') },
    'a log': { call: (connection) => pipelinesOf(connection).runLog('5', 10) },
  },
  writes: {
    'a start': { call: (connection) => pipelinesOf(connection).start(start), readsBefore: queued },
    'a deployment': {
      call: (connection) => bind(connection, 'pipelines', binding, target).startRun(sought('K-1')),
      readsBefore: queued,
    },
    'canceling what is queued': { call: (connection) => pipelinesOf(connection).cancelRun('5'), readsBefore: queued },
    'stopping what runs': { call: (connection) => pipelinesOf(connection).cancelRun('5'), readsBefore: running },
  },
};
