import assert from 'node:assert/strict';
import type { Feature, Person, Reply } from '../../../src/chat/contract';
import type { MetricPoint } from '../../../src/connectors/contract';
import type { ByName } from '../../../src/connectors/machine/by-name';
import { systemsOf } from '../../systems';
import { statuses } from '../../../src/core/card';
import { idFrom } from '../../../src/core/keys';
import { describeMoment } from '../../../src/core/time/clock';
import { createAnnouncements } from '../../../src/features/announcements';
import { createApprovals } from '../../../src/features/approvals';
import { createDeploymentHistory, createDeployments } from '../../../src/features/deployments';
import { createFreezes } from '../../../src/features/freezes';
import { createHealth } from '../../../src/features/health';
import type { HealthReport, HealthState } from '../../../src/features/health';
import { createLocks } from '../../../src/features/locks';
import { createPolicy } from '../../../src/features/policy';
import { createStatus } from '../../../src/features/status';
import { createFakeWorld, people, places, turnOf } from '../fakes';

/** What shop really does in an environment, second by second. */
interface Second {
  readonly at: number;
  readonly responds: boolean;
  readonly p95Ms: number;
  readonly errorPercent: number;
}

const behaviors = [
  { responds: true, p95Ms: 120, errorPercent: 0 },
  { responds: true, p95Ms: 120, errorPercent: 0 },
  { responds: true, p95Ms: 1079, errorPercent: 0 },
  { responds: true, p95Ms: 120, errorPercent: 33 },
  { responds: false, p95Ms: 0, errorPercent: 0 },
] as const;

/** Metrics depend on the period that they cover, so a different period can give a different state. */
function createTimeline(now: () => number) {
  const seconds: Second[] = [];
  let behavior: (typeof behaviors)[number] = behaviors[0];
  const figuresBetween = (from: number, to: number, at: number): MetricPoint | undefined => {
    const served = seconds.filter((each) => each.at > from && each.at <= to && each.responds);
    if (served.length === 0) return undefined;
    const mean = (figure: 'p95Ms' | 'errorPercent'): number =>
      served.reduce((sum, each) => sum + each[figure], 0) / served.length;
    return { at, p50Ms: 50, p95Ms: mean('p95Ms'), errorPercent: mean('errorPercent'), requestsPerSecond: 20 };
  };
  const metrics: ByName<'metrics'> = {
    probe: async () => ({ at: now(), answers: behavior.responds }),
    figures: async (_service, _environment, overMs) => figuresBetween(now() - overMs, now(), now()),
    history: async (_service, _environment, fromMs, toMs) =>
      Array.from({ length: 240 }, (_, index) => fromMs + index * 15_000).map(
        (from) =>
          figuresBetween(from, Math.min(from + 15_000, toMs), from + 7_500) ?? {
            ...{ at: from + 7_500, p50Ms: undefined, p95Ms: undefined },
            ...{ errorPercent: undefined, requestsPerSecond: undefined },
          },
      ),
    // Targets that nobody checks directly are known to cards only through other checks.
    answeringSince: async () => undefined,
  };
  return {
    metrics,
    behave: (next: (typeof behaviors)[number]) => void (behavior = next),
    pass: (ms: number) => {
      for (let at = now() - ms + 1000; at <= now(); at += 1000) seconds.push({ at, ...behavior });
    },
  };
}

function randomBy(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function openShop() {
  const world = createFakeWorld();
  const { deps, clock, connector } = world;
  const timeline = createTimeline(() => clock.now());
  const metered = { ...connector, metrics: timeline.metrics };
  Object.assign(deps, { systems: systemsOf(() => metered) });
  const approvals = createApprovals(deps);
  const announcements = createAnnouncements(deps);
  const { freezes } = createFreezes(deps, announcements.announcements);
  const { locks } = createLocks(deps);
  const { policy } = createPolicy(deps, { freezes, locks });
  const history = createDeploymentHistory(deps);
  const health = createHealth(deps, { policy, approvals: approvals.approvals, history });
  const deployments = createDeployments(deps, {
    approvals: approvals.approvals,
    health: health.reports,
    announcements: announcements.announcements,
    policy,
  });
  const status = createStatus(deps, {
    ...{ deployments: deployments.deployments, approvals: approvals.approvals, health: health.reports },
    ...{ freezes, locks, runs: { openFor: async () => [] } },
  });
  const features: Feature[] = [deployments.feature, approvals.feature, health.feature, status.feature];
  for (const environment of ['staging', 'production'])
    connector.serving.set(`shop/${environment}`, { version: '2.13.0', commit: '2'.repeat(40), since: clock.now() });

  return {
    world,
    timeline,
    health,
    history,
    deployments,
    async pass(ms: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += 1000) {
        clock.advance(1000);
        timeline.pass(1000);
        await deps.sweeper.idle();
      }
    },
    async type(who: Person, name: string, args: Record<string, string>): Promise<Reply> {
      const command = features.flatMap((feature) => feature.commands ?? []).find((each) => each.name === name);
      assert.ok(command, name);
      return command.run(turnOf(who, { trigger: 'typed' }), args);
    },
    async click(who: Person, verb: string, input: object): Promise<Reply> {
      const action = features.flatMap((feature) => feature.actions ?? []).find((each) => each.verb === verb);
      assert.ok(action, verb);
      return action.run(turnOf(who), action.input.parse(input));
    },
    request: (key: string, environment: string, version: string) =>
      deployments.deployments.request({
        ...{ key, kind: 'deploy', service: 'shop', environment, version, requester: people.dana, reason: 'tests' },
        ...{ placeId: places.general.id, thread: undefined, correlationId: '4f2a91c0aaaa' },
      } as const),
  };
}

