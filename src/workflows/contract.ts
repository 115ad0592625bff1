import type { PendingEffect } from '../jobs/contract';
import type { AuditEntry, Collection, CollectionSpec, Stored } from '../store/contract';

/**
 * Durable records with a state machine. A feature writes a pure `transition` and one handler for each kind of effect; the kit does the rest: it stores the
 * new state together with its effects by compare-and-set, and performs them until they have succeeded.
 */

/** The field of every workflow record that the kit uses. */
export type WorkflowRecord = object & {
  /** When time itself is an event for the record; milliseconds since 1970. Undefined: never. */
  readonly wakeAt?: number | undefined;
};

/** What the kit adds to every record. */
export interface Bookkeeping {
  readonly pending: readonly PendingEffect[];
  /** Numbers the effects, so that no key is ever used twice. */
  readonly effectsMade?: number;
}

/** A record as stored. */
export type Kept<R extends WorkflowRecord> = R & Bookkeeping;

/** Something that must follow from a change. Everything except `kind` and `key` is stored with it, so it must survive JSON. */
export interface WorkflowEffect {
  readonly kind: string;
  /** Not added while an effect with this key is pending. Omitted, every effect is separate. */
  readonly key?: string;
  /** Of all effects on one topic, only the latest matters: it replaces pending ones that aren't in progress. */
  readonly topic?: string;
}

/**
 * A line of the audit log as an effect. It contains everything that the line says, so it stays correct whatever happens to the record before it is written.
 */
export interface AuditEffect extends WorkflowEffect, AuditEntry {
  readonly kind: 'audit';
  readonly key?: string;
}

/** A change of a record: its new state, and its effects in this order. */
export interface Change<R extends WorkflowRecord, F extends WorkflowEffect = never> {
  readonly record: R;
  readonly effects?: readonly (F | AuditEffect)[];
}

/** What the kit passes to every transition. */
export interface Circumstance {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The kinds of pending effects that aren't in progress, in order. */
  readonly waiting: readonly string[];
}

/** How the store keeps the records; the kit adds what it needs to find due ones. */
export interface WorkflowCollection<R extends WorkflowRecord> extends Omit<CollectionSpec<R>, 'queries'> {
  /** Omitted if the only query is which records are due. */
  readonly queries?: CollectionSpec<R>['queries'];
  /** Upgrades a pending effect of a record from an earlier schema; `upgrade` has already converted the record. */
  readonly upgradeEffect?: (effect: PendingEffect, record: R, fromSchema: number) => PendingEffect;
}

/** What a feature declares to get a workflow. */
export interface WorkflowDefinition<R extends WorkflowRecord, Event, Context, Verdict> {
  /** The sweeper's name for the records: `locks`. */
  readonly name: string;
  /**
   * The prefix of effect keys outside the record, before the record's id; by default, the name. A function returns the whole prefix, including the id. It never
   * changes, because it keeps effects from being repeated after an upgrade.
   */
  readonly keyPrefix?: string | ((id: string) => string);
  /** `expiresAt` counts from when nothing is pending anymore. */
  readonly collection: WorkflowCollection<R>;
  /**
   * Decides the next state of a record after an event. Pure: called again if another instance was faster. `record` is undefined if there is none yet. `context`
   * is what the caller of `apply` passes, and the parts of `Circumstance` that the transition asks for. Returns a `Change`, or anything else if nothing
   * changes: `undefined`, or a refusal in the feature's own words.
   */
  readonly transition: (record: R | undefined, event: Event, context: Context) => Verdict;
  /** Whether the record has reached a final state, which it never leaves. Omitted if there is none. */
  readonly isOver?: (record: R) => boolean;
}

/** A definition, with the collection as the store opens it. */
export type DefinedWorkflow<R extends WorkflowRecord, Event, Context, Verdict> = Readonly<
  WorkflowDefinition<R, Event, Context, Verdict> & { spec: CollectionSpec<Kept<R>> }
>;

/** The effects that a transition can return, without audit lines. */
type OwnEffectOf<Verdict> =
  Extract<Verdict, { readonly record: unknown }> extends { readonly effects?: readonly (infer F)[] | undefined }
    ? Exclude<Extract<F, WorkflowEffect>, AuditEffect>
    : never;

/** One effect to perform. */
export interface EffectCall<R, F> extends Stored<R> {
  readonly effect: F;
  /** Unique among all effects of all records and the same after a failure or a crash: work under this key counts once. */
  readonly key: string;
  /** How often it has failed. */
  readonly attempts: number;
  readonly now: number;
}

/** One function for each kind. Called again with the same key after a failure or a crash, so each must be idempotent. */
export type EffectHandlers<R, F extends WorkflowEffect> = {
  readonly [Kind in F['kind']]: (call: EffectCall<R, Extract<F, { readonly kind: Kind }>>) => Promise<void>;
};

/** The result of an event. */
export interface Applied<R, Verdict> {
  /** The transition's result. */
  readonly verdict: Verdict;
  /** The current record; undefined if there is none and none was created. */
  readonly stored: Stored<R> | undefined;
  /** Whether this event changed it. */
  readonly changed: boolean;
}

/** What a caller passes as context; the kit adds the rest. */
export type Given<Context> = Omit<Context, keyof Circumstance>;

/** An open workflow: decides events and reads its records. */
export interface Workflow<R extends WorkflowRecord, Event, Context, Verdict> {
  readonly records: Pick<Collection<R>, 'get' | 'find' | 'count' | 'remove'>;
  /**
   * Decides an event and stores the result with its effects by compare-and-set. Rejects with `ConflictError` if another record has a unique key of the new
   * state, and with `StoreUnavailableError`.
   */
  apply(id: string, event: Event, context: Given<Context>): Promise<Applied<R, Verdict>>;
  /** What `apply` would return now; changes nothing. */
  foresee(id: string, event: Event, context: Given<Context>): Promise<Applied<R, Verdict>>;
}

/** What a workflow with this verdict does besides deciding. */
export interface ActivityOf<R extends WorkflowRecord, Verdict> {
  readonly effects: EffectHandlers<R, OwnEffectOf<Verdict>>;
  /** Called when `wakeAt` is due; applies an event that postpones or clears it. */
  readonly wake?: (record: Stored<R>, now: number) => Promise<void>;
  /** How far ahead `wakeAt` is set at most, if it only says how long to wait. Undefined if it's a time that people were told. */
  readonly wakesWithinMs?: (record: R) => number | undefined;
  /**
   * Whether this instance can work on the record now; by default, every instance can. It must become true for some instance in time. `dueAt` is when the record
   * became due: it stays the same until somebody has worked on it.
   */
  readonly isOurs?: (record: R, dueAt: number | undefined) => boolean;
}
