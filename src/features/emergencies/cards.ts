import type { CardContent, Person } from '../../chat/contract';
import { bandState, statuses } from '../../core/card';
import type { Catalog } from '../../core/catalog';
import { may, whoMay } from '../../core/catalog/rights';
import { cleanText, enumerate, plainText } from '../../core/text';
import { describeMoment, describeWhen, footerTime, momentInZone } from '../../core/time/clock';
import { describeEnd, finalStates, isRollingBack } from '../deployments';
import type { Deployment, SkippedRule } from '../deployments';
import { isReviewOver, remindEveryMs } from './workflow';
import type { Review, ToldPerson } from './workflow';

/** The card of an emergency: a preview before it starts, red while it runs, then a review, neutral at the end. Pure. */

export type EmergencyContent = CardContent<'emergencies/emergency'>;
type EmergencyData = EmergencyContent['data'];

const glyphs = {
  approval: statuses.waiting,
  evidence: statuses.waiting,
  order: statuses.waiting,
  freeze: statuses.frozen,
  lock: statuses.locked,
} as const;

/** One row for each skipped rule, as outside text for a `TextRun`. */
export function skippedRows(skipped: readonly SkippedRule[]): EmergencyData['skips'] {
  return skipped.map(({ rule, name, detail }) => {
    const { glyph, color } = glyphs[rule];
    return { glyph, color, name: cleanText(name, 90), detail: cleanText(detail, 300) };
  });
}

/** The parts of a card without a form and buttons. */
export const quiet = {
  skipsTitle: '',
  skips: [],
  facts: [],
  note: '',
  reason: '',
  start: '',
  findings: false,
  deploymentId: '',
  refreshFor: [],
} as const satisfies Partial<EmergencyData>;

/** Teams refreshes a card automatically for at most this many people. */
const maxRefreshed = 60;

interface NoticeView {
  readonly id: string;
  readonly review: Review;
  /** Undefined once its record is removed. */
  readonly deployment: Deployment | undefined;
  readonly catalog: Catalog;
  /** Who was told, and who couldn't be reached, as outside text. */
  readonly told: string;
  readonly notReached: string;
  readonly now: number;
  /** Undefined: for everybody in a channel. */
  readonly viewer: string | undefined;
}

/** Whether the run is over, so that it can be reviewed. Only records of ended deployments are ever removed. */
export function hasEnded(deployment: Deployment | undefined): boolean {
  return deployment === undefined || finalStates.includes(deployment.state);
}

/** People who can review it: never the person who deployed. */
function reviewersOf(catalog: Catalog, { service, environment, by }: Review): readonly Person[] {
  return whoMay(catalog, 'approve', { service, environment }).filter(({ id }) => id !== by.id);
}

/** The notice and the review: one card from the start of the run until somebody has reviewed it. */
export function emergencyCard(view: NoticeView): EmergencyContent {
  const { id, review, deployment, catalog, now, viewer } = view;
  const { number, title, correlationId } = review;
  const isOver = isReviewOver(review);
  const isDue = !isOver && hasEnded(deployment);
  const reviewers = isOver ? [] : reviewersOf(catalog, review);
  const canReview = isDue && viewer !== undefined && reviewers.some((each) => each.id === viewer);
  const skips = isOver ? [] : skippedRows(review.skipped ?? []);
  const canShow = deployment !== undefined && (viewer === undefined || may(catalog, viewer, 'view', review));
  return {
    card: 'emergencies/emergency',
    data: {
      ...quiet,
      id,
      kind: `Emergency D-${number}`,
      state: bandOf(review, isDue),
      title: plainText(title, 120),
      summary: summaryOf(review, deployment, isDue),
      sentence: sentenceOf(view, isDue),
      skipsTitle: skips.length > 0 ? 'Skipped rules' : '',
      skips,
      facts: factsOf(view, reviewers),
      note: isOver ? '' : noteOf(view, { isDue, canReview }),
      findings: canReview,
      deploymentId: canShow ? review.deploymentId : '',
      refreshFor: isDue ? reviewers.slice(0, maxRefreshed).map((each) => each.id) : [],
      footer: `D-${number} · ${footerTime(now, catalog.timeZone)} · ref\u00A0${correlationId.slice(0, 8)}`,
    },
  };
}

function bandOf({ closed, notNeededAt }: Review, isDue: boolean): EmergencyData['state'] {
  if (closed) return { ...bandState('done'), word: 'Reviewed', tone: 'emphasis' };
  if (notNeededAt !== undefined) return { ...bandState('cancelled'), word: 'Not deployed' };
  if (isDue) return { ...bandState('waiting'), word: 'Review due' };
  return { glyph: '◆', word: 'Emergency', tone: 'attention' };
}

function summaryOf(
  { number, title, by, closed, notNeededAt }: Review,
  deployment: Deployment | undefined,
  isDue: boolean,
): string {
  const what = `${cleanText(title, 120)} (D-${number})`;
  if (closed) return `Reviewed by ${cleanText(closed.by.name, 60)}: the emergency deployment of ${what}`;
  if (notNeededAt !== undefined) return `Nothing was deployed by the emergency deployment of ${what}`;
  if (isDue) return `Review due: the emergency deployment of ${what} by ${cleanText(by.name, 60)}`;
  return `Emergency: ${cleanText(by.name, 60)} ${willDeploy(deployment)} ${what}`;
}

