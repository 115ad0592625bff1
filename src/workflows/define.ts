import { keptCollection } from './open';
import type { DefinedWorkflow, WorkflowDefinition, WorkflowRecord } from './contract';

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
