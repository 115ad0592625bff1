import type { Command, Feature, Reply, Turn } from '../../chat/contract';
import { everywhereWords, requireEverywhere } from '../../core/catalog/refusals';
import { everything } from '../../core/catalog/rights';
import { plainText } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import type { Collection } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { jokes } from './text';
import { nothingTold, switchJokes, tellJoke, tellingsSpec, jokeToldTo } from './record';
import type { Telling } from './record';

/** A joke now and then, where people want one. */
export function createJokes(deps: FeatureDependencies): { feature: Feature } {
  const tellings = deps.store.collection(tellingsSpec);
  const command = (name: string, summary: string, more: Partial<Command> & Pick<Command, 'run'>): Command => ({
    name,
    summary,
    topic: 'Talk',
    arguments: [],
    examples: [name],
    operation: 'jokes',
    right: 'operate',
    ...more,
  });
  const commands = [
    command('joke', 'A joke that was not told here yet', {
      synonyms: ['tell me a joke', 'tell a joke', 'make me laugh'],
      operation: 'look',
      right: 'view',
      run: (turn) => joke(deps, tellings, turn),
    }),
    command('joke off', 'No more jokes here', {
      synonyms: ['jokes off', 'no more jokes'],
      run: (turn) => change(deps, tellings, turn, false),
    }),
    command('joke on', 'Jokes are welcome here again', {
      synonyms: ['jokes on'],
      run: (turn) => change(deps, tellings, turn, true),
    }),
  ];
  return { feature: { name: 'jokes', commands } };
}

async function joke(
  { catalog, clock }: FeatureDependencies,
  tellings: Collection<Telling>,
  { place, correlationId }: Turn,
): Promise<Reply> {
  const now = clock.now();
  const { value } = await tellings.upsert(place.id, (known) =>
    tellJoke(known ?? nothingTold, correlationId, jokes.length, now),
  );
  const number = jokeToldTo(value, correlationId);
  if (number !== undefined) return { text: plainText(jokes[number] ?? '', 400) };
  const since = describeMoment(value.off?.at ?? now, now, catalog().timeZone);
  return { notice: `There are no jokes here since ${since}. Whoever operates services can write \`joke on\`.` };
}

async function change(
  { catalog, clock }: FeatureDependencies,
  tellings: Collection<Telling>,
  { place, person }: Turn,
  on: boolean,
): Promise<Reply> {
  if (place.kind !== 'personal')
    requireEverywhere(catalog(), person.id, {
      right: 'operate',
      scope: everything,
      what: 'choose for everybody here',
      where: everywhereWords,
    });
  await tellings.upsert(place.id, (known = nothingTold) => switchJokes(known, on, person.id, clock.now()) ?? known);
  const where = place.kind === 'personal' ? 'in our chat' : `in ${plainText(place.name, 60)}`;
  const text = on ? `Jokes are welcome ${where} again.` : `No more jokes ${where}. \`joke on\` brings them back.`;
  return { text, audit: { target: `jokes ${on ? 'on' : 'off'}`, outcome: on ? 'on' : 'off' } };
}
