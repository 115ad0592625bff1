import type { CardContent } from '../../chat/contract';
import type { MetricPoint, Running } from '../../connectors/contract';

/** `unknown`: the evidence is missing, so nobody can rely on it. */
export type HealthState = 'healthy' | 'degraded' | 'down' | 'unknown';

/** Which release is live in an environment. `none`: nothing is deployed there. `cannot tell`: its connector didn't say in time. */
export type LiveRelease =
  | { readonly found: 'release'; readonly running: Running }
  | { readonly found: 'none' | 'cannot tell'; readonly running?: undefined };

/** A query that has a limit, with its value now. */
export interface NamedReading {
  /** Outside text. */
  readonly name: string;
  readonly unit: string;
  readonly limit: number;
  /** Undefined if it couldn't be read. */
  readonly value: number | undefined;
}

/** A connection that gave no answer. */
export interface SilentSource {
  readonly connection: string;
  /** When it was first asked in vain, in milliseconds since 1970. */
  readonly since: number;
}

/** The state of one service in one environment, with its evidence. */
export interface HealthReport {
  readonly service: string;
  readonly environment: string;
  readonly state: HealthState;
  /** When this state began, in milliseconds since 1970; undefined while nobody knows. */
  readonly since: number | undefined;
  readonly live: LiveRelease;
  readonly figures: MetricPoint | undefined;
  /** The queries that have a limit, in the order of the catalog; omitted if nothing measures the service. */
  readonly named?: readonly NamedReading[];
  /** The connections that measure it and don't answer; omitted if nothing measures the service. */
  readonly silent?: readonly SilentSource[];
  /** One plain clause for people, already escaped: `p95 is 412 ms (limit 300 ms)`; empty if healthy. */
  readonly trouble: string;
  /** Healthy although errors are beyond their limit: a single request failed, which means nothing. */
  readonly loneFailure: boolean;
  readonly readAt: number;
}

/** A deployment as marked in the graph. */
export interface DeploymentMark {
  readonly version: string;
  readonly at: number;
  readonly by: string;
}

/** The health of services, as reports and as cards. */
export interface HealthReports {
  /**
   * The current health, kept in the record that all cards use. Never rejects because of a failing service; a failing connector gives `unknown`. The metrics are
   * those of the last minute. A verification passes `watchedMs`, the time since it began: until it ends, everybody uses that period.
   */
  report(service: string, environment: string, watchedMs?: number): Promise<HealthReport>;
  /** The health card of one service with this person's buttons; without a person, without buttons that need a right. */
  card(
    service: string,
    environment: string,
    viewer: string | undefined,
    reference: string,
  ): Promise<CardContent<'health/health'>>;
}

/** The graphs of the health card, and what they are drawn from, for cards of something else. */
export interface HealthGraphs {
  /** The latency of the last hour with its deployments. */
  graph(service: string, environment: string): Promise<CardContent<'health/health'>['data']['graph']>;
  /** What all connections together measured between two moments, oldest first; empty if nothing arrives in time. */
  history(
    service: string,
    environment: string,
    between: { readonly fromMs: number; readonly toMs: number },
  ): Promise<readonly MetricPoint[]>;
}

/** What the deployments feature provides, so that health doesn't depend on it. */
export interface DeploymentHistory {
  /** Deployments that took effect since `fromMs`, in milliseconds since 1970; in no order. */
  marks(service: string, environment: string, fromMs: number): Promise<DeploymentMark[]>;
  /** The release that a rollback would restore; undefined if there is none. */
  rollbackTarget(service: string, environment: string): Promise<string | undefined>;
}
