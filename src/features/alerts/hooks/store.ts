import type { AlertHook, AlertReading } from '../../../connectors/contract';
import { openWorkflow } from '../../../workflows';
import type { FeatureDependencies } from '../../contract';
import type { EndedAlert } from '../sources/follow';
import { hookWorkflow, longestPauseMs } from './workflow';
import type { TakenHook } from './workflow';

/** What sources say when they call Gavel: stored at once, worked off by reading the source. */

/** Many more than any source sends before it is read. */
const maxWaiting = 500;

interface HookParts {
  readonly deps: Pick<FeatureDependencies, 'store' | 'sweeper' | 'clock'>;
  /** A reading of a source that began at `from` or later; undefined if it doesn't answer. */
  readonly readSource: (connection: string, from: number) => Promise<AlertReading | undefined>;
  /** Records what is over with its own times. */
  readonly recordPast: (connection: string, past: EndedAlert) => Promise<void>;
}

/** `take` stores a call before it's answered. */
export function openHooks({ deps, readSource, recordPast }: HookParts) {
  const { records, apply } = openWorkflow(deps, hookWorkflow, (workflow) => ({
    effects: {},
    wakesWithinMs: () => longestPauseMs,
    async wake({ id, value }) {
      // A reading that began in the same millisecond may have been earlier.
      const reading = await readSource(value.connection, Math.max(value.wakeAt ?? 0, value.at + 1));
      if (reading) await recordEnds(value, reading);
      await workflow.apply(id, { type: 'look', shows: reading !== undefined && showsAll(value, reading) }, {});
    },
  }));

  /** What the source says itself wins: an alert that it still lists hasn't ended. */
  async function recordEnds({ connection, ended }: TakenHook, reading: AlertReading): Promise<void> {
    const listed = keysOf(reading);
    for (const { alert, at } of ended)
      if (!listed.has(alert.key)) await recordPast(connection, { alert, to: Math.min(at, deps.clock.now()) });
  }

  return {
    /** Rejects with `StoreUnavailableError`. */
    async take(connection: string, digest: string, hook: AlertHook): Promise<'taken' | 'known' | 'full'> {
      const waiting = await records.count({ where: { waiting: connection } }, maxWaiting);
      if (waiting >= maxWaiting) return 'full';
      const { changed } = await apply(digest, { type: 'arrive', connection, hook, isBusy: waiting > 0 }, {});
      return changed ? 'taken' : 'known';
    },
  };
}

const keysOf = ({ alerts }: AlertReading): ReadonlySet<string> => new Set(alerts.map(({ key }) => key));

/** Whether the source lists what fires, and no longer what has ended. */
function showsAll({ firing, ended }: TakenHook, reading: AlertReading): boolean {
  const listed = keysOf(reading);
  return firing.every((key) => listed.has(key)) && ended.every(({ alert }) => !listed.has(alert.key));
}
