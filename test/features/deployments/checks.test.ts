import assert from 'node:assert/strict';
import { idFrom } from '../../../src/core/keys';
import { parseCatalog } from '../../../src/core/catalog';
import type { ApprovalRule, Catalog } from '../../../src/core/catalog';
import { evidenceOf, lostEvidence, lostInCatalog, needsApproval } from '../../../src/features/deployments/checks';
import type { Deployment } from '../../../src/features/deployments/contract';
import { gavel } from '../../../src/features/deployments/store';
import type { TestRun } from '../../../src/features/tests/contract';
import { testWorkflow } from '../../../src/features/tests/workflow';
import type { HealthReport, HealthState } from '../../../src/features/health/contract';
import { people, sampleCatalogText } from '../fakes';
import { createDeploymentWorld } from './deployment-world';
import type { DeploymentWorld } from './deployment-world';

const { dana, ada, avery } = people;

const approved: Deployment = {
  number: 1042,
  kind: 'deploy',
  service: 'shop',
  environment: 'production',
  version: '2.14.0',
  commit: 'new',
  replaces: undefined,
  requester: dana,
  reason: '',
  requestedAt: 1,
  placeId: 'channel:x',
  thread: undefined,
  correlationId: 'c',
  state: 'approved',
  stateSince: 1,
  changes: { commits: [], total: 0, direction: 'forward' },
  approvedBy: [avery],
  runKey: 'key',
};
const restoring: Partial<Deployment> = { requester: gavel, rollbackOf: 'o', kind: 'rollback' };
const emergency: Partial<Deployment> = { requester: ada, emergency: true };

function catalogWith(change: (text: string) => string = (text) => text): Catalog {
  const parsed = parseCatalog(change(sampleCatalogText));
  assert.ok('catalog' in parsed, JSON.stringify(parsed));
  return parsed.catalog;
}

const without = (line: string) => (text: string) => text.replace(line, '');
const noProduction = (text: string): string => text.replace('[staging, production]', '[staging]');

describe('whether a requested deployment can still take effect', () => {
  const table: [string, Partial<Deployment>, Catalog, RegExp | undefined][] = [
    ['everything is as it was', {}, catalogWith(), undefined],
    [
      'the service is gone',
      {},
      catalogWith((text) => text.replace('  shop:', '  store:')),
      /shop service is no longer in the catalog/,
    ],
    ['the environment is gone', {}, catalogWith(noProduction), /shop no longer runs in production/],
    [
      'the requester is gone',
      { requester: { id: 'entra:gone', name: 'Gone' } },
      catalogWith(),
      /Gone is no longer in the catalog/,
    ],
    [
      'the requester lost the permission',
      {},
      catalogWith(without('  - { person: dana, role: developer }\n')),
      /Dana Developer no longer has the deploy permission for shop in production/,
    ],
    [
      'the requester has it elsewhere only',
      {},
      catalogWith((text) => text.replace('role: developer }', 'role: developer, environments: [staging] }')),
      /no longer has the deploy permission/,
    ],
    ['an emergency', emergency, catalogWith(), undefined],
    [
      'an emergency whose requester lost the role',
      { ...emergency, requester: dana },
      catalogWith(),
      /Dana Developer no longer holds the admin role/,
    ],
    ['what restores the release before', restoring, catalogWith(), undefined],
    [
      'what restores it where nothing runs any more',
      restoring,
      catalogWith(noProduction),
      /no longer runs in production/,
    ],
  ];
  for (const [what, record, catalog, words] of table)
    it(what, () => {
      const lost = lostInCatalog(catalog, { ...approved, ...record });
      if (words) assert.match(lost ?? '', words);
      else assert.equal(lost, undefined);
    });
});

describe('a deployment that started without an approval', () => {
  const table: [string, Partial<Deployment>, Catalog, RegExp | undefined][] = [
    ['needs none where the rule still says so', { environment: 'staging', approvedBy: [] }, catalogWith(), undefined],
    [
      'needs one where the rule asks for one by now',
      { approvedBy: [] },
      catalogWith(),
      /rule has changed.*1\sapproval/,
    ],
    [
      'needs one where no rule is left',
      { approvedBy: [], environment: 'moon' },
      catalogWith(),
      /rule for moon is no longer/,
    ],
    ['has one', {}, catalogWith(), undefined],
    ['is an emergency', { ...emergency, approvedBy: [] }, catalogWith(), undefined],
    ['restores the release before', { ...restoring, approvedBy: [] }, catalogWith(), undefined],
  ];
  for (const [what, record, catalog, words] of table)
    it(what, () => {
      const why = needsApproval(catalog, { ...approved, ...record });
      if (words) assert.match(why ?? '', words);
      else assert.equal(why, undefined);
    });
});

