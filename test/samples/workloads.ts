import type { WorkloadStatus } from '../../src/connectors/contract';
import { people } from '../features/fakes';
import { podNamed, runningStatus } from '../features/workloads/memory-workload';
import { hostileName, hostileText, longName, longText } from './contract';
import { scene } from './stage';
import type { Stage } from './stage';

/** What a service runs as: pods in every state, rollouts, and logs. */

const { dana, noor } = people;
const line = 'pods shop in production';
const pod = 'shop-7d9f8-x2k4q';

function tell({ world: { cluster, clock } }: Stage, more: Partial<WorkloadStatus>): void {
  cluster.status = runningStatus(clock.now(), more);
}

/** A release that can’t be pulled. */
function stuck(now: number, reason: string): Partial<WorkloadStatus> {
  const failing = podNamed('shop-5c6d7-p4v8r', now, {
    ...{ state: 'failing', reason, version: '2.15.0', startedAt: now - 700_000, restarts: 4 },
  });
  return {
    rollout: { state: 'stuck', reason },
    ...{ updated: 1, podCount: 4 },
    pods: [failing, ...runningStatus(now).pods],
    events: [{ at: now - 60_000, isWarning: true, reason: 'Failed', message: reason, times: 7 }],
  };
}

const rollouts = scene(async (stage) => {
  const { show, world } = stage;
  const now = world.clock.now();
  await show('pods', noor, line);
  const starting = podNamed('shop-5c6d7-p4v8r', now, { state: 'starting', version: '2.15.0', startedAt: now - 9_000 });
  tell(stage, {
    rollout: { state: 'running' },
    ...{ ready: 3, updated: 1, podCount: 4 },
    pods: [starting, ...runningStatus(now).pods],
  });
  await show('pods-rolling-out', noor, line);
  tell(stage, stuck(now, 'Back-off pulling image “registry.example/shop:2.15.0”'));
  await show('pods-stuck', noor, line);
  tell(stage, { rollout: { state: 'paused' }, wanted: 40, podCount: 40, ready: 38, scaledBy: 'shop' });
  await show('pods-paused', noor, line);
  tell(stage, { wanted: 0, ready: 0, updated: 0, podCount: 0, pods: [] });
  await show('pods-none', noor, line);
  tell(stage, { ready: 0, pods: [podNamed(pod, now, { state: 'failing', reason: 'CrashLoopBackOff', restarts: 12 })] });
  await show('pods-down', noor, line);
});

const logs = scene(async ({ click, keep, world }) => {
  const id = `shop/production/${pod}`;
  world.cluster.logs.set(pod, ['listening on port 8080', 'GET /checkout 200 in 41 ms', 'GET /checkout 200 in 38 ms']);
  keep('', await click(noor, 'workloads.log', { id }, 'channel'));
  world.cluster.logs.set(`${pod} before`, ['Error: connect ECONNREFUSED 10.1.0.7:5432', 'exit code 1']);
  keep('earlier', await click(noor, 'workloads.earlier-log', { id }, 'channel'));
  world.cluster.logs.set(pod, []);
  keep('empty', await click(noor, 'workloads.log', { id }, 'channel'));
});

const inWords = (state: string, name: string, words: string) =>
  scene(async (stage) => {
    const { click, keep, show, world } = stage;
    const now = world.clock.now();
    const troubled = podNamed(name, now, { state: 'failing', reason: words, node: words, version: words });
    const event = { at: now, isWarning: true, reason: words, message: words, times: 2 };
    tell(stage, {
      ...stuck(now, words),
      pods: [troubled],
      events: [event],
      scaledBy: words,
      rollout: { state: 'stuck', reason: words },
    });
    await show(`pods-${state}`, noor, line);
    world.cluster.logs.set(pod, [words, `\u001B[31m${words}\u001B[0m`, '| a | b |', '# heading']);
    keep(state, await click(noor, 'workloads.log', { id: `shop/production/${pod}` }, 'channel'));
  });

const questions = scene(async ({ ask, keep }) => {
  keep('pods-scale', await ask(noor, 'workloads.scale', 'shop/production'));
  keep('pods-undo', await ask(dana, 'workloads.undo', 'shop/production'));
  keep('pods-remove', await ask(noor, 'workloads.evict', `shop/production/${pod}`));
});

export const workloadScenes = [
  questions,
  rollouts,
  logs,
  inWords('hostile', hostileName, hostileText),
  inWords('long', longName, longText),
];
