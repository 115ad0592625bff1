import type { RunStatus, RunStep } from '../../src/connectors/contract';
import { systemsOf } from '../systems';
import { parseCatalog } from '../../src/core/catalog';
import type { Catalog } from '../../src/core/catalog';
import { silentLogger } from '../../src/core/telemetry/logger';
import type { FeatureDependencies } from '../../src/features/contract';
import { deploymentCard } from '../../src/features/deployments/cards';
import type { CardParts } from '../../src/features/deployments/cards';
import type { Deployment, HealthSnapshot } from '../../src/features/deployments/contract';
import type { ShownTicket } from '../../src/features/tickets';
import { people, sampleCatalogText } from '../features/fakes';
import { createMovableClock } from '../core/time/movable-clock';
import { hostileName, hostileText } from './contract';
import type { DrawnSample } from './contract';

/** The card of a deployment in each state of its life. */

const { dana, avery, noor } = people;
const id = '36eb6063204d97ecd456d251c3040ef4';
const at = (time: string): number => Date.parse(`2026-11-20T${time}+01:00`);

const catalog: Catalog = (() => {
  const parsed = parseCatalog(
    sampleCatalogText
      .replace('timeZone: UTC', 'timeZone: Europe/Berlin')
      .replace('errorPercent: 2, minimumRequestsPerSecond: 0.5', 'errorPercent: 1, minimumRequestsPerSecond: 40')
      // Payments has so few requests that one failure is a lot of them.
      .replace(
        '\nenvironments:',
        `\n  payments:\n    description: Payments\n    environments: [production]\n    limits: { p95Ms: 300, errorPercent: 2, minimumRequestsPerSecond: 0.1 }\nenvironments:`,
      )
      .replaceAll(/verifyForSeconds: \d+/g, 'verifyForSeconds: 300'),
  );
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.catalog;
})();

const step = (name: string, startedAt: string, endedAt: string, detail = ''): RunStep => ({
  name,
  state: 'done',
  detail,
  startedAt: at(startedAt),
  endedAt: at(endedAt),
});
const firstSteps = [
  step('fetch', '14:09:10', '14:09:12', '3c9f2e1'),
  step('build', '14:09:12', '14:09:21'),
  step('test', '14:09:21', '14:09:27', '1,284 passed'),
];
const coming = (name: string): RunStep => ({ name, state: 'waiting', detail: '' });

const runningRun: RunStatus = {
  id: '482',
  state: 'running',
  steps: [
    ...firstSteps,
    { name: 'switch', state: 'running', detail: '2 of 3 processes', startedAt: at('14:09:27') },
    coming('clean up'),
  ],
  progress: 0.64,
  startedAt: at('14:09:10'),
  lastLines: ['shop-2 answers 200 on /healthz', 'shop-3 draining, 14 requests open'],
  logReadAt: at('14:09:31'),
  url: 'https://jenkins.example/job/shop/482/',
};
const doneRun: RunStatus = {
  ...runningRun,
  state: 'succeeded',
  progress: 1,
  steps: [...firstSteps, step('switch', '14:09:27', '14:09:39'), step('clean up', '14:09:39', '14:09:41')],
  endedAt: at('14:09:41'),
};
const failedRun: RunStatus = {
  ...runningRun,
  state: 'failed',
  steps: [
    ...firstSteps.slice(0, 2),
    { ...step('test', '14:09:21', '14:09:35', '2 of 640 failed'), state: 'failed' },
    { ...coming('switch'), state: 'skipped', detail: 'skipped' },
    { ...coming('clean up'), state: 'skipped', detail: 'skipped' },
  ],
  endedAt: at('14:09:35'),
  lastLines: ['not ok 211 refund keeps the currency', 'expected "EUR", got "USD"', 'at refund.test.js:58'],
  reason: '2 of 640 checks failed',
};

