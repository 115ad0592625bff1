import type { Person } from '../../chat/contract';
import type { Commit, RunStatus } from '../../connectors/contract';
import type { Authors } from '../../core/catalog/authors';
import type { Target } from '../../core/catalog/rights';
import type { Query, Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import type { HealthReports, HealthState } from '../health';

/** What other features know about deployments. */

/** The states of a deployment that hasn't ended. */
export const openStates = ['requested', 'awaiting approval', 'approved', 'running', 'verifying', 'unclear'] as const;
const ends = ['succeeded', 'rejected', 'expired', 'cancelled', 'superseded', 'failed', 'rolled back'] as const;

/** The state of a deployment. Stored, so a state keeps its name. */
export type DeploymentState = (typeof openStates)[number] | (typeof ends)[number];

/** The states that a deployment never leaves. */
export const finalStates: readonly DeploymentState[] = ends;

/** The health of a service at one moment. `trouble` says what was wrong, escaped; empty if nothing was. */
export interface HealthSnapshot {
  readonly at: number;
  /** `not live`: another release is. */
  readonly state: HealthState | 'not live';
  readonly p95Ms?: number;
  readonly errorPercent?: number;
  readonly requestsPerSecond?: number;
  /** A single request failed, which doesn't count. */
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
  /** People type it: `D-1042` for 1042. */
  readonly number: number;
  readonly kind: 'deploy' | 'rollback';
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  /** The approval is bound to it. */
  readonly commit: string;
  /** The branch of the release, if known. */
  readonly branch?: string;
  /** When the release was created. Missing in records of earlier versions. */
  readonly releasedAt?: number;
  /** The release that is live is gone, so it can't be restored if this one fails; `next` is what was verified there earlier. */
  readonly noWayBack?: { readonly version: string; readonly next?: string };
  readonly replaces: { readonly version: string; readonly commit: string; readonly since: number } | undefined;
  readonly requester: Person;
  readonly reason: string;
  readonly requestedAt: number;
  /** Where it was requested; its cards go to the announced channel, or else here. */
  readonly placeId: string;
  readonly thread: string | undefined;
  readonly correlationId: string;
  readonly state: DeploymentState;
  readonly stateSince: number;
  /** Everybody who wrote part of the change, separate from the commits, which are cut for display. Missing in records of earlier versions. */
  readonly authors?: Authors;
  readonly changes: {
    /** At most 20, for display. */
    readonly commits: readonly Commit[];
    readonly total: number;
    readonly direction: 'forward' | 'back' | 'same';
  };
  readonly approvedBy: readonly Person[];
  readonly approvedAt?: number;
  /** Who rejected, canceled or answered for it, and why. */
  readonly ended?: {
    readonly by: Person | undefined;
    readonly reason: string;
    readonly at: number;
    /** The newer request that took its place. */
    readonly successor?: Successor;
    /** Nobody knew what had become of its run, until a person said that it never ran. */
    readonly neverRan?: true;
    /** It ended before its approval was known to be open, so there may be no card of that. */
    readonly early?: true;
  };
  readonly runKey: string;
  readonly runId?: string;
  /** The connection that the run was asked of: only it can find, follow or stop the run. Not in records of earlier versions. */
  readonly connection?: string;
  /** Which machine executes the run, if it is one of its processes; omitted if every instance can see it. */
  readonly executor?: string;
  readonly run?: RunStatus;
  readonly cancelRequestedBy?: Person;
  /** Raw text from the person who canceled it. */
  readonly cancelReason?: string;
  readonly verifyUntil?: number;
  readonly before?: HealthSnapshot;
  readonly after?: HealthSnapshot;
  /** The deployment that restores the previous release after this one failed; `rollbackOf`: the one that this one rolls back. */
  readonly rollbackId?: string;
  readonly rollbackOf?: string;
  /** Why it failed, while it is being rolled back and after that. */
  readonly failure?: { readonly reason: string; readonly during: 'run' | 'verification'; readonly at: number };
  /** The state of the deployment that rolls this one back. */
  readonly rollback?: { readonly number: number; readonly state: DeploymentState; readonly run?: RunStatus };
  /** The release that was live after the run failed; undefined inside: none. */
  readonly left?: { readonly version: string | undefined };
  /** What replaced it after it had been live, and since when. */
  readonly replacedBy?: { readonly id: string; readonly number: number; readonly version: string; readonly at: number };
  /** The number of the deployment whose end this one waits for. */
  readonly waitsFor?: number;
  /** The rule that keeps it from starting although it is approved, in words. */
  readonly heldBy?: string;
  /** Started at once, past approvals, freezes and locks; its review stays open. */
  readonly emergency?: true;
  /** What an emergency skips: the rules as of when it was requested, then those that began while it waited. Not in records of earlier versions. */
  readonly skipped?: readonly SkippedRule[];
  /** Requested although a rule was in the way: by whom, why, and which rule. */
  readonly override?: { readonly by: Person; readonly reason: string; readonly what: string };
  /** Set before the connector is first asked to start the run; from then on, Gavel never assumes that it didn't start. */
  readonly startTriedAt?: number;
  /** When a start with this `runKey` was first tried. Not in records of earlier versions. */
  readonly askedAt?: number;
  /** How often in a row the connector couldn't be called. */
  readonly looksFailed?: number;
  /** Kept once a person was asked what happened to the run. */
  readonly unclearSince?: number;
  readonly unclearReason?: string;
  /** When to check it next; undefined: when something happens to it. */
  readonly wakeAt?: number;
}

/** A deployment with the id under which it's stored. */
export interface FoundDeployment {
  readonly id: string;
  readonly deployment: Deployment;
}

type Asked =
  'kind' | 'service' | 'environment' | 'version' | 'requester' | 'reason' | 'placeId' | 'thread' | 'correlationId';

/** What somebody requests, and where. An emergency skips every rule, for people whom the catalog allows that, and needs a reason. */
export interface DeploymentRequest extends Pick<Deployment, Asked | 'emergency' | 'skipped'> {
  /** The same key requests once: the id of the picker, or of the command's activity. */
  readonly key: string;
  /** The commit that the requester saw; refused if it has changed. Undefined: the current one. */
  readonly commit?: string;
  /** Why a freeze should be overridden; counts only from people who can override it. */
  readonly overrideReason?: string;
}

/** Called at least once for each deployment that it's about, and again after a failure or a crash, so it must be idempotent. */
export type DeploymentListener = (id: string, deployment: Deployment) => Promise<void>;

/** Identifies a release: a version that was tagged again is another release. */
export interface ReleaseName {
  readonly version: string;
  readonly commit: string;
}

/** What the picker and other features can ask of deployments. */
export interface Deployments {
  /** Adds a listener for emergency deployments, called when one is requested, changes and ends. Emergencies wait until there is one. */
  onEmergency(listener: DeploymentListener): void;
  /** Adds a listener for each deployment whose run has started. */
  onStart(listener: DeploymentListener): void;
  /** Adds a listener for each deployment that has ended in any way. */
  onEnd(listener: DeploymentListener): void;
  /** Adds a listener for each deployment whose run waits for somebody's decision in its tool; it's called again whenever the card changes meanwhile. */
  onWait(listener: DeploymentListener): void;
  /** Draws its card again, because an approval that its run waits for has changed. Does nothing if its run waits for none. */
  redraw(id: string): Promise<void>;
  /**
   * Requests a deployment; checks every right and rule, whatever was shown before. The same key again returns the same deployment. Throws `UserError` if a rule
   * or a fact refuses it, and `ConnectorError` if the connector can't be called.
   */
  request(request: DeploymentRequest): Promise<FoundDeployment>;
  /** By id, or by number as people type it: `D-1042`, `1042`. */
  find(idOrNumber: string): Promise<FoundDeployment | undefined>;
  /** All that match, in the order of the query, which must be a declared one. */
  each(query: Omit<Query, 'limit'>): AsyncIterable<Stored<Deployment>>;
  /** The newest first, of every service and environment by default. */
  recent(filter: { service?: string; environment?: string; limit: number }): Promise<FoundDeployment[]>;
  /** The deployments in one of these states, of every service and environment, newest request first. `limit`: at most 1000. */
  inState(states: readonly DeploymentState[], limit: number): Promise<FoundDeployment[]>;
  /** The deployment that is in progress there now, if any. */
  current(target: Target): Promise<FoundDeployment | undefined>;
  /** The newest release that is older than the live one, was verified there and wasn't abandoned because it failed; undefined if there is none. */
  rollbackTarget(service: string, environment: string): Promise<ReleaseName | undefined>;
  /** Whether this commit was ever verified there. */
  wasVerified(service: string, environment: string, commit: string): Promise<boolean>;
  /** Why going to this release would be a deployment, not a rollback: a complete sentence of outside text; undefined if it is a rollback. */
  whyNoRollback(service: string, environment: string, wanted: ReleaseName): Promise<string | undefined>;
}

/** Where evidence about a deployment comes from. */
export interface EvidenceSources {
  readonly deps: Pick<FeatureDependencies, 'catalog' | 'store' | 'clock'>;
  readonly store: Pick<Deployments, 'wasVerified'>;
  readonly health: Pick<HealthReports, 'report'>;
}
