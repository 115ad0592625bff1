import { isDeepStrictEqual } from 'node:util';
import { ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { cleanText, plural } from '../../core/text';
import type { EvictRequest, ScaleRequest, UndoRequest, Workload } from '../contract/workloads';
import type { WorkloadResult, WorkloadStatus } from '../contract/workloads';
import { describePlace, kinds } from './bindings';
import type { Place } from './bindings';
import { makeChange } from './changes';
import type { PlannedChange } from './changes';
import type { LiveParts } from './live';
import { readEvents, readPod, sortPods } from './reading/pods';
import { causeAnnotation, isOwnedBy, writeSelector } from './reading/revisions';
import type { KnownRevision } from './reading/revisions';
import { countPods, readRollout } from './reading/rollouts';
import { pickContainer } from './reading/versions';
import { readRevisions } from './revisions';
import type { PodObject, Template, WorkloadObject } from './schema';

/** What a service runs as: its rollout, pods, revisions, and events, and what can be done to them. */

const maxPods = 50;
const maxEvents = 20;
/** Whose events are read, too: the pods that need attention. */
const maxTroubledPods = 5;

export function bindWorkload(parts: LiveParts, place: Place): Workload {
  const { name, client, clock } = parts;
  const { namespace, kind, container } = place;
  const change = { name, client, place };

  /** Its own pods; another workload may have the same labels. */
  async function readPods(
    object: WorkloadObject,
    owners: ReadonlySet<string>,
    fieldSelector?: string,
  ): Promise<PodObject[]> {
    const pods = await client.pods(namespace, writeSelector(object.spec.selector), fieldSelector);
    return pods.filter(({ metadata }) => [...owners].some((owner) => isOwnedBy(metadata, owner)));
  }

  /** What the pods belong to: the workload itself, or the ReplicaSets of a Deployment. */
  const ownersOf = (object: WorkloadObject, revisions: readonly KnownRevision[]): ReadonlySet<string> =>
    new Set(kind === 'deployment' ? revisions.map(({ id }) => id) : [object.metadata.uid]);

  async function readStatus(): Promise<WorkloadStatus | undefined> {
    const object = await client.read(place);
    if (!object) return undefined;
    const [revisions, autoscalers] = await Promise.all([
      readRevisions(client, place, object),
      client.autoscalers(namespace),
    ]);
    const found = await readPods(object, ownersOf(object, revisions));
    const pods = sortPods(found.map((pod) => readPod(pod, container)));
    const troubled = pods.filter(({ state }) => state === 'failing' || state === 'starting').slice(0, maxTroubledPods);
    const live = revisions.find(({ isLive }) => isLive);
    const ids = [
      object.metadata.uid,
      ...(live && kind === 'deployment' ? [live.id] : []),
      ...troubled.map(({ id }) => id),
    ];
    const events = await Promise.all(ids.map((id) => client.events(namespace, id)));
    const scaledBy = autoscalers.find(({ spec: { scaleTargetRef: scaled } }) => isPlace(place, scaled))?.metadata.name;
    const whyNoUndo = whyUndoIsBarred(object) ?? whyNothingToRestore(object, revisions);
    return {
      ...{ name: describePlace(place), ...countPods(kind, object), podCount: pods.length },
      rollout: withReason(readRollout(kind, object, clock.now()), troubled[0]?.reason),
      ...(scaledBy !== undefined && { scaledBy: cleanText(scaledBy, 80) }),
      ...(whyNoUndo !== undefined && { whyNoUndo }),
      revisions: revisions.map(({ number, version, since, cause, isLive }) => ({
        ...{ number, version, since, isLive },
        ...(cause !== undefined && { cause }),
      })),
      pods: pods.slice(0, maxPods),
      events: readEvents(events.flat()).slice(0, maxEvents),
    };
  }

  async function findPod(pod: string): Promise<PodObject | undefined> {
    const object = await client.read(place);
    if (!object) return undefined;
    const owners = ownersOf(object, kind === 'deployment' ? await readRevisions(client, place, object) : []);
    return (await readPods(object, owners, `metadata.name=${pod}`))[0];
  }

  return {
    status: readStatus,
    async podLog(pod, maximumLines, which) {
      const found = await findPod(pod);
      const shown = found && pickContainer(found.spec.containers, container);
      if (!shown) return undefined;
      const query = { container: shown.name, tailLines: maximumLines, ...(which === 'previous' && { previous: true }) };
      const log = await client.log(namespace, pod, query);
      if (!log) return undefined;
      const lines = log.text.split('\n');
      // The first line is cut where the beginning of the log is missing.
      return (log.isCut ? lines.slice(1) : lines).filter((line) => line !== '').slice(-maximumLines);
    },
    scale: (request) => makeChange(change, { key: request.key, plan: (object) => planScale(object, request) }),
    undo: (request) => makeChange(change, { key: request.key, plan: (object) => planUndo(object, request) }),
    evict,
  };

  async function planScale({ metadata, spec }: WorkloadObject, { from, to }: ScaleRequest): Promise<PlannedChange> {
    if (kind === 'daemonset') return { refused: 'A DaemonSet has one pod on each machine, so it can’t be scaled.' };
    const owner = metadata.ownerReferences.find(({ controller }) => controller);
    if (owner) return { refused: `${describeOwner(owner)} decides how many pods there are. Scale it there.` };
    const [autoscaler] = (await client.autoscalers(namespace)).filter((each) =>
      isPlace(place, each.spec.scaleTargetRef),
    );
    if (autoscaler)
      return {
        refused: `The autoscaler ${cleanText(autoscaler.metadata.name, 80)} decides how many pods there are. Change its limits instead.`,
      };
    if (spec.replicas !== from)
      return {
        refused: `Somebody has scaled it in the meantime: it has ${plural(spec.replicas, 'pod')}, and not ${from}.`,
      };
    return { steps: [{ op: 'replace', path: '/spec/replicas', value: to }] };
  }

  async function planUndo(object: WorkloadObject, request: UndoRequest): Promise<PlannedChange> {
    const barred = whyUndoIsBarred(object);
    if (barred !== undefined) return { refused: barred };
    if (object.metadata.generation > object.status.observedGeneration)
      return {
        refused: 'Somebody has just changed it, and Kubernetes hasn’t picked that up yet. Try again in a moment.',
      };
    const revisions = await readRevisions(client, place, object);
    const live = revisions.find(({ isLive }) => isLive);
    if (live?.number !== request.liveRevision)
      return {
        refused: `Revision ${live?.number ?? 'unknown'} is live by now, and not ${request.liveRevision}. Look at it before you roll back.`,
      };
    const wanted = revisions.find(({ number }) => number === request.revision);
    if (!wanted)
      return {
        refused: `Kubernetes no longer has revision ${request.revision}. It keeps ${object.spec.revisionHistoryLimit} earlier revisions (revisionHistoryLimit).`,
      };
    if (wanted.isLive || isDeepStrictEqual(written(wanted.template), written(object.spec.template)))
      return { refused: `Revision ${wanted.number} is what is live already.` };
    const cause = `Rolled back to ${wanted.version} by ${cleanText(request.by.name, 80)} (Gavel ${request.key})`;
    return {
      steps: [{ op: 'replace', path: '/spec/template', value: written(wanted.template) }],
      annotations: { [causeAnnotation]: cause },
    };
  }

  /** The pod itself is the key: it ends once, and a later one of its name isn’t touched. */
  async function evict({ pod, podId }: EvictRequest): Promise<WorkloadResult> {
    const found = await findPod(pod);
    if (!found || found.metadata.uid !== podId || found.metadata.deletionTimestamp !== undefined)
      return { outcome: 'done' };
    const refusal = await client.evict(namespace, pod, podId);
    if (!refusal || refusal.reason === 'NotFound') return { outcome: 'done' };
    if (refusal.reason === 'Conflict') {
      const now = await findPod(pod);
      if (now?.metadata.uid !== podId) return { outcome: 'done' };
      throw new ConnectorError(name, 'conflict', `the pod ${pod} is being changed`);
    }
    const [cause] = refusal.details.causes;
    return { outcome: 'refused', why: cleanText(`${refusal.message} ${cause?.message ?? ''}`, 300) };
  }
}

const isPlace = (place: Place, scaled: { readonly kind: string; readonly name: string }): boolean =>
  scaled.kind === kinds[place.kind].kind && scaled.name === place.name;

const describeOwner = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  `The ${cleanText(kind, 60)} ${cleanText(name, 80)}`;

/** A rollout that doesn’t go on says why, if one of its pods does. */
function withReason(rollout: WorkloadStatus['rollout'], reason: string | undefined): WorkloadStatus['rollout'] {
  if (rollout.state !== 'stuck' || reason === undefined) return rollout;
  return { ...rollout, reason: [rollout.reason, reason].filter((each) => each !== undefined).join('; ') };
}

/** Tools that keep a workload as a repository says, by what they leave on it. */
const keepers: readonly { readonly name: string; readonly marks: readonly string[] }[] = [
  { name: 'Argo CD', marks: ['argocd.argoproj.io/tracking-id', 'argocd.argoproj.io/instance'] },
  { name: 'Flux', marks: ['kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name'] },
];

/** Why an undo wouldn’t last or isn’t possible, in a sentence; undefined if nothing speaks against it. */
function whyUndoIsBarred({ metadata, spec }: WorkloadObject): string | undefined {
  if (spec.paused) return 'Its rollout is paused. Resume it first.';
  if (spec.updateStrategy.type === 'OnDelete')
    return 'Its update strategy is OnDelete: its pods change only when somebody deletes them.';
  const owner = metadata.ownerReferences.find(({ controller }) => controller);
  if (owner) return `${describeOwner(owner)} keeps it as it is. Change it there.`;
  const keeper = keepers.find(({ marks }) =>
    marks.some((mark) => lookUp(metadata.annotations, mark) ?? lookUp(metadata.labels, mark)),
  );
  return keeper && `${keeper.name} keeps it as its repository says. Roll back there.`;
}

function whyNothingToRestore({ spec }: WorkloadObject, revisions: readonly KnownRevision[]): string | undefined {
  if (revisions.some(({ isLive }) => !isLive)) return undefined;
  return spec.revisionHistoryLimit === 0
    ? 'Kubernetes keeps no earlier revisions of it (revisionHistoryLimit is 0).'
    : 'It has no earlier revision.';
}

/** A template without the empty maps that reading adds. */
function written({ metadata, ...rest }: Template): object {
  const kept = Object.entries(metadata).filter(
    ([key, value]) => !['labels', 'annotations'].includes(key) || Object.keys(value as object).length > 0,
  );
  return { metadata: Object.fromEntries(kept), ...rest };
}
