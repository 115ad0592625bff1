import type { Severity } from '../../core/severity';

/** What is wrong, as monitoring says. Every moment is in milliseconds since 1970; every text is outside text. */

/** Somebody works on it. */
export interface Acknowledgement {
  readonly by: string;
  readonly comment: string;
  readonly until?: number;
}

/** No messages about it until then. */
export interface Silence {
  /** The id that the source keeps it under. */
  readonly id: string;
  readonly by: string;
  readonly comment: string;
  readonly until: number;
}

/** One problem, exactly as its source counts it. */
export interface SourceAlert {
  /** Names the problem at its source: a fingerprint, a problem id, `host!service`. */
  readonly key: string;
  /** What is wrong: the rule or check that says so. Alerts of one service with the same name are one problem. */
  readonly name: string;
  readonly severity: Severity;
  /** One line. */
  readonly summary: string;
  readonly since: number;
  /** What bindings match on, besides being shown for an alert that no binding matches. */
  readonly labels: Readonly<Record<string, string>>;
  /** Its page in the source. */
  readonly url?: string;
  readonly runbook?: string;
  /** The source itself says that it comes and goes. Omitted if it doesn't tell. */
  readonly isFlapping?: boolean;
  readonly acknowledgement?: Acknowledgement;
  /** A silence, or a planned downtime. */
  readonly silences: readonly Silence[];
  /** Another alert, or a rule of the source, holds it back. */
  readonly heldBackBy?: string;
}

/** Everything a source says is wrong now. */
export interface AlertReading {
  readonly alerts: readonly SourceAlert[];
  /** Whether what isn't listed has ended. Not so just after the source has started, or when it cut the list. */
  readonly isComplete: boolean;
}

/** A time in which something was wrong, though nobody may have looked. */
export interface PastAlert {
  readonly key: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly from: number;
  /** Undefined if it hasn't ended. */
  readonly to: number | undefined;
}

/** What a source says when it calls Gavel. It's a hint: what is true is what `read` says. */
export interface AlertHook {
  readonly firing: readonly SourceAlert[];
  /** Each alert with the moment at which it ended. */
  readonly ended: readonly { readonly alert: SourceAlert; readonly at: number }[];
  /** The source left some out. */
  readonly isCut: boolean;
}

/** Who does something through Gavel; the source keeps the name wherever it can. */
export interface ActedBy {
  readonly name: string;
  readonly comment: string;
}

/** The alerts of a whole connection: one call tells them all. */
export interface AlertSource {
  /** The name of an alert that always fires, so that its absence means that the source no longer reports. Omitted if there is none. */
  readonly heartbeat?: string | undefined;
  read(): Promise<AlertReading>;
  /** What the body of a call to Gavel says; undefined if it isn't one of this source's. Calls nothing. */
  readHook?(body: string): Promise<AlertHook | undefined>;
  /**
   * Calls back when something may have changed, so that it's worth reading now; also when it begins, and after each time in which it may have missed
   * something. Resolves when the connection is closed; never rejects.
   */
  watch?(onChange: () => void): Promise<void>;
  /** What fired between two moments, for when nobody listened. */
  history?(fromMs: number, toMs: number): Promise<PastAlert[]>;
  /** Says at the source that somebody works on it. Harmless if somebody does already. */
  acknowledge?(alert: SourceAlert, by: ActedBy, untilMs: number | undefined): Promise<void>;
  /** Takes that back. */
  unacknowledge?(alert: SourceAlert, by: ActedBy): Promise<void>;
  /** No messages about it until then; with `id`, that silence is changed instead. The id may be a new one. */
  silence?(alert: SourceAlert, by: ActedBy, untilMs: number, id?: string): Promise<{ readonly id: string }>;
  /** Ends a silence or a maintenance window. Harmless if it has ended. */
  endSilence?(id: string, by: ActedBy): Promise<void>;
}

/** What an alert would be about. */
export type AlertSubject = Pick<SourceAlert, 'key' | 'name' | 'labels'>;

/** Which alerts of a connection concern a service in an environment. */
export type AlertBinding = ConcernedAlerts & (PlansMaintenance | PlansNone);

interface ConcernedAlerts {
  /** Never throws. */
  concerns(alert: AlertSubject): boolean;
  /** Whether some of its alerts are quiet while this subject is; by default, whether it concerns it. Never throws. */
  isQuietWith?(subject: AlertSubject): boolean;
}

/** Both or neither: whoever plans a maintenance window has to know whom else it keeps quiet. */
interface PlansMaintenance {
  /** Everything that a maintenance window here keeps quiet, whoever else it concerns. Throws a `ConnectorError`. */
  quiets(): Promise<readonly AlertSubject[]>;
  /** Plans a maintenance window for all it concerns; the same key never plans a second one. Throws a `ConnectorError`. */
  maintain(key: string, by: ActedBy, fromMs: number, toMs: number): Promise<{ readonly id: string }>;
}

interface PlansNone {
  readonly quiets?: undefined;
  readonly maintain?: undefined;
}
