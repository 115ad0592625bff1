import { isDeepStrictEqual } from 'node:util';
import { cleanText } from '../../core/text';
import type { ActedBy, Silence } from '../contract';
import type { Matcher, StoredSilence } from './schema';

/** What a silence of Gavel's says, and how it is found again. Pure. */

/** Matches exactly these labels. */
export function matchersOf(labels: Iterable<readonly [string, string]>): Matcher[] {
  return [...labels]
    .map(([name, value]) => ({ name, value, isRegex: false, isEqual: true }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Alertmanager has one text for everything: the person's words, that they came through Gavel, and a key if there is one. */
export function commentOf({ comment }: ActedBy, key?: string): string {
  const words = [comment.trim(), 'by Gavel'].filter((each) => each !== '').join(', ');
  return key === undefined ? words : `${words} ${tagOf(key)}`;
}

/** Nothing that Gavel's own keys consist of needs encoding. */
const tagOf = (key: string): string => `[gavel:${encodeURIComponent(key)}]`;

export function findByKey(silences: readonly StoredSilence[], key: string): StoredSilence | undefined {
  return silences.find(({ comment }) => comment.endsWith(tagOf(key)));
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
    comment: cleanText(comment.replace(/\[gavel:[^\s\]]{1,400}\]$/, '')),
  };
}
