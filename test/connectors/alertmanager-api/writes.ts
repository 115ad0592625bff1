import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { alertsOf, by, sampleAlert, target } from '../contract';
import type { Tried } from '../contract';
import { bind } from '../open-connection';
import type { TemplateTarget } from '../templates';

const silence = {
  ...{ id: '1', status: { state: 'active' }, matchers: [], startsAt: '2026-11-29T00:00:00Z' },
  ...{ endsAt: '2026-11-30T00:00:00Z', createdBy: 'Noor', comment: '' },
};

/** Everything that acts, of each connector with Alertmanager's API. */
export const alertmanagerWrites: Readonly<Record<string, Tried>> = {
  'a silence': { call: (connection) => alertsOf(connection).silence?.(sampleAlert, by, 2e12), readsBefore: [] },
  'a longer silence': {
    call: (connection) => alertsOf(connection).silence?.(sampleAlert, by, 2e12, '1'),
    readsBefore: silence,
  },
  'the end of a silence': {
    call: (connection) => alertsOf(connection).endSilence?.('1', by),
    readsBefore: silence,
    needsNoAnswer: true,
  },
  'a maintenance window': {
    call: (connection) => bind(connection, 'alerts', { match: { a: 'b' } }, target).maintain?.('M-1', by, 1, 2e12),
    readsBefore: [],
  },
};

/** `alerts.match`, read back from the silence of a maintenance window. */
export const alertmanagerTemplates = {
  fields: /^alerts\.match\.\*$/,
  call: (connection: OpenConnection, place: TemplateTarget) =>
    bind(connection, 'alerts', { match: { service: '{service}' } }, place).maintain?.('M-1', by, 1, 2e12),
  answers: ({ method }: { readonly method: string }) => (method === 'GET' ? [] : { silenceID: '1' }),
};
