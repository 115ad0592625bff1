import { parseCatalog } from '../../src/core/catalog';
import type { ApprovalRule, Catalog } from '../../src/core/catalog';
import { approvalCard } from '../../src/features/approvals/cards';
import type { ApprovalRequest, SubjectFacts } from '../../src/features/approvals/contract';
import type { Approval, Vote } from '../../src/features/approvals/record';
import { healthTitle } from '../../src/features/deployments/checks';
import { people, sampleCatalogText } from '../features/fakes';
import { hostileName, hostileText } from './contract';
import type { DrawnSample } from './contract';

/** The card of an approval: for whoever can approve, for everybody else, and once it has been decided. */

const { ada, avery, dana, nico, noor } = people;
const at = (time: string): number => Date.parse(`2026-11-20T${time}:00+01:00`);

const catalog: Catalog = (() => {
  const parsed = parseCatalog(sampleCatalogText.replace('timeZone: UTC', 'timeZone: Europe/Berlin'));
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.catalog;
})();

const rule = (more: Partial<ApprovalRule> = {}): ApprovalRule => ({
  required: 2,
  role: 'approver',
  requesterMayApprove: false,
  expiresAfterSeconds: 7_200,
  ...more,
});

const facts: SubjectFacts = {
  kind: 'Deployment D-1042',
  comesNext: ['Run', 'Verify'],
  title: 'shop 2.14.0 to production',
  label: 'D-1042',
  nothingIs: 'deployed',
  approveTitle: 'Approve 2.14.0',
  facts: [
    { title: 'Commit', value: '3c9f2e1, nothing newer' },
    { title: 'Replaces', value: '2.13.2, live since Nov\u00A014, 10:02' },
    { title: 'Risk', value: 'High' },
    { title: 'Health\u00A0now', value: '●\u00A0Healthy' },
    {
      title: 'What\u00A0will\u00A0run',
      value: 'A run in Jenkins, verified for 5\u00A0min, rolled back to 2.13.2 if it’s unhealthy',
    },
  ],
  commitsTitle: 'What changes: 5\u00A0commits by 3\u00A0people',
  commits: [
    { commit: '3c9f2e1', message: 'Keep the cart when a payment fails', author: 'Dana Developer' },
    { commit: 'b71d04a', message: 'Add gift cards to the order total', author: 'Avery Approver' },
    { commit: '90ae6f3', message: 'Add gift_card_id to the orders table', author: 'Avery Approver' },
    { commit: '5d12c88', message: 'Retry the tax lookup twice, then use the cached rate', author: 'Ada Admin' },
    { commit: 'e08b7a4', message: 'Translate gift card emails', author: 'Dana Developer' },
  ],
  commitsMore: '',
};

const commitPage = (commit: string): string => `https://git.example/shop/commit/${commit}`;

const request: ApprovalRequest = {
  id: 'a'.repeat(32),
  kind: 'deployment',
  subjectId: 's',
  target: { service: 'shop', environment: 'production' },
  requester: dana,
  rule: rule(),
  boundTo: 'commit-1',
  placeId: 'channel:deployments',
  expiresAt: at('16:00'),
  correlationId: '4f2a91c0aaaa',
};
const waiting: Approval = {
  request,
  label: 'D-1042',
  askedAt: at('13:52'),
  state: 'waiting',
  stateSince: at('13:52'),
  approvals: [],
  personalCopies: [avery, noor],
  notReached: [],
};
const vote = (person: Vote['person'], time: string, note = ''): Vote => ({ person, at: at(time), note });
const once: Approval = { ...waiting, approvals: [vote(avery, '13:58')] };
const ended = (state: Approval['state'], by: Vote | undefined): Approval => ({
  ...once,
  state,
  stateSince: at('14:03'),
  ...(by && { ended: by }),
});

const hostile: SubjectFacts = {
  ...facts,
  title: 'shop 2.14.0-*x*_${title} to production',
  approveTitle: 'Approve D-1042',
  commits: [{ commit: '3c9f2e1', message: hostileText, author: hostileName }],
  commitsTitle: 'What changes: 1\u00A0commit by 1\u00A0person',
};
const hostileRequest = { ...request, requester: { id: 'entra:t/somebody', name: hostileName } };
const longName = 'Maximiliana Wilhelmina Featherstonehaugh-Cholmondeley of Upper Wolverhampton';
const longText =
  'Rework how the checkout talks to the payment providers so that a provider that answers slowly no longer keeps every other one waiting';

