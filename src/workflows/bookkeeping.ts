import { dueAt } from '../jobs/contract';
import type { PendingEffect } from '../jobs/contract';
import type { CollectionSpec } from '../store/contract';
import type { Bookkeeping, Kept, WorkflowCollection, WorkflowEffect, WorkflowRecord } from './contract';

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
export function effectFrom({ key, kind, detail }: PendingEffect): WorkflowEffect {
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
export function dueAtOf({ pending, wakeAt }: Kept<WorkflowRecord>): number | undefined {
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
