import type { CardContent } from '../../chat/contract';
import type { MetricPoint, Running } from '../../connectors/contract';

/** `unknown`: the evidence is missing, so nobody may rely on it. */
export type HealthState = 'healthy' | 'degraded' | 'down' | 'unknown';

/** Which release is live in an environment. `none`: nothing is deployed there. `cannot tell`: its connector didn't say in time. */
export type LiveRelease =
  | { readonly found: 'release'; readonly running: Running }
  | { readonly found: 'none' | 'cannot tell'; readonly running?: undefined };

/** The state of one service in one environment, with its evidence. */
export interface HealthReport {
  readonly service: string;
  readonly environment: string;
  readonly state: HealthState;
  /** When this state began, in milliseconds since 1970; undefined while nobody knows. */
  readonly since: number | undefined;
  readonly live: LiveRelease;
  readonly figures: MetricPoint | undefined;
  /** One plain clause for people, already escaped: `p95 is 412 ms (limit 300 ms)`; empty when healthy. */
  readonly trouble: string;
  /** Healthy although the errors are beyond their limit: a single request failed, from which nothing follows. */
  readonly loneFailure: boolean;
  readonly readAt: number;
}

/** A deployment as the graph marks it. */
export interface DeploymentMark {
  readonly version: string;
  readonly at: number;
  readonly by: string;
}

/** How services are, as reports and as cards. */
export interface HealthReports {
  /**
   * How it is now, kept in the record that all cards tell. Never rejects for a failing service; a failing connector gives `unknown`. The figures
   * are those of the last minute. A verification passes `watchedMs`, the time since it began: until it ends, everybody judges by that time.
   */
  report(service: string, environment: string, watchedMs?: number): Promise<HealthReport>;
  /** The health card of one service, buttons as this person may use them; without a person no buttons that need a right. */
  card(
    service: string,
    environment: string,
    viewer: string | undefined,
    reference: string,
  ): Promise<CardContent<'health/health'>>;
}

/** What the deployments feature tells, so that health doesn't depend on it. */
export interface DeploymentHistory {
  /** Deployments that took effect since then, `fromMs` since 1970; in no order. */
  marks(service: string, environment: string, fromMs: number): Promise<DeploymentMark[]>;
  /** The release that a rollback would go back to; undefined when there is none. */
  rollbackTarget(service: string, environment: string): Promise<string | undefined>;
}
