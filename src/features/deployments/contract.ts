import type { Person } from '../../chat/contract';
import type { Commit, RunStatus } from '../../connectors/contract';
import type { Authors } from '../../core/catalog/authors';
import type { Target } from '../../core/catalog/rights';
import type { Query, Stored } from '../../store/contract';
import type { HealthState } from '../health';

/** What other features know of deployments. */

/** The states of a deployment that hasn't ended. */
export const openStates = ['requested', 'awaiting approval', 'approved', 'running', 'verifying', 'unclear'] as const;
const ends = ['succeeded', 'rejected', 'expired', 'cancelled', 'superseded', 'failed', 'rolled back'] as const;

/** Where a deployment stands. Stored: a state keeps its name. */
export type DeploymentState = (typeof openStates)[number] | (typeof ends)[number];

/** The states that a deployment never leaves. */
export const finalStates: readonly DeploymentState[] = ends;

/** How a service was at one moment. `trouble` says what was wrong, escaped; empty when nothing was. */
export interface HealthSnapshot {
  readonly at: number;
  /** `not live`: another release is. */
  readonly state: HealthState | 'not live';
  readonly p95Ms?: number;
  readonly errorPercent?: number;
  readonly requestsPerSecond?: number;
  /** A single request failed; it counted for nothing. */
  readonly loneFailure?: true;
  readonly trouble: string;
}

/** A rule that an emergency deployment skips. Its words are outside text. */
export interface SkippedRule {
  readonly rule: 'approval' | 'evidence' | 'freeze' | 'lock' | 'order';
  /** `1 approval`, `Lock by Noor Operator` */
  readonly name: string;
  /** The rest of the line: `by the role approver`, `until 18:00: “I am testing the tax fix”`. */
  readonly detail: string;
  /** Who holds the lock. */
  readonly person?: Person;
  /** Tells this freeze or lock from every other. Not in records of earlier versions. */
  readonly id?: string;
}

/** The request that took the place of another one. */
export type Successor = Pick<Deployment, 'number' | 'version'>;

/** One change of a service's release in an environment, with its whole life. All times are milliseconds since 1970. */
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
  /** The release that is live is gone, so it can't be restored if this one fails; `next` is what was verified there earlier. */
  readonly noWayBack?: { readonly version: string; readonly next?: string };
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
    /** The newer request that took its place. */
    readonly successor?: Successor;
    /** Nobody knew what had become of its run, until a person said that it never ran. */
    readonly neverRan?: true;
    /** It ended before it was known that its approval is open, so there may be no card of that. */
    readonly early?: true;
  };
  readonly runKey: string;
  readonly runId?: string;
  /** Which machine executes the run, where that is a process of one; left out where every instance can see it. */
  readonly executor?: string;
  readonly run?: RunStatus;
  readonly cancelRequestedBy?: Person;
  /** Raw text of whoever canceled it. */
  readonly cancelReason?: string;
  readonly verifyUntil?: number;
  readonly before?: HealthSnapshot;
  readonly after?: HealthSnapshot;
  /** The deployment that restores the release before, when this one failed; `rollbackOf`: the one that this one rolls back. */
  readonly rollbackId?: string;
  readonly rollbackOf?: string;
  /** Why it failed, while it is being rolled back and after. */
  readonly failure?: { readonly reason: string; readonly during: 'run' | 'verification'; readonly at: number };
  /** How far the deployment is that rolls this one back. */
  readonly rollback?: { readonly number: number; readonly state: DeploymentState; readonly run?: RunStatus };
  /** The release that was live after the run had failed; undefined inside: none. */
  readonly left?: { readonly version: string | undefined };
  /** What took its place after it had been live, and since when. */
  readonly replacedBy?: { readonly id: string; readonly number: number; readonly version: string; readonly at: number };
  /** The number of the deployment whose end this one waits for. */
  readonly waitsFor?: number;
  /** The rule that keeps it from starting although it is approved, in words. */
  readonly heldBy?: string;
  /** Started at once, past approvals, freezes and locks; a review stays open for it. */
  readonly emergency?: true;
  /** What an emergency skips: the rules as of when it was requested, then those that began while it waited. Not in records of earlier versions. */
  readonly skipped?: readonly SkippedRule[];
  /** Requested although a rule stood in the way: by whom, why, and which rule. */
  readonly override?: { readonly by: Person; readonly reason: string; readonly what: string };
  /** Set before the connector is first asked to start the run; from then on a start is never taken for granted. */
  readonly startTriedAt?: number;
  /** How often in a row the connector could not be asked. */
  readonly looksFailed?: number;
  /** Kept once a person was asked what became of the run. */
  readonly unclearSince?: number;
  readonly unclearReason?: string;
  /** When it is to be checked next; undefined: when something happens to it. */
  readonly wakeAt?: number;
}

