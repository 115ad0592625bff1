import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'libsql';
import type { AuditNames, Feature } from '../../../src/chat/contract';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { createFeatures } from '../../../src/features';
import { describeLine } from '../../../src/features/audits/text';
import type { Sweeper } from '../../../src/jobs/contract';
import type { AuditEntry, Store } from '../../../src/store/contract';
import { openSqliteStore } from '../../../src/store/sqlite';
import { filesBelow, textOf } from '../../rules/source-files';
import { releases } from '../../store/fixtures/open';
import { laterTurnsOf } from '../fakes';
import { ada, dana, nico, readingDependencies } from '../help/commands-for-tests';

const idle: Sweeper = {
  register: () => undefined,
  kick: () => undefined,
  start: () => undefined,
  stop: async () => undefined,
  idle: async () => undefined,
};
const people = new Map([ada, dana, nico].map(({ id, name }) => [id, name]));
const names: AuditNames = {
  person: (id) => (id === 'gavel' ? 'Gavel' : (people.get(id) ?? 'someone no longer listed')),
  place: (id) => (id === '19:p@thread.tacv2' ? 'Deployments' : undefined),
  deployment: (label) => (label === 'D-1002' ? 'shop 2.15.0 for production' : undefined),
  moment: () => 'Thu, Dec 31, 18:00 CET',
};
const at = 'D-1002 shop in production';
const release = { kind: 'deploy', version: '2.15.0' };
const back = { kind: 'rollback', version: '2.13.2' };
const role = { role: 'developer', services: 'shop', environments: 'all' };

type Told = readonly [
  what: string,
  outcome: string,
  target: string,
  detail: AuditEntry['detail'],
  sentence: string,
  who?: 'gavel',
];

