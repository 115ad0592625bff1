import assert from 'node:assert/strict';
import type { CardContent } from '../../../src/chat/contract';
import { cardLimitBytes, renderCard, weightBytes } from '../../../src/core/card';
import type { Freeze } from '../../../src/features/freezes';
import { environmentsByWeight } from '../../../src/features/health';
import type { Lock } from '../../../src/features/locks';
import { statusCard } from '../../../src/features/status/cards';
import { findDrifts } from '../../../src/features/status/facts';
import type { StatusFacts } from '../../../src/features/status/facts';
import { liveRelease, people, places, sampleCatalog } from '../fakes';
import { deploymentOf, factsWith, minutes, now, reportOf, waitingOf } from './status-facts';

type Data = CardContent<'status/status'>['data'];

const personal = { id: 'personal', kind: 'personal', name: 'Gavel' } as const;

function draw(more: Partial<StatusFacts> = {}, place: typeof personal | typeof places.deployments = personal): Data {
  const turn = { person: people.dana, place, trigger: 'typed', reference: '4f2a91c0' } as const;
  return statusCard(factsWith(more), { turn, canDeploy: true }).data;
}

/** `Section: lead | detail -> verb id`, one line for each row. */
function told({ sections }: Data): string[] {
  return sections.flatMap(({ title, rows, more }) => [
    ...rows.map(({ lead, detail, verb, id }) => `${title}: ${lead} | ${detail} -> ${verb} ${id}`),
    ...(more.text === '' ? [] : [`${title}: ${more.text} -> chat.run ${more.id}`]),
  ]);
}

const down = reportOf('payments', 'production', {
  state: 'down',
  since: now - minutes(6),
  trouble: 'its health check isn’t responding',
});
const mailDown = { ...down, service: 'mail' };
const searchDown = { ...down, service: 'search', environment: 'staging' };
const degraded = reportOf('shop', 'production', { state: 'degraded', trouble: 'p95 is 412 ms, its limit 300 ms' });
const unknown = reportOf('shop', 'staging', {
  state: 'unknown',
  since: undefined,
  trouble: 'its metrics are out of date',
});
const empty = reportOf('mail', 'staging', {
  ...{ state: 'unknown', since: undefined, live: liveRelease(undefined), trouble: 'nothing is deployed there' },
});
const well = reportOf('shop', 'staging');
const waiting = [waitingOf('shop 2.14.1 to production', 'D-1046', people.noor)];
const open = [deploymentOf({ number: 1047 })];
const frozen: Freeze = {
  ...{ name: 'Weekend', reason: 'nobody is at work', environments: ['production'], services: undefined },
  ...{ stops: ['deploy'], from: now - 1, until: now + minutes(90), by: undefined },
};
const lock: Lock = {
  ...{ service: 'shop', environment: 'production', queue: [] },
  holder: { person: people.avery, reason: 'data migration', since: now, until: undefined, askAt: now },
};

