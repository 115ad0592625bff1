import fc from 'fast-check';
import type { DefinedWorkflow, Given, WorkflowRecord } from '../../src/workflows';

/** What a workflow declares to be tested with all properties of the kit. */
export interface WorkflowExample<R extends WorkflowRecord, Event extends { readonly type: string }, Context, Verdict> {
  readonly workflow: DefinedWorkflow<R, Event, Context, Verdict>;
  /** Possible values for every type of event; several events should use the same people and the same words. */
  readonly events: { readonly [Type in Event['type']]: fc.Arbitrary<Event & { readonly type: Type }> };
  readonly context: fc.Arbitrary<Given<Context>>;
  /** How time itself moves the record; omitted if `wakeAt` is never set. */
  readonly wake?: { readonly event: Event; readonly context: Given<Context> };
  /** The usual beginning, so that random events meet an open record. */
  readonly first: readonly Event[];
}

/** An example whose types were checked where it was declared. */
export type AnyExample = WorkflowExample<WorkflowRecord, { readonly type: string }, object, unknown>;

/** Checks an example against the types of its workflow; after that, it is one in a list. */
export function declareExample<R extends WorkflowRecord, Event extends { readonly type: string }, Context, Verdict>(
  example: WorkflowExample<R, Event, Context, Verdict>,
): AnyExample {
  return example as unknown as AnyExample;
}

/** One event of a life, and how much time passes before it. */
export interface Moment {
  readonly event: { readonly type: string };
  readonly context: object;
  readonly afterMs: number;
}

const pausesMs = [0, 0, 1, 1_000, 600_000, 4 * 3_600_000, 3 * 86_400_000];

/** Lives of up to this many events, most of them starting with the usual beginning. */
export function livesOf(example: AnyExample, maxEvents = 16): fc.Arbitrary<readonly Moment[]> {
  const momentOf = (event: fc.Arbitrary<{ readonly type: string }>): fc.Arbitrary<Moment> =>
    fc.record({ event, context: example.context, afterMs: fc.constantFrom(...pausesMs) });
  const any = momentOf(fc.oneof(...Object.values(example.events)));
  const begun = fc.tuple(...example.first.map((event) => momentOf(fc.constant(event))));
  return fc
    .tuple(fc.oneof({ weight: 4, arbitrary: begun }, fc.constant([])), fc.array(any, { maxLength: maxEvents }))
    .map(([first, rest]) => [...first, ...rest]);
}
