import { cleanText } from '../../core/text';
import type { Workload, WorkloadStatus } from '../contract/workloads';
import { evictPod, planScale, planUndo, whyNoUndo } from './acts';
import { describeWorkload, isScaledBy, kinds } from './bindings';
import type { WorkloadPlace } from './bindings';
import { makeChange } from './changes';
import type { LiveParts } from './live';
import { findPod, readPods, readRevisions } from './owned';
import { readEvents, readPod, sortPods } from './reading/pods';
import { countPods, readRollout } from './reading/rollouts';
import { pickContainer } from './reading/versions';

/** What a service runs as: its rollout, pods, revisions, and events, and what can be done to them. */

const maxPods = 50;
const maxEvents = 20;
/** Whose events are read, too: pods that need attention. */
const maxTroubledPods = 5;

export function bindWorkload(parts: LiveParts, place: WorkloadPlace): Workload {
  const { client } = parts;
  const bound = { ...parts, place };
  return {
    status: () => readStatus(parts, place),
    podLog: (pod, maximumLines, which) => readLog(parts, place, pod, maximumLines, which),
    scale: (request) =>
      makeChange(bound, { key: request.key, plan: (object) => planScale(client, place, object, request) }),
    undo: (request) =>
      makeChange(bound, { key: request.key, plan: (object) => planUndo(client, place, object, request) }),
    evict: (request) => evictPod(bound, request),
  };
}

async function readStatus({ client, clock }: LiveParts, place: WorkloadPlace): Promise<WorkloadStatus | undefined> {
  const { namespace, kind, container } = place;
  const object = await client.read(place);
  if (!object) return undefined;
  const [revisions, autoscalers] = await Promise.all([
    readRevisions(client, place, object),
    client.autoscalers(namespace),
  ]);
  const found = await readPods(client, place, object, revisions);
  const pods = sortPods(found.map((pod) => readPod(pod, container)));
  const troubled = pods.filter(({ state }) => state === 'failing' || state === 'starting').slice(0, maxTroubledPods);
  // What keeps a Deployment from having pods at all is told of its ReplicaSet.
  const live = kind === 'deployment' ? revisions.filter(({ isLive }) => isLive) : [];
  const subjects = [
    { kind: kinds[kind].kind, name: object.metadata.name, id: object.metadata.uid },
    ...live.map(({ name, id }) => ({ kind: 'ReplicaSet', name, id })),
    ...troubled.map(({ name, id }) => ({ kind: 'Pod', name, id })),
  ];
  const events = await Promise.all(subjects.map((each) => client.events(namespace, each)));
  const autoscaler = autoscalers.find((each) => isScaledBy(place, each));
  const barred = whyNoUndo(object, revisions);
  return {
    ...{ name: describeWorkload(place), ...countPods(kind, object), podCount: pods.length },
    rollout: withReason(readRollout(kind, object, clock.now()), troubled[0]?.reason),
    ...(autoscaler && { scaledBy: cleanText(autoscaler.metadata.name, 80) }),
    ...(barred !== undefined && { whyNoUndo: barred }),
    revisions: revisions.map(({ number, version, since, cause, isLive }) => ({
      ...{ number, version, since, isLive },
      ...(cause !== undefined && { cause }),
    })),
    pods: pods.slice(0, maxPods),
    events: readEvents(events.flat()).slice(0, maxEvents),
  };
}

/** A rollout that has stopped says why, if one of its pods does. */
function withReason(rollout: WorkloadStatus['rollout'], reason: string | undefined): WorkloadStatus['rollout'] {
  if (rollout.state !== 'stuck' || reason === undefined) return rollout;
  return { ...rollout, reason: [rollout.reason, reason].filter((each) => each !== undefined).join('; ') };
}

async function readLog(
  { client }: LiveParts,
  place: WorkloadPlace,
  pod: string,
  maximumLines: number,
  which: 'current' | 'previous',
): Promise<string[] | undefined> {
  const found = await findPod(client, place, pod);
  const shown = found && pickContainer(found.spec.containers, place.container);
  if (!shown) return undefined;
  const query = { container: shown.name, tailLines: maximumLines, ...(which === 'previous' && { previous: true }) };
  const log = await client.log(place.namespace, pod, query);
  if (!log) return undefined;
  const lines = log.text.split('\n');
  // The first line is cut where the beginning of the log is missing.
  return (log.isCut ? lines.slice(1) : lines).filter((line) => line !== '').slice(-maximumLines);
}