describe('the first sentence of status', () => {
  const table: readonly [what: string, facts: Partial<StatusFacts>, state: string, sentence: string][] = [
    [
      'nothing is wrong',
      {},
      '● All healthy',
      '**Nothing needs your attention.** Both services are healthy, no deployments are in progress, and nothing is frozen or locked.',
    ],
    [
      'one service',
      { reports: [well] },
      '● Healthy',
      '**Nothing needs your attention.** shop is healthy, no deployments are in progress, and nothing is frozen or locked.',
    ],
    [
      'frozen and locked',
      { freezes: [frozen], locks: [lock] },
      '● All healthy',
      '**Nothing needs your attention.** Both services are healthy, and no deployments are in progress.',
    ],
    [
      'in progress',
      { open },
      '◕ 1 in progress',
      '**Nothing needs your attention.** Both services are healthy, and 1 deployment is in progress.',
    ],
    ['waiting', { waiting }, '◔ Waiting for you', '**1 request is waiting for you.**'],
    [
      'down',
      { reports: [degraded, down, well] },
      '▼ 1 down',
      '**payments is down and shop is degraded in production.**',
    ],
    [
      'degraded',
      { reports: [degraded, well], open, waiting },
      '▲ 1 degraded',
      '**shop is degraded in production.** 1 request is waiting for you, and 1 deployment is in progress.',
    ],
    [
      'many down',
      { reports: [down, degraded, mailDown, searchDown], waiting },
      '▼ 3 down',
      '**payments and mail are down in production.** 2 more need attention, and 1 request is waiting for you.',
    ],
    [
      'down in several environments',
      { reports: [degraded, searchDown] },
      '▼ 1 down',
      '**search is down in staging and shop is degraded in production.**',
    ],
    [
      'unclear',
      { open: [deploymentOf({ number: 1, state: 'unclear' })] },
      '? 1 unclear',
      '**1 deployment has an unclear outcome.**',
    ],
    ['unknown', { reports: [well, unknown] }, '? 1 unknown', '**The health of shop in staging is unknown.**'],
    ['all unknown', { reports: [unknown, unknown] }, '? 2 unknown', '**Health is unknown in 2 places.**'],
    ['a part unknown', { locks: undefined }, '? Partly unknown', '**Gavel couldn’t read everything.**'],
    ['nothing deployed', { reports: [empty] }, '○ Nothing deployed', '**Nothing is deployed yet.**'],
    [
      'the first deployment',
      { reports: [empty], open },
      '◕ 1 in progress',
      '**Nothing is deployed yet.** 1 deployment is in progress.',
    ],
    [
      'an empty catalog',
      { reports: [] },
      '○ Nothing deployed',
      '**There are no services yet.** The people who run Gavel add them to the catalog.',
    ],
  ];
  for (const [what, facts, state, sentence] of table)
    it(`is about ${what}, if it applies`, () => {
      const data = draw(facts);
      assert.deepEqual(
        [`${data.state.glyph} ${data.state.word}`, data.sentence.replaceAll('\u00A0', ' ')],
        [state, sentence],
      );
      assert.equal(data.summary.replaceAll('\u00A0', ' '), `Status: ${sentence.replaceAll('**', '')}`);
    });

  it('names the reader if everybody reads it', () => {
    const data = draw({ waiting }, places.deployments);
    assert.match(data.sentence, /waiting for Dana Developer/);
    assert.match(told(data).join('\n'), /^Waiting for Dana Developer: shop 2.14.1/);
  });
});

