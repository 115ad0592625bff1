import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { plural } from '../../core/text';
import { describeWhen } from '../../core/time/clock';
import type { CollectionSpec } from '../../store/contract';
import type { FeatureDependencies } from '../contract';

/** How often one person can make Gavel write to others, so that nobody buries what others have to see. */

/** What reaches other people, and how often within an hour and within a day. */
const limits = {
  access: { hour: 5, day: 15, what: 'requested access' },
  help: { hour: 3, day: 10, what: 'asked for help' },
  'second approval': { hour: 20, day: 100, what: 'requested a second approval' },
  'reminder for others': { hour: 10, day: 40, what: 'scheduled a reminder for others' },
} as const;
type AskKind = keyof typeof limits;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** One person's requests to others within the last day. */
interface AsksOfOne {
  readonly asks: readonly { readonly key: string; readonly at: number }[];
}

const spec: CollectionSpec<AsksOfOne> = {
  name: 'asks-of-others',
  schema: 1,
  indexes: {},
  queries: [],
  expiresAt: ({ asks }) => (asks.at(-1)?.at ?? 0) + dayMs,
};

interface AskLimit {
  /** Counts one request; the same key counts once. Throws `UserError` beyond the limit, and then nobody is asked. */
  count(personId: string, kind: AskKind, key: string): Promise<void>;
}

/** Keeps its counts in the store, so that every instance knows them. */
export function createAskLimit({
  catalog,
  clock,
  store,
}: Pick<FeatureDependencies, 'catalog' | 'clock' | 'store'>): AskLimit {
  const asked = store.collection(spec);
  return {
    async count(personId, kind, key) {
      const now = clock.now();
      let refused: Refused | undefined;
      await asked.upsert(idFrom('asks', kind, personId), (known = { asks: [] }) => {
        const next = countAsk(known.asks, { key, at: now }, limits[kind]);
        refused = 'refused' in next ? next.refused : undefined;
        return 'refused' in next ? known : next;
      });
      if (refused)
        throw new UserError(
          `You’ve ${limits[kind].what} ${plural(refused.times, 'time')} in the past ${refused.within}, which is the limit. Nothing was sent this time. Try again ${describeWhen(refused.again, now, catalog().timeZone)}.`,
        );
    },
  };
}

interface Refused {
  readonly times: number;
  readonly within: string;
  readonly again: number;
}

/** The requests of the last day with this one; refused if there are too many. Pure. */
export function countAsk(
  asks: AsksOfOne['asks'],
  ask: AsksOfOne['asks'][number],
  { hour, day }: { readonly hour: number; readonly day: number },
): { readonly asks: AsksOfOne['asks'] } | { readonly refused: Refused } {
  const recent = asks.filter(({ at }) => at > ask.at - dayMs);
  if (recent.some(({ key }) => key === ask.key)) return { asks: recent };
  for (const [most, withinMs, within] of [
    [hour, hourMs, 'hour'],
    [day, dayMs, 'day'],
  ] as const) {
    const lately = recent.filter(({ at }) => at > ask.at - withinMs);
    const first = lately.at(-most);
    if (first) return { refused: { times: lately.length, within, again: first.at + withinMs } };
  }
  return { asks: [...recent, ask] };
}
