import { defineWorkflow } from '../../../workflows';
import type { Change, Circumstance } from '../../../workflows';

/** When the tools were last asked what waits there. One record for all of them, so that instances share the work by its lease. */

interface Reconciled {
  readonly readAt?: number;
  readonly wakeAt?: number | undefined;
}

type ReconciledEvent = { readonly type: 'begin' } | { readonly type: 'read' };

export const readEveryMs = 60_000;

export const waitingRunsWorkflow = defineWorkflow({
  name: 'waiting-runs',
  collection: { name: 'waiting-runs', schema: 1, indexes: {} },
  transition(
    record: Reconciled | undefined,
    { type }: ReconciledEvent,
    { now }: Pick<Circumstance, 'now'>,
  ): Change<Reconciled> | undefined {
    if (type === 'begin') return record ? undefined : { record: { wakeAt: now } };
    return record && { record: { readAt: now, wakeAt: now + readEveryMs } };
  },
});
