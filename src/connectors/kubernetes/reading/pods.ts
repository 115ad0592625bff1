import { cleanText } from '../../../core/text';
import type { Pod, WorkloadEvent } from '../../contract/workloads';
import type { ContainerStatus, EventObject, PodObject } from '../schema';
import { pickContainer, versionOfImage } from './versions';

/** What a pod does, and what happened to it, as far as the API says. Pure. */

/** A container waits for these in the normal course of its start. */
const harmless: ReadonlySet<string> = new Set(['', 'ContainerCreating', 'PodInitializing']);

/** Its reason is outside text, one line. */
export function readPod(pod: PodObject, container: string | undefined): Pod {
  const { metadata, spec, status } = pod;
  const { state, reason } = stateOf(pod);
  const found = pickContainer(spec.containers, container);
  const startedAt = status.startTime ?? metadata.creationTimestamp;
  return {
    ...{ name: metadata.name, id: metadata.uid, state },
    ...(reason !== undefined && reason !== '' && { reason: cleanText(reason, 200) }),
    restarts: status.containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    ...(startedAt !== undefined && { startedAt }),
    ...(spec.nodeName !== '' && { node: spec.nodeName }),
    ...(found && { version: versionOfImage(found.image, metadata.labels) }),
  };
}

type State = Pick<Pod, 'state' | 'reason'>;

function stateOf({ metadata, status }: PodObject): State {
  if (metadata.deletionTimestamp !== undefined) return { state: 'ending' };
  const own = [status.reason, status.message].filter((each) => each !== '').join(': ');
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return { state: 'finished', reason: own };
  const failure = [...status.initContainerStatuses, ...status.containerStatuses]
    .map(failureOf)
    .find((each) => each !== undefined);
  if (failure !== undefined) return { state: 'failing', reason: failure };
  const conditionOf = (type: string) => status.conditions.find((each) => each.type === type);
  const scheduled = conditionOf('PodScheduled');
  if (scheduled?.status === 'False')
    return { state: 'failing', reason: `${scheduled.reason || 'Unscheduled'}: ${scheduled.message}` };
  const ready = conditionOf('Ready');
  if (ready?.status === 'True') return { state: 'ready' };
  return { state: 'starting', reason: ready?.message ?? own };
}

/** Why a container doesn’t run; undefined if it does, or is about to. */
function failureOf({ name, state, ready }: ContainerStatus): string | undefined {
  const { waiting, terminated } = state;
  if (waiting && !harmless.has(waiting.reason))
    return waiting.message === '' ? waiting.reason : `${waiting.reason}: ${waiting.message}`;
  if (!terminated || (terminated.exitCode === 0 && (ready || terminated.reason === 'Completed'))) return undefined;
  return `${name} ended with exit code ${terminated.exitCode}${terminated.reason === '' ? '' : ` (${terminated.reason})`}`;
}

const order: readonly Pod['state'][] = ['failing', 'starting', 'ending', 'ready', 'finished'];

/** Those that need attention first, then by their names. */
export function sortPods(pods: readonly Pod[]): Pod[] {
  return [...pods].sort(
    (one, other) => order.indexOf(one.state) - order.indexOf(other.state) || (one.name < other.name ? -1 : 1),
  );
}

/** Newest first. */
export function readEvents(events: readonly EventObject[]): WorkloadEvent[] {
  return events
    .map(({ type, reason, message, series, count, lastTimestamp, eventTime, metadata }) => ({
      at: series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0,
      isWarning: type === 'Warning',
      reason: cleanText(reason, 80),
      message: cleanText(message, 300),
      times: Math.max(1, series?.count ?? count ?? 1),
    }))
    .sort((one, other) => other.at - one.at);
}
