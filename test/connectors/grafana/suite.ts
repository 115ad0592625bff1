import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { grafanaConnector } from '../../../src/connectors/grafana';
import { target } from '../contract';
import type { ContractSuite } from '../contract';
import { bind } from '../open-connection';

const mark = { key: 'D-1001', at: 1, title: 'shop 2.14.0', text: 'by Noor', tags: ['deploy'] };
const annotate = (connection: OpenConnection) => bind(connection, 'annotations', {}, target).annotate(mark);

export const grafanaSuite: ContractSuite = {
  connector: grafanaConnector,
  reads: { 'whether a deployment is marked': { call: annotate } },
  writes: { 'a deploy mark': { call: annotate, readsBefore: [] } },
};