type Shop = ReturnType<typeof openShop>;

const stateWord = /(?:●|▲|▼|\?)[ \u00A0](healthy|degraded|down|unknown)/i;

/** The state that a card names in words next to a glyph, in lower case. */
function stateIn(reply: Reply, part: (data: never) => unknown): string {
  assert.ok('card' in reply, JSON.stringify(reply));
  const text = JSON.stringify(part(reply.data as never));
  const [, word] = stateWord.exec(text) ?? [];
  assert.ok(word, text);
  return word.toLowerCase();
}

type Facts = { readonly facts: readonly { readonly title: string; readonly value: string }[] };
interface Rows<Row> {
  readonly rows: readonly Row[];
}

/** What every card says about shop in staging at this moment; each is requested separately. */
function cardsOf(
  shop: Shop,
  environment: string,
  { approvalId, isBackKnown }: { readonly approvalId: string; readonly isBackKnown: boolean },
): Record<string, () => Promise<string>> {
  const target = { service: 'shop', environment };
  const shownState = (glyph: string, word: string): string => `${glyph} ${word}`;
  return {
    health: async () =>
      stateIn(await shop.type(people.dana, 'health', target), ({ state }: { state: { glyph: string; word: string } }) =>
        shownState(state.glyph, state.word),
      ),
    fleet: async () =>
      stateIn(
        await shop.type(people.dana, 'health', {}),
        (data: Rows<{ cells: { id: string; glyph: string; word: string }[] }>) =>
          data.rows
            .flatMap(({ cells }) => cells)
            .filter(({ id }) => id === `shop/${environment}`)
            .map(({ glyph, word }) => shownState(glyph, word)),
      ),
    where: async () =>
      stateIn(
        await shop.type(people.dana, 'where', {}),
        (data: { services: Rows<{ environment: string; glyph: string; word: string }>[] }) =>
          data.services
            .flatMap(({ rows }) => rows)
            .filter((row) => row.environment === environment)
            .map(({ glyph, word }) => shownState(glyph, word)),
      ),
    status: async () =>
      stateIn(
        await shop.type(people.dana, 'status', target),
        (data: { sections: Rows<{ id: string; glyph: string; lead: string }>[] }) =>
          data.sections
            .flatMap(({ rows }) => rows)
            .filter(({ id }) => id === `shop/${environment}`)
            .map(({ glyph, lead }) => shownState(glyph, lead.split(' is ')[1] ?? lead)),
      ),
    picker: async () =>
      stateIn(await shop.type(people.dana, 'deploy', { ...target, release: '2.12.0' }), (data: { previews: Facts[] }) =>
        data.previews.flatMap(({ facts }) => facts),
      ),
    ...(isBackKnown && {
      rollback: async () => stateIn(await shop.type(people.dana, 'rollback', target), ({ facts }: Facts) => facts),
    }),
    ...(environment === 'production' && {
      approval: async () =>
        stateIn(await shop.click(people.avery, 'approvals.view', { id: approvalId }), ({ facts }: Facts) => facts),
    }),
  };
}

/** As in real runs: the release went live a while before the run ended, and the time before that belongs to no verification. */
function finishRun({ world: { clock, connector } }: Shop): void {
  connector.finish('succeeded');
  const live = connector.serving.get('shop/staging');
  if (live?.since === clock.now()) connector.serving.set('shop/staging', { ...live, since: live.since - 30_000 });
}

