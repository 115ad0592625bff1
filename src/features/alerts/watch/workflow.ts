import { defineWorkflow } from '../../../workflows';
import type { Change, Circumstance } from '../../../workflows';

/** What Gavel's own watch has seen. One record for all services, so that instances share the work by its lease. */

/** A service in an environment that isn't simply healthy. */
export interface WatchedPlace {
  /** `shop/production` */
  readonly target: string;
  /** What it saw last, and how often in a row; empty: healthy. */
  readonly seen: string;
  readonly times: number;
  /** The alerts that it raised and hasn't ended. */
  readonly raised: readonly string[];
  /** When it last told the alert what it sees. */
  readonly toldAt: number;
}

export interface Watch {
  readonly places: readonly WatchedPlace[];
  /** Where the next round begins, if there are too many services for one. */
  readonly from: number;
  readonly wakeAt?: number | undefined;
}

type WatchEvent =
  | { readonly type: 'begin' }
  | { readonly type: 'looked'; readonly places: readonly WatchedPlace[]; readonly from: number };

export const lookEveryMs = 10_000;
/** A first suspicion is checked sooner. */
const lookAgainMs = 3_000;

export const watchWorkflow = defineWorkflow({
  name: 'alert-watch',
  collection: { name: 'alert-watch', schema: 1, indexes: {} },
  transition: watchTransition,
});

function watchTransition(
  record: Watch | undefined,
  event: WatchEvent,
  { now }: Pick<Circumstance, 'now'>,
): Change<Watch> | undefined {
  if (event.type === 'begin')
    return record ? undefined : { record: { places: [], from: 0, wakeAt: now + lookEveryMs } };
  const { places, from } = event;
  const isUnsure = places.some(({ seen, raised }) => (seen === '' ? raised.length > 0 : !raised.includes(seen)));
  return { record: { places, from, wakeAt: now + (isUnsure ? lookAgainMs : lookEveryMs) } };
}