const snapshot = (p95Ms: number, errorPercent: number, requestsPerSecond: number): HealthSnapshot => ({
  at: at('14:14:41'),
  state: 'healthy',
  p95Ms,
  errorPercent,
  requestsPerSecond,
  trouble: '',
});
const before = snapshot(118, 0.3, 86);
const after = snapshot(124, 0.2, 88);

const requested: Deployment = {
  number: 1042,
  kind: 'deploy',
  service: 'shop',
  environment: 'production',
  version: '2.14.0',
  commit: '3c9f2e1d4b5a69788796a5b4c3d2e1f00f1e2d3c',
  replaces: { version: '2.13.2', commit: '8d02f7c000', since: at('10:02:00') - 6 * 86_400_000 },
  requester: dana,
  reason: '',
  requestedAt: at('13:52:00'),
  placeId: 'channel:deployments',
  thread: undefined,
  correlationId: '4f2a91c0aaaa',
  state: 'awaiting approval',
  stateSince: at('13:52:00'),
  changes: { commits: [], total: 5, direction: 'forward' },
  approvedBy: [],
  runKey: 'key',
};
const approved: Deployment = {
  ...requested,
  state: 'approved',
  stateSince: at('14:08:00'),
  approvedBy: [avery, noor],
  approvedAt: at('14:08:00'),
};
const running: Deployment = {
  ...approved,
  state: 'running',
  stateSince: at('14:09:10'),
  runId: '482',
  run: runningRun,
  before,
};
const verifying: Deployment = {
  ...running,
  state: 'verifying',
  stateSince: at('14:09:41'),
  run: doneRun,
  after: snapshot(126, 0.2, 88),
  verifyUntil: at('14:14:41'),
};
const succeeded: Deployment = {
  ...verifying,
  state: 'succeeded',
  stateSince: at('14:14:41'),
  after,
  ended: { by: undefined, reason: '', at: at('14:14:41') },
};
const failed: Deployment = {
  ...running,
  state: 'failed',
  stateSince: at('14:09:36'),
  run: failedRun,
  failure: { reason: '2 of 640 checks failed', during: 'run', at: at('14:09:36') },
  ended: { by: undefined, reason: '2 of 640 checks failed', at: at('14:09:36') },
  left: { version: '2.13.2' },
};
const unverified: Deployment = {
  ...verifying,
  after: { ...snapshot(164, 7.9, 81), state: 'degraded', trouble: 'the error rate is 7.9% (limit 1%)' },
  failure: { reason: 'the error rate is 7.9% (limit 1%)', during: 'verification', at: at('14:11:41') },
};
const stillLive: Deployment = {
  ...unverified,
  state: 'failed',
  stateSince: at('14:11:41'),
  ended: { by: undefined, reason: 'the error rate is 7.9% (limit 1%)', at: at('14:11:41') },
};
const rolledBack: Deployment = {
  ...stillLive,
  state: 'rolled back',
  rollbackId: 'b'.repeat(32),
  rollback: { number: 1043, state: 'succeeded' },
};
const rollbackRun: RunStatus = {
  ...runningRun,
  id: '483',
  steps: [step('fetch', '14:11:45', '14:11:47', '8d02f7c'), ...runningRun.steps.slice(1)],
};
const rollback: Deployment = {
  ...succeeded,
  number: 1043,
  kind: 'rollback',
  version: '2.13.2',
  commit: '8d02f7c000',
  replaces: { version: '2.14.0', commit: requested.commit, since: at('14:09:41') },
  requester: { id: 'gavel', name: 'Gavel' },
  reason: 'D-1042 failed: the error rate is 7.9% (limit 1%)',
  approvedBy: [],
  changes: { commits: [], total: 0, direction: 'back' },
  rollbackOf: id,
};
const unclear: Deployment = {
  ...approved,
  state: 'unclear',
  stateSince: at('14:09:10'),
  unclearSince: at('14:09:10'),
  unclearReason: 'Jenkins didn’t confirm that the run was started',
};

