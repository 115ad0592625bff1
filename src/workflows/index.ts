import { ConflictError } from '../core/errors';
import { lookUp } from '../core/keys';
import type { Clock } from '../core/time/clock';
import type { Living, Sweeper } from '../jobs/contract';
import type { Collection, CollectionSpec, Store } from '../store/contract';
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
  WorkflowDefinition,
  WorkflowEffect,
  WorkflowRecord,
} from './contract';

export type { PendingEffect as StoredEffect } from '../jobs/contract';
export type * from './contract';

/**
 * Declares a workflow; pure, so that a test can walk its states without a store.
 *
 * @example
 * export const freezeWorkflow = defineWorkflow({
 *   name: 'freezes',
 *   collection: { name: 'freezes', schema: 1, indexes: {} },
 *   transition: (record: Freeze | undefined, event: FreezeEvent, { now }) => …,
 * });
 */
export function defineWorkflow<R extends WorkflowRecord, Event, Context, Verdict>(
  definition: WorkflowDefinition<R, Event, Context, Verdict>,
): DefinedWorkflow<R, Event, Context, Verdict> {
  return Object.freeze({ ...definition, spec: keptCollection(definition.collection) });
}

interface WorkflowDependencies {
  readonly store: Pick<Store, 'collection' | 'audit'>;
  readonly sweeper: Pick<Sweeper, 'register' | 'kick'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Opens the records of a workflow and performs their effects. `activity` gets the open workflow, because the result of an effect is often the next event. */
export function openWorkflow<R extends WorkflowRecord, Event, Context, Verdict>(
  { store, sweeper, clock }: WorkflowDependencies,
  definition: DefinedWorkflow<R, Event, Context, Verdict>,
  activity: (workflow: Workflow<R, Event, Context, Verdict>) => ActivityOf<R, Verdict>,
): Workflow<R, Event, Context, Verdict> {
  const { name, transition } = definition;
  const collection = store.collection(definition.spec);

  /** How to decide an event on the current record; `next` is the record changed by it, undefined if nothing changes. */
  function deciderOf(id: string, event: Event, context: Given<Context>) {
    const now = clock.now();
    return (kept: Kept<R> | undefined): { readonly verdict: Verdict; readonly next: Kept<R> | undefined } => {
      const waiting = (kept?.pending ?? []).slice(1).map(({ kind }) => kind);
      const verdict = transition(kept, event, { ...context, id, now, waiting } as Context);
      const next = isChange<R>(verdict) ? withEffects(kept, verdict.record, verdict.effects ?? [], now) : undefined;
      return { verdict, next };
    };
  }

  async function apply(id: string, event: Event, context: Given<Context>): Promise<Applied<R, Verdict>> {
    const decide = deciderOf(id, event, context);
    const applied = (await change(id, decide)) ?? (await begin(id, decide));
    // What is due later is found in time, and looking at it now would cost a lease.
    if (applied.changed && applied.stored && isDueBy(clock.now(), applied.stored.value)) sweeper.kick(name, id);
    return applied;
  }

  /** Reads, decides, then stores; if somebody else was faster, decides again on their result. Undefined: no such record. */
  async function change(id: string, decide: ReturnType<typeof deciderOf>): Promise<Applied<R, Verdict> | undefined> {
    const read = await collection.get(id);
    if (!read) return undefined;
    let decision = decide(read.value);
    if (!decision.next) return { verdict: decision.verdict, stored: read, changed: false };
    const stored = await collection.update(id, (kept, version) => {
      if (version !== read.version) decision = decide(kept);
      return decision.next;
    });
    return stored && { verdict: decision.verdict, stored, changed: stored.changed };
  }

  async function begin(id: string, decide: ReturnType<typeof deciderOf>): Promise<Applied<R, Verdict>> {
    const { verdict, next } = decide(undefined);
    if (!next) return { verdict, stored: undefined, changed: false };
    try {
      return { verdict, stored: await collection.insert(id, next), changed: true };
    } catch (error) {
      // Somebody else created it in the meantime, or another record has one of its unique keys.
      const applied = error instanceof ConflictError ? await change(id, decide) : undefined;
      if (!applied) throw error;
      return applied;
    }
  }

  const workflow: Workflow<R, Event, Context, Verdict> = {
    records: collection as unknown as Collection<R>,
    apply,
    async foresee(id, event, context) {
      const stored = await collection.get(id);
      return { verdict: deciderOf(id, event, context)(stored?.value).verdict, stored, changed: false };
    },
  };
  const { effects, wake, wakesWithinMs, isOurs } = activity(workflow);
  const handlers = effects as Readonly<Record<string, (call: EffectCall<R, WorkflowEffect>) => Promise<void>>>;

  sweeper.register<Kept<R>>({
    name,
    collection,
    async perform(record, { key: ownKey, kind, detail, attempts }) {
      const key = effectKey(definition, record.id, ownKey);
      const effect: WorkflowEffect = { ...detail, kind, key: ownKey };
      if (isAudit(effect)) {
        const { kind: _, ...line } = effect;
        return store.audit.append({ ...line, key });
      }
      const handle = lookUp(handlers, kind);
      if (!handle) throw new Error(`The workflow ${name} has nobody for the effect ${kind}`);
      return handle({ ...record, effect, key, attempts, now: clock.now() });
    },
    ...(wake && { wake }),
    ...(wakesWithinMs && { wakesWithinMs }),
    ...(isOurs && { isOurs: (kept) => isOurs(kept, dueAt(kept)) }),
  });
  return workflow;
}

function isChange<R extends WorkflowRecord>(verdict: unknown): verdict is Change<R, WorkflowEffect> {
  return typeof verdict === 'object' && verdict !== null && 'record' in verdict;
}

const isAudit = (effect: WorkflowEffect): effect is AuditEffect => effect.kind === 'audit';

/** The new record, with these effects after the pending ones. */
export function withEffects<R extends WorkflowRecord>(
  before: Bookkeeping | undefined,
  record: R,
  effects: readonly WorkflowEffect[],
  now: number,
): Kept<R> {
  let { pending = [], effectsMade = 0 } = before ?? {};
  for (const { kind, key, ...detail } of effects) {
    if (key !== undefined && pending.some((each) => each.key === key)) continue;
    // The first one may be in progress.
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

/** The key of an effect of this record. */
export function effectKey(
  { name, keyPrefix = name }: { readonly name: string; readonly keyPrefix?: string | ((id: string) => string) },
  id: string,
  key: string,
): string {
  return `${typeof keyPrefix === 'string' ? `${keyPrefix}:${id}` : keyPrefix(id)}:${key}`;
}

/** How the store keeps records of a workflow: found when they are due, and never removed while effects are pending. */
function keptCollection<R extends WorkflowRecord>({
  upgrade,
  upgradeEffect = (effect) => effect,
  expiresAt,
  ...collection
}: WorkflowCollection<R>): CollectionSpec<Kept<R>> {
  return {
    ...collection,
    upgrade(value, fromSchema) {
      const record = (upgrade ? upgrade(value, fromSchema) : value) as R & Partial<Bookkeeping>;
      return { ...record, pending: (record.pending ?? []).map((effect) => upgradeEffect(effect, record, fromSchema)) };
    },
    indexes: { dueAt, ...collection.indexes },
    queries: [{ orderBy: 'dueAt' }, ...(collection.queries ?? [])],
    ...(expiresAt && {
      expiresAt: (record) =>
        record.pending.length === 0 && record.wakeAt === undefined ? expiresAt(record) : undefined,
    }),
  };
}

/** When the record is due: its index with this name. Undefined: never. */
export function dueAt({ pending, wakeAt }: Living): number | undefined {
  const first = pending[0]?.dueAt;
  if (first === undefined) return wakeAt;
  return wakeAt === undefined ? first : Math.min(first, wakeAt);
}

function isDueBy(now: number, record: WorkflowRecord): boolean {
  return (dueAt(record as Kept<WorkflowRecord>) ?? Infinity) <= now;
}

/** Whether effects of a workflow's record are still pending, so that it can't be removed. */
export function isUnfinished(record: WorkflowRecord): boolean {
  return ((record as Partial<Bookkeeping>).pending ?? []).length > 0;
}
