import type { Person } from '../../chat/contract';
import type { Commit, RunStatus } from '../../connectors/contract';
import type { Authors } from '../../core/catalog/authors';
import type { Target } from '../../core/catalog/rights';

/** One change of a service's release in an environment, with its whole life. Words of the record; no I/O. */

export type DeploymentState =
  | 'requested'
  | 'awaiting approval'
  | 'approved'
  | 'running'
  | 'verifying'
  | 'succeeded'
  | 'rejected'
  | 'expired'
  | 'cancelled'
  | 'superseded'
  | 'failed'
  | 'rolled back'
  | 'unclear';

export const finalStates: readonly DeploymentState[] = [
  'succeeded',
  'rejected',
  'expired',
  'cancelled',
  'superseded',
  'failed',
  'rolled back',
];

export interface HealthSnapshot {
  readonly at: number;
  readonly state: string;
  readonly p95Ms?: number;
  readonly errorPercent?: number;
  readonly requestsPerSecond?: number;
  /** A single request failed; it counted for nothing. */
  readonly loneFailure?: true;
  readonly trouble: string;
}

export interface Deployment {
  /** People type it: 1042 is `D-1042`. */
  readonly number: number;
  readonly kind: 'deploy' | 'rollback';
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  /** The approval is bound to it. */
  readonly commit: string;
  /** Where the release comes from, where that is known. */
  readonly branch?: string;
  /** When the release was made. Not in records of earlier versions. */
  readonly releasedAt?: number;
  /** The release that is live is gone, so it can't be restored if this one fails; `next` is what was verified there before it. */
  readonly noWayBack?: { readonly version: string; readonly next?: string } | undefined;
  readonly replaces: { readonly version: string; readonly commit: string; readonly since: number } | undefined;
  readonly requester: Person;
  readonly reason: string;
  readonly requestedAt: number;
  /** Where it was asked for; its cards go to the announced channel, else here. */
  readonly placeId: string;
  readonly thread: string | undefined;
  readonly correlationId: string;
  readonly state: DeploymentState;
  readonly stateSince: number;
  /** Everybody who wrote part of the change, apart from the commits, which are cut for display. Not in records of earlier versions. */
  readonly authors?: Authors;
  readonly changes: {
    /** At most 20, for display. */
    readonly commits: readonly Commit[];
    readonly total: number;
    readonly direction: 'forward' | 'back' | 'same';
  };
  readonly approvedBy: readonly Person[];
  readonly approvedAt?: number;
  /** Who rejected, cancelled or answered for it, and why. */
  readonly ended?: {
    readonly by: Person | undefined;
    readonly reason: string;
    readonly at: number;
    /** It ended before it was known that its approval is open, so there may be no card of that. */
    readonly early?: true;
  };
  readonly runKey: string;
  readonly runId?: string;
  /** Which machine executes the run, where that is a process of one; left out where every instance can see it. */
  readonly executor?: string;
  readonly run?: RunStatus;
  readonly cancelRequestedBy?: Person;
  readonly verifyUntil?: number;
  readonly before?: HealthSnapshot;
  readonly after?: HealthSnapshot;
  /** The deployment that puts back what was before, when this one failed; or the one this one puts back. */
  readonly rollbackId?: string;
  readonly rollbackOf?: string;
  /** Why it is being put back, while that is under way and after. */
  readonly failure?: { readonly reason: string; readonly during: 'run' | 'verification'; readonly at: number };
  /** How far the deployment is that puts this one back. */
  readonly rollback?: { readonly number: number; readonly state: DeploymentState; readonly run?: RunStatus };
  /** What served when the run had ended badly; undefined inside: nothing. */
  readonly left?: { readonly version: string | undefined };
  /** The number of the deployment whose end this one waits for. */
  readonly waitsFor?: number;
  /** The rule that keeps it from starting although it is approved, in words. */
  readonly heldBy?: string;
  /** Started at once, past approvals, freezes and locks; a review stays open for it. */
  readonly emergency?: true;
  /** Asked for in spite of what stood in the way: by whom, why, and what that was. */
  readonly override?: { readonly by: Person; readonly reason: string; readonly what: string };
  /** Set before the connector is first asked to start the run; from then on a start is never taken for granted. */
  readonly startTriedAt?: number;
  /** How often in a row the connector could not be asked. */
  readonly looksFailed?: number;
  /** Kept once a person was asked what became of the run. */
  readonly unclearSince?: number;
  readonly unclearReason?: string;
  /** When it is looked at next; undefined: when something happens to it. */
  readonly wakeAt?: number | undefined;
}

export interface FoundDeployment {
  readonly id: string;
  readonly deployment: Deployment;
}

export interface DeploymentRequest {
  /** The same key asks once: the id of the picker, or of the command's activity. */
  readonly key: string;
  readonly kind: 'deploy' | 'rollback';
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  /** The commit the requester was shown; refused when it has changed. Undefined: whatever it is now. */
  readonly commit?: string;
  readonly requester: Person;
  readonly reason: string;
  /** Why it must be in spite of a freeze; counts only from somebody who may override it. */
  readonly overrideReason?: string;
  /** Past every rule, for those whom the catalog lets; the reason is required then. */
  readonly emergency?: true;
  readonly placeId: string;
  readonly thread: string | undefined;
  readonly correlationId: string;
}

/** Told at least once of each emergency; must be idempotent. */
export type EmergencyListener = (id: string, deployment: Deployment) => Promise<void>;

/** Told at least once of each deployment whose run has started; must be idempotent. */
export type StartListener = (id: string, deployment: Deployment) => Promise<void>;

/** Told at least once of each deployment that has ended; must be idempotent. */
export type EndListener = (id: string, deployment: Deployment) => Promise<void>;

/** What the picker and other features may ask of deployments. */
export interface Deployments {
  onEmergency(listener: EmergencyListener): void;
  onStart(listener: StartListener): void;
  onEnd(listener: EndListener): void;
  /** Throws `UserError` when policy or facts refuse it; the same key again gives the same deployment. */
  request(request: DeploymentRequest): Promise<FoundDeployment>;
  /** By id or by number `D-1042`, `1042`. */
  find(idOrNumber: string): Promise<FoundDeployment | undefined>;
  /** Newest first. */
  recent(filter: { service?: string; environment?: string; limit: number }): Promise<FoundDeployment[]>;
  /** The one that is on its way there now, if any. */
  current(target: Target): Promise<FoundDeployment | undefined>;
  /** The newest release that is older than what runs there, was verified there and was not left because it failed; undefined when there is none. */
  rollbackTarget(service: string, environment: string): Promise<{ version: string; commit: string } | undefined>;
  /** Whether this very commit was verified there. */
  wasVerified(service: string, environment: string, commit: string): Promise<boolean>;
  /** Why going to this release would be a deployment and no rollback: a whole sentence in outside text; undefined when it is a rollback. */
  whyNoRollback(
    service: string,
    environment: string,
    wanted: { readonly version: string; readonly commit: string },
  ): Promise<string | undefined>;
  /** Whether this very release can be deployed still: its version leads to this commit. */
  isThere(service: string, wanted: { readonly version: string; readonly commit: string }): Promise<boolean>;
}
