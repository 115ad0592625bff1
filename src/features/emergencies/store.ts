import type { Content, Destination, Person, Question } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { lacksRight } from '../../core/catalog/refusals';
import { may, whoMay } from '../../core/catalog/rights';
import { MissingWordError, UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { plainText, quote } from '../../core/text';
import { describeDuration } from '../../core/time/clock';
import type { Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { ActivityOf } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { isRollingBack, rulesBeyond } from '../deployments';
import type { Deployment, Deployments } from '../deployments';
import { emergencyCard, hasEnded } from './cards';
import type { EmergencyContent } from './cards';
import { audienceOf, describeAudience } from './facts';
import type { Audience, EmergencyNeeds } from './facts';
import { remindEveryMs, reviewTransition, reviewWorkflow } from './workflow';
import type { Review, ReviewRefusal, ReviewVerdict } from './workflow';

/** The notices and reviews in the store: opened once for each emergency, shown everywhere they matter, closed by another person. */

const keyPrefix = 'emergency:';

/** One channel or person that is told, with the key of the message. */
interface Copy {
  readonly who: string;
  readonly key: string;
  readonly destination: Destination;
  /** Undefined: a channel, where everybody sees the same. */
  readonly viewer: string | undefined;
}

export type ReviewStore = ReturnType<typeof createReviewStore>;

export function createReviewStore(deps: FeatureDependencies, needs: EmergencyNeeds) {
  const { catalog, clock, outbox } = deps;
  const { deployments } = needs;
  const { records, apply } = openWorkflow(deps, reviewWorkflow, (workflow) => ({
    effects: reviewEffects(deps, deployments, draw),
    wake: async ({ id }) => void (await workflow.apply(id, { type: 'time' }, {})),
    wakesWithinMs: () => remindEveryMs,
  }));
  outbox.onUndeliverable(keyPrefix, async (key, destination) => {
    const id = key.split(':')[1] ?? '';
    const who =
      destination.to === 'person' ? destination.personId : destination.to === 'place' ? destination.placeId : undefined;
    if (who !== undefined && (await records.get(id))) await apply(id, { type: 'unreached', who }, {});
  });

  async function draw({ id, value }: Stored<Review>, viewer: string | undefined): Promise<EmergencyContent> {
    const deployment = (await deployments.find(value.deploymentId))?.deployment;
    const unreached = await unreachedOf(deps, id, value);
    const { placeIds, people = [] } = value;
    return emergencyCard({
      ...{ id, review: value, deployment, catalog: catalog(), now: clock.now(), viewer },
      told: await describeAudience(deps, without({ placeIds, people }, unreached)),
      notReached: await describeAudience(deps, only({ placeIds, people }, unreached)),
    });
  }

  async function known(idOrNumber: string): Promise<Stored<Review>> {
    const byId = await records.get(idOrNumber);
    if (byId) return byId;
    const number = Number(idOrNumber.replace(/^D-/i, ''));
    const [found] = Number.isInteger(number) ? (await records.find({ where: { number }, limit: 1 })).items : [];
    if (found) return found;
    throw new UserError(
      `There is no review ${plainText(idOrNumber, 20)}. Type \`emergency reviews\` to see the open ones.`,
    );
  }

  return {
    /** By its id or by the number of its deployment. Rejects with `UserError` if there is none. */
    known,
    find: (id: string): Promise<Stored<Review> | undefined> => records.get(id),
    /** For this person. */
    draw,
    /** Opens the notice of an emergency, or updates it to the state of its deployment. Safe to call again. */
    async follow(deploymentId: string, deployment: Deployment): Promise<void> {
      const id = idFrom('review', deploymentId);
      const known = (await records.get(id))?.value;
      const { skipped = [] } = deployment;
      if (!known) await apply(id, { type: 'open', review: await openingOf(deps, needs, deploymentId, deployment) }, {});
      else if (rulesBeyond(known.skipped ?? [], skipped).length > 0)
        await apply(id, { type: 'skips more', skipped, ...(await audienceNow(deps, needs, deployment)) }, {});
      const { state, runId, startTriedAt, waitsFor } = deployment;
      const phase = isRollingBack(deployment) ? 'rolling back' : [state, waitsFor].join(' ').trim();
      const hasRun = runId !== undefined || startTriedAt !== undefined;
      await apply(id, { type: 'moved', state, phase, hasRun }, {});
    },
    /** The question to somebody who can close it. Rejects with `UserError` as `close` does. */
    async ask(idOrNumber: string, by: Person): Promise<Question> {
      const { value } = await known(idOrNumber);
      requireReviewer(catalog(), value, by);
      const deployment = (await deployments.find(value.deploymentId))?.deployment;
      const event = { type: 'close', by, findings: 'to come', hasEnded: hasEnded(deployment) } as const;
      const verdict = reviewTransition(value, event, { now: clock.now() });
      if (verdict && 'refusal' in verdict) throw refusalOf(verdict.refusal, value);
      return questionOf(value);
    },
    /** Rejects with `UserError` if this person can't close it with these findings. */
    async close(idOrNumber: string, by: Person, findings: string): Promise<Stored<Review>> {
      const { id, value } = await known(idOrNumber);
      const { number } = value;
      requireReviewer(catalog(), value, by);
      const deployment = (await deployments.find(value.deploymentId))?.deployment;
      const event = { type: 'close', by, findings, hasEnded: hasEnded(deployment) } as const;
      const { verdict, stored } = await apply(id, event, {});
      if (verdict && 'refusal' in verdict) throw refusalOf(verdict.refusal, stored?.value ?? value);
      if (!stored) throw new UserError(`The review of D-${number} no longer exists. Nothing was changed.`);
      return stored;
    },
    async waiting(): Promise<readonly Stored<Review>[]> {
      return (await records.find({ where: { state: 'open' }, orderBy: 'openedAt', limit: 100 })).items;
    },
  };
}

async function openingOf(
  deps: FeatureDependencies,
  needs: EmergencyNeeds,
  deploymentId: string,
  deployment: Deployment,
): Promise<Omit<Review, 'reminders'>> {
  const { number, service, environment, version, reason, correlationId, requester } = deployment;
  const { replaces, requestedAt: openedAt } = deployment;
  return {
    ...{ number, service, environment, reason, correlationId, deploymentId, openedAt },
    title: `${service} ${version} to ${environment}`,
    by: requester,
    ...(replaces && { replaces: replaces.version }),
    ...(deployment.skipped && { skipped: deployment.skipped }),
    ...(await audienceNow(deps, needs, deployment)),
  };
}

function audienceNow(
  deps: FeatureDependencies,
  needs: EmergencyNeeds,
  { service, environment, requester, placeId, skipped = [] }: Deployment,
): Promise<Audience> {
  return audienceOf({ deps, ...needs }, { service, environment }, { requester, placeId, skipped });
}

function reviewEffects(
  { outbox, catalog }: FeatureDependencies,
  deployments: Pick<Deployments, 'find'>,
  draw: (review: Stored<Review>, viewer: string | undefined) => Promise<EmergencyContent>,
): ActivityOf<Review, ReviewVerdict>['effects'] {
  const put = ({ key, destination }: Copy, content: Content, revision: number): Promise<void> =>
    outbox.put({ key, destination, content, revision, final: true });

  return {
    async publish(call) {
      for (const copy of copiesOf(call.id, call.value, 'card'))
        await put(copy, await draw(call, copy.viewer), call.version);
    },
    async remind({ id, value, effect, now }) {
      const { number, openedAt, title } = value;
      const deployment = (await deployments.find(value.deploymentId))?.deployment;
      const next = hasEnded(deployment)
        ? `Review it on its card, or type \`emergency review D-${number} because …\`.`
        : 'The deployment can be reviewed once it finishes.';
      const text = `**D-${number} is still waiting for a review**, ${describeDuration(now - openedAt)} after the emergency: ${plainText(title, 120)}. ${next}`;
      const reviewers = copiesOf(id, value, effect.key).filter(
        ({ viewer }) => viewer === undefined || (viewer !== value.by.id && may(catalog(), viewer, 'approve', value)),
      );
      for (const copy of reviewers) await put(copy, { text }, 1);
    },
  };
}

/** Everybody who is told. The part of the key that names a place is the same as in earlier versions. */
function copiesOf(id: string, { placeIds, people = [] }: Pick<Review, 'placeIds' | 'people'>, what: string): Copy[] {
  const keyOf = (kind: 'place' | 'person', who: string) =>
    `${keyPrefix}${id}:${what}:${idFrom(kind, who).slice(0, 12)}`;
  return [
    ...placeIds.map((placeId) => ({
      who: placeId,
      key: keyOf('place', placeId),
      destination: { to: 'place', placeId } as const,
      viewer: undefined,
    })),
    ...people.map(({ id: personId }) => ({
      who: personId,
      key: keyOf('person', personId),
      destination: { to: 'person', personId } as const,
      viewer: personId,
    })),
  ];
}

/** The people and places that the notice hasn't reached; a message that failed once may have arrived since. */
async function unreachedOf({ outbox }: FeatureDependencies, id: string, review: Review): Promise<ReadonlySet<string>> {
  const { unreached = [] } = review;
  const copies = copiesOf(id, review, 'card').filter(({ who }) => unreached.includes(who));
  const fates = await Promise.all(copies.map(({ key }) => outbox.fate(key)));
  return new Set(copies.filter((_copy, index) => fates[index]?.state !== 'posted').map(({ who }) => who));
}

type NoticeRecipients = Required<Pick<Review, 'placeIds' | 'people'>>;

function only({ placeIds, people }: NoticeRecipients, ids: ReadonlySet<string>): NoticeRecipients {
  return { placeIds: placeIds.filter((id) => ids.has(id)), people: people.filter(({ id }) => ids.has(id)) };
}

function without({ placeIds, people }: NoticeRecipients, ids: ReadonlySet<string>): NoticeRecipients {
  return { placeIds: placeIds.filter((id) => !ids.has(id)), people: people.filter(({ id }) => !ids.has(id)) };
}

function questionOf({ number, title, reason }: Review): Question {
  return {
    title: `Close the review of D-${number}?`,
    sentence: `**${plainText(title, 120)}** skipped the rules: ${quote(reason, 300)}. Say what you found and what will be done about it.`,
    fields: [{ name: 'findings', label: 'Findings and follow-up', error: 'Enter your findings.' }],
    go: 'Close the review',
  };
}

/** Refuses people who can't approve there, and says who can. */
function requireReviewer(catalog: Catalog, review: Review, by: Person): void {
  if (may(catalog, by.id, 'approve', review)) return;
  const { service, environment, number } = review;
  const able = whoMay(catalog, 'approve', review).filter((each) => each.id !== review.by.id);
  throw lacksRight(catalog, {
    ...{ right: 'approve', reach: { service, environment }, act: `review D-${number}` },
    able: able.map(({ name }) => name),
  });
}

/** The topic of a review's notice; the keys of its messages begin like this. */
export const reviewTopic = (id: string): string => `${keyPrefix}${id}`;

function refusalOf(refusal: ReviewRefusal, { number, closed }: Review): UserError {
  const sentences: Record<ReviewRefusal, string> = {
    own: `You requested D-${number}, so someone else has to review it. Nothing was changed.`,
    running: `D-${number} hasn’t finished, so it can’t be reviewed yet. Nothing was changed.`,
    closed: `D-${number} was already reviewed${closed ? ` by ${plainText(closed.by.name, 60)}` : ''}. Nothing was changed.`,
    'not needed': `D-${number} didn’t deploy anything, so there is nothing to review.`,
    'no findings': `A review needs findings, so this one stays open. Type \`emergency review D-${number} because …\` or use the card.`,
  };
  const sentence = sentences[refusal];
  return refusal === 'no findings' ? new MissingWordError('findings', sentence) : new UserError(sentence);
}
