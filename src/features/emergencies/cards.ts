import type { CardContent, Reply, Turn } from '../../chat/contract';
import { bandState } from '../../core/card';
import { may, shownInPart } from '../../core/catalog/rights';
import { cleanText, plainText, plural } from '../../core/text';
import { describeMoment, footerTime } from '../../core/time/clock';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { Review, ReviewStore } from './workflow';

/** The emergencies that wait for their review, as far as this person may look there. */
export async function listReviews(deps: FeatureDependencies, reviews: ReviewStore, turn: Turn): Promise<Reply> {
  const catalog = deps.catalog();
  const { timeZone } = catalog;
  const now = deps.clock.now();
  const all = await reviews.waiting();
  const waiting = all.filter(({ value }) => may(catalog, turn.person.id, 'view', value));
  const isPart = waiting.length < all.length;
  return drawList(deps, turn, {
    kind: 'Reviews',
    state: bandState(waiting.length === 0 ? 'done' : 'waiting'),
    title: waiting.length === 0 ? 'Nothing waits' : `${plural(waiting.length, 'review')} open`,
    summary: waiting.length === 0 ? 'No review waits' : `${waiting.length} emergency reviews wait`,
    sentence:
      waiting.length === 0
        ? `**Every emergency ${isPart ? 'of yours ' : ''}was reviewed.**`
        : '**These went past the rules.** Somebody other than who deployed closes each with what was found.',
    rows: waiting.slice(0, 15).map(({ value }) => ({
      glyph: '◔',
      color: 'Warning',
      name: `D-${value.number} ${cleanText(value.title, 100)}`,
      words: cleanText(`${value.by.name}: ${value.reason}`, 240),
      when: describeMoment(value.openedAt, now, timeZone),
    })),
    more: [waiting.length > 15 && `And ${waiting.length - 15} more.`, isPart && shownInPart].filter(Boolean).join(' '),
  });
}

/** The card of an emergency: loud while it is open, quiet when it was reviewed. */
export function reviewCard(id: string, review: Review, now: number, timeZone: string): CardContent {
  const { number, title, by, reason, openedAt, closed, correlationId } = review;
  const who = plainText(by.name, 60);
  const facts = [
    { title: 'Why', value: plainText(reason, 300) },
    { title: 'Since', value: describeMoment(openedAt, now, timeZone) },
    { title: 'Number', value: `D-${number}` },
    ...(closed ? [{ title: 'Findings', value: plainText(closed.findings, 500) }] : []),
  ];
  return {
    card: 'emergencies/review',
    data: {
      id,
      kind: 'Emergency',
      state: closed
        ? { ...bandState('done'), word: 'Reviewed', tone: 'emphasis' }
        : { ...bandState('waiting'), word: 'To be reviewed', tone: 'attention' },
      title: plainText(title, 120),
      summary: closed
        ? `Emergency D-${number} was reviewed by ${cleanText(closed.by.name, 60)}`
        : `Emergency: ${cleanText(by.name, 60)} deploys ${cleanText(title, 120)} past the rules`,
      sentence: closed
        ? `**Reviewed by ${plainText(closed.by.name, 60)}** at ${describeMoment(closed.at, now, timeZone)}.`
        : `**${who} deploys this past every rule.** Somebody else has to review it; this stays open until then.`,
      facts,
      open: closed === undefined,
      footer: `D-${number} · ${footerTime(now, timeZone)} · ref ${correlationId.slice(0, 8)}`,
    },
  };
}