/** One line of each kind that the code writes, with its sentence. */
const lines: readonly Told[] = [
  ['deployments.request', 'requested', at, release, 'requested shop 2.15.0 for production (D-1002)'],
  ['deployments.request', 'requested', at, back, 'requested the rollback of shop to 2.13.2 in production (D-1002)'],
  ['deployments.start', 'started', at, release, 'started the deployment of shop 2.15.0 to production (D-1002)'],
  [
    'deployments.cancel',
    'cancel asked',
    at,
    release,
    'requested the cancellation of the deployment of shop 2.15.0 to production (D-1002)',
  ],
  [
    'deployments.unclear',
    'the run is gone',
    at,
    release,
    'couldn’t tell how the deployment of shop 2.15.0 to production ended (D-1002)',
  ],
  ['deployments.settle', 'ran', at, release, 'said that the deployment of shop 2.15.0 to production ran (D-1002)'],
  ['deployments.rollback', 'back to 2.14.1', at, release, 'started to roll shop back to 2.14.1 in production (D-1002)'],
  ['deployments.end', 'succeeded', at, release, 'deployed shop 2.15.0 to production (D-1002)'],
  ['deployments.end', 'succeeded', at, back, 'completed the rollback of shop to 2.13.2 in production (D-1002)'],
  [
    'deployments.end',
    'failed',
    at,
    release,
    'reported that the deployment of shop 2.15.0 to production failed (D-1002)',
  ],
  ['deployments.end', 'rolled back', at, release, 'rolled back shop 2.15.0 in production (D-1002)'],
  ['deployments.end', 'cancelled', at, release, 'canceled the deployment of shop 2.15.0 to production (D-1002)'],
  [
    'deployments.end',
    'superseded',
    at,
    release,
    'replaced the deployment of shop 2.15.0 to production by a newer request (D-1002)',
  ],
  ['deployments.end', 'rejected', at, release, 'rejected the deployment of shop 2.15.0 to production (D-1002)'],
  [
    'deployments.end',
    'expired',
    at,
    release,
    'closed the deployment of shop 2.15.0 to production because it wasn’t approved in time (D-1002)',
  ],
  ['approvals.approve', '1 of 1', 'D-1002', {}, 'approved shop 2.15.0 for production (D-1002)'],
  ['approvals.approve', '1 of 2', at, {}, 'approved shop 2.15.0 for production (D-1002, 1 of 2)'],
  ['approvals.approve', `1 of 1, for ${ada.id}`, at, {}, 'approved shop 2.15.0 for production for Ada Admin (D-1002)'],
  [
    'approvals.reject',
    'rejected',
    'R-9f2c1a shop in production',
    {},
    'rejected a request for shop in production (R-9f2c1a)',
  ],
  ['approvals.withdraw', 'withdrawn', at, {}, 'withdrew shop 2.15.0 for production (D-1002)'],
  [
    'approvals.expire',
    'expired',
    at,
    {},
    'closed shop 2.15.0 for production because it wasn’t approved in time (D-1002)',
  ],
  [
    'approvals.lapse',
    'lapsed',
    at,
    {},
    'closed shop 2.15.0 for production because it could no longer take effect (D-1002)',
  ],
  [
    'approvals.void',
    'no longer counts',
    at,
    {},
    'gave an approval of shop 2.15.0 for production, which no longer counts (D-1002)',
  ],
  ['approvals.escalate', 'escalated', at, {}, 'asked more people to approve shop 2.15.0 for production (D-1002)'],
  ['approvals.decide', 'approved', 'D-1002', {}, 'closed shop 2.15.0 for production (D-1002)'],
  [
    'approvals.delegate my approvals',
    'delegated',
    ada.id,
    { until: 1 },
    'let Ada Admin approve for them until Thu, Dec 31, 18:00 CET',
  ],
  [
    'approvals.take back my approvals',
    'taken back',
    ada.id,
    {},
    'ended the delegation of their approvals to Ada Admin',
  ],
  ['roles.change', 'granted', nico.id, role, 'granted Nico Newcomer the developer role on shop'],
  [
    'roles.change',
    'granted',
    'group:payments-team',
    { ...role, environments: 'staging', until: 1 },
    'granted the group payments-team the developer role on shop in staging until Thu, Dec 31, 18:00 CET',
  ],
  ['roles.change', 'changed', nico.id, role, 'changed how long Nico Newcomer has the developer role on shop'],
  ['roles.change', 'revoked', nico.id, role, 'revoked the developer role on shop from Nico Newcomer'],
  ['roles.change', 'ran out', nico.id, role, 'ended the developer role on shop of Nico Newcomer on time'],
  ['roles.access', 'asked', 'developer on shop', {}, 'requested access: developer on shop'],
  [
    'alerts.change',
    'acknowledged',
    'shop in production',
    { alert: 'A-101', name: 'slow', comment: 'on it' },
    'acknowledged A-101 (slow) of shop in production: “on it”',
  ],
  [
    'alerts.change',
    'maintenance',
    'shop in production',
    { reason: 'new disks', until: 1 },
    'put into maintenance shop in production until Thu, Dec 31, 18:00 CET: “new disks”',
  ],
  [
    'alerts.check',
    'checked',
    'shop in production',
    { connection: 'nagios' },
    'requested a check of shop in production by nagios',
  ],
  [
    'alerts.recheck',
    'checked',
    'shop in production',
    { alert: 'A-101' },
    'requested a check of shop in production because of A-101',
  ],
  ['scm.remind', 'reminded', 'shop', { place: '19:p@thread.tacv2' }, 'reminded the reviewers of shop in Deployments'],
  ['locks.change', 'locked', 'shop in production', { reason: 'I migrate' }, 'locked shop in production: “I migrate”'],
  ['locks.change', 'kept', 'shop in production', {}, 'changed the lock on shop in production'],
  ['locks.change', 'queued', 'shop in production', {}, 'joined the line for shop in production'],
  ['locks.change', 'unlocked', 'shop in production', {}, 'unlocked shop in production'],
  ['locks.change', 'broken', 'shop in production', { reason: 'gone' }, 'broke the lock on shop in production: “gone”'],
  ['locks.change', 'lapsed', 'shop in production', {}, 'ended the lock on shop in production, which had expired'],
  [
    'freezes.freeze',
    'frozen',
    'production',
    { reason: 'holidays', until: 1 },
    'froze production until Thu, Dec 31, 18:00 CET: “holidays”',
  ],
  ['freezes.unfreeze', 'opened again', 'production', { reason: 'done' }, 'ended the freeze on production: “done”'],
  [
    'health.restart',
    'asked',
    'shop in production',
    { reason: 'it leaks' },
    'requested a restart of shop in production: “it leaks”',
  ],
  ['health.restart', 'restarted', 'shop in production', {}, 'restarted shop in production'],
  ['workloads.scale', 'asked', 'shop in production', { from: 3, to: 4 }, 'asked to scale shop in production'],
  ['workloads.scale', 'done', 'shop in production', { from: 3, to: 4 }, 'scaled shop in production'],
  [
    'workloads.undo',
    'refused',
    'shop in production',
    {},
    'couldn’t restore an earlier revision of shop in production: its system refused',
    'gavel',
  ],
  ['workloads.evict', 'done', 'shop in production', { pod: 'shop-1' }, 'removed a pod of shop in production (shop-1)'],
  ['workloads.evict', 'failed', 'shop in production', {}, 'couldn’t remove a pod of shop in production', 'gavel'],
  [
    'workloads.scale',
    'unclear',
    'shop in production',
    {},
    'couldn’t tell whether the request to scale shop in production took effect',
    'gavel',
  ],
  [
    'workloads.scale',
    'superseded',
    'shop in production',
    {},
    'dropped the request to scale shop in production because it no longer applied',
    'gavel',
  ],
  ['health.restart', 'failed', 'shop in production', {}, 'couldn’t restart shop in production', 'gavel'],
  [
    'emergencies.emergency deploy',
    'emergency',
    at,
    { version: '2.15.0', reason: 'checkout is down' },
    'deployed shop 2.15.0 to production as an emergency (D-1002): “checkout is down”',
  ],
  [
    'emergencies.close',
    'reviewed',
    'D-1002',
    { findings: 'the database was full' },
    'closed the review of the emergency deployment of shop 2.15.0 for production (D-1002): “the database was full”',
  ],
  [
    'announcements.announce',
    'announced',
    'shop',
    { place: '19:p@thread.tacv2' },
    'chose Deployments as the channel for shop',
  ],
  [
    'onboarding.setup',
    'set up',
    'setup of 19:p@thread.tacv2',
    { services: 'shop, search' },
    'set up notifications for Deployments: shop, search',
  ],
  ['subscriptions.subscribe', 'subscribed', 'everything', {}, 'subscribed to everything in Deployments'],
  ['subscriptions.unsubscribe', 'unsubscribed', 'shop', {}, 'unsubscribed from shop in Deployments'],
  ['subscriptions.mute', 'muted', 'this channel', { until: 1 }, 'muted Deployments until Thu, Dec 31, 18:00 CET'],
  ['subscriptions.unmute', 'unmuted', 'Deployments', {}, 'unmuted Deployments'],
  ['subscriptions.digest', 'digest daily', 'this channel', {}, 'set a daily digest for Deployments'],
  ['aliases.alias', 'kept', 'alias of their own', {}, 'saved an alias of their own'],
  ['graphs.graph keep', 'kept', 'graph of their own', {}, 'kept a graph of their own'],
  ['graphs.graph remove', 'removed', 'graph checkout here', {}, 'removed the graph checkout in Deployments'],
  ['aliases.unalias', 'removed', 'alias ship here', {}, 'removed the alias ship in Deployments'],
  ['memory.remember', 'remembered', 'memory wiki for everybody', {}, 'saved the memory wiki for everybody'],
  ['memory.forget', 'forgotten', 'memory of their own', {}, 'removed a memory of their own'],
  ['schedules.every', 'made', 'schedule 1', {}, 'created schedule 1'],
  [
    'tickets.ticket',
    'requested',
    'shop in production: Checkout is slow',
    {},
    'requested a ticket for shop in production: Checkout is slow',
  ],
  [
    'tickets.ticket',
    'opened',
    'shop in production: SHOP-12 Checkout is slow',
    {},
    'opened a ticket for shop in production: SHOP-12 Checkout is slow',
    'gavel',
  ],
  [
    'tickets.ticket',
    'moved to done',
    'shop in production: SHOP-12 Checkout is slow',
    {},
    'moved a ticket to done for shop in production: SHOP-12 Checkout is slow',
  ],
  ['tests.run', 'started', 'T-1001 shop in staging: Smoke test', {}, 'ran Smoke test on shop in staging (T-1001)'],
  [
    'tests.run',
    'rerun',
    'T-1001 shop in staging: Smoke test',
    {},
    'reran the failed tests of Smoke test on shop in staging (T-1001)',
  ],
  [
    'tests.run',
    'started again',
    'T-1001 shop in staging: Smoke test',
    {},
    'ran Smoke test on shop in staging (T-1001) again, because nobody could tell whether it ran',
  ],
  [
    'tests.run',
    'closed',
    'T-1001 shop in staging: Smoke test',
    {},
    'closed Smoke test on shop in staging (T-1001) without another start',
  ],
  [
    'tests.run',
    'canceled',
    'T-1001 shop in staging: Smoke test',
    {},
    'canceled Smoke test on shop in staging (T-1001)',
  ],
  [
    'tests.run',
    'stopped',
    'T-1001 shop in staging: Smoke test',
    {},
    'saw Smoke test on shop in staging (T-1001) stop',
    'gavel',
  ],
  [
    'tests.run',
    'passed',
    'T-1001 shop in staging: Smoke test',
    {},
    'saw Smoke test on shop in staging (T-1001) pass',
    'gavel',
  ],
  [
    'tests.run',
    'failed',
    'T-1001 shop in staging: Smoke test',
    {},
    'saw Smoke test on shop in staging (T-1001) fail',
    'gavel',
  ],
  ['runs.run', 'started', 'R-1001 buildbot/nightly', {}, 'started buildbot/nightly (R-1001)'],
  [
    'runs.run',
    'started again',
    'R-1001 buildbot/nightly',
    {},
    'started buildbot/nightly (R-1001) again, because nobody could tell whether it ran',
  ],
  ['runs.run', 'closed', 'R-1001 buildbot/nightly', {}, 'closed buildbot/nightly (R-1001) without another start'],
  ['runs.run', 'canceled', 'R-1001 buildbot/nightly', {}, 'canceled buildbot/nightly (R-1001)'],
  ['runs.run', 'stopped', 'R-1001 buildbot/nightly', {}, 'saw buildbot/nightly (R-1001) stop', 'gavel'],
  ['runs.run', 'succeeded', 'R-1001 buildbot/nightly', {}, 'saw buildbot/nightly (R-1001) succeed', 'gavel'],
  ['runs.run', 'failed', 'R-1001 buildbot/nightly', {}, 'saw buildbot/nightly (R-1001) fail', 'gavel'],
  [
    'runs.run',
    'superseded',
    'R-1001 buildbot/nightly',
    {},
    'saw a newer run replace buildbot/nightly (R-1001)',
    'gavel',
  ],
  [
    'run-approvals.end',
    'approved',
    'A-1b2c3d ci/nightly',
    {},
    'sent the approval of ci/nightly (A-1b2c3d) to its tool',
    'gavel',
  ],
  [
    'run-approvals.end',
    'rejected',
    'A-1b2c3d ci/nightly',
    {},
    'sent the rejection of ci/nightly (A-1b2c3d) to its tool',
    'gavel',
  ],
  [
    'run-approvals.end',
    'decided there',
    'A-1b2c3d ci/nightly',
    {},
    'saw someone decide ci/nightly (A-1b2c3d) in its tool',
    'gavel',
  ],
  [
    'run-approvals.end',
    'expired',
    'A-1b2c3d ci/nightly',
    {},
    'closed the approval of ci/nightly (A-1b2c3d) because nobody approved or rejected it in time',
    'gavel',
  ],
  [
    'run-approvals.end',
    'ended',
    'A-1b2c3d ci/nightly',
    {},
    'closed the approval of ci/nightly (A-1b2c3d) because its run had ended',
    'gavel',
  ],
  [
    'run-approvals.end',
    'refused',
    'A-1b2c3d ci/nightly',
    {},
    'couldn’t decide ci/nightly (A-1b2c3d), because its tool refused',
    'gavel',
  ],
  [
    'run-approvals.end',
    'unsent',
    'A-1b2c3d ci/nightly',
    {},
    'couldn’t send the decision on ci/nightly (A-1b2c3d) to its tool',
    'gavel',
  ],
  ['schedules.cancel schedule', 'cancelled', 'schedule 1', {}, 'canceled schedule 1'],
  ['jokes.joke off', 'off', 'jokes off', {}, 'turned jokes off in Deployments'],
  ['jokes.joke on', 'on', 'jokes on', {}, 'turned jokes on in Deployments'],
  ['privacy.delete', 'deletion confirmed', 'their own data', {}, 'deleted their own data'],
  ['privacy.keep', 'kept', 'their own data', {}, 'kept their own data'],
  ['gates.confirm', 'confirmed', 'unfreeze production', {}, 'confirmed “unfreeze production”'],
  ['gates.cancel', 'left', 'unfreeze production', {}, 'canceled “unfreeze production”'],
  ['audit.seal', 'sealed', 'audit log', { anchors: 0 }, 'sealed the audit log'],
  [
    'audit.accept',
    'accepted',
    'audit log',
    { reason: 'restored', breaks: 1 },
    'accepted 1 break in the audit log: “restored”',
  ],
  ['audit.prune', 'lines 1 to 9 …', 'audit log', { from: 1, to: 9 }, 'archived old lines of the audit log (1 to 9)'],
  ['places.leave', 'removed', 'Deployments', {}, 'removed Gavel from Deployments'],
  ['deployments.cancel', 'refused', 'ec79e7595fc66ff22fdba8c03be0b68a', {}, 'tried to cancel (refused)'],
  ['health.restart', 'refused', 'shop in production', {}, 'tried to restart shop in production (refused)'],
  ['approvals.approve', 'refused: own', 'D-1002', {}, 'tried to approve D-1002 (refused)'],
];

