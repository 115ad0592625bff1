import { defaultRetentionMs } from '../../../core/catalog/retention';
import type { CollectionSpec } from '../../../store/contract';
import { defineWorkflow } from '../../../workflows';
import type { Change, Circumstance } from '../../../workflows';
import type { EventOutcome, ServiceEvent, Severity } from '../contract';

/** An event, kept until everybody who subscribed to it is told, and for a while after. */
export interface StoredEvent {
  readonly happening: ServiceEvent;
  readonly at: number;
}

export type EventVerdict = Change<StoredEvent, { readonly kind: 'fan out' }> | undefined;

export const eventWorkflow = defineWorkflow({
  name: 'happenings',
  collection: {
    name: 'happenings',
    schema: 1,
    indexes: { thread: ({ happening }: StoredEvent) => happening.thread },
    queries: [{ where: ['thread'] }],
    expiresAt: ({ at }) => at + defaultRetentionMs('happenings'),
  },
  transition: eventTransition,
});

/** The same event again changes nothing. */
function eventTransition(
  record: StoredEvent | undefined,
  { event }: { readonly type: 'happen'; readonly event: ServiceEvent },
  { now }: Pick<Circumstance, 'now'>,
): EventVerdict {
  return record ? undefined : { record: { happening: event, at: now }, effects: [{ kind: 'fan out' }] };
}

/** Whether a service fails somewhere, so that the next success is a recovery. */
export interface ServiceState {
  readonly failing?: Severity;
  /** The latest events, and what they were: told again they are the same. */
  readonly lately: readonly { readonly id: string; readonly outcome: EventOutcome; readonly severity: Severity }[];
}

const maxRemembered = 20;

export const serviceStates: CollectionSpec<ServiceState> = {
  name: 'service-states',
  schema: 1,
  indexes: {},
  queries: [],
};

/** The state after something happened there; its latest entry says what it was. */
export function stateAfter(state: ServiceState | undefined, event: ServiceEvent): ServiceState {
  const { id, outcome, severity } = event;
  const before: ServiceState = state ?? { lately: [] };
  if (before.lately.some((each) => each.id === id)) return before;
  const recovers = outcome === 'success' && before.failing !== undefined;
  // A recovery matters to whoever was told of the failure.
  const entry = recovers
    ? ({ id, outcome: 'recovery', severity: before.failing } as const)
    : ({ id, outcome, severity } as const);
  const failing = outcome === 'failure' ? severity : outcome === 'success' ? undefined : before.failing;
  return { ...(failing && { failing }), lately: [...before.lately, entry].slice(-maxRemembered) };
}

/** The event as it is to be told. */
export function classify(state: ServiceState, event: ServiceEvent): ServiceEvent {
  const entry = state.lately.find(({ id }) => id === event.id);
  if (!entry) return event;
  const words = entry.outcome === 'recovery' ? `${event.words} It had failed before.` : event.words;
  return { ...event, outcome: entry.outcome, severity: entry.severity, words };
}
