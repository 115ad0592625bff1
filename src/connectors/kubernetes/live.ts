import { ConnectorError } from '../../core/errors';
import type { Clock } from '../../core/time/clock';
import type { Restarter, RunningSource } from '../contract';
import { describeWorkload } from './bindings';
import type { WorkloadPlace } from './bindings';
import { annotate, makeChange } from './changes';
import type { KubernetesClient } from './client';
import { readRollout } from './reading/rollouts';
import { pickContainer, releaseOfTemplate } from './reading/versions';
import type { KnownRevision } from './reading/revisions';
import { readRevisions } from './owned';
import type { WorkloadObject } from './schema';

/** What is live, and how it’s restarted. */

export interface LiveParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: KubernetesClient;
  readonly clock: Clock;
}

/** Reads the release that is live. Until a change has arrived in all pods, that’s the revision with the most pods that are ready. */
export function bindLiveRelease({ name, client, clock }: LiveParts, place: WorkloadPlace): RunningSource {
  return {
    async read() {
      const object = await client.read(place);
      if (!object) return undefined;
      requireContainer(name, place, object);
      const revisions = await readRevisions(client, place, object);
      const live = liveRevision(place, object, revisions, clock.now());
      const release = releaseOfTemplate(live?.template ?? object.spec.template, place.container);
      if (!release) return undefined;
      return { ...release, since: live?.since ?? object.metadata.creationTimestamp ?? 0 };
    },
  };
}

function requireContainer(name: string, place: WorkloadPlace, { spec }: WorkloadObject): void {
  if (pickContainer(spec.template.spec.containers, place.container)) return;
  throw new ConnectorError(name, 'refused', `${describeWorkload(place)} has no container ${place.container ?? ''}`);
}

function liveRevision(
  { kind }: WorkloadPlace,
  object: WorkloadObject,
  revisions: readonly KnownRevision[],
  now: number,
): KnownRevision | undefined {
  const newest = revisions.find(({ isLive }) => isLive);
  if (readRollout(kind, object, now).state === 'done') return newest;
  if (kind === 'statefulset' && object.status.currentRevision !== '')
    return revisions.find(({ name }) => name === object.status.currentRevision) ?? newest;
  const most = Math.max(0, ...revisions.map(({ ready = 0 }) => ready));
  return most > 0 ? revisions.find(({ ready }) => ready === most) : newest;
}

/** Kubernetes replaces all pods when this changes. */
const restartAnnotation = 'kubectl.kubernetes.io/restartedAt';
const pollMs = 2_000;
/** Then it’s unclear how it ends, and the same key may be asked about again. */
const maxWaitMs = 90_000;

/** Restarts pod by pod. `signal` ends the wait. */
export function bindRestarter(parts: LiveParts, place: WorkloadPlace, signal: AbortSignal, waitMs = pollMs): Restarter {
  const { name, client, clock } = parts;
  const fail = (why: string): never => {
    throw new ConnectorError(name, 'conflict', `${describeWorkload(place)} can’t be restarted: ${why}`);
  };

  async function waitForPods(): Promise<void> {
    const startedAt = clock.elapsed();
    for (;;) {
      const object = await client.read(place);
      if (!object) return fail('it’s gone');
      const rollout = readRollout(place.kind, object, clock.now());
      if (rollout.state === 'done') return;
      if (rollout.state !== 'running') return fail(rollout.reason ?? 'it’s paused');
      if (clock.elapsed() - startedAt > maxWaitMs || signal.aborted)
        throw new ConnectorError(name, 'unclear', `${describeWorkload(place)} is still being restarted`);
      await pause(waitMs, signal);
    }
  }

  return {
    effect: 'rolling',
    async restart(key) {
      const result = await makeChange({ name, client, place }, { key, plan: (object) => planRestart(object, clock) });
      if (result.outcome === 'refused') return fail(result.why);
      await waitForPods();
      return {};
    },
  };
}

function planRestart({ spec }: WorkloadObject, clock: Clock) {
  if (spec.paused) return { refused: 'Its rollout is paused.' };
  if (spec.updateStrategy.type === 'OnDelete') return { refused: 'Its update strategy is OnDelete.' };
  const { annotations } = spec.template.metadata;
  const restartedAt = new Date(clock.now()).toISOString();
  return { steps: annotate('/spec/template/metadata', annotations, { [restartAnnotation]: restartedAt }) };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
