import fc from 'fast-check';
import type { SourceAlert } from '../../../src/connectors/contract';
import { hookWorkflow } from '../../../src/features/alerts/hooks/workflow';
import { maintenanceWorkflow } from '../../../src/features/alerts/maintenance/workflow';
import { reconcilingWorkflow } from '../../../src/features/alerts/sources/workflow';
import { watchWorkflow } from '../../../src/features/alerts/watch/workflow';
import { stormAfter, stormWorkflow } from '../../../src/features/alerts/storms/workflow';
import { alertWorkflow } from '../../../src/features/alerts/workflow';
import { declareExample } from '../example';
import { correlationId, people, person, reason } from './people';

const problem = { service: 'shop', environment: 'production', name: 'LatencyHigh' };
const began = Date.UTC(2026, 2, 2, 8);

const signal = (key: string, more: Partial<SourceAlert> = {}): SourceAlert => ({
  key,
  name: problem.name,
  severity: 'warning',
  summary: 'p95 is 412 ms',
  since: began,
  labels: { instance: key },
  silences: [],
  ...more,
});

const alert = fc
  .record({
    key: fc.constantFrom('one', 'two'),
    severity: fc.constantFrom('critical', 'warning', 'info'),
    acknowledgement: fc.constantFrom(undefined, { by: 'noor', comment: 'on it' }),
    silences: fc.constantFrom([], [{ id: 's1', by: 'noor', comment: 'upgrade', until: began + 86_400_000 }]),
    isFlapping: fc.constantFrom(undefined, undefined, true, false),
  })
  .map(({ key, severity, acknowledgement, silences, isFlapping }) =>
    signal(key, {
      ...{ severity, silences },
      ...(acknowledgement && { acknowledgement }),
      ...(isFlapping !== undefined && { isFlapping }),
    }),
  );

const connection = fc.constantFrom('prometheus', 'nagios');
const turn = { by: person, comment: reason, correlationId, placeId: fc.constant('teams:deployments') };
const moment = fc.integer({ min: 0, max: 7 }).map((hours) => began + hours * 3_600_000);
const maintenance = { id: 'm1', by: people[0].name, reason: 'new disks', until: began + 2 * 3_600_000 };

export const alerts = declareExample({
  workflow: alertWorkflow,
  events: {
    observe: fc.record({
      type: fc.constant('observe'),
      connection,
      alerts: fc.uniqueArray(alert, { maxLength: 2, selector: ({ key }) => key }),
      isComplete: fc.boolean(),
      at: moment,
      seenAt: fc.option(moment, { nil: undefined }),
      begin: fc.constantFrom({ problem, number: 101 }, { problem, number: 101, maintenance, isHeldBack: true }),
    }),
    end: fc.record({
      type: fc.constant('end'),
      connection,
      keys: fc.constantFrom(['one'], ['one', 'two']),
      at: moment,
    }),
    tell: fc
      .record({
        told: fc.record({ alert, connection, isListed: fc.boolean() }),
        from: fc.option(moment, { nil: undefined }),
        to: fc.option(
          moment.map((at) => ({ at })),
          { nil: undefined },
        ),
      })
      .map(({ told, from, to }) => ({
        ...{ type: 'tell' as const, ...told },
        ...(from !== undefined && { from }),
        ...(to && { to }),
      })),
    past: fc.record({
      type: fc.constant('past'),
      connection,
      alert,
      to: moment,
      begin: fc.constant({ problem, number: 101 }),
    }),
    lose: fc.record({ type: fc.constant('lose'), connection, since: moment }),
    acknowledge: fc.record({ type: fc.constant('acknowledge'), ...turn }),
    unacknowledge: fc.record({ type: fc.constant('unacknowledge'), ...turn }),
    silence: fc.record({ type: fc.constant('silence'), ...turn, until: moment }),
    'end silence': fc.record({ type: fc.constant('end silence'), ...turn }),
    maintain: fc.constant({ type: 'maintain', maintenance }),
    'end maintenance': fc.constant({ type: 'end maintenance', id: 'm1' }),
    carried: fc.record({
      type: fc.constant('carried'),
      what: fc.constantFrom('acknowledge', 'silence'),
      connection,
      key: fc.constantFrom('one', 'two'),
      result: fc.constantFrom('done', 'failed', 'not there'),
    }),
    'taken back': fc.record({
      type: fc.constant('taken back'),
      what: fc.constantFrom('acknowledge', 'silence'),
      connection,
      key: fc.constantFrom('one', 'two'),
      result: fc.constantFrom('done', 'failed'),
    }),
    redraw: fc.constant({ type: 'redraw' } as const),
    release: fc.constant({ type: 'release' }),
    wait: fc.record({
      type: fc.constant('wait'),
      waiting: fc.record({
        placeId: fc.constant('teams:deployments'),
        why: fc.constantFrom('quiet hours', 'muted'),
        until: moment,
      }),
    }),
    'stop waiting': fc.constant({ type: 'stop waiting' }),
    time: fc.constant({ type: 'time' }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'time' }, context: {} },
  first: [
    {
      type: 'observe',
      connection: 'prometheus',
      alerts: [signal('one')],
      isComplete: true,
      at: began,
      begin: { problem, number: 101 },
    },
  ],
});

