import type { PendingEffect } from '../jobs/contract';
import type { AuditEntry, Collection, CollectionSpec, Stored } from '../store/contract';

/**
 * Durable records with a life of their own. A feature writes a pure `transition` and one handler for each kind of effect; the kit does the rest:
 * it stores the new state together with what must follow from it, by compare-and-set, and performs that until it has succeeded.
 */

/** What every record of a workflow may hold for the kit. */
export type WorkflowRecord = object & {
  /** When time itself is an event for the record; milliseconds since 1970. Undefined: never. */
  readonly wakeAt?: number | undefined;
};

/** What the kit keeps in every record beside what the feature says. */
export interface Bookkeeping {
  readonly pending: readonly PendingEffect[];
  /** Numbers the effects, so that no key is ever used twice. */
  readonly effectsMade?: number;
}

/** A record as the store keeps it. */
export type Kept<R extends WorkflowRecord> = R & Bookkeeping;

/** Something that must follow from a change. All but `kind` and `key` is stored with it; it must survive JSON. */
export interface WorkflowEffect {
  readonly kind: string;
  /** Not added while an effect with this key is still pending. Left out, every effect is one of its own. */
  readonly key?: string;
  /** Of all effects on one topic only the latest is worth performing: it takes the place of those that are pending and not in work. */
  readonly topic?: string;
}

/** A line of the audit log as an effect. It holds all that the line says, so that it stays right whatever happens to the record before it is written. */
export interface AuditEffect extends WorkflowEffect, AuditEntry {
  readonly kind: 'audit';
  readonly key?: string;
}

/** A change of a record: how it is from now on, and what follows, in this order. */
export interface Change<R extends WorkflowRecord, F extends WorkflowEffect = never> {
  readonly record: R;
  readonly effects?: readonly (F | AuditEffect)[];
}

/** What the kit tells every transition. */
export interface Circumstance {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The kinds of effect that are pending and not in work, in order. */
  readonly waiting: readonly string[];
}

/** How the store keeps the records; the kit adds what it needs to find those that are due. */
export interface WorkflowCollection<R extends WorkflowRecord> extends Omit<CollectionSpec<R>, 'queries'> {
  /** Left out where nothing is asked but which records are due. */
  readonly queries?: CollectionSpec<R>['queries'];
  /** Reads an effect forward that is pending for a record of an earlier schema, which `upgrade` has read forward already. */
  readonly upgradeEffect?: (effect: PendingEffect, record: R, fromSchema: number) => PendingEffect;
}

/** What a feature declares to get a workflow. */
export interface WorkflowDefinition<R extends WorkflowRecord, Event, Context, Verdict> {
  /** Of the records, as the sweeper knows them: `locks`. */
  readonly name: string;
  /**
   * What the keys of effects begin with outside of the record, before the record's id; the name unless told. A function says all of it, the id
   * as well. Never changes: it makes "once" outlive a new version.
   */
  readonly keyPrefix?: string | ((id: string) => string);
  /** `expiresAt` counts from when nothing is pending any more. */
  readonly collection: WorkflowCollection<R>;
  /**
   * Decides what becomes of a record by an event. Pure: called again when another instance was faster. `record` is undefined where there's none
   * yet. `context` is what the caller of `apply` gives, and as much of `Circumstance` as the transition asks for. Returns a `Change`, or anything
   * else when nothing changes: `undefined`, or a refusal in the feature's own words.
   */
  readonly transition: (record: R | undefined, event: Event, context: Context) => Verdict;
  /** Whether the record has come to its end, which it never leaves. Left out where there is none. */
  readonly isOver?: (record: R) => boolean;
}

/** A definition, with the collection as the store opens it. */
export type DefinedWorkflow<R extends WorkflowRecord, Event, Context, Verdict> = Readonly<
  WorkflowDefinition<R, Event, Context, Verdict> & { spec: CollectionSpec<Kept<R>> }
>;

/** The effects that a transition can ask for, audit lines aside. */
type OwnEffectOf<Verdict> =
  Extract<Verdict, { readonly record: unknown }> extends { readonly effects?: readonly (infer F)[] | undefined }
    ? Exclude<Extract<F, WorkflowEffect>, AuditEffect>
    : never;

/** One effect to be performed. */
export interface EffectCall<R, F> extends Stored<R> {
  readonly effect: F;
  /** Unique among all effects of all records and the same after a failure or a crash: what is done under it counts once. */
  readonly key: string;
  /** How often it has failed. */
  readonly attempts: number;
  readonly now: number;
}

/** One function for each kind. Called again with the same key after a failure or a crash, so each must be idempotent. */
export type EffectHandlers<R, F extends WorkflowEffect> = {
  readonly [Kind in F['kind']]: (call: EffectCall<R, Extract<F, { readonly kind: Kind }>>) => Promise<void>;
};

/** What came of an event. */
export interface Applied<R, Verdict> {
  /** What the transition said. */
  readonly verdict: Verdict;
  /** The record as it stands; undefined where there's none and none was made. */
  readonly stored: Stored<R> | undefined;
  /** Whether this very event changed it. */
  readonly changed: boolean;
}

/** What a caller says of the context; the kit says the rest. */
export type Given<Context> = Omit<Context, keyof Circumstance>;

/** An open workflow: decides events and reads its records. */
export interface Workflow<R extends WorkflowRecord, Event, Context, Verdict> {
  readonly records: Pick<Collection<R>, 'get' | 'find' | 'count' | 'remove'>;
  /**
   * Decides an event and stores what becomes of it, with its effects, by compare-and-set. Rejects with `ConflictError` when a unique key of the
   * new state is another record's, and with `StoreUnavailableError`.
   */
  apply(id: string, event: Event, context: Given<Context>): Promise<Applied<R, Verdict>>;
  /** What `apply` would say now; changes nothing. */
  foresee(id: string, event: Event, context: Given<Context>): Promise<Applied<R, Verdict>>;
}

/** What a workflow with this verdict does, beside deciding. */
export interface ActivityOf<R extends WorkflowRecord, Verdict> {
  readonly effects: EffectHandlers<R, OwnEffectOf<Verdict>>;
  /** Called when `wakeAt` has come; applies an event that moves or clears it. */
  readonly wake?: (record: Stored<R>, now: number) => Promise<void>;
  /** How far ahead `wakeAt` is set at most, where it only says how long to wait. Undefined where it's a time of day that people were told. */
  readonly wakesWithinMs?: (record: R) => number | undefined;
  /**
   * Whether this instance may work on the record now; every instance may unless told. Must become true in time, or nobody does. `dueAt` is when the
   * record wants attention: it stays the same until somebody has worked on it.
   */
  readonly isOurs?: (record: R, dueAt: number | undefined) => boolean;
}
