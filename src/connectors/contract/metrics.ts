/** What is measured of a service in an environment, and what can be marked there. Every moment is in milliseconds since 1970. */

/** Metrics at one moment; each is undefined if nothing was measured. */
export interface MetricPoint {
  readonly at: number;
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  /** 0 to 100. */
  readonly errorPercent: number | undefined;
  readonly requestsPerSecond: number | undefined;
  /** How much of its scarcest resource is used, 0 to 100; omitted where nobody says which that is. */
  readonly saturationPercent?: number | undefined;
}

/** One check of a health endpoint. */
export interface Probe {
  readonly at: number;
  readonly answers: boolean;
  /** What the service says if it isn't healthy, one line of outside text. */
  readonly complaint?: string;
}

/** Since when a health endpoint has responded well, or hasn't, without a break, as far as is known. */
export interface AnsweringSince {
  readonly well: boolean;
  readonly since: number;
  /** When it last failed to respond well, however long ago. */
  readonly unwellAt?: number;
}

/** A query that the catalog or the tool names, and that a person can ask for as a graph. */
export interface NamedQuery {
  /** The name people type. */
  readonly name: string;
  /** `ms`, `%`, `/s`, `bytes`; empty if it has none. */
  readonly unit: string;
  /** Drawn as a line: beyond it, something is wrong. */
  readonly limit?: number;
  /** The system's own picture of it is shown, if it can draw one; the numbers are said all the same. */
  readonly prefersPicture?: true;
}

/** One line of a graph. */
export interface Series {
  /** Tells it from the other lines of the same query; empty if it is the only one. Outside text. */
  readonly name: string;
  /** Oldest first, at most 240, evenly spaced. An undefined value is a gap. */
  readonly points: readonly { readonly at: number; readonly value: number | undefined }[];
}

/** In pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** The measurements of a service in an environment from one connection. */
export interface MetricSource {
  /** A fresh probe of the health endpoint; omitted if the system can't tell whether the service answers. */
  probe?(): Promise<Probe>;
  /** Metrics over the last `overMs`; undefined if there are none. */
  figures(overMs: number): Promise<MetricPoint | undefined>;
  /** Oldest first, at most 240 points, evenly spaced. */
  history(fromMs: number, toMs: number): Promise<MetricPoint[]>;
  /** Undefined while nothing is known; omitted where `probe` is. */
  answeringSince?(): Promise<AnsweringSince | undefined>;
  /** The queries of the binding, in its order. */
  readonly queries?: readonly NamedQuery[];
  /** What the tool itself has graphs of, besides `queries`, at most 100. `series` and `picture` take their names, too. */
  findQueries?(): Promise<readonly NamedQuery[]>;
  /** The lines of a named query, at most 10. Throws `not found` for any other name. */
  series?(query: string, fromMs: number, toMs: number): Promise<Series[]>;
  /** The system's own picture of a named query, as PNG, with times in UTC; undefined if it can't draw. Throws `not found` for any other name. */
  picture?(query: string, fromMs: number, toMs: number, size: PictureSize): Promise<Uint8Array | undefined>;
}

/** A deployment for systems that keep deployments themselves. */
export interface RecordedDeployment {
  /** The same from its start to its end. */
  readonly key: string;
  readonly version: string;
  readonly commit: string;
  readonly state: 'running' | 'succeeded' | 'failed' | 'canceled';
}

/** What is drawn as a line over the graphs of a service, such as a deployment. */
export interface Annotation {
  /** The same key never makes a second annotation. */
  readonly key: string;
  readonly at: number;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
  /** What was measured then, for systems that keep numbers: names of letters, digits, dots and underscores. */
  readonly measurements?: readonly Measurement[];
  /** The deployment that it tells of. */
  readonly recorded?: RecordedDeployment;
}

/** One number: how long something took, how often it happened, or with `gauge`, how much of it there is now. Never negative. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'count' | 'gauge';
}

/** A measurement that belongs to no service in an environment. */
export interface PathMeasurement extends Omit<Measurement, 'name'> {
  /** The parts of its name: `pipelines`, `jenkins`, `nightly`, `duration`. They may be outside text; the system makes a name of them that it accepts. */
  readonly path: readonly string[];
}

/** Keeps numbers of a whole connection. */
export interface MeasurementSink {
  /** Sends them once, at most 6. If this rejects or the process dies, they may be lost; nothing tells whether they arrived. */
  send(measurements: readonly PathMeasurement[]): Promise<void>;
}

/** Keeps annotations in the outside system, so that its own graphs show them, too. */
export interface AnnotationSink {
  annotate(annotation: Annotation): Promise<void>;
}

/** Restarts a service. */
export interface Restarter {
  /** `rolling`: the system replaces its copies, usually one after the other. Omitted: it's unavailable while it restarts. */
  readonly effect?: 'rolling';
  /** Restarts it in place with the same release; the same key twice restarts once. Resolves when it answers again. */
  restart(key: string): Promise<{ readonly processId?: number }>;
}

/** Checks a service on request. */
export interface Checker {
  /** Has the monitoring check it now; its result shows in what is read afterwards. */
  recheck(): Promise<void>;
}

/** Acts on a service, as far as its system can. */
export type ServiceControl = Partial<Restarter & Checker>;