export const alertSources = declareExample({
  workflow: reconcilingWorkflow,
  events: {
    begin: fc.constant({ type: 'begin' }),
    looked: fc.record({
      type: fc.constant('looked'),
      looks: fc.array(fc.record({ connection, at: moment, isRead: fc.boolean() }), { maxLength: 1 }),
    }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'looked', looks: [] }, context: {} },
  first: [{ type: 'begin' }],
});

const arrival = {
  type: 'arrive',
  connection: 'monitoring',
  hook: { firing: [signal('one')], ended: [{ alert: signal('two'), at: began }], isCut: false },
  isBusy: false,
} as const;

export const alertHooks = declareExample({
  workflow: hookWorkflow,
  events: {
    arrive: fc.boolean().map((isBusy) => ({ ...arrival, isBusy })),
    look: fc.record({ type: fc.constant('look'), shows: fc.boolean() }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'look', shows: true }, context: {} },
  first: [arrival],
});

export const alertWatch = declareExample({
  workflow: watchWorkflow,
  events: {
    begin: fc.constant({ type: 'begin' }),
    looked: fc.record({
      type: fc.constant('looked'),
      places: fc.array(
        fc.record({
          target: fc.constant('shop/production'),
          seen: fc.constantFrom('', 'slow'),
          times: fc.nat(3),
          raised: fc.constantFrom([], ['slow']),
          toldAt: moment,
        }),
        { maxLength: 1 },
      ),
      from: fc.nat(3),
    }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'looked', places: [], from: 0 }, context: {} },
  first: [{ type: 'begin' }],
});

export const alertStorms = declareExample({
  workflow: stormWorkflow,
  events: {
    open: fc.record({
      type: fc.constant('open'),
      placeId: fc.constantFrom(undefined, 'teams:deployments', 'teams:shop'),
    }),
    time: fc.constant({ type: 'time' }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'time' }, context: {} },
  first: Array.from({ length: stormAfter + 1 }, () => ({ type: 'open', placeId: 'teams:deployments' }) as const),
});

const window = {
  ...{ service: 'shop', environment: 'production', from: began, until: began + 3 * 3_600_000 },
  ...{ reason: 'new disks', by: people[0], placeId: 'teams:deployments' },
};

export const maintenances = declareExample({
  workflow: maintenanceWorkflow,
  events: {
    plan: fc.record({ type: fc.constant('plan'), maintenance: fc.constant(window), correlationId }),
    end: fc.record({ type: fc.constant('end'), by: person, correlationId }),
    carried: fc.record({
      type: fc.constant('carried'),
      windows: fc.constantFrom([], [{ connection: 'nagios', id: '7' }]),
      failed: fc.constantFrom([], ['nagios']),
    }),
    'taken back': fc.record({
      type: fc.constant('taken back'),
      connections: fc.constantFrom([], ['nagios']),
      failed: fc.constantFrom([], ['nagios']),
    }),
    time: fc.constant({ type: 'time' }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'time' }, context: {} },
  first: [{ type: 'plan', maintenance: window, correlationId: 'turn 1' }],
});
