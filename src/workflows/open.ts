import type { Clock } from '../core/time/clock';
import { ConflictError } from '../core/errors';
import { lookUp } from '../core/look-up';
import type { PendingEffect, Sweeper } from '../jobs/contract';
import type { AuditLog, Collection, Store, Stored } from '../store/contract';
import { dueAtOf, effectFrom, effectKey, withEffects } from './bookkeeping';
import type {
  ActivityOf,
  Applied,
  AuditEffect,
  Change,
  DefinedWorkflow,
  EffectCall,
  Given,
  Kept,
  Workflow,
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