/** Ids and names that no colleague would say. */
const internal = /[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{16}|19:|@thread|entra:|used “|\b[a-z]+\.[a-z]|undefined|\[object/;

describe('the sentences of the audit log', () => {
  let folder: string;
  let store: Store;
  let features: readonly Feature[];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-sentences-'));
    const [file = '', auditKeyFile = '', auditAnchorFile = ''] = ['gavel.db', 'key', 'anchor'].map((name) =>
      join(folder, name),
    );
    store = openSqliteStore({ file, auditKeyFile, auditAnchorFile, instance: 'test', logger: silentLogger });
    const later = laterTurnsOf(() => assert.fail('There is no router'));
    features = createFeatures({ ...readingDependencies(store), ...later, sweeper: idle }).features;
  });
  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const tell = (what: string, outcome: string, target: string, detail: AuditEntry['detail'] = {}, who = dana.id) =>
    describeLine(
      { at: 1, who, what, target, from: '19:p@thread.tacv2', outcome, detail, correlationId: 'c' },
      features,
      names,
    );

  for (const [what, outcome, target, detail, sentence, by] of lines)
    it(`says “${sentence}”`, () =>
      assert.equal(tell(what, outcome, target, detail, by).text.replaceAll('\u00a0', ' '), sentence));

  it('name Gavel, and a person who left, correctly', () => {
    assert.equal(tell('deployments.start', 'started', at, release, 'gavel').who, 'Gavel');
    assert.equal(tell('deployments.start', 'started', at, release, 'entra:gone').who, 'someone no longer listed');
  });

  it('exist for every line that the code writes', () => {
    const told = new Set(lines.map(([what]) => what));
    const areas = new Set([...features.map(({ name }) => name), 'audit', 'places']);
    const written = filesBelow('src', '.ts')
      .flatMap((path) => [...textOf(path).matchAll(/(?:what: |(?<!verb): |ownEntry\()'([a-z]+)\.([a-z ]+)',?/g)])
      .filter(([, area = '']) => areas.has(area))
      .map(([, area, verb]) => `${area}.${verb}`);
    const whats = written.filter(
      (what) => !features.some(({ actions = [] }) => actions.some(({ verb }) => verb === what)),
    );
    assert.ok(new Set(written).size > 12, 'the search finds what is written');
    assert.deepEqual(
      [...new Set(whats)].filter((what) => !told.has(what)),
      [],
    );
    const outcomes = filesBelow('src/features', '.ts').flatMap((path) =>
      [...textOf(path).matchAll(/audit: \{[\s\S]{0,120}?outcome: '([^']+)'/g)].map((match) => match[1]),
    );
    assert.ok(outcomes.length > 15);
    assert.deepEqual(
      outcomes.filter((outcome) => !lines.some((line) => line[1] === outcome)),
      [],
    );
  });

  it('exist for every command and button that is refused, fails or stays unclear', () => {
    for (const { name, commands = [], actions = [] } of features)
      for (const [what, operation] of [
        ...commands.map((each) => [`${name}.${each.name}`, each.operation] as const),
        ...actions.map((each) => [each.verb, each.operation] as const),
      ])
        if (operation !== 'look')
          for (const outcome of ['refused', 'failed', 'unclear']) {
            const { text } = tell(what, outcome, 'ec79e7595fc66ff22fdba8c03be0b68a');
            assert.match(text, /^tried to .+ \((?:refused|failed|outcome unknown)\)$/, what);
            assert.doesNotMatch(text, internal, what);
          }
  });

  for (const release of releases)
    it(`describe every line that ${release} wrote`, () => {
      const file = join(folder, `${release}.db`);
      writeFileSync(file, gunzipSync(readFileSync(join('test/store/fixtures', release, 'gavel.db.gz'))));
      const database = new Database(file);
      const bodies = database.prepare('SELECT body FROM "audit-entries"').all() as { body: string }[];
      database.close();
      assert.ok(bodies.length > 20);
      for (const { body } of bodies) {
        const { who, text } = describeLine(JSON.parse(body) as AuditEntry, features, names);
        assert.doesNotMatch(`${who} ${text}`.replace(/\d+\.\d+\.\d+/g, ''), internal, body);
      }
    });
});
