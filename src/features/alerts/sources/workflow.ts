import { defineWorkflow } from '../../../workflows';
import type { Change, Circumstance } from '../../../workflows';

/** When each alert source was last read. One record for all of them, so that instances share the work by its lease. */

export interface SourceState {
  readonly connection: string;
  /** The latest reading. */
  readonly readAt?: number;
  /** Failures in a row, and since when. */
  readonly failed?: { readonly times: number; readonly since: number };
  /** Readings in a row without its heartbeat, and since when. */
  readonly unheard?: { readonly times: number; readonly since: number };
  /** When its heartbeat was last there. */
  readonly heardAt?: number;
}

export interface Reconciling {
  readonly sources: readonly SourceState[];
  readonly wakeAt?: number | undefined;
}

/** How reading a source went. */
export interface SourceLook {
  readonly connection: string;
  readonly at: number;
  readonly isRead: boolean;
  /** Whether its heartbeat is there; undefined if it has none, or if nobody can tell. */
  readonly isHeard?: boolean | undefined;
}

type ReconcilingEvent =
  | { readonly type: 'begin' }
  /** Every source that there is now. */
  | { readonly type: 'looked'; readonly looks: readonly SourceLook[] };

type ReconcilingVerdict = Change<Reconciling> | undefined;

export const reconcileEveryMs = 60_000;

export const reconcilingWorkflow = defineWorkflow({
  name: 'alert-sources',
  collection: { name: 'alert-sources', schema: 1, indexes: {} },
  transition: reconcilingTransition,
});

function reconcilingTransition(
  record: Reconciling | undefined,
  event: ReconcilingEvent,
  { now }: Pick<Circumstance, 'now'>,
): ReconcilingVerdict {
  if (event.type === 'begin') return record ? undefined : { record: { sources: [], wakeAt: now } };
  const known = new Map(record?.sources.map((each) => [each.connection, each]));
  const sources = event.looks.map((look) => sourceStateAfter(known.get(look.connection), look));
  return { record: { sources, wakeAt: now + reconcileEveryMs } };
}

/** The state of a source after it was asked. */
function sourceStateAfter(known: SourceState | undefined, look: SourceLook): SourceState {
  const { connection, at, isRead } = look;
  const heard = heartbeatAfter(known, look);
  if (isRead) return { connection, readAt: at, ...heard };
  const { times = 0, since = known?.readAt ?? at } = known?.failed ?? {};
  return {
    connection,
    ...heard,
    ...(known?.readAt !== undefined && { readAt: known.readAt }),
    failed: { times: times + 1, since },
  };
}

function heartbeatAfter(
  known: SourceState | undefined,
  { at, isHeard }: SourceLook,
): Pick<SourceState, 'unheard' | 'heardAt'> {
  const heardAt = known?.heardAt !== undefined && { heardAt: known.heardAt };
  if (isHeard === true) return { heardAt: at };
  if (isHeard === undefined) return { ...heardAt, ...(known?.unheard && { unheard: known.unheard }) };
  const { times = 0, since = known?.heardAt ?? at } = known?.unheard ?? {};
  return { ...heardAt, unheard: { times: times + 1, since } };
}

const silentTimes = 2;

/** Since when a source no longer reports, for all that its heartbeat was missed twice. */
export function silentSources({
  sources,
}: Reconciling): readonly { readonly connection: string; readonly since: number }[] {
  return sources.flatMap(({ connection, unheard }) =>
    unheard && unheard.times >= silentTimes ? [{ connection, since: unheard.since }] : [],
  );
}
