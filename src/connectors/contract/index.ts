import type { AlertBinding, AlertSource, AlertSubject } from './alerts';
import type { ApprovalSource } from './approvals';
import type { Target } from '../../core/catalog/rights';
import type { AnnotationSink, Checker, MeasurementSink, MetricSource, Restarter } from './metrics';
import type { PipelineSource } from './pipelines';
import type { PipelineRunner, PlaceSource, RunFollower, RunningSource } from './runs';
import type { SourceControl } from './source';
import type { TestFollower, TestRunner } from './tests';
import type { TicketTracker } from './tickets';
import type { Workload } from './workloads';

export type * from './alerts';
export type * from './approvals';
export type * from './metrics';
export type * from './pipelines';
export type * from './runs';
export type * from './source';
export type * from './tests';
export type * from './tickets';
export type * from './workloads';
export type { CheckLine } from './kinds';

/**
 * What a feature can ask of the outside systems. Every method rejects with `ConnectorError` if the system fails; its `failure` says what is known.
 */

/** A capability of one connection, bound to a service in an environment. */
export type Bound<C> = C & {
  /** The name of the connection in the catalog, which people know it by. */
  readonly connection: string;
};

/** The releases of a service. */
export type Source = Bound<SourceControl>;

/**
 * The outside systems that serve a service in an environment, by the catalog. A capability that nothing there offers is undefined, as are all of a
 * service that the catalog no longer has.
 */
export interface Systems {
  /** What people call the system that deploys the service: its title in the catalog, or that of its kind. */
  nameOf(service: string): string | undefined;
  source(service: string): Source | undefined;
  /** Tells which release is live. */
  running(service: string, environment: string): Bound<RunningSource> | undefined;
  /** All that tell which release is live, in the order of the catalog: the first is the one that deployments rely on. */
  runningSources(service: string, environment: string): readonly Bound<RunningSource>[];
  pipelines(service: string, environment: string): Bound<PipelineRunner> | undefined;
  /** Follows the runs of a connection, whatever the catalog now says of the service; undefined if the connection is gone. */
  runsOf(connection: string): Bound<RunFollower> | undefined;
  /** Every connection whose pipelines people can start. */
  pipelineSources(): readonly Bound<PipelineSource>[];
  /** Undefined if the connection is gone or has none. */
  pipelineSource(connection: string): Bound<PipelineSource> | undefined;
  /** Every connection whose runs can wait for a decision that Gavel can make. */
  approvalSources(): readonly Bound<ApprovalSource>[];
  /** Undefined if the connection is gone or has no such decisions. */
  approvalSource(connection: string): Bound<ApprovalSource> | undefined;
  /** Runs the test suites of the service there. */
  tests(service: string, environment: string): Bound<TestRunner> | undefined;
  /** Follows the test runs of a connection, whatever the catalog now says of the service; undefined if the connection is gone. */
  testsOf(connection: string): Bound<TestFollower> | undefined;
  /** In the order of the catalog; the same objects until the catalog changes. */
  metrics(service: string, environment: string): readonly Bound<MetricSource>[];
  /** The first that can restart it. */
  restarter(service: string, environment: string): Bound<Restarter> | undefined;
  /** Every one that can check it on request. */
  checkers(service: string, environment: string): readonly Bound<Checker>[];
  /** Where annotations are kept. */
  annotations(service: string, environment: string): readonly Bound<AnnotationSink>[];
  /** Every connection that wants the numbers of pipelines and source control. */
  measurementSinks(): readonly Bound<MeasurementSink>[];
  /** Where its tickets are. */
  tickets(service: string, environment: string): Bound<TicketTracker> | undefined;
  /** What it runs as, where its system runs several copies. */
  workload(service: string, environment: string): Bound<Workload> | undefined;
  /** Every connection that knows environments. */
  placeSources(): readonly Bound<PlaceSource>[];
  /** What people call a connection: its title in the catalog, or that of its kind. */
  titleOf(connection: string): string;
  /** Every connection that tells what is wrong. */
  alertSources(): readonly Bound<AlertSource>[];
  alerts(service: string, environment: string): readonly Bound<AlertBinding>[];
  /** The targets that an alert of a connection concerns; none if no binding matches it. */
  concernedBy(connection: string, alert: AlertSubject): readonly Target[];
  /** The targets whose alerts of a connection are quiet, wholly or in part, while a maintenance window covers this. */
  quietWith(connection: string, subject: AlertSubject): readonly Target[];
}