const hostile = { requester: { ...dana, name: hostileName } } as const;
const long = {
  service: 'checkout-and-payments-gateway-partners',
  environment: 'production-europe-west-frankfurt',
  version: '2026.11.20-release-candidate.14+build.4711',
  requester: { ...dana, name: 'Maximiliana Wilhelmina Featherstonehaugh-Cholmondeley of Upper Wolverhampton' },
} as const;
const rightToLeft = { requester: { ...dana, name: 'دانة المطوّرة' } } as const;
const texts = {
  hostile: hostileText,
  long: 'Rework how the checkout talks to the payment providers so that a provider that answers slowly no longer keeps every other one waiting',
  rightToLeft: 'إصلاح سلة الشراء عند الدفع بالبطاقة 2.14',
} as const;
const withText = (run: RunStatus, text: string): RunStatus => ({
  ...run,
  steps: run.steps.map((each) => ({ ...each, name: each.state === 'running' ? text : each.name, detail: text })),
  lastLines: [`\u001B[31m${text}\u001B[0m`, '| a | b |', '# heading'],
  ...(run.reason !== undefined && { reason: text }),
});
const failedWith = (text: string): Partial<Deployment> => ({
  run: withText(failedRun, text),
  failure: { reason: text, during: 'run', at: at('14:09:36') },
  ended: { by: undefined, reason: text, at: at('14:09:36') },
});

/** When it is looked at, and what can be done then. */
interface Moment {
  readonly now: string;
  readonly viewer?: string;
  /** The release that people could go back to. */
  readonly back?: string;
  readonly next?: Deployment;
  /** What its ticket adds. */
  readonly ticket?: ShownTicket;
}

const end = (state: Deployment['state'], reason: string, by?: typeof noor): Deployment => ({
  ...requested,
  state,
  stateSince: at('14:03:00'),
  ended: { by, reason, at: at('14:03:00') },
});
const superseded: Deployment = {
  ...requested,
  ...{ state: 'superseded', stateSince: at('14:03:00') },
  ended: {
    by: undefined,
    reason: 'superseded by D-1044',
    at: at('14:03:00'),
    successor: { number: 1044, version: '2.14.1' },
  },
};
const newer: Deployment = { ...requested, number: 1044, version: '2.14.1' };

const noTicketYet: ShownTicket = { facts: [], button: { title: 'Open ticket…', id: `deployment/${id}` } };
const openTicket: ShownTicket = {
  facts: [{ title: 'Ticket', value: '[SHOP-12](https://tickets.example/SHOP-12), in progress' }],
  button: { title: '', id: '' },
};

