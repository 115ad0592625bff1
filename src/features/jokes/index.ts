import type { Command, DescribeAudit, Feature, Reply, Turn } from '../../chat/contract';
import { requireEverywhere } from '../../core/catalog/refusals';
import { idFrom } from '../../core/keys';
import { plainText } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import type { CollectionSpec } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { jokes } from './text';

/** A joke now and then, for people who want one. */
export function createJokes({ catalog, clock, store }: FeatureDependencies): { feature: Feature } {
  const tellings = store.collection(tellingsSpec);

  async function tell({ place, correlationId }: Turn): Promise<Reply> {
    const now = clock.now();
    const { value } = await tellings.upsert(place.id, (known = noJokesTold) =>
      tellJoke(known, correlationId, jokes.length, now),
    );
    const number = jokeOfTurn(value, correlationId);
    if (number !== undefined) return { text: plainText(jokes[number] ?? '', 400) };
    const since = describeMoment(value.off?.at ?? now, now, catalog().timeZone);
    return {
      notice: `Jokes have been off here since ${since}. Anyone with the operate permission can turn them back on with \`joke on\`.`,
    };
  }

  async function change({ place, person }: Turn, on: boolean): Promise<Reply> {
    if (place.kind !== 'personal')
      requireEverywhere(catalog(), person.id, { right: 'operate', what: 'choose for everybody here' });
    await tellings.upsert(place.id, (known = noJokesTold) => switchJokes(known, on, person.id, clock.now()) ?? known);
    const where = place.kind === 'personal' ? 'in our chat' : `in ${plainText(place.name, 60)}`;
    const text = on ? `Jokes are on ${where}.` : `Jokes are off ${where}. To turn them back on, type \`joke on\`.`;
    return { text, audit: { target: `jokes ${on ? 'on' : 'off'}`, outcome: on ? 'on' : 'off' } };
  }

  const talk = { topic: 'Talk', operation: 'jokes', right: 'operate' } as const;
  const commands: Command[] = [
    {
      ...talk,
      name: 'joke',
      phrasings: ['say something funny', 'do you know a joke', 'i need a laugh', 'another joke'],
      summary: 'Tell a joke that nobody has heard here',
      synonyms: ['tell me a joke', 'tell a joke', 'make me laugh'],
      examples: ['joke'],
      operation: 'look',
      right: 'view',
      run: tell,
    },
    {
      ...talk,
      name: 'joke off',
      summary: 'Turn jokes off here',
      synonyms: ['jokes off', 'no more jokes'],
      examples: ['joke off'],
      run: (turn) => change(turn, false),
    },
    {
      ...talk,
      name: 'joke on',
      summary: 'Turn jokes on here',
      synonyms: ['jokes on'],
      examples: ['joke on'],
      run: (turn) => change(turn, true),
    },
  ];
  return { feature: { name: 'jokes', commands, describeAudit } };
}

/** Which jokes a place has heard. Pure, apart from being stored. */
export interface Telling {
  /** Numbers of the jokes told since the last restart of the list. */
  readonly told: readonly number[];
  /** What the latest turns got: the same message delivered again gets the same joke. */
  readonly latest: readonly { readonly turn: string; readonly joke: number }[];
  /** Since when and by whom jokes are off here. */
  readonly off?: { readonly by: string; readonly at: number };
  readonly at: number;
}

/** A place that has heard none for this long can hear all of them again. */
const retentionMs = 400 * 86_400_000;
const maxLatest = 20;

const tellingsSpec: CollectionSpec<Telling> = {
  name: 'jokes',
  schema: 1,
  indexes: {},
  queries: [],
  expiresAt: ({ at, off }) => (off ? undefined : at + retentionMs),
};

/** A place where no joke was told yet. */
export const noJokesTold: Telling = { told: [], latest: [], at: 0 };

/**
 * Picks one of `count` jokes that wasn't told yet; after the last one, all of them start again. The turn determines the choice, so it can be
 * repeated.
 */
export function tellJoke(telling: Telling, turn: string, count: number, now: number): Telling {
  if (telling.off || telling.latest.some((each) => each.turn === turn)) return telling;
  const all = Array.from({ length: count }, (_, joke) => joke);
  const fresh = all.filter((joke) => !telling.told.includes(joke));
  const last = telling.latest.at(-1)?.joke;
  const open = fresh.length > 0 ? fresh : all.filter((joke) => joke !== last || count === 1);
  const joke = open[Number.parseInt(idFrom('joke', turn).slice(0, 8), 16) % open.length] ?? 0;
  return {
    ...telling,
    told: fresh.length > 0 ? [...telling.told, joke] : [joke],
    latest: [...telling.latest, { turn, joke }].slice(-maxLatest),
    at: now,
  };
}

/** The number of the joke that this turn got. */
export function jokeOfTurn({ latest }: Telling, turn: string): number | undefined {
  return latest.find((each) => each.turn === turn)?.joke;
}

/** Turns jokes on or off; undefined if they already are. */
export function switchJokes(telling: Telling, on: boolean, by: string, now: number): Telling | undefined {
  if (on !== (telling.off !== undefined)) return undefined;
  const { off: _, ...rest } = telling;
  return on ? { ...rest, at: now } : { ...rest, off: { by, at: now }, at: now };
}

const describeAudit: DescribeAudit = ({ outcome, from }, names) =>
  outcome === 'on' || outcome === 'off' ? `turned jokes ${outcome} in ${names.place(from) ?? 'a channel'}` : undefined;
