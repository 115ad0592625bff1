import { z } from 'zod';
import type { CommitRange, MainBranch, PullRequests, Release } from '../contract/source';
import type { AnsweringSince, MetricPoint, Probe } from '../contract/metrics';
import type { FoundRun, OnBehalfOf, Running, RunRequest, RunStatus } from '../contract/runs';
import type { CheckLine, Schemas, Unbound } from '../contract/kinds';
import type { Target } from '../../core/catalog/rights';

/**
 * A system that knows services and environments by the catalog's own names, as processes of this server are known, so that a binding has nothing to
 * translate.
 */
export interface ServicesByName {
  readonly sourceControl?: {
    releases(service: string): Promise<Release[]>;
    release(service: string, version: string): Promise<Release | undefined>;
    commitsBetween(service: string, from: string | undefined, to: string): Promise<CommitRange>;
    mainBranch?(service: string, since: string | undefined): Promise<MainBranch>;
    pullRequests?(service: string): Promise<PullRequests>;
  };
  readonly environments?: { running(service: string, environment: string): Promise<Running | undefined> };
  readonly pipelines?: {
    readonly executor?: string;
    startRun(request: RunRequest): Promise<{ id: string }>;
    findRun(request: RunRequest): Promise<FoundRun>;
    runStatus(id: string): Promise<RunStatus | undefined>;
    cancelRun(id: string, by?: OnBehalfOf): Promise<void>;
    runLog(id: string, maximumLines: number): Promise<string[]>;
  };
  readonly metrics?: {
    probe(service: string, environment: string): Promise<Probe>;
    figures(service: string, environment: string, overMs: number): Promise<MetricPoint | undefined>;
    history(service: string, environment: string, fromMs: number, toMs: number): Promise<MetricPoint[]>;
    answeringSince(service: string, environment: string): Promise<AnsweringSince | undefined>;
  };
  readonly services?: {
    restart(service: string, environment: string, key: string): Promise<{ processId: number }>;
    recheck?(service: string, environment: string): Promise<void>;
  };
  check(): Promise<readonly CheckLine[]>;
  close(): Promise<void>;
}

/** The source control, environments and so on of `ServicesByName`, by the name of the capability that they serve. */
export type ByName<C extends 'sourceControl' | 'environments' | 'pipelines' | 'metrics' | 'services'> = NonNullable<
  ServicesByName[C]
>;

const anything = z.unknown();

/** The capabilities of such a system, with bindings that say nothing. */
export const servedByName = {
  ...{ source: anything, running: anything, pipelines: anything, metrics: anything, control: anything },
} satisfies Schemas;

/** The system as a connection. */
export function openByName(system: ServicesByName): Unbound<typeof servedByName> {
  const { sourceControl, environments, pipelines, metrics, services } = system;
  return {
    bind: {
      source: (_, { service }) =>
        sourceControl && {
          releases: sourceControl.releases.bind(sourceControl, service),
          release: sourceControl.release.bind(sourceControl, service),
          commitsBetween: sourceControl.commitsBetween.bind(sourceControl, service),
          ...(sourceControl.mainBranch && { mainBranch: sourceControl.mainBranch.bind(sourceControl, service) }),
          ...(sourceControl.pullRequests && { pullRequests: sourceControl.pullRequests.bind(sourceControl, service) }),
        },
      running: (_, { service, environment }) =>
        environments && { read: environments.running.bind(environments, service, environment) },
      pipelines: () => pipelines,
      metrics: (_, { service, environment }) =>
        metrics && {
          probe: metrics.probe.bind(metrics, service, environment),
          figures: metrics.figures.bind(metrics, service, environment),
          history: metrics.history.bind(metrics, service, environment),
          answeringSince: metrics.answeringSince.bind(metrics, service, environment),
        },
      control: (_, { service, environment }) =>
        services && {
          restart: services.restart.bind(services, service, environment),
          ...(services.recheck && { recheck: services.recheck.bind(services, service, environment) }),
        },
    },
    ...(pipelines && { runs: pipelines }),
    check: () => system.check(),
    close: () => system.close(),
  };
}

/** Every target once, in the order given. */
export function distinctTargets(targets: readonly Target[]): readonly Target[] {
  return [
    ...new Map(
      targets.map(({ service, environment }) => [`${service}.${environment}`, { service, environment }]),
    ).values(),
  ];
}
