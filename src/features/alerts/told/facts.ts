import type { Signal } from '../record';

/** When a source began and stopped saying that something is wrong, by its own clock. Pure. */

export interface SignalMoment {
  readonly at: number;
  /** Whether it fires from then on. */
  readonly fires: boolean;
}

/** The latest of one signal; a source that says more often that it comes and goes has been noisy for long. */
const maxMoments = 40;

/** Everything that is known of when a signal fired, in any order. */
export function momentsOfSignal({ moments = [], alert: { since }, ended }: Signal): readonly SignalMoment[] {
  if (!ended) return withMoments(moments, [{ at: since, fires: true }]);
  // Without a time of its own, nobody knows when it began.
  const began = since < ended.at ? [{ at: since, fires: true }] : [];
  return withMoments(moments, [...began, { at: ended.at, fires: false }]);
}

/** The moments with more, each once. */
export function withMoments(known: readonly SignalMoment[], added: readonly SignalMoment[]): readonly SignalMoment[] {
  const news = added.filter((each) => !known.some(({ at, fires }) => at === each.at && fires === each.fires));
  if (news.length === 0) return known;
  return [...known, ...news].sort((one, other) => one.at - other.at).slice(-maxMoments);
}

/** When it changed between firing and not firing. What is said twice, such as a worse severity, is no change. */
export function changesOf(moments: readonly SignalMoment[]): readonly number[] {
  const byTime = new Map<number, Set<boolean>>();
  for (const { at, fires } of [...moments].sort((one, other) => one.at - other.at))
    byTime.set(at, (byTime.get(at) ?? new Set()).add(fires));
  const changes: number[] = [];
  let isOn: boolean | undefined;
  for (const [at, said] of byTime) {
    const fires = said.has(true);
    if (said.size === 2) {
      // Within one moment, it came and went, or went and came back.
      changes.push(at, at);
      isOn ??= false;
    } else if (fires !== isOn) {
      changes.push(at);
      isOn = fires;
    }
  }
  return changes;
}