describe('the rows of status', () => {
  it('name each thing once, worst first, and lead to it', () => {
    const practice = findDrifts([
      reportOf('mail', 'production', { live: liveRelease({ version: '1.4.2', commit: 'e', since: now }) }),
      reportOf('mail', 'staging', { live: liveRelease({ version: '1.5.0', commit: 'f', since: now }) }),
    ]);
    const rows = told(
      draw({
        reports: [degraded, well, empty, unknown, down],
        waiting: [...waiting, waitingOf('role operator for Nico Newcomer', 'A-7', people.nico)],
        // The first one waits for this person and is listed there.
        open: [
          { ...deploymentOf({ number: 1046, state: 'awaiting approval' }), id: 'D-1046' },
          deploymentOf({ number: 1048, state: 'awaiting approval', requester: people.ada }),
          deploymentOf({ number: 1049, state: 'unclear' }),
        ],
        failed: [
          deploymentOf({
            number: 1039,
            version: '2.13.9',
            state: 'failed',
            stateSince: Date.UTC(2026, 10, 19, 11, 32),
          }),
        ],
        ...{ freezes: [frozen], locks: [lock] },
        drifts: practice.map((drift) => ({ ...drift, commits: 4 })),
      }),
    ).map((row) => row.replaceAll('\u00A0', ' '));
    assert.deepEqual(rows, [
      'Needs attention: payments in production is down | 2.14.0 · since 14:55 · its health check isn’t responding -> health.open payments/production',
      `Needs attention: shop 2.14.1 to production is unclear | D-1049 · someone has to check whether it ran -> deployments.view ${(1049).toString(16).padStart(32, '0')}`,
      'Needs attention: shop in production is degraded | 2.14.0 · since 10:01 · p95 is 412 ms, its limit 300 ms -> health.open shop/production',
      'Needs attention: shop in staging is unknown | 2.14.0 · its metrics are out of date -> health.open shop/staging',
      `Waiting for you: shop 2.14.1 to production | D-1046 · requested by Noor Operator · until 17:00 -> approvals.view ${waitingOf('', 'D-1046').id}`,
      `Waiting for you: role operator for Nico Newcomer | A-7 · requested by Nico Newcomer · until 17:00 -> approvals.view ${waitingOf('', 'A-7').id}`,
      `Running or waiting: shop 2.14.1 to production | D-1048 · Ada Admin · waiting for approval -> deployments.view ${(1048).toString(16).padStart(32, '0')}`,
      'Frozen: production is frozen | until 16:31 · Weekend: “nobody is at work” -> chat.run freezes',
      'Locked: shop in production is locked | Avery Approver · “data migration” -> chat.run policy shop in production',
      `Failed since yesterday: shop 2.13.9 to production failed | D-1039 · yesterday 11:32 · Dana Developer -> deployments.view ${(1039).toString(16).padStart(32, '0')}`,
      'Different releases: mail: production has 1.4.2, staging 1.5.0 | 4 commits, since Nov 20 -> chat.run where mail',
    ]);
  });

  it('show the state of one service everywhere', () => {
    const rows = told(draw({ scope: { service: 'shop' }, reports: [degraded, well] }));
    assert.deepEqual(
      rows.map((row) => row.split(' | ')[0]),
      ['Health: shop in production is degraded', 'Health: shop in staging is healthy'],
    );
  });

  it('lead to the rest of the scope that was asked', () => {
    const many = Array.from({ length: 30 }, (_, index) => index);
    const scopes: readonly [StatusFacts['scope'], readonly string[]][] = [
      [{}, ['health', 'approvals', 'locks']],
      [{ environment: 'production' }, ['health in production', 'approvals in production', 'locks in production']],
      [
        { service: 'shop', environment: 'production' },
        ['where shop', 'approvals shop in production', 'locks shop in production'],
      ],
    ];
    for (const [scope, lines] of scopes) {
      const facts: Partial<StatusFacts> = {
        scope,
        reports: many.map(() => down),
        waiting: many.flatMap(() => waiting),
        locks: many.map(() => lock),
      };
      assert.deepEqual(
        draw(facts).sections.flatMap(({ more }) => (more.id === '' ? [] : [more.id])),
        lines,
      );
    }
  });

  it('show what went live only if there is nothing more urgent', () => {
    const succeeded = [deploymentOf({ number: 1042, state: 'succeeded', stateSince: now - minutes(5) })];
    assert.match(
      told(draw({ succeeded })).join(),
      /^Went live since yesterday: shop 2.14.1 to production went live \| D-1042 · today 14:56/,
    );
    assert.doesNotMatch(told(draw({ succeeded, reports: [down] })).join(), /went live/);
  });

  it('show runs of pipelines, an unclear one as what needs somebody', () => {
    const run = { id: 'a', label: 'R-1002', title: 'Nightly build', requester: people.dana } as const;
    const shown = draw({ runs: [{ ...run, status: 'waiting', word: 'Waiting' }] });
    assert.match(told(shown).join(), /^Pipeline runs: Nightly build \| R-1002 · Dana Developer · waiting/);
    assert.match(shown.sentence, /1.pipeline run is in progress/);
    const lost = draw({ runs: [{ ...run, status: 'unclear', word: 'Unclear' }] });
    assert.match(lost.sentence, /^\*\*1.pipeline run has an unclear outcome/);
    assert.equal(lost.state.word, '1 unclear');
    assert.match(told(draw({ runs: undefined })).join(), /^Pipeline runs: Runs: unknown/);
  });

  it('say “unknown” for what couldn’t be read, never nothing', () => {
    const rows = told(
      draw({ waiting: undefined, open: undefined, failed: undefined, freezes: undefined, locks: undefined }),
    );
    assert.deepEqual(
      rows.map((row) => row.split(' | ')[0]),
      [
        'Waiting for you: Approvals: unknown',
        'Running or waiting: Deployments: unknown',
        'Frozen: Freezes: unknown',
        'Locked: Locks: unknown',
      ],
    );
  });

  it('show a rollback with the deployment that it rolls back', () => {
    const back = deploymentOf({ number: 1051, kind: 'rollback', rollbackOf: 'x', version: '2.13.0' });
    const original = {
      ...deploymentOf({ number: 1050, rollbackId: back.id, replaces: { version: '2.13.0', commit: 'c', since: 0 } }),
      id: 'x',
    };
    const rows = told(draw({ open: [back, original] }));
    assert.equal(rows.length, 1);
    assert.match(rows[0] ?? '', /shop 2.14.1 to production \| D-1050 · Dana Developer · rolling back to 2.13.0/);
  });
});

