import type { Person, Reply, Turn } from '../../../src/chat/contract';
import type { Right } from '../../../src/core/catalog';
import type { ApprovalOutcome, ApprovalRequest, ApprovalSubject } from '../../../src/features/approvals/contract';
import { createDeployments } from '../../../src/features/deployments';
import type { Deployment, DeploymentRequest, DeploymentState } from '../../../src/features/deployments';
import type { FeatureDependencies } from '../../../src/features/contract';
import type { HealthReport, HealthState } from '../../../src/features/health/contract';
import type { Living, PendingEffect, Sweeper } from '../../../src/jobs/contract';
import type { Stored } from '../../../src/store/contract';
import { sampleOf } from '../../core/card/sample';
import { createFakeWorld, liveRelease, openPolicy, people, places, turnOf } from '../fakes';
import type { FakeWorld } from '../fakes';

/** Deployments in a fake world, with approvals and health that the test decides. */
export interface DeploymentWorld extends FakeWorld {
  readonly parts: ReturnType<typeof createDeployments>;
  readonly opened: ApprovalRequest[];
  readonly withdrawn: string[];
  readonly subject: () => ApprovalSubject;
  readonly health: { state: HealthState; trouble: string; asked: number };
  /** As Dana, requests a release of shop in production by default. */
  ask(request?: Partial<DeploymentRequest>): Promise<string>;
  decide(id: string, outcome: ApprovalOutcome): Promise<void>;
  /** Requested, approved by Avery and started. */
  running(request?: Partial<DeploymentRequest>): Promise<string>;
  read(id: string): Promise<Deployment>;
  state(id: string): Promise<DeploymentState>;
  click(verb: string, who: Person, id: string, input?: object): Promise<Reply>;
  type(name: string, who: Person, args?: Record<string, string>, turn?: Partial<Turn>): Promise<Reply>;
  rightOf(command: string): Right | undefined;
}

type Perform = (record: Stored<Living>, effect: PendingEffect) => Promise<void>;

/** `wrap` runs around each effect, to repeat it or to crash after it. */
export function createDeploymentWorld(
  wrap: (perform: Perform) => Perform = (perform) => perform,
  more: Partial<FeatureDependencies> = {},
): DeploymentWorld {
  const world = createFakeWorld();
  const { clock, connector } = world;
  const register: Sweeper['register'] = (sweepable) =>
    world.deps.sweeper.register({ ...sweepable, perform: wrap(sweepable.perform as Perform) });
  const deps = { ...world.deps, ...more, sweeper: { ...world.deps.sweeper, register } };
  const opened: ApprovalRequest[] = [];
  const withdrawn: string[] = [];
  const subjects = new Map<string, ApprovalSubject>();
  const health = { state: 'healthy' as HealthState, trouble: '', asked: 0 };
  const subject = (): ApprovalSubject => {
    const found = subjects.get('deployment');
    if (!found) throw new Error('nobody registered deployments');
    return found;
  };
  const report = async (service: string, environment: string): Promise<HealthReport> => {
    health.asked += 1;
    return {
      service,
      environment,
      state: health.state,
      trouble: health.trouble,
      loneFailure: false,
      since: clock.now(),
      live: liveRelease(connector.serving.get(`${service}/${environment}`)),
      figures: connector.figures && { ...connector.figures, at: clock.now() },
      readAt: clock.now(),
    };
  };
  const parts = createDeployments(deps, {
    approvals: {
      registerSubject: (kind, registered) => void subjects.set(kind, registered),
      waitingFor: async () => [],
      open: async (request) => {
        if (!opened.some((each) => each.id === request.id)) opened.push(request);
        await subject().ownCard?.redraw(request.subjectId);
      },
      withdraw: async (id) => void withdrawn.push(id),
      askedAbout: async () => [],
      whyLapsed: async () => undefined,
      whoCouldApprove: async () => [],
      card: async () => undefined,
      showOutcome: async () => undefined,
    },
    announcements: {
      placeOf: async () => undefined,
      places: async () => [],
      boundTo: async () => [],
      openWith: () => undefined,
      bind: async () => undefined,
    },
    policy: openPolicy(deps),
    health: {
      report,
      card: async () => sampleOf('health/health'),
    },
  });
  connector.serving.set('shop/production', serving(world, '2.13.0'));
  connector.serving.set('shop/staging', serving(world, '2.13.0'));
  let asked = 0;

  const self: DeploymentWorld = {
    ...world,
    parts,
    opened,
    withdrawn,
    subject,
    health,
    async ask(request = {}) {
      asked += 1;
      const { id } = await parts.deployments.request({
        key: `ask-${asked}`,
        kind: 'deploy',
        service: 'shop',
        environment: 'production',
        version: '2.14.0',
        requester: people.dana,
        reason: '',
        placeId: places.deployments.id,
        thread: undefined,
        correlationId: '4f2a91c0aaaa',
        ...request,
      });
      await deps.sweeper.idle();
      return id;
    },
    async decide(id, outcome) {
      await subject().decided(id, outcome);
      await deps.sweeper.idle();
    },
    async running(request) {
      const id = await self.ask(request);
      if ((await self.state(id)) === 'awaiting approval')
        await self.decide(id, { state: 'approved', by: [people.avery], at: clock.now() });
      return id;
    },
    async read(id) {
      const found = await parts.deployments.find(id);
      if (!found) throw new Error(`no deployment ${id}`);
      return found.deployment;
    },
    state: async (id) => (await self.read(id)).state,
    async click(verb, who, id, input = {}) {
      const action = parts.feature.actions?.find((each) => each.verb === verb);
      if (!action) throw new Error(`no verb ${verb}`);
      const reply = await action.run(turnOf(who), action.input.parse({ id, ...input }));
      await deps.sweeper.idle();
      return reply;
    },
    async type(name, who, args = {}, turn = {}) {
      const command = parts.feature.commands?.find((each) => each.name === name);
      if (!command) throw new Error(`no command ${name}`);
      const reply = await command.run(turnOf(who, { trigger: 'typed', ...turn }), args);
      await deps.sweeper.idle();
      return reply;
    },
    rightOf: (name) => parts.feature.commands?.find((each) => each.name === name)?.right,
  };
  return self;
}

function serving({ connector, clock }: FakeWorld, version: string): { version: string; commit: string; since: number } {
  return { version, commit: connector.releasesOf.get(version)?.commit ?? '', since: clock.now() - 86_400_000 };
}
