import type { AlertBinding, AlertSource } from './contract/alerts';
import type { ApprovalSource } from './contract/approvals';
import type { AnnotationSink, MeasurementSink, MetricSource, ServiceControl } from './contract/metrics';
import type { EventSource } from './contract/hooks';
import type { PipelineSource } from './contract/pipelines';
import type { PipelineRunner, PlaceSource, RunningSource } from './contract/runs';
import type { SourceControl } from './contract/source';
import type { TestRunner } from './contract/tests';
import type { TicketTracker } from './contract/tickets';
import type { Workload } from './contract/workloads';

/** What guards stand before. Types only. */

/** What a connection offers, by the name of its guard. */
export interface Capabilities {
  readonly source: SourceControl;
  readonly running: RunningSource;
  readonly pipelines: PipelineRunner;
  readonly pipelineSource: PipelineSource;
  readonly metrics: MetricSource;
  readonly control: ServiceControl;
  readonly alertBinding: AlertBinding;
  readonly annotations: AnnotationSink;
  readonly measurements: MeasurementSink;
  readonly tests: TestRunner;
  readonly alerts: AlertSource;
  readonly approvals: ApprovalSource;
  readonly tickets: TicketTracker;
  readonly workload: Workload;
  readonly events: EventSource;
  readonly places: PlaceSource;
}

/** What is guarded, by its name. */
export type Guarded = keyof Capabilities;

/** How each answer is changed, by the method that gives it. */
export type Answers<T> = {
  readonly [K in keyof T]?: NonNullable<T[K]> extends (...given: never[]) => Promise<infer A>
    ? (answer: A) => A
    : never;
};