const results: readonly (readonly [state: string, deployment: Deployment, moment: Moment])[] = [
  ['', succeeded, { now: '14:15:00', back: '2.13.2' }],
  [
    'canceled',
    {
      ...failed,
      state: 'cancelled',
      run: { ...failedRun, state: 'canceled' },
      failure: { reason: 'the run was canceled', during: 'run', at: at('14:09:36') },
      ended: { by: dana, reason: 'the wrong release', at: at('14:09:36') },
    },
    { now: '14:10:00' },
  ],
  ['expired', end('expired', ''), { now: '16:00:00' }],
  ['failed', failed, { now: '14:10:00' }],
  ['hostile', { ...failed, ...hostile, ...failedWith(texts.hostile) }, { now: '14:10:00' }],
  [
    'lapsed',
    {
      ...end('cancelled', 'Release 2.14.0 of shop no longer exists.'),
      approvedBy: [avery],
      approvedAt: at('14:02:00'),
    },
    { now: '14:03:00' },
  ],
  [
    'lone-failure',
    {
      ...succeeded,
      ...{ service: 'payments', before: snapshot(118, 0, 0.1) },
      after: { ...snapshot(124, 3.3, 0.1), loneFailure: true },
    },
    { now: '14:15:00', back: '2.13.2' },
  ],
  ['long', { ...failed, ...long, ...failedWith(texts.long) }, { now: '14:10:00' }],
  [
    'no-way-back',
    { ...stillLive, noWayBack: { version: '2.13.2', next: '2.13.1' }, left: { version: '2.14.0' } },
    { now: '14:12:00', back: '2.13.1' },
  ],
  [
    'not-run',
    {
      ...unclear,
      state: 'cancelled',
      ended: { by: noor, reason: 'it didn’t run', neverRan: true, at: at('14:12:00') },
    },
    { now: '14:12:00' },
  ],
  [
    'nothing-runs',
    {
      ...failed,
      replaces: undefined,
      left: { version: undefined },
      run: { ...failedRun, steps: [], lastLines: ['building', 'packing'], reason: undefined },
      failure: { reason: 'the run failed', during: 'run', at: at('14:09:36') },
      ended: { by: undefined, reason: 'the run failed', at: at('14:09:36') },
    },
    { now: '14:10:00' },
  ],
  [
    'refused',
    {
      ...approved,
      state: 'failed',
      ended: { by: undefined, reason: 'Jenkins refused to start the run', at: at('14:08:02') },
    },
    { now: '14:09:00' },
  ],
  ['rejected', end('rejected', 'the migration locks the orders table', noor), { now: '14:03:00' }],
  ['right-to-left', { ...failed, ...rightToLeft, ...failedWith(texts.rightToLeft) }, { now: '14:10:00' }],
  ['rollback', rollback, { now: '14:15:00' }],
  ['rolled-back', rolledBack, { now: '14:15:00' }],
  [
    'still-there',
    {
      ...stillLive,
      after: { ...snapshot(124, 0.2, 88), state: 'down', trouble: 'it isn’t responding' },
      failure: { reason: 'it isn’t responding', during: 'verification', at: at('14:11:41') },
      left: { version: '2.14.0' },
    },
    { now: '14:12:00', back: '2.13.2' },
  ],
  [
    'succeeded-hostile',
    { ...succeeded, ...hostile, version: '2.14.0-*x*_${title}' },
    { now: '14:15:00', back: '2.13.2' },
  ],
  ['succeeded-long', { ...succeeded, ...long }, { now: '14:15:00', back: long.version }],
  ['ticket', failed, { now: '14:10:00', ticket: noTicketYet }],
  ['ticket-open', failed, { now: '14:20:00', ticket: openTicket }],
  ['superseded', superseded, { now: '14:03:00', next: newer }],
  [
    'was-live',
    {
      ...succeeded,
      replacedBy: { id: 'd'.repeat(32), number: 1058, version: '2.14.1', at: at('09:41:00') + 3 * 86_400_000 },
    },
    { now: '81:41:00' },
  ],
];

