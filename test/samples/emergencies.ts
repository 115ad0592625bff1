import { parseCatalog } from '../../src/core/catalog';
import type { Catalog } from '../../src/core/catalog';
import { emergencyCard } from '../../src/features/emergencies/cards';
import type { Review } from '../../src/features/emergencies/workflow';
import type { Deployment, DeploymentState } from '../../src/features/deployments';
import { people, sampleCatalogText } from '../features/fakes';
import { hostileName, hostileText } from './contract';
import type { DrawnSample } from './contract';

/** The card of an emergency, from the notice to the end of its review. */

const { ada, avery, dana, noor } = people;
const openedAt = Date.parse('2026-11-20T13:16:00Z');
const minuteMs = 60_000;

const catalog: Catalog = (() => {
  const parsed = parseCatalog(sampleCatalogText);
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.catalog;
})();

const review: Review = {
  deploymentId: '36eb6063204d97ecd456d251c3040ef4',
  number: 1001,
  title: 'shop 2.14.0 to production',
  service: 'shop',
  environment: 'production',
  by: ada,
  reason: 'customers can’t pay',
  openedAt,
  replaces: '2.13.0',
  skipped: [
    { rule: 'approval', name: '1\u00A0approval', detail: 'from an approver' },
    { rule: 'lock', name: 'Lock by Dana Developer', detail: 'until 18:00: “I am testing the tax fix”', person: dana },
    {
      rule: 'freeze',
      name: 'Freeze',
      detail: 'by Noor Operator until Nov\u00A023, 08:00: “finance is closing the books”',
    },
  ],
  placeIds: ['deployments', 'shop', 'incidents'],
  people: [
    { ...dana, why: 'lock' },
    { ...avery, why: 'approver' },
    { ...noor, why: 'approver' },
  ],
  correlationId: '4f2a91c0aaaa',
  reminders: 0,
};

const inState = (state: DeploymentState, more: Partial<Deployment> = {}): Deployment => ({
  number: review.number,
  kind: 'deploy',
  service: review.service,
  environment: review.environment,
  version: '2.14.0',
  commit: '3333333333',
  replaces: { version: '2.13.0', commit: '2222222222', since: openedAt - 86_400_000 },
  requester: ada,
  reason: review.reason,
  requestedAt: openedAt,
  placeId: 'deployments',
  thread: undefined,
  correlationId: review.correlationId,
  state,
  stateSince: openedAt,
  changes: { commits: [], total: 1, direction: 'forward' },
  approvedBy: [],
  approvedAt: openedAt,
  runKey: 'key',
  emergency: true,
  ...more,
});
const ended = inState('succeeded', {
  runId: '482',
  ended: { by: undefined, reason: '', at: openedAt + 6 * minuteMs },
  run: {
    id: '482',
    state: 'succeeded',
    steps: [],
    progress: 1,
    startedAt: openedAt,
    endedAt: openedAt + minuteMs,
    lastLines: [],
    logReadAt: openedAt,
  },
});

interface Shown {
  readonly review?: Partial<Review>;
  readonly deployment?: Deployment;
  readonly viewer?: string;
  readonly afterMinutes?: number;
  readonly told?: string;
  readonly notReached?: string;
}

const described = (rows: { readonly who: string; readonly why: string }): Partial<Review> => ({
  by: { ...ada, name: rows.who },
  reason: rows.why,
  skipped: (review.skipped ?? []).map((each) =>
    each.rule === 'lock'
      ? {
          ...each,
          name: `Lock by ${rows.who}`,
          detail: `until 18:00: “${rows.why}”`,
          person: { ...dana, name: rows.who },
        }
      : each.rule === 'freeze'
        ? { ...each, detail: `until Nov\u00A023, 08:00 by ${rows.who}: “${rows.why}”` }
        : each,
  ),
});
const hostile = described({ who: hostileName, why: hostileText });
const long = {
  ...described({
    who: 'Maximiliana Wilhelmina Featherstonehaugh-Cholmondeley of Upper Wolverhampton',
    why: 'the partners in Frankfurt can’t settle their invoices before the weekend, their finance department has called three times today, and the on-call engineer has looked at every number that there is',
  }),
  service: 'checkout-and-payments-gateway-partners',
  title: 'checkout-and-payments-gateway-partners 2.14.0 to production',
};
const rightToLeft = described({ who: 'עדה מנהלת', why: 'הלקוחות לא יכולים לשלם' });
const reached = {
  told: 'Dana Developer, Noor Operator, Deployments, Web shop, and Incidents',
  notReached: 'Avery Approver',
};
const due: Shown = { deployment: ended, afterMinutes: 7, ...reached };

const all: readonly (readonly [state: string, shown: Shown])[] = [
  ['', {}],
  [
    'closed',
    {
      ...due,
      review: {
        closed: {
          by: noor,
          at: openedAt + 9 * minuteMs,
          findings: 'The health check missed the connection pool. We added it.',
        },
      },
      afterMinutes: 9,
    },
  ],
  [
    'closed-hostile',
    {
      ...due,
      review: {
        ...hostile,
        closed: { by: { ...noor, name: hostileName }, at: openedAt + 9 * minuteMs, findings: hostileText },
      },
      afterMinutes: 9,
    },
  ],
  ['due', due],
  ['lock-holder', { viewer: dana.id }],
  [
    'not-deployed',
    {
      deployment: inState('cancelled', { ended: { by: ada, reason: '', at: openedAt + minuteMs } }),
      review: { notNeededAt: openedAt + minuteMs },
      afterMinutes: 1,
    },
  ],
  ['not-reached', reached],
  ['own', { ...due, viewer: ada.id }],
  ['review', { ...due, viewer: avery.id }],
  ['review-hostile', { ...due, review: hostile, viewer: avery.id }],
  ['review-long', { ...due, review: long, viewer: avery.id }],
  ['review-right-to-left', { ...due, review: rightToLeft, viewer: avery.id }],
  ['running-hostile', { review: hostile }],
  ['running-long', { review: long }],
  ['running-right-to-left', { review: rightToLeft }],
  ['unclear', { deployment: inState('unclear') }],
  ['verifying', { ...reached, deployment: inState('verifying', { runId: '482' }) }],
  [
    'waiting',
    { review: { skipped: (review.skipped ?? []).slice(0, 1) }, deployment: inState('approved', { waitsFor: 1000 }) },
  ],
];

export const emergencySamples: readonly DrawnSample[] = all.map(([state, shown]) => ({
  state,
  draw: () =>
    emergencyCard({
      id: 'a3d9d8b2a1c04c0f9d9a8b7c6d5e4f30',
      review: { ...review, ...shown.review },
      deployment: shown.deployment ?? inState('running', { runId: '482' }),
      catalog,
      told: shown.told ?? 'Dana Developer, Avery Approver, Noor Operator, Deployments, Web shop, and Incidents',
      notReached: shown.notReached ?? '',
      now: openedAt + (shown.afterMinutes ?? 0) * minuteMs,
      viewer: shown.viewer,
    }),
}));