/** A deployment with the id under which it's stored. */
export interface FoundDeployment {
  readonly id: string;
  readonly deployment: Deployment;
}

type Asked =
  'kind' | 'service' | 'environment' | 'version' | 'requester' | 'reason' | 'placeId' | 'thread' | 'correlationId';

/** What somebody asks for, and where they asked. An emergency goes past every rule, for those whom the catalog lets, and needs a reason. */
export interface DeploymentRequest extends Pick<Deployment, Asked | 'emergency' | 'skipped'> {
  /** The same key asks once: the id of the picker, or of the command's activity. */
  readonly key: string;
  /** The commit the requester was shown; refused when it has changed. Undefined: whatever it is now. */
  readonly commit?: string;
  /** Why a freeze is to be overridden; counts only from somebody who may override it. */
  readonly overrideReason?: string;
}

/** Called at least once for each deployment that it's about, and again after a failure or a crash: it must be idempotent. */
export type DeploymentListener = (id: string, deployment: Deployment) => Promise<void>;

/** A release as it's told apart: a version that was tagged anew is another release. */
export interface ReleaseName {
  readonly version: string;
  readonly commit: string;
}

/** What the picker and other features may ask of deployments. */
export interface Deployments {
  /** Adds a listener for emergency deployments, called when one is requested, changes and ends. Until there is one, they wait for it. */
  onEmergency(listener: DeploymentListener): void;
  /** Adds a listener for each deployment whose run has started. */
  onStart(listener: DeploymentListener): void;
  /** Adds a listener for each deployment that has ended, however it did. */
  onEnd(listener: DeploymentListener): void;
  /**
   * Requests a deployment; every right and rule is checked, whatever was shown before. The same key again gives the same deployment. Throws
   * `UserError` when a rule or a fact refuses it, and `ConnectorError` when the connector can't be asked.
   */
  request(request: DeploymentRequest): Promise<FoundDeployment>;
  /** By id, or by number as people type it: `D-1042`, `1042`. */
  find(idOrNumber: string): Promise<FoundDeployment | undefined>;
  /** All that match, in the order of the query, which is one of those declared. */
  each(query: Omit<Query, 'limit'>): AsyncIterable<Stored<Deployment>>;
  /** The newest first, of every service and environment by default. */
  recent(filter: { service?: string; environment?: string; limit: number }): Promise<FoundDeployment[]>;
  /** Those in one of these states, of every service and environment; the newest request first. `limit`: at most 1000. */
  inState(states: readonly DeploymentState[], limit: number): Promise<FoundDeployment[]>;
  /** The one that is on its way there now, if any. */
  current(target: Target): Promise<FoundDeployment | undefined>;
  /** The newest release that is older than what runs there, was verified there and was not left because it failed; undefined when there is none. */
  rollbackTarget(service: string, environment: string): Promise<ReleaseName | undefined>;
  /** Whether this very commit was verified there at any time. */
  wasVerified(service: string, environment: string, commit: string): Promise<boolean>;
  /** Why going to this release would be a deployment and no rollback: a whole sentence in outside text; undefined when it is a rollback. */
  whyNoRollback(service: string, environment: string, wanted: ReleaseName): Promise<string | undefined>;
}