const runs: readonly (readonly [state: string, deployment: Deployment, moment: Moment])[] = [
  ['', running, { now: '14:09:31' }],
  ['approved', approved, { now: '14:08:00' }],
  ['awaiting-approval', requested, { now: '13:52:00', viewer: people.nico.id }],
  [
    'frozen',
    { ...approved, heldBy: 'production is frozen until 16:00 (Noor Operator: “finance is closing the books”)' },
    { now: '14:08:00' },
  ],
  ['hostile', { ...running, ...hostile, run: withText(runningRun, texts.hostile) }, { now: '14:09:31' }],
  [
    'locked',
    { ...approved, heldBy: 'Noor Operator holds the lock on shop in production (“I am testing the tax fix”)' },
    { now: '14:08:00' },
  ],
  ['long', { ...running, ...long, run: withText(runningRun, texts.long) }, { now: '14:09:31' }],
  ['queued', { ...approved, waitsFor: 1041 }, { now: '14:08:00' }],
  ['right-to-left', { ...running, ...rightToLeft, run: withText(runningRun, texts.rightToLeft) }, { now: '14:09:31' }],
  [
    'rollback-unclear',
    { ...unverified, rollbackId: 'b'.repeat(32), rollback: { number: 1043, state: 'unclear' } },
    { now: '14:12:00' },
  ],
  [
    'rolling-back',
    { ...unverified, rollbackId: 'b'.repeat(32), rollback: { number: 1043, state: 'running', run: rollbackRun } },
    { now: '14:12:00' },
  ],
  ['starting', { ...running, run: undefined }, { now: '14:09:10' }],
  ['stopping', { ...running, cancelRequestedBy: dana, cancelReason: 'the wrong release' }, { now: '14:09:33' }],
  ['unreachable', { ...running, looksFailed: 3 }, { now: '14:10:31' }],
  ['verifying', verifying, { now: '14:11:41' }],
  ['verifying-hostile', { ...verifying, ...hostile, version: '2.14.0-*x*_${title}' }, { now: '14:11:41' }],
  ['verifying-stopping', { ...verifying, cancelRequestedBy: dana }, { now: '14:11:42' }],
];

const lost: readonly (readonly [state: string, deployment: Deployment, moment: Moment])[] = [
  ['', unclear, { now: '14:09:10' }],
  ['ticket', unclear, { now: '14:09:10', ticket: noTicketYet }],
  ['barred', unclear, { now: '14:09:10', viewer: people.nico.id }],
  ['hostile', { ...unclear, ...hostile, unclearReason: texts.hostile }, { now: '14:09:10' }],
  ['long', { ...unclear, ...long, unclearReason: texts.long }, { now: '14:09:10' }],
  ['right-to-left', { ...unclear, ...rightToLeft, unclearReason: texts.rightToLeft }, { now: '14:09:10' }],
  [
    'rollback',
    {
      ...rollback,
      state: 'unclear',
      run: undefined,
      runId: undefined,
      unclearSince: at('14:12:00'),
      unclearReason: 'Jenkins didn’t confirm that the run was started',
    },
    { now: '14:12:00' },
  ],
  [
    'silent',
    { ...unclear, runId: '482', unclearReason: 'the Gavel instance responsible for it stopped responding' },
    { now: '14:14:10' },
  ],
];

function partsAt({ now, back, next, ticket }: Moment, deployment: Deployment): CardParts {
  const { version, commit, replaces, ended } = deployment;
  const isLive = deployment.state === 'succeeded' || ended === undefined || back !== undefined;
  const live = isLive ? { version, commit, since: at('14:09:41') } : replaces;
  const kept = next && { id: 'c'.repeat(32), deployment: next };
  return {
    deps: {
      catalog: () => catalog,
      clock: createMovableClock(at('00:00:00') + sinceMidnight(now)),
      logger: silentLogger,
      systems: systemsOf(
        () => ({
          check: async () => [],
          close: async () => undefined,
          environments: { running: async () => live },
          sourceControl: {
            releases: async () => [],
            release: async () => replaces && { ...replaces, createdAt: replaces.since },
            commitsBetween: async () => ({ commits: [], direction: 'same' }),
          },
        }),
        () => 'Jenkins',
      ),
    } as unknown as FeatureDependencies,
    store: {
      find: async () => kept,
      rollbackTarget: async () => (back === undefined ? undefined : { version: back, commit: '8d02f7c000' }),
    } as unknown as CardParts['store'],
    approvals: { card: async () => undefined, askedAbout: async () => [] },
    tickets: ticket && { showOn: async () => ticket },
  };
}

/** `81:41:00` is in the morning three days later. */
function sinceMidnight(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

export const deploymentSamples: readonly DrawnSample[] = [...results, ...runs, ...lost].map(
  ([state, deployment, moment]) => ({
    state,
    draw: () => deploymentCard(partsAt(moment, deployment), id, deployment, moment.viewer),
  }),
);
