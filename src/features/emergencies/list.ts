import type { Reply, Turn } from '../../chat/contract';
import { bandState } from '../../core/card';
import { may, shownInPart } from '../../core/catalog/rights';
import { cleanText, plural, quoteClean } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { ReviewStore } from './store';

/** `reviews`: the emergencies that still need a review. */

const maxShown = 15;

/** Only those that this person can view. */
export async function listReviews(deps: FeatureDependencies, reviews: ReviewStore, turn: Turn): Promise<Reply> {
  const catalog = deps.catalog();
  const { timeZone } = catalog;
  const now = deps.clock.now();
  const all = await reviews.waiting();
  const waiting = all.filter(({ value }) => may(catalog, turn.person.id, 'view', value));
  const isPart = waiting.length < all.length;
  const isEmpty = waiting.length === 0;
  return drawList(deps, turn, {
    kind: 'Reviews',
    state: bandState(isEmpty ? 'done' : 'waiting'),
    title: isEmpty ? 'No open reviews' : `${plural(waiting.length, 'review')} open`,
    summary: isEmpty ? 'No emergency deployment needs a review' : `${plural(waiting.length, 'emergency review')} open`,
    sentence: isEmpty
      ? `**Every emergency deployment ${isPart ? 'you can view ' : ''}has been reviewed.**`
      : '**Emergency deployments skip the rules.** Each one has to be reviewed by someone other than the person who deployed it.',
    rows: waiting.slice(0, maxShown).map(({ id, value }) => ({
      glyph: '◔',
      color: 'Warning',
      name: `D-${value.number} ${cleanText(value.title, 100)}`,
      words: `${cleanText(value.by.name, 60)}: ${quoteClean(value.reason)}`,
      when: describeMoment(value.openedAt, now, timeZone),
      ...{ action: `Show the review of D-${value.number}`, verb: 'emergencies.view', id },
    })),
    more: [waiting.length > maxShown && `And ${waiting.length - maxShown} more.`, isPart && shownInPart]
      .filter(Boolean)
      .join(' '),
  });
}
