import type { AlertHook, SourceAlert } from '../../../connectors/contract';
import { defineWorkflow } from '../../../workflows';
import type { Change, Circumstance } from '../../../workflows';

/** What a source said when it called Gavel, until Gavel has read from the source itself what is true. Pure. */

export interface TakenHook {
  readonly connection: string;
  readonly at: number;
  /** The keys of what fires. */
  readonly firing: readonly string[];
  /** What fires, with since when; omitted by records of earlier releases. */
  readonly begun?: readonly SourceAlert[];
  readonly ended: readonly { readonly alert: SourceAlert; readonly at: number }[];
  /** How often the source was read since. */
  readonly looks: number;
  readonly wakeAt?: number | undefined;
}

type HookEvent =
  /** `isBusy`: other calls of this source wait already. */
  | { readonly type: 'arrive'; readonly connection: string; readonly hook: AlertHook; readonly isBusy: boolean }
  /** The source was read, or couldn't be; `shows`: everything that it said. */
  | { readonly type: 'look'; readonly shows: boolean };

type HookVerdict = Change<TakenHook> | undefined;

/** When to look after each look that didn't show everything: a source calls before it lists. After that, the usual reading has to do. */
const pausesMs = [1_000, 3_000, 10_000, 30_000, 60_000];
/** Times are full seconds, so a wait can be half a second longer. */
export const longestPauseMs = 60_500;
/** In a storm, the calls of a second are worked off together, with one reading. */
const togetherMs = 1_000;
/** Longer than a call can be sent again, so that it is known. */
const keptMs = 15 * 60_000;
/** A source lists the rest. */
const maxAlerts = 500;

export const hookWorkflow = defineWorkflow({
  name: 'alert-hooks',
  collection: {
    name: 'alert-hooks',
    schema: 1,
    indexes: { waiting: ({ wakeAt, connection }: TakenHook) => (wakeAt === undefined ? undefined : connection) },
    queries: [{ where: ['waiting'] }],
    expiresAt: ({ at }) => at + keptMs,
  },
  transition: hookTransition,
  isOver: ({ wakeAt }) => wakeAt === undefined,
});

/** The next state of a hook. A second call with the same digest is the same hook, so nothing happens. */
function hookTransition(
  known: TakenHook | undefined,
  event: HookEvent,
  { now }: Pick<Circumstance, 'now'>,
): HookVerdict {
  if (event.type === 'arrive') {
    if (known) return undefined;
    const { connection, hook, isBusy } = event;
    const begun = hook.firing.slice(0, maxAlerts);
    const firing = begun.map(({ key }) => key);
    const ended = hook.ended.slice(0, maxAlerts);
    const wakeAt = isBusy ? fullSecond(now + togetherMs) : now;
    return { record: { connection, at: now, firing, begun, ended, looks: 0, wakeAt } };
  }
  if (known?.wakeAt === undefined) return undefined;
  const pauseMs = event.shows ? undefined : pausesMs[known.looks];
  const wakeAt = pauseMs === undefined ? undefined : fullSecond(now + pauseMs);
  return { record: { ...known, looks: known.looks + 1, wakeAt } };
}

/** Whether no look follows this one, however little it shows. */
export const isLastLook = ({ looks }: TakenHook): boolean => looks >= pausesMs.length;

const fullSecond = (at: number): number => Math.round(at / 1_000) * 1_000;
