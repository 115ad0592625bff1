import type { z } from 'zod';
import type { Capability, ConnectorKind } from '../../core/catalog/bindings';
import type { Target } from '../../core/catalog/rights';
import type { Telemetry } from '../../core/telemetry';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { HttpLimits, HttpTap } from '../http/contract';
import type { AlertBinding, AlertSource } from './alerts';
import type { ApprovalSource } from './approvals';
import type { EventSource, HookProof } from './hooks';
import type { AnnotationSink, MeasurementSink, MetricSource, ServiceControl } from './metrics';
import type { PipelineSource } from './pipelines';
import type { PipelineRunner, PlaceSource, RunFollower, RunningSource } from './runs';
import type { SourceControl } from './source';
import type { TestFollower, TestRunner } from './tests';
import type { TicketTracker } from './tickets';
import type { Workload } from './workloads';

/** One kind of outside system. A connector knows neither chat nor the catalog: it gets what its own schemas have read. */

/** What a capability is once it's bound to a target. */
export interface BoundCapabilities {
  readonly source: SourceControl;
  readonly running: RunningSource;
  readonly pipelines: PipelineRunner;
  readonly metrics: MetricSource;
  readonly control: ServiceControl;
  readonly alerts: AlertBinding;
  readonly annotations: AnnotationSink;
  readonly tests: TestRunner;
  readonly tickets: TicketTracker;
  readonly workload: Workload;
}

/** A capability that can be bound. */
export type Bindable = keyof BoundCapabilities & Capability;

/** One permission, or one place where keys are kept: whether it works, and what to do if it doesn't. */
export interface CheckLine {
  readonly about: string;
  /** One sentence with the fix; omitted if it works. */
  readonly problem?: string;
}

/** An open connection. It has called nothing yet. */
export interface OpenConnection {
  /** The capability for a target; undefined if this connection doesn't have it. `values` are those of the binding. */
  bind<C extends Bindable>(capability: C, values: unknown, target: Target): BoundCapabilities[C] | undefined;
  readonly alerts?: AlertSource;
  readonly runs?: RunFollower;
  /** What people can start there. Follows the same runs as `runs`. */
  readonly pipelines?: PipelineSource;
  /** Follows the runs of every suite of the connection. */
  readonly tests?: TestFollower;
  /** What the runs of `pipelines` wait for there. */
  readonly approvals?: ApprovalSource;
  /** Omitted unless the connection says that it wants the numbers of pipelines and source control. */
  readonly measurements?: MeasurementSink | undefined;
  /** The system calls Gavel, too, and proves with this that it is the one; `alerts.readHook` or `events` reads what it says. Omitted: it isn't heard. */
  readonly hook?: HookProof | undefined;
  /** Omitted if the system knows no environments. */
  readonly places?: PlaceSource;
  /** What it says beside alerts. */
  readonly events?: EventSource;
  /** Tries what the connection needs with real calls. Rejects only if that itself can't be done. */
  check(): Promise<readonly CheckLine[]>;
  close(): Promise<void>;
}

/** What connectors need that run processes of this server. */
export interface MachineParts {
  /** Everything they write is below this folder. */
  readonly dataDir: string;
  /** How long the sandbox's deploy script takes: 1 is 15 to 20 s. */
  readonly pace: number;
  /** The environment variables that child processes get. */
  readonly environment: Readonly<Record<string, string>>;
}

interface CommonParts {
  /** The name of the connection in the catalog, which people know it by. */
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry?: Telemetry;
  readonly machine: MachineParts;
  /** The value of a setting that the connection names, such as its credential. Registered as a secret. */
  readonly secret: (setting: string) => string;
  /** Bounds of HTTP calls in place of the usual ones, for tests that don't wait as long. */
  readonly limits?: Partial<HttpLimits> | undefined;
  /** Listens to what the system answers over HTTP. */
  readonly tap?: HttpTap | undefined;
}

/** What an opened connection gets. */
export interface OpenParts extends CommonParts {
  /** The targets that the catalog binds this connection to at the moment, with the values of the binding. */
  readonly targets: (capability: Bindable) => readonly (Target & { readonly values: unknown })[];
}

/** A connector: everything that Gavel needs to know of a kind of outside system. */
export interface Connector extends ConnectorKind {
  /** As connections name it: `prometheus`. */
  readonly kind: string;
  /** As people write it: `Prometheus`. */
  readonly title: string;
  /** Opens a connection without calling it. `settings` are those of the catalog. Throws if they can't be used. */
  open(settings: unknown, parts: OpenParts): OpenConnection;
}

/** What the bindings of each capability may say. */
export type Schemas = Readonly<Partial<Record<Bindable, z.ZodType>>>;

type Binders<S extends Schemas> = {
  readonly [C in keyof S & Bindable]: (
    binding: z.output<NonNullable<S[C]>>,
    target: Target,
  ) => BoundCapabilities[C] | undefined;
};

interface TypedParts<S extends Schemas> extends CommonParts {
  /** See `OpenParts.targets`. */
  readonly targets: <C extends keyof S & Bindable>(
    capability: C,
  ) => readonly (Target & { readonly binding: z.output<NonNullable<S[C]>> })[];
}

/** An open connection with a function for each capability that binds it. */
export type Unbound<S extends Schemas> = Omit<OpenConnection, 'bind'> & { readonly bind: Binders<S> };

interface Definition<C extends z.ZodType, S extends Schemas> {
  readonly kind: string;
  readonly title: string;
  /** Everything of a connection but its kind. */
  readonly connection: C;
  /** Each capability that it can have, with what a binding may say. Strings are templates: see `text`. */
  readonly bindings: S;
  /** What is wrong with the targets of a service, for what no schema can see. */
  readonly findProblem?: ConnectorKind['findProblem'];
  readonly open: (settings: z.output<C>, parts: TypedParts<S>) => Unbound<S>;
}

/** A connector with the types of its schemas: `open` and its binders get exactly what these have read. */
export function defineConnector<C extends z.ZodType, S extends Schemas>(definition: Definition<C, S>): Connector {
  const { kind, title, connection, bindings, findProblem } = definition;
  const read = (capability: Bindable, values: unknown): never => bindings[capability]?.parse(values) as never;
  return {
    ...{ kind, title, connection, bindings, findProblem },
    open(settings, parts) {
      const opened = definition.open(connection.parse(settings), {
        ...parts,
        targets: (capability) =>
          parts.targets(capability).map(({ values, ...target }) => ({ ...target, binding: read(capability, values) })),
      });
      const binders = opened.bind as unknown as Partial<Record<Bindable, (binding: never, target: Target) => never>>;
      return {
        ...opened,
        bind: (capability, values, target) => binders[capability]?.(read(capability, values), target),
      };
    },
  };
}
