import type { Clock } from '../core/time/clock';
import { ConflictError } from '../core/errors';
import { lookUp } from '../core/keys';
import { dueAt } from '../jobs/contract';
import type { PendingEffect, Sweeper } from '../jobs/contract';
import type { AuditLog, Collection, CollectionSpec, Store, Stored } from '../store/contract';
import type {
  ActivityOf,
  Applied,
  AuditEffect,
  Bookkeeping,
  Change,
  DefinedWorkflow,
  EffectCall,
  Given,
  Kept,
  Workflow,
  WorkflowCollection,
  WorkflowEffect,
  WorkflowRecord,
} from './contract';

interface WorkflowDependencies {
  readonly store: Pick<Store, 'collection' | 'audit'>;
  readonly sweeper: Pick<Sweeper, 'register' | 'kick'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Opens the records of a workflow and has their effects performed. `activity` gets the open workflow, because what an effect finds out is often
 * the next event.
 */
export function openWorkflow<R extends WorkflowRecord, Event, Context, Verdict>(
  { store, sweeper, clock }: WorkflowDependencies,
  definition: DefinedWorkflow<R, Event, Context, Verdict>,
  activity: (workflow: Workflow<R, Event, Context, Verdict>) => ActivityOf<R, Verdict>,
): Workflow<R, Event, Context, Verdict> {
  const { name, transition } = definition;
  const collection = store.collection(definition.spec);

  /** The decision on one record, and that record changed by it; undefined when nothing changes. */
  function decide(
    id: string,
    kept: Kept<R> | undefined,
    event: Event,
    context: Given<Context>,
    now: number,
  ): { readonly verdict: Verdict; readonly next: Kept<R> | undefined } {
    const waiting = (kept?.pending ?? []).slice(1).map(({ kind }) => kind);
    const verdict = transition(kept, event, { ...context, id, now, waiting } as Context);
    if (!isChange<R>(verdict)) return { verdict, next: undefined };
    return { verdict, next: withEffects(kept, verdict.record, verdict.effects ?? [], now) };
  }

  async function apply(id: string, event: Event, context: Given<Context>): Promise<Applied<R, Verdict>> {
    const now = clock.now();
    const applied = (await change(id, event, context, now)) ?? (await begin(id, event, context, now));
    if (applied.changed) sweeper.kick(name, id);
    return applied;
  }

  /** Undefined when there's no such record. */
  async function change(
    id: string,
    event: Event,
    context: Given<Context>,
    now: number,
  ): Promise<Applied<R, Verdict> | undefined> {
    let decision: ReturnType<typeof decide> | undefined;
    const stored = await collection.update(id, (kept) => {
      decision = decide(id, kept, event, context, now);
      return decision.next;
    });
    return stored && decision && { verdict: decision.verdict, stored, changed: stored.changed };
  }

  async function begin(id: string, event: Event, context: Given<Context>, now: number): Promise<Applied<R, Verdict>> {
    const { verdict, next } = decide(id, undefined, event, context, now);
    if (!next) return { verdict, stored: undefined, changed: false };
    try {
      return { verdict, stored: await collection.insert(id, next), changed: true };
    } catch (error) {
      // Somebody else made it meanwhile, or one of its unique keys is another record's.
      const applied = error instanceof ConflictError ? await change(id, event, context, now) : undefined;
      if (!applied) throw error;
      return applied;
    }
  }

  const workflow: Workflow<R, Event, Context, Verdict> = {
    records: collection as unknown as Collection<R>,
    apply,
    async foresee(id, event, context) {
      const stored = await collection.get(id);
      const { verdict } = decide(id, stored?.value, event, context, clock.now());
      return { verdict, stored, changed: false };
    },
  };
  const { effects, wake, wakesWithinMs, isOurs } = activity(workflow);
  const handlers = effects as Readonly<Record<string, (call: EffectCall<R, WorkflowEffect>) => Promise<void>>>;

  async function perform(record: Stored<Kept<R>>, pending: PendingEffect): Promise<void> {
    const key = effectKey(definition, record.id, pending.key);
    const effect = effectFrom(pending);
    if (isAudit(effect)) return appendAudit(store.audit, effect, key);
    const handle = lookUp(handlers, effect.kind);
    if (!handle) throw new Error(`The workflow ${name} has nobody for the effect ${effect.kind}`);
    return handle({ ...record, effect, key, attempts: pending.attempts, now: clock.now() });
  }

  sweeper.register<Kept<R>>({
    name,
    collection,
    perform,
    ...(wake && { wake }),
    ...(wakesWithinMs && { wakesWithinMs }),
    ...(isOurs && { isOurs: (kept) => isOurs(kept, dueAtOf(kept)) }),
  });
  return workflow;
}

function isChange<R extends WorkflowRecord>(verdict: unknown): verdict is Change<R, WorkflowEffect> {
  return typeof verdict === 'object' && verdict !== null && 'record' in verdict;
}

function isAudit(effect: WorkflowEffect): effect is AuditEffect {
  return effect.kind === 'audit';
}

function appendAudit(audit: AuditLog, { kind: _, ...line }: AuditEffect, key: string): Promise<void> {
  return audit.append({ ...line, key });
}

/** The record as it is from now on, with these effects behind those that are pending already. */
export function withEffects<R extends WorkflowRecord>(
  before: Bookkeeping | undefined,
  record: R,
  effects: readonly WorkflowEffect[],
  now: number,
): Kept<R> {
  let { pending = [], effectsMade = 0 } = before ?? {};
  for (const { kind, key, ...detail } of effects) {
    if (key !== undefined && pending.some((each) => each.key === key)) continue;
    // The first one may be in work.
    if (detail.topic !== undefined)
      pending = pending.filter((each, index) => index === 0 || each.detail?.['topic'] !== detail.topic);
    effectsMade += 1;
    const isDetailed = Object.keys(detail).length > 0;
    pending = [
      ...pending,
      { key: key ?? `${effectsMade}:${kind}`, kind, ...(isDetailed && { detail }), attempts: 0, dueAt: now },
    ];
  }
  return { ...record, pending, effectsMade };
}

/** The effect as the feature asked for it. */
function effectFrom({ key, kind, detail }: PendingEffect): WorkflowEffect {
  return { ...detail, kind, key };
}

/** The key under which an effect of this record is done. */
export function effectKey(
  { name, keyPrefix = name }: { readonly name: string; readonly keyPrefix?: string | ((id: string) => string) },
  id: string,
  key: string,
): string {
  return `${typeof keyPrefix === 'string' ? `${keyPrefix}:${id}` : keyPrefix(id)}:${key}`;
}

/** How the store keeps records of a workflow: found when they are due, and never removed while something is to be done for them. */
export function keptCollection<R extends WorkflowRecord>(collection: WorkflowCollection<R>): CollectionSpec<Kept<R>> {
  const { expiresAt, upgrade } = collection;
  return {
    name: collection.name,
    schema: collection.schema,
    ...(upgrade && { upgrade: (value, fromSchema) => upgrade(value, fromSchema) as Kept<R> }),
    indexes: { dueAt: dueAtOf, ...collection.indexes },
    queries: [{ orderBy: 'dueAt' }, ...(collection.queries ?? [])],
    ...(collection.unique && { unique: collection.unique }),
    ...(expiresAt && {
      expiresAt: (record) =>
        record.pending.length === 0 && record.wakeAt === undefined ? expiresAt(record) : undefined,
    }),
  };
}

/** When the record wants attention; undefined: never. */
function dueAtOf({ pending, wakeAt }: Kept<WorkflowRecord>): number | undefined {
  return dueAt({ pending, wakeAt });
}

/** For `upgrade`: a stored record of an earlier version with each of its pending effects read forward. */
export function upgradePending<T extends object>(value: T, upgrade: (effect: PendingEffect) => PendingEffect): T {
  const { pending = [] } = value as Partial<Bookkeeping>;
  return { ...value, pending: pending.map(upgrade) };
}

/** Whether something still has to be done for a record of a workflow, which is therefore not to be removed. */
export function isUnfinished(record: WorkflowRecord): boolean {
  return ((record as Partial<Bookkeeping>).pending ?? []).length > 0;
}