type EvidenceRule = NonNullable<ApprovalRule['evidence']>;

const staging = { environment: 'staging', is: 'required' } as const;

describe('required evidence right before the start', () => {
  const table: [string, EvidenceRule | undefined, HealthState, boolean, Partial<Deployment>, RegExp | undefined][] = [
    ['nothing, where no rule asks', undefined, 'down', false, {}, undefined],
    ['health that holds', { health: 'required' }, 'healthy', false, {}, undefined],
    ['a service that is degraded', { health: 'required' }, 'degraded', true, {}, /the service is degraded/],
    ['a service that is down', { health: 'required' }, 'down', true, {}, /the service is down/],
    ['health that nobody knows', { health: 'required' }, 'unknown', true, {}, /its health is unknown/],
    ['health that is only shown', { health: 'asked' }, 'down', false, {}, undefined],
    ['a release that was verified', { verifiedIn: staging }, 'down', true, {}, undefined],
    ['a release that was not', { verifiedIn: staging }, 'healthy', false, {}, /2\.14\.0 wasn’t verified in staging/],
    ['a ticket in the reason', { ticket: 'required' }, 'down', false, { reason: 'SHOP-12' }, undefined],
    ['no ticket', { ticket: 'required' }, 'healthy', true, {}, /name no ticket/],
    [
      'everything that is missing',
      { health: 'required', verifiedIn: staging, ticket: 'required' },
      'down',
      false,
      {},
      /^The requirements for production were no longer met when the deployment was about to start: the service is down, .* and .*\.$/,
    ],
    ['nothing of an emergency', { health: 'required' }, 'down', false, { emergency: true }, undefined],
    [
      'nothing of what restores the release before',
      { health: 'required' },
      'down',
      false,
      { requester: gavel, rollbackOf: 'o' },
      undefined,
    ],
  ];
  for (const [what, rule, state, verified, change, words] of table)
    it(`sees ${what}`, () => {
      const deployment = { ...approved, ...change };
      const report = { ...healthy, state };
      const lost = lostEvidence(deployment, evidenceOf(rule, deployment, { report, verified }));
      if (words) assert.match(lost ?? '', words);
      else assert.equal(lost, undefined);
    });
});

describe('a deployment that loses its evidence right before the start', () => {
  let world: DeploymentWorld;
  beforeEach(() => {
    world = createDeploymentWorld();
    world.changeCatalog((text) =>
      text.replace('deploy: { required: 1 }', 'deploy: { required: 1, evidence: { health: required } }'),
    );
  });
  afterEach(() => world.close());

  const reply = (id: string): string => JSON.stringify(world.outbox.messages.get(`deployment:${id}:end`)?.content);

  it('ends, starts nothing, and its requester is told what was missing', async () => {
    world.health.state = 'down';
    const id = await world.running();
    const { state, ended } = await world.read(id);
    assert.deepEqual([state, world.connector.calls.startRun], ['cancelled', 0]);
    assert.match(ended?.reason ?? '', /^The requirements for production were no longer met .*: the service is down\.$/);
    const card = JSON.stringify(world.outbox.messages.get(`deployment:${id}:card`)?.content);
    assert.match(card, /The requirements for production were.*the service is down/);
    assert.match(reply(id), /wasn’t started/);
    assert.doesNotMatch(reply(id), /the service is down/, 'a reason is told once');
    assert.ok(reply(id).includes(people.dana.id), 'its requester is mentioned');
    world.health.state = 'healthy';
    await world.pass(60_000, 10_000);
    assert.equal(world.connector.calls.startRun, 0);
  });

  it('shows its health once: as evidence', async () => {
    world.health.state = 'degraded';
    world.health.trouble = 'p95 800\u00A0ms';
    const facts = await world.subject().facts(await world.ask());
    const shown = [...facts.facts, ...(facts.evidence ?? []).map(({ title, words }) => ({ title, value: words }))];
    assert.deepEqual(
      shown.filter(({ title }) => title.startsWith('Health')),
      [{ title: 'Health\u00A0now', value: 'the service is degraded (p95 800\u00A0ms)' }],
    );
  });
});

