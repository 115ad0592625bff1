import assert from 'node:assert/strict';
import type { ApprovalRule } from '../../../src/core/catalog';
import type { Deployment } from '../../../src/features/deployments';
import { evidenceOf, lostEvidence } from '../../../src/features/deployments/checks';
import { gavel } from '../../../src/features/deployments/record';
import type { HealthReport, HealthState } from '../../../src/features/health/contract';
import { people } from '../fakes';
import { createDeploymentWorld } from './deployment-world';
import type { DeploymentWorld } from './deployment-world';

type EvidenceRule = NonNullable<ApprovalRule['evidence']>;

const staging = { environment: 'staging', is: 'required' } as const;

describe('evidence that is required right before the start', () => {
  const table: [string, EvidenceRule | undefined, HealthState, boolean, Partial<Deployment>, RegExp | undefined][] = [
    ['nothing, where no rule asks', undefined, 'down', false, {}, undefined],
    ['health that holds', { health: 'required' }, 'healthy', false, {}, undefined],
    ['a service that is degraded', { health: 'required' }, 'degraded', true, {}, /degraded there now/],
    ['a service that is down', { health: 'required' }, 'down', true, {}, /down there now/],
    ['health that nobody knows', { health: 'required' }, 'unknown', true, {}, /unknown there now/],
    ['health that is only shown', { health: 'asked' }, 'down', false, {}, undefined],
    ['a release that was verified', { verifiedIn: staging }, 'down', true, {}, undefined],
    ['a release that was not', { verifiedIn: staging }, 'healthy', false, {}, /2\.14\.0 was not verified in staging/],
    ['a ticket in the reason', { ticket: 'required' }, 'down', false, { reason: 'SHOP-12' }, undefined],
    ['no ticket', { ticket: 'required' }, 'healthy', true, {}, /name no ticket/],
    [
      'everything that is missing',
      { health: 'required', verifiedIn: staging, ticket: 'required' },
      'down',
      false,
      {},
      /^What the rule for production requires didn't hold when it was about to start: down there now, .* and .*\.$/,
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
      const deployment = { ...waiting, ...change };
      const report = { ...healthy, state };
      const lost = lostEvidence(deployment, evidenceOf(rule, deployment, { report, verified }));
      if (words) assert.match(lost ?? '', words);
      else assert.equal(lost, undefined);
    });
});

describe('a deployment whose evidence is gone when it is about to start', () => {
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
    assert.match(ended?.reason ?? '', /^What the rule for production requires didn't hold .*: down there now\.$/);
    assert.match(reply(id), /What the rule for production requires.*down there now/);
    assert.ok(reply(id).includes(people.dana.id), 'its requester is mentioned');
    world.health.state = 'healthy';
    await world.pass(60_000, 10_000);
    assert.equal(world.connector.calls.startRun, 0);
  });
});

const healthy: HealthReport = {
  ...{ service: 'shop', environment: 'production', state: 'healthy', since: 0, running: undefined, figures: undefined },
  ...{ trouble: '', loneFailure: false, readAt: 0 },
};

const waiting: Deployment = {
  ...{ number: 1042, kind: 'deploy', service: 'shop', environment: 'production', version: '2.14.0', commit: 'new' },
  ...{
    replaces: undefined,
    requester: people.dana,
    reason: '',
    requestedAt: 1,
    placeId: 'channel:x',
    thread: undefined,
  },
  ...{
    correlationId: 'c',
    state: 'approved',
    stateSince: 1,
    approvedBy: [people.avery],
    runKey: 'key',
  },
  ...{ changes: { commits: [], total: 0, direction: 'forward' } },
};
