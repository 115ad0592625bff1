import { isDeepStrictEqual } from 'node:util';
import { cleanText } from '../../core/text';
import type { Silence } from '../contract';
import { hasKey, withoutKey } from '../monitored/comments';
import type { Matcher, StoredSilence } from './schema';

/** What a silence of Gavel's says, and how it is found again. Pure. */

/** Matches exactly these labels. */
export function matchersOf(labels: Iterable<readonly [string, string]>): Matcher[] {
  return [...labels]
    .map(([name, value]) => ({ name, value, isRegex: false, isEqual: true }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

export function findByKey(silences: readonly StoredSilence[], key: string): StoredSilence | undefined {
  return silences.find(({ comment }) => hasKey(comment, key));
}

/** The same silence, if somebody made it already and it isn't over: by the same person, for the same alerts and with the same words. */
export function findSame(
  silences: readonly StoredSilence[],
  wanted: Pick<StoredSilence, 'matchers' | 'createdBy' | 'comment'>,
): StoredSilence | undefined {
  return silences.find(
    (each) =>
      !hasExpired(each) &&
      each.createdBy === wanted.createdBy &&
      each.comment === wanted.comment &&
      isDeepStrictEqual(sortedMatchers(each.matchers), sortedMatchers(wanted.matchers)),
  );
}

const sortedMatchers = (matchers: readonly Matcher[]): Matcher[] =>
  [...matchers].sort((one, other) => (one.name < other.name ? -1 : 1));

export const hasExpired = ({ status }: StoredSilence): boolean => status.state === 'expired';

/** As cards show it. */
export function silenceOf({ id, createdBy, comment, endsAt }: StoredSilence): Silence {
  return {
    ...{ id, by: cleanText(createdBy, 100), until: endsAt },
    comment: withoutKey(comment),
  };
}
