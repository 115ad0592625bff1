import type { AlertHook, AlertReading } from '../../../connectors/contract';
import { openWorkflow } from '../../../workflows';
import type { FeatureDependencies } from '../../contract';
import type { ToldAlert } from '../told/follow';
import { hookWorkflow, isLastLook, longestPauseMs } from './workflow';
import type { TakenHook } from './workflow';

/** What sources say when they call Gavel: stored at once, worked off by reading the source. */

/** Many more than any source sends before it is read. */
const maxWaiting = 500;

interface HookParts {
  readonly deps: Pick<FeatureDependencies, 'store' | 'sweeper' | 'clock'>;
  /** A reading of a source that began at `from` or later; undefined if it doesn't answer. */
  readonly readSource: (connection: string, from: number) => Promise<AlertReading | undefined>;
  /** Records what a source said about one alert. */
  readonly recordTold: (connection: string, told: ToldAlert) => Promise<void>;
}

/** `take` stores a call before it's answered. */
export function openHooks({ deps, readSource, recordTold }: HookParts) {
  const { records, apply } = openWorkflow(deps, hookWorkflow, (workflow) => ({
    effects: {},
    wakesWithinMs: () => longestPauseMs,
    async wake({ id, value }) {
      // A reading that began in the same millisecond may have been earlier.
      const reading = await readSource(value.connection, Math.max(value.wakeAt ?? 0, value.at + 1));
      const shows = reading !== undefined && showsAll(value, reading);
      await record(value, reading, shows);
      await workflow.apply(id, { type: 'look', shows }, {});
    },
  }));

  /** Each change that the source told is recorded, whatever it says by now. */
  async function record(hook: TakenHook, reading: AlertReading | undefined, shows: boolean): Promise<void> {
    const isLast = isLastLook(hook);
    if (!reading && !isLast) return;
    const { begins, ends } = toldBy(hook, reading, { now: deps.clock.now(), isLast });
    // In between, what began has no record yet, or is in it.
    const told = hook.looks === 0 || isLast || shows ? [...begins, ...ends] : ends;
    for (const each of told) await recordTold(hook.connection, each);
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

/** What a call says has happened. What the source says now wins: an alert that it lists since before hasn't ended. */
function toldBy(
  { begun = [], ended }: TakenHook,
  reading: AlertReading | undefined,
  { now, isLast }: { readonly now: number; readonly isLast: boolean },
): { readonly begins: readonly ToldAlert[]; readonly ends: readonly ToldAlert[] } {
  const listed = new Map(reading?.alerts.map((alert) => [alert.key, alert.since]));
  const begins = begun.map((alert): ToldAlert => {
    const from = Math.min(alert.since, now);
    const isListed = !reading || listed.has(alert.key);
    // It came and went before anybody looked, and the source never said when.
    return { alert, from, isListed, ...(isLast && !isListed && { to: { at: now, notBefore: from } }) };
  });
  const ends = ended.flatMap(({ alert, at }): ToldAlert | [] => {
    const end = Math.min(at, now);
    const since = listed.get(alert.key);
    if (since !== undefined && since < end) return [];
    return {
      alert,
      ...(alert.since < end && { from: alert.since }),
      ...{ to: { at: end }, isListed: !reading || since !== undefined },
    };
  });
  return { begins, ends };
}

const keysOf = ({ alerts }: AlertReading): ReadonlySet<string> => new Set(alerts.map(({ key }) => key));

/** Whether the source lists what fires, and no longer what has ended. */
function showsAll({ firing, ended }: TakenHook, reading: AlertReading): boolean {
  const listed = keysOf(reading);
  return firing.every((key) => listed.has(key)) && ended.every(({ alert }) => !listed.has(alert.key));
}