describe('test runs as evidence for a deployment', () => {
  let world: DeploymentWorld;
  beforeEach(() => void (world = createDeploymentWorld()));
  afterEach(() => world.close());
  const rule = 'evidence: { tests: [{ suite: smoke, environment: staging, is: required }] }';
  const evidence = async (id: string) =>
    (await world.subject().evidence?.(id))?.map(({ holds, words }) => [holds, words]);
  const tested = (number: number, state: 'passed' | 'failed', commit: string, more: Partial<TestRun> = {}) =>
    world.deps.store.collection(testWorkflow.spec).insert(idFrom('tests', String(number)), {
      ...{ service: 'shop', environment: 'staging', suite: 'smoke', title: 'Smoke test', connection: 'tests', number },
      ...{ canRerunFailed: true, requester: dana, placeId: 'p', thread: undefined, correlationId: 'c', starts: 1 },
      ...{
        state,
        startedAt: world.clock.now() + number,
        stateSince: world.clock.now(),
        release: { version: '1', commit },
      },
      report: {
        total: 5,
        passed: 4,
        failed: state === 'failed' ? 1 : 0,
        flaky: 0,
        skipped: 0,
        durationMs: 1,
        cases: [],
      },
      ...{ pending: [], ...more },
    });

  it('hold only if the newest run that decides about the same commit passed', async () => {
    world.changeCatalog((text) => text.replace('deploy: { required: 1 }', `deploy: { required: 1, ${rule} }`));
    const id = await world.ask();
    const { version, commit } = await world.read(id);
    assert.deepEqual(await evidence(id), [[false, `smoke hasn’t been run in staging with ${version}`]]);
    await tested(1, 'passed', 'another');
    assert.deepEqual(await evidence(id), [[false, `smoke hasn’t been run in staging with ${version}`]]);
    await tested(2, 'failed', commit);
    assert.deepEqual(await evidence(id), [[false, 'smoke failed in staging 0\u00A0s ago (T-2, 1 of 5)']]);
    await tested(3, 'passed', commit, { rerunOf: { number: 1, only: ['a'], commit: 'another' } });
    assert.equal((await evidence(id))?.[0]?.[0], false, 'a rerun of what failed with another release decides nothing');
    await tested(4, 'passed', commit, { rerunOf: { number: 2, only: ['a'], commit } });
    assert.deepEqual(await evidence(id), [[true, 'smoke passed in staging 0\u00A0s ago (T-4)']]);
  });
});

describe('commits and tickets on the cards of a deployment', () => {
  let world: DeploymentWorld;
  beforeEach(() => void (world = createDeploymentWorld()));
  afterEach(() => world.close());
  const links = 'links: { commit: "https://git.example/{commit}", ticket: "https://tickets.example/{ticket}" }\n';
  const shown = async (id: string) => {
    const { facts, commits, evidence } = await world.subject().facts(id);
    const { commit } = await world.read(id);
    return { commit, commits, evidence, fact: facts.find(({ title }) => title === 'Commit')?.value };
  };

  it('lead to the pages that the catalog names', async () => {
    world.changeCatalog(
      (text) => text.replace('deploy: { required: 1 }', 'deploy: { required: 1, evidence: { ticket: asked } }') + links,
    );
    const { commit, commits, evidence, fact } = await shown(await world.ask({ reason: 'for SHOP-123' }));
    assert.equal(fact, `[${commit.slice(0, 7)}](https://git.example/${commit}), nothing newer`);
    assert.ok(commits && commits.length > 0);
    for (const { commit: short, page } of commits) assert.ok(page?.startsWith(`https://git.example/${short}`), page);
    assert.deepEqual(evidence, [
      { title: 'Ticket', holds: true, words: 'SHOP-123', required: false, page: 'https://tickets.example/SHOP-123' },
    ]);
    const running = await world.running();
    world.connector.finish('succeeded');
    await world.pass(24_000);
    const card = JSON.stringify(world.outbox.messages.get(`deployment:${running}:card`)?.content);
    assert.match(card, /"value":"[^"]*\[\w{7}\]\(https:\/\/git\.example\/\w{7,}\)"/);
  });

  it('are plain text where it names none', async () => {
    const { commit, commits, fact } = await shown(await world.ask());
    assert.equal(fact, `${commit.slice(0, 7)}, nothing newer`);
    assert.ok(commits?.every(({ page }) => page === ''));
  });
});

const healthy: HealthReport = {
  ...{ service: 'shop', environment: 'production', state: 'healthy', since: 0, figures: undefined },
  live: { found: 'none' },
  ...{ trouble: '', loneFailure: false, readAt: 0 },
};
