import type { OnBehalfOf } from './runs';

/** The copies of a service where its system runs several of them, and how they change. Every moment is in milliseconds since 1970. */

/** One copy. Texts are outside text, one line. */
export interface Pod {
  readonly name: string;
  /** Tells it from a later pod of the same name. */
  readonly id: string;
  readonly state: 'starting' | 'ready' | 'failing' | 'ending' | 'finished';
  /** What keeps it from being ready, or why it ended, as the system says it. */
  readonly reason?: string;
  readonly restarts: number;
  readonly startedAt?: number;
  /** The machine it's on. */
  readonly node?: string;
  readonly version?: string;
}

/** A release that the system still has. */
export interface WorkloadRevision {
  readonly number: number;
  readonly version: string;
  readonly since: number;
  /** Why it was made, as whoever made it wrote it: outside text. */
  readonly cause?: string;
  readonly isLive: boolean;
}

/** Something that happened to it. Texts are outside text, one line. */
export interface WorkloadEvent {
  readonly at: number;
  readonly isWarning: boolean;
  readonly reason: string;
  readonly message: string;
  readonly times: number;
}

/** What a service runs as now. */
export interface WorkloadStatus {
  /** `deployment billing in shop`, as people of the tool call it. */
  readonly name: string;
  /** `stuck`: the system has given up waiting. */
  readonly rollout: { readonly state: 'done' | 'running' | 'stuck' | 'paused'; readonly reason?: string };
  readonly wanted: number;
  readonly ready: number;
  readonly updated: number;
  /** What decides how many there are, if nobody may: the name of an autoscaler. */
  readonly scaledBy?: string;
  /** Why no earlier revision can be restored, in a sentence; omitted if one can. */
  readonly whyNoUndo?: string;
  /** Newest first. */
  readonly revisions: readonly WorkloadRevision[];
  /** Those that aren't ready first, at most 50; `podCount` counts all. */
  readonly pods: readonly Pod[];
  readonly podCount: number;
  /** Newest first, at most 20. */
  readonly events: readonly WorkloadEvent[];
}

/** Whether an act took effect. `refused`: nothing changed, for this reason, in a sentence. */
export type WorkloadResult = { readonly outcome: 'done' } | { readonly outcome: 'refused'; readonly why: string };

interface WorkloadAct {
  /** The idempotency key: the same key again changes nothing. */
  readonly key: string;
  readonly by: OnBehalfOf;
  /** Before it was first sent. */
  readonly askedAt: number;
}
/** `from`: how many copies there were when somebody asked. */
export interface ScaleRequest extends WorkloadAct {
  readonly from: number;
  readonly to: number;
}
/** `liveRevision`: what was live when somebody asked; if something else is by now, nothing is restored. */
export interface UndoRequest extends WorkloadAct {
  readonly revision: number;
  readonly liveRevision: number;
}
/** `podId` tells the pod from a later one of its name. */
export interface EvictRequest extends WorkloadAct {
  readonly pod: string;
  readonly podId: string;
}

/** Each act rejects with `unclear` if nobody knows whether it took effect: the same key may then be sent again. */
export interface Workload {
  /** Undefined if it isn't there. */
  status(): Promise<WorkloadStatus | undefined>;
  /** The end of a pod's log, at most `maximumLines`: outside text. `previous`: of the container before the last restart. Undefined if it's gone. */
  podLog(pod: string, maximumLines: number, which: 'current' | 'previous'): Promise<string[] | undefined>;
  /** Refused while an autoscaler decides, or if it's no longer at `from`. */
  scale(request: ScaleRequest): Promise<WorkloadResult>;
  /** Restores an earlier revision. Refused if another change came first, while it's paused, or if something else keeps it in its state. */
  undo(request: UndoRequest): Promise<WorkloadResult>;
  /** Removes one pod within its disruption budget; the system starts another. Refused if the budget has no room. */
  evict(request: EvictRequest): Promise<WorkloadResult>;
}