describe('the differences between environments', () => {
  const live = (environment: string, version: string, commit = version) =>
    reportOf('shop', environment, { live: liveRelease({ version, commit, since: now }) });
  const leads = (reports: StatusFacts['reports']): string[] =>
    told(draw({ drifts: findDrifts(reports) })).map((row) => row.replace(/^Different releases: (.*) \|.*$/, '$1'));

  it('are those of the release, or of its commit if the version is the same', () => {
    assert.deepEqual(leads([live('production', '2.14.0'), live('staging', '2.14.0')]), []);
    assert.deepEqual(leads([live('production', '2.14.0'), live('staging', '2.14.1'), live('test', '2.15.0')]), [
      'shop: production has 2.14.0, staging 2.14.1, test 2.15.0',
    ]);
    assert.deepEqual(leads([live('production', '2.14.0', 'aaaaaaaaa'), live('staging', '2.14.0', 'bbbbbbbbb')]), [
      'shop: production has 2.14.0 (aaaaaaa), staging 2.14.0 (bbbbbbb)',
    ]);
  });

  const orders: readonly [catalog: readonly [string, 'high' | 'medium' | 'low'][], order: string][] = [
    [
      [
        ['test', 'low'],
        ['staging', 'medium'],
        ['production', 'high'],
      ],
      'production, staging, test',
    ],
    [
      [
        ['east', 'high'],
        ['west', 'high'],
        ['north', 'high'],
      ],
      'east, west, north',
    ],
    [
      [
        ['west', 'high'],
        ['test', 'low'],
        ['east', 'high'],
        ['lab', 'low'],
      ],
      'west, east, test, lab',
    ],
  ];
  for (const [environments, order] of orders)
    it(`are listed by falling risk, then as in the catalog: ${order}`, () => {
      const catalog = sampleCatalog();
      const [environment] = Object.values(catalog.environments);
      assert.ok(environment);
      const named = Object.fromEntries(environments.map(([name, risk]) => [name, { ...environment, risk }]));
      const found = environmentsByWeight({ ...catalog, environments: named }).map((name, index) =>
        live(name, `1.${index}.0`),
      );
      const expected = order.split(', ').map((name, index) => `${name}${index === 0 ? ' has' : ''} 1.${index}.0`);
      assert.deepEqual(leads(found), [`shop: ${expected.join(', ')}`]);
    });

  it('are empty if nothing is deployed or nobody knows', () => {
    for (const found of ['none', 'cannot tell'] as const)
      assert.deepEqual(leads([live('production', '2.14.0'), reportOf('shop', 'staging', { live: { found } })]), []);
  });
});

describe('the size of status', () => {
  it('stays within one message, however much there is and however long its names are', () => {
    const long = 'n'.repeat(63);
    const named = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${index}-${long}`.slice(0, 63));
    const person = { id: 'x', name: '*'.repeat(300) };
    const where = 'e'.repeat(63);
    const data = statusCard(
      factsWith({
        reports: named(400).map((service) =>
          reportOf(service, where, { state: 'down', trouble: `its health check says: ${'\\*'.repeat(120)}` }),
        ),
        waiting: named(100).map((service) => waitingOf(`${service} ${long} to ${where}`, `D-${service}`, person)),
        open: named(100).map((service) =>
          deploymentOf({
            service,
            environment: where,
            version: long,
            requester: person,
            heldBy: long,
            state: 'approved',
          }),
        ),
        failed: named(100).map((service) =>
          deploymentOf({ service, environment: where, version: long, requester: person, state: 'failed' }),
        ),
        freezes: named(100).map((name) => ({ ...frozen, name, environments: named(20), reason: '_'.repeat(300) })),
        locks: named(100).map((service) => ({
          ...lock,
          service,
          environment: where,
          holder: { person, reason: '~'.repeat(300), since: now, until: now + 1, askAt: now },
        })),
        drifts: named(100).map((service) => ({
          service,
          places: named(10).map((environment) => ({ environment, version: long, commit: long })),
          commits: 200,
          since: now,
        })),
      }),
      { turn: { person, place: places.deployments, trigger: 'typed', reference: '4f2a91c0' }, canDeploy: true },
    ).data;
    const bytes = weightBytes(renderCard('status/status', data));
    assert.ok(bytes < cardLimitBytes, `${bytes} bytes`);
    assert.deepEqual(
      data.sections.map(({ rows, more }) => [rows.length, more.text]),
      [[1, 'and 399 more ›'], ...Array.from({ length: 6 }, () => [1, 'and 99 more ›'])],
    );
  });

  it('shows twelve rows with ordinary names, mostly of what matters most', () => {
    const { sections } = draw({
      reports: Array.from({ length: 400 }, (_, index) => reportOf(`svc-${index}`, 'production', { state: 'down' })),
      ...{ waiting: Array.from({ length: 30 }, () => waiting).flat(), locks: [lock, lock, lock], freezes: [frozen] },
    });
    assert.deepEqual(
      sections.map(({ title, rows, more }) => [title, rows.length, more.text]),
      [
        ['Needs attention', 8, 'and 392 more ›'],
        ['Waiting for you', 2, 'and 28 more ›'],
        ['Frozen', 1, ''],
        ['Locked', 1, 'and 2 more ›'],
      ],
    );
  });
});