function sentenceOf({ review, deployment, catalog, now }: NoticeView, isDue: boolean): string {
  const { closed, notNeededAt, run } = review;
  const { timeZone } = catalog;
  const end =
    deployment && finalStates.includes(deployment.state) ? withoutBold(describeEnd(deployment, { now, timeZone })) : '';
  if (closed)
    return `**Reviewed by ${plainText(closed.by.name, 60)}** ${describeWhen(closed.at, now, timeZone)}. ${end}`.trim();
  if (notNeededAt !== undefined)
    return end === '' ? '**Nothing was deployed, so no review is needed.**' : `**No review is needed.** ${end}`;
  if (!isDue) return `${describeSkipping(review, willDeploy(deployment))} ${describeProgress(deployment)}`.trim();
  const due = (run?.at ?? review.openedAt) + remindEveryMs;
  const by = due > now ? ` by ${momentInZone(due, now, timeZone)}` : '';
  return `**Please review this emergency deployment${by}.** ${end}`.trim();
}

/** It may have to wait for another one. */
function willDeploy(deployment: Deployment | undefined): string {
  return deployment?.waitsFor === undefined || deployment.state !== 'approved' ? 'is deploying' : 'will deploy';
}

/** `**Ada Admin is deploying this without approval**, overriding the freeze and Noor Operator's lock.` */
function describeSkipping({ by, skipped }: Review, deploys: string): string {
  const who = plainText(by.name, 60);
  // Records of earlier versions don't say which rules these were.
  if (!skipped) return `**${who} ${deploys} this without approval**, overriding any freeze or lock.`;
  const without = skipped.some(({ rule }) => rule === 'approval');
  const how = without ? 'without approval' : 'as an emergency';
  const others = [...new Set(skipped.map(nameInSentence).filter((name) => name !== ''))];
  const deploying = `${who} ${deploys} this ${how}`;
  return others.length === 0 ? `**${deploying}.**` : `**${deploying}**, overriding ${enumerate(others)}.`;
}

function nameInSentence({ rule, person }: SkippedRule): string {
  if (rule === 'lock') return person ? `${plainText(person.name, 60)}’s lock` : 'a lock';
  return { approval: '', freeze: 'the freeze', evidence: 'the required evidence', order: 'the order of requests' }[
    rule
  ];
}

function describeProgress(deployment: Deployment | undefined): string {
  if (!deployment) return '';
  const { state, version, waitsFor } = deployment;
  if (isRollingBack(deployment)) return `${plainText(version, 40)} is being rolled back.`;
  if (state === 'running') return 'The run has started.';
  if (state === 'verifying') return `${plainText(version, 40)} is live and being verified.`;
  if (state === 'unclear') return 'Gavel can’t tell whether the deployment ran, so someone has to check.';
  return waitsFor === undefined ? '' : `The deployment starts when D-${waitsFor} finishes.`;
}

function factsOf({ review, catalog, told, notReached, now }: NoticeView, reviewers: readonly Person[]) {
  const { by, reason, replaces, openedAt, closed } = review;
  const names = reviewers.slice(0, 4).map(({ name }) => plainText(name, 60));
  const more = reviewers.length > names.length ? [`${reviewers.length - names.length} more`] : [];
  const isOpen = !isReviewOver(review);
  return [
    { title: 'Findings', value: closed ? plainText(closed.findings, 500) : '' },
    {
      title: 'Requested\u00a0by',
      value: `${plainText(by.name, 60)}, ${describeMoment(openedAt, now, catalog.timeZone)}`,
    },
    { title: 'Reason', value: `“${plainText(reason, 300)}”` },
    { title: 'Replaces', value: replaces === undefined ? '' : plainText(replaces, 40) },
    { title: 'Can\u00a0review', value: isOpen ? enumerate([...names, ...more]) || 'Nobody yet' : '' },
    { title: 'Notified', value: plainText(told, 500) },
    { title: 'Not\u00a0reached', value: plainText(notReached, 500) },
  ].filter(({ value }) => value !== '');
}

/** Why somebody got this card, and what they can do with it. */
function noteOf(
  { review, viewer }: NoticeView,
  { isDue, canReview }: { readonly isDue: boolean; readonly canReview: boolean },
): string {
  const { service, environment, people = [], number, by } = review;
  if (viewer === by.id) return 'This is your deployment, so someone else has to review it.';
  const why = people.find(({ id }) => id === viewer)?.why;
  const where = `${plainText(service, 60)} in ${plainText(environment, 40)}`;
  const reasons: Record<ToldPerson['why'], string> = {
    lock: `you hold the lock on ${where}`,
    approver: `you can approve deployments of ${plainText(service, 60)} to ${plainText(environment, 40)}`,
    owner: 'you manage Gavel in a channel that was notified',
  };
  const next = isDue
    ? `If you can review this deployment, type \`emergency review D-${number}\` followed by your findings.`
    : 'The deployment can be reviewed once it finishes.';
  const got = why === undefined ? '' : `You’re getting this because ${reasons[why]}.`;
  return [got, canReview ? '' : next].filter(Boolean).join(' ');
}

const withoutBold = (words: string): string => words.replaceAll('**', '');