interface Shown {
  readonly approval?: Approval;
  readonly facts?: SubjectFacts;
  readonly now?: string;
  readonly viewer?: string;
}

const general = (more: Partial<SubjectFacts>): SubjectFacts => ({
  title: 'unlock shop in staging',
  label: 'A-56b145',
  nothingIs: 'done',
  approveTitle: 'Approve',
  facts: [{ title: 'What\u00A0happens', value: 'Releases the lock on shop in staging. Nobody is waiting for it.' }],
  ...more,
});
const ofAdmins: Approval = {
  ...waiting,
  label: 'A-9f0c7b',
  request: {
    ...request,
    kind: 'access',
    requester: nico,
    target: { service: 'shop' },
    rule: rule({ required: 1, role: 'admin' }),
    expiresAt: at('14:07') + 7 * 86_400_000,
  },
  askedAt: at('14:07'),
};

const all: readonly (readonly [state: string, shown: Shown])[] = [
  ['', { approval: once, viewer: noor.id }],
  [
    'access',
    {
      approval: ofAdmins,
      viewer: ada.id,
      facts: {
        title: 'developer on shop in every environment for Nico Newcomer',
        label: 'A-9f0c7b',
        nothingIs: 'granted',
        approveTitle: 'Grant role',
        facts: [
          { title: 'Allows', value: 'View, deploy, and operate' },
          { title: 'Ends', value: 'When it’s revoked' },
          { title: 'Reason', value: '“I joined the shop team”' },
        ],
        choices: [
          {
            label: 'Where',
            options: [
              { title: 'Everywhere requested', words: '' },
              { title: 'Only staging', words: 'only staging' },
            ],
          },
          {
            label: 'Duration',
            options: [
              { title: 'Until revoked', words: '' },
              { title: '1 week', words: 'for 7 days' },
            ],
          },
        ],
      },
    },
  ],
  [
    'approved',
    {
      approval: {
        ...waiting,
        state: 'approved',
        stateSince: at('14:03'),
        approvals: [vote(avery, '13:58'), vote(noor, '14:03', 'the tax fix is covered by the nightly test')],
      },
      now: '14:03',
    },
  ],
  [
    'author',
    {
      approval: {
        ...waiting,
        request: {
          ...request,
          rule: rule({ committersMayApprove: false }),
          authors: { people: [{ name: 'Avery Approver' }], gap: undefined },
        },
      },
      viewer: avery.id,
    },
  ],
  ['barred', { viewer: dana.id }],
  ['channel', { approval: once }],
  [
    'evidence',
    {
      facts: {
        ...facts,
        facts: facts.facts
          .filter(({ title }) => title !== healthTitle)
          .map((fact) =>
            fact.title === 'Commit' ? { ...fact, value: `[3c9f2e1](${commitPage('3c9f2e1')}), nothing newer` } : fact,
          ),
        commits: facts.commits?.map((each) => ({ ...each, page: commitPage(each.commit) })) ?? [],
        evidence: [
          { title: healthTitle, holds: true, words: 'healthy', required: true },
          {
            title: 'Ticket',
            holds: true,
            words: 'SHOP-123',
            required: false,
            page: 'https://tickets.example/browse/SHOP-123',
          },
          { title: 'Verified', holds: false, words: '2.14.0 wasn’t verified in staging', required: true },
        ],
      },
      approval: {
        ...waiting,
        request: {
          ...request,
          rule: rule({
            stages: [
              { name: 'owners', role: 'approver', required: 1 },
              { name: 'change board', role: 'admin', required: 1 },
            ],
          }),
        },
      },
    },
  ],
  ['expired', { approval: { ...waiting, state: 'expired', stateSince: at('16:00') }, now: '16:00' }],
  ['hostile', { approval: { ...waiting, request: hostileRequest }, facts: hostile, viewer: noor.id }],
  [
    'lapsed',
    {
      approval: ended(
        'lapsed',
        vote({ id: 'gavel', name: 'Gavel' }, '14:03', 'Release 2.14.0 of shop no longer exists.'),
      ),
      now: '14:03',
    },
  ],
  [
    'long',
    {
      approval: { ...waiting, request: { ...request, requester: { ...dana, name: longName } } },
      facts: {
        ...facts,
        title:
          'checkout-and-payments-gateway-partners 2026.11.20-release-candidate.14+build.4711 to production-europe-west-frankfurt',
        approveTitle: 'Approve D-1042',
        commits: Array.from({ length: 5 }, () => ({ commit: '3c9f2e1', message: longText, author: longName })),
        commitsTitle: 'What changes: 9\u00A0commits by 1\u00A0person',
        commitsMore: 'and 4 more',
      },
      viewer: noor.id,
    },
  ],
  ['not-reached', { approval: { ...waiting, personalCopies: [avery], notReached: ['Noor Operator'] } }],
  ['others', { viewer: nico.id }],
  [
    'practice',
    {
      approval: { ...waiting, request: { ...request, requester: nico, practice: true, rule: rule({ required: 1 }) } },
      facts: { ...facts, title: 'shop 2.14.0 to practice' },
      viewer: nico.id,
    },
  ],
  ['rejected', { approval: ended('rejected', vote(noor, '14:03', 'the tax fix has no test yet')), now: '14:03' }],
  [
    'rejected-hostile',
    {
      approval: {
        ...ended('rejected', vote({ ...noor, name: hostileName }, '14:03', hostileText)),
        request: hostileRequest,
      },
      facts: hostile,
      now: '14:03',
    },
  ],
  [
    'right-to-left',
    {
      approval: { ...once, request: { ...request, requester: { ...dana, name: 'دانة المطوّرة' } } },
      facts: {
        ...facts,
        commits: [{ commit: '3c9f2e1', message: 'إصلاح سلة الشراء عند الدفع بالبطاقة 2.14', author: 'אביגיל כהן' }],
      },
      viewer: noor.id,
    },
  ],
  [
    'rollback',
    {
      approval: { ...waiting, request: { ...request, rule: rule({ required: 1, requesterMayApprove: true }) } },
      facts: {
        ...facts,
        title: 'shop back to 2.13.2 in production',
        nothingIs: 'rolled back',
        approveTitle: 'Approve 2.13.2',
        facts: [
          { title: 'Reason', value: '“customers are waiting for the fix”' },
          ...facts.facts
            .filter(({ title }) => title !== 'Commit')
            .map((fact) => ({ ...fact, value: fact.value.replace('2.13.2,', '2.14.0,') })),
        ],
        commitsTitle: 'What goes away: 5\u00A0commits by 3\u00A0people',
      },
    },
  ],
  [
    'second',
    {
      approval: {
        ...ofAdmins,
        label: 'A-56b145',
        request: { ...request, requester: noor, rule: rule({ required: 1 }) },
      },
      facts: general({}),
      viewer: avery.id,
    },
  ],
  [
    'second-person',
    {
      approval: {
        ...ofAdmins,
        label: 'A-7fa581',
        request: { ...ofAdmins.request, requester: ada, expiresAt: at('16:00') },
      },
      facts: general({
        title: 'grant operator on shop to nico for 2 days because customers are waiting for the fix',
        label: 'A-7fa581',
        facts: [
          {
            title: 'What\u00A0happens',
            value:
              'Nico Newcomer will have the view, deploy, and operate permissions on shop in every environment until Sun, Nov 22, 14:07 CET.',
          },
        ],
      }),
    },
  ],
  ['superseded', { approval: { ...ended('withdrawn', vote(dana, '14:03')), supersededBy: 'D-1044' }, now: '14:03' }],
  [
    'vote-lost',
    {
      approval: {
        ...once,
        request: { ...request, rule: rule({ required: 3 }) },
        lapsed: [{ ...vote(ada, '13:55'), lapsedAt: at('14:00'), why: 'Ada Admin can no longer approve it' }],
        ruleNow: rule({ required: 2 }),
      },
      viewer: noor.id,
    },
  ],
  ['voted', { approval: { ...waiting, approvals: [vote(avery, '13:58', 'looks right')] }, viewer: avery.id }],
  ['withdrawn', { approval: ended('withdrawn', vote(dana, '14:03', 'the wrong release')), now: '14:03' }],
];

export const approvalSamples: readonly DrawnSample[] = all.map(([state, shown]) => ({
  state,
  draw: () =>
    approvalCard({
      id: request.id,
      approval: shown.approval ?? waiting,
      facts: shown.facts ?? facts,
      catalog,
      delegations: [],
      now: at(shown.now ?? '14:07'),
      viewer: shown.viewer,
    }),
}));