/** What each card says now, in a different order each time, including the verification if it checked at this moment. */
async function hear(
  shop: Shop,
  environment: string,
  { approvalId = '', startAt = 0 }: { readonly approvalId?: string; readonly startAt?: number },
): Promise<{ readonly report: HealthReport; readonly said: readonly (readonly [card: string, state: string])[] }> {
  const back = await shop.history.rollbackTarget('shop', environment);
  const cards = Object.entries(cardsOf(shop, environment, { approvalId, isBackKnown: back !== undefined }));
  const said: [string, string][] = [];
  for (const [name, read] of [...cards.slice(startAt), ...cards.slice(0, startAt)]) said.push([name, await read()]);
  const report = await shop.health.reports.report('shop', environment);
  said.push(['report', statuses[report.state].word.toLowerCase()]);
  const current = await shop.deployments.deployments.current({ service: 'shop', environment });
  const verification = current?.deployment.state === 'verifying' ? current.deployment.after : undefined;
  if (verification?.at === shop.world.clock.now())
    said.push(['verification', statuses[verification.state as HealthState].word.toLowerCase()]);
  return { report, said };
}

describe('all cards about one moment', function () {
  this.timeout(120_000);
  /** How often a verification checked at exactly the moment of the comparison. */
  let verified = 0;

  after(() => assert.ok(verified > 5, `only ${verified} verifications were compared`));

  it('judge by the period of the verification while one is in progress', async () => {
    const shop = openShop();
    try {
      await shop.pass(90_000);
      await shop.request('one', 'staging', '2.14.0');
      await shop.pass(2_000);
      // Live for half a minute with errors before the run ends.
      shop.timeline.behave(behaviors[3]);
      await shop.pass(30_000);
      shop.timeline.behave(behaviors[0]);
      finishRun(shop);
      for (let seconds = 0; seconds < 9; seconds += 1) {
        await shop.pass(1000);
        const { said } = await hear(shop, 'staging', {});
        if (!said.some(([name]) => name === 'verification')) continue;
        assert.deepEqual([...new Set(said.map(([, state]) => state))], ['healthy'], JSON.stringify(said));
        return;
      }
      assert.fail('There was no verification');
    } finally {
      await shop.world.close();
    }
  });

  for (const seed of [1, 2, 4, 5])
    it(`say the same about a service, whoever checked before and in which order (${seed})`, async () => {
      const shop = openShop();
      const { clock } = shop.world;
      const random = randomBy(seed);
      /** The last time that any card or verification saw trouble. */
      const troubledAt = new Map<string, number>();

      async function check(environment: string, approvalId: string): Promise<void> {
        const { report, said } = await hear(shop, environment, { approvalId, startAt: random(5) });
        if (said.some(([name]) => name === 'verification')) verified += 1;
        assert.equal(new Set(said.map(([, state]) => state)).size, 1, JSON.stringify(said));
        await checkSince(report, environment);
      }

      async function checkSince(report: HealthReport, environment: string): Promise<void> {
        if (report.state !== 'healthy') return void troubledAt.set(environment, clock.now());
        const { live, since = 0 } = report;
        assert.ok(since >= (live.running?.since ?? 0), 'healthy for longer than its release is live');
        assert.ok(since >= (troubledAt.get(environment) ?? 0), 'healthy since before trouble that somebody saw');
        const card = await shop.health.reports.card('shop', environment, undefined, 'r');
        const [bold = ''] = /^\*\*[^*]+(?=\*\*)/.exec(card.data.sentence) ?? [];
        assert.equal(bold.replace(/\.$/, ''), `**Healthy since ${describeMoment(since, clock.now(), 'UTC')}`);
        assert.doesNotMatch(JSON.stringify({ ...card.data.graph, image: '' }), /\bnow\b|over its limit since/);
      }

      try {
        await shop.pass(90_000);
        const { id } = await shop.request('waits', 'production', '2.15.0');
        await shop.world.deps.sweeper.idle();
        for (let step = 0; step < 20; step += 1) {
          const choice = random(6);
          if (choice === 0) shop.timeline.behave(behaviors[random(behaviors.length)] ?? behaviors[0]);
          if (choice === 1)
            await shop.request(`step ${step}`, 'staging', random(2) === 0 ? '2.14.0' : '2.12.0').catch(() => undefined);
          if (choice === 2) finishRun(shop);
          await shop.pass((1 + random(choice === 3 ? 90 : 6)) * 1000);
          // A verification without other checks records on its own what it saw.
          const staging = await shop.deployments.deployments.current({ service: 'shop', environment: 'staging' });
          const seen = staging?.deployment.after;
          if (seen && seen.state !== 'healthy' && seen.state !== 'unknown') troubledAt.set('staging', seen.at);
          if (random(3) > 0) await check('staging', '');
          if (random(3) === 0) await check('production', idFrom('approval', id));
        }
      } finally {
        await shop.world.close();
      }
    });
});
