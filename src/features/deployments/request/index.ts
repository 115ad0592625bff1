import type { CardContent, Turn } from '../../../chat/contract';
import type { Source } from '../../../connectors/contract';
import { bandState } from '../../../core/card';
import { lacksRight, requirePlace, unknownName } from '../../../core/catalog/refusals';
import { may } from '../../../core/catalog/rights';
import type { Target } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { idFrom, lookUp } from '../../../core/keys';
import { plainText } from '../../../core/text';
import { footerTime } from '../../../core/time/clock';
import type { FeatureDependencies } from '../../contract';
import { describeObstacle } from '../../policy';
import type { Policy } from '../../policy';
import { changesBetween, lostWayBack } from '../checks';
import { isInCharge } from '../commands';
import { finalStates } from '../contract';
import type { Deployment, DeploymentRequest, Deployments, FoundDeployment } from '../contract';
import { nameApprovers } from '../picker/cards';
import type { PickerParts } from '../picker/facts';
import { describeDeployment, describeKind, isFinal, isWaiting, labelOf, occupies } from '../store';
import type { DeploymentStore } from '../store';
import type { CardView } from '../text';
import { announcedPlace, describeEnd, describeOutcome, isForAll, statusNow } from '../text';

/** The request of a deployment, and what its requester sees of it. */

const maxShown = 20;
const maxAuthors = 1_000;

/** Requests a deployment: reads every fact and checks every right, whatever a card showed. */
export function createRequest(deps: FeatureDependencies, store: DeploymentStore, policy: Policy) {
  return async (request: DeploymentRequest): Promise<FoundDeployment> => {
    const { key, commit, overrideReason: _reason, ...asked } = request;
    const { kind, service, environment, version } = request;
    const id = idFrom('deployment', key);
    const present = await store.get(id);
    if (present) return { id, deployment: present.value };
    if (kind === 'rollback' && request.reason.trim() === '')
      throw new UserError('Enter a reason for the rollback. Nothing was requested.');
    requireRight(deps, request);
    const override = await admit(policy, request);
    const source = deps.systems.source(service);
    const [release, running] = await Promise.all([
      source?.release(version),
      deps.systems.running(service, environment)?.read(),
    ]);
    const shown = plainText(version, 40);
    if (!release)
      throw new UserError(
        `${unknownName('release', version, [], 'nothing was requested', ` of ${service}`).message} Type \`deploy ${service}\` to choose one.`,
      );
    if (commit !== undefined && commit !== release.commit)
      throw new UserError(
        `${shown} now points to commit ${release.commit.slice(0, 7)}, but you saw commit ${plainText(commit.slice(0, 7))}. Nothing was requested. Type \`deploy ${service}\` to review the current commit.`,
      );
    if (running?.version === release.version && running.commit === release.commit)
      throw new UserError(`${service} ${shown} is already live in ${environment}. Nothing was requested.`);
    // A rollback has its own rules, so it must be one: back to an older release that was verified there.
    const why = kind === 'rollback' ? await store.whyNoRollback(service, environment, release) : undefined;
    if (why !== undefined) throw noRollback(request, version, why);
    const noWayBack = await lostWayBack(deps, store, request, kind === 'deploy' ? running : undefined);
    const change = await changeOf(source, running?.version, version);
    const requestedAt = deps.clock.now();
    return store.create(id, {
      ...asked,
      commit: release.commit,
      ...(release.branch !== undefined && { branch: release.branch }),
      releasedAt: release.createdAt,
      ...(noWayBack && { noWayBack }),
      replaces: running && { version: running.version, commit: running.commit, since: running.since },
      requestedAt,
      state: 'requested',
      stateSince: requestedAt,
      ...change,
      ...(override && { override }),
      approvedBy: [],
      runKey: `deployment:${id}`,
    });
  };
}

/** Says why going to a release isn't a rollback. */
export function noRollback({ service, environment }: Target, version: string, why: string): UserError {
  return new UserError(
    `That isn’t a rollback. Nothing was requested. ${plainText(why, 300)} To request it as a deployment, type \`deploy ${service} ${plainText(version, 40)} to ${environment}\`.`,
  );
}

/** Refuses while a freeze or a lock is in the way; records an override. */
async function admit(policy: Policy, request: DeploymentRequest): Promise<Deployment['override']> {
  const { requester, kind, overrideReason, emergency } = request;
  const target = { service: request.service, environment: request.environment };
  if (emergency) return undefined;
  const standing = await policy.obstacles(target, kind, requester);
  if (standing.length === 0) return undefined;
  const override = overrideReason === undefined ? undefined : { by: requester, reason: overrideReason };
  const left = override ? await policy.obstacles(target, kind, requester, override) : standing;
  if (left.length > 0 || !override) throw new UserError(describeObstacle(left, 'requested'));
  return { ...override, what: standing.map((each) => each.what).join('; ') };
}

function requireRight({ catalog }: FeatureDependencies, { service, environment, requester }: DeploymentRequest): void {
  requirePlace(catalog(), service, environment, 'nothing was requested');
  const target = { service, environment };
  if (may(catalog(), requester.id, 'deploy', target)) return;
  const act = `deploy ${service} to ${environment}`;
  throw lacksRight(catalog(), { right: 'deploy', reach: target, act, nothing: 'nothing was requested' });
}

/** If it goes back, the commits that are removed. Without a comparison, the change has no list. A list that was cut says so. */
async function changeOf(
  source: Source | undefined,
  from: string | undefined,
  to: string,
): Promise<Required<Pick<Deployment, 'changes' | 'authors'>>> {
  const isGone = source && from !== undefined && !(await source.release(from));
  if (!source || isGone) {
    const gap = isGone ? `the release ${from}, which is live there, no longer exists` : 'there is no source control';
    return { changes: { commits: [], total: 0, direction: 'forward' }, authors: { people: [], gap } };
  }
  const { commits, direction, authors } = await changesBetween(source, from, to);
  const { people, gap } = authors ?? { people: [], gap: 'source control doesn’t say who wrote what' };
  const isCut = people.length > maxAuthors;
  return {
    changes: { commits: commits.slice(0, maxShown), total: commits.length, direction },
    authors: {
      people: people.slice(0, maxAuthors),
      ...(isCut ? { gap: `more than ${maxAuthors} people wrote it` } : gap !== undefined && { gap }),
    },
  };
}

/** The topic of these cards. */
export const requestTopic = (id: string): string => `request:${id}`;

/**
 * What a used picker becomes, and the answer to a click that requests: a short pointer to the one card of the deployment, with its state. Without a viewer,
 * the version for everybody.
 */
export async function requestedCard(
  parts: PickerParts,
  turn: Pick<Turn, 'person' | 'place' | 'reference'>,
  { id, deployment }: FoundDeployment,
  viewer: string | undefined,
): Promise<CardContent<'deployments/requested'> & { readonly about: string }> {
  const { deps } = parts;
  const catalog = deps.catalog();
  const { service, environment, kind, state, requester } = deployment;
  const label = labelOf(deployment);
  const rule = lookUp(catalog.environments, environment)?.[kind];
  const waits = isWaiting(deployment) && rule !== undefined && rule.required > 0;
  const isOpen = !isFinal(deployment);
  const mayCancel = isOpen && viewer !== undefined && isInCharge(catalog, viewer, deployment);
  const title = describeDeployment(deployment);
  const isPractice = lookUp(catalog.environments, environment)?.practice === true;
  const approvers =
    waits && !isPractice
      ? await parts.approvals.whoCouldApprove({
          ...{ target: { service, environment }, requester, rule },
          ...(deployment.authors && { authors: deployment.authors }),
        })
      : undefined;
  const band = bandState(state === 'requested' && !waits ? 'approved' : statusNow(deployment));
  const view = { now: deps.clock.now(), timeZone: catalog.timeZone };
  const next = await whatComesNext(deps, parts.deployments, { id, deployment });
  return {
    about: requestTopic(id),
    card: 'deployments/requested',
    data: {
      id,
      kind: `Request ${label}`,
      state: deployment.replacedBy ? { ...band, word: 'Was live', tone: 'emphasis' } : band,
      title: plainText(title, 200),
      summary: `${label}: ${title}, ${waits ? 'waiting for approval' : band.word.toLowerCase()}`,
      sentence: [
        describeRequested(deployment, { ...view, waits, isPractice, next }),
        // A deployment that ended before it was shown anywhere has no card.
        deployment.ended?.early
          ? ''
          : `${isOpen ? 'You can follow it on the' : 'The'} ${label} card${isOpen ? '' : ' is'} ${await describePlace(parts, turn, deployment, waits)}.`,
      ]
        .filter((each) => each !== '')
        .join(' '),
      facts: approvers ? [{ title: 'Can\u00A0approve', value: nameApprovers(approvers) }] : [],
      cancel: mayCancel ? `Cancel ${label}…` : '',
      refreshFor: isOpen ? [requester.id] : [],
      footer: `${footerTime(view.now, catalog.timeZone)} · ref\u00A0${turn.reference}`,
    },
  };
}

interface RequestedView extends Pick<CardView, 'now' | 'timeZone'> {
  readonly waits: boolean;
  readonly isPractice: boolean;
  readonly next: string;
}

function describeRequested(deployment: Deployment, { waits, isPractice, next, ...view }: RequestedView): string {
  const { state, replacedBy } = deployment;
  if (waits)
    return isPractice
      ? '**Requested.** This is practice, so Gavel will approve it in a few seconds.'
      : `**Requested.** The ${describeKind(deployment)} starts as soon as it’s approved.`;
  if (state === 'requested' || state === 'approved') return `**Requested.** No further approval is needed. ${next}`;
  if (replacedBy) return describeEnd(deployment, view);
  if (isFinal(deployment)) return deployment.ended?.early ? describeEnd(deployment, view) : describeOutcome(deployment);
  return `**${bandState(statusNow(deployment)).word}.**`;
}

/** `in **Payments**`: where its card is, as seen from here. */
async function describePlace(
  { announcements, deps }: PickerParts,
  { place }: Pick<Turn, 'place'>,
  deployment: Deployment,
  waits: boolean,
) {
  const placeId = (await announcedPlace(deps, announcements, deployment)) ?? deployment.placeId;
  if (placeId !== place.id) {
    const name = await deps.placeName?.(placeId);
    return name === undefined ? `in the channel of ${deployment.service}` : `in **${plainText(name, 60)}**`;
  }
  if (place.kind === 'personal') return 'in this chat';
  return waits || (isForAll(deployment) && !isWaiting(deployment))
    ? `in **${plainText(place.name, 60)}**`
    : 'in this conversation';
}

/** One sentence for the requester: whether it waits for an approval or for another deployment, or starts. */
export async function whatComesNext(
  deps: Pick<FeatureDependencies, 'catalog'>,
  deployments: Pick<Deployments, 'recent'>,
  { id, deployment }: FoundDeployment,
): Promise<string> {
  const { service, environment } = deployment;
  const recent = await deployments.recent({ service, environment, limit: 20 });
  const others = recent.filter((each) => each.id !== id).map((each) => each.deployment);
  const rule = lookUp(deps.catalog().environments, environment)?.[deployment.kind];
  return describeNext(deployment, others, (rule?.required ?? 0) > 0);
}

/** Pure; `others` are the deployments in the same place. */
export function describeNext(deployment: Deployment, others: readonly Deployment[], needsApproval: boolean): string {
  const { state, emergency, number, heldBy, service, environment } = deployment;
  if (finalStates.includes(state)) return 'Its card shows the result.';
  if (state === 'running' || state === 'verifying' || state === 'unclear') return 'Its card shows the progress.';
  const isDecided = state === 'approved' || emergency === true || !needsApproval;
  if (!isDecided) return `The ${describeKind(deployment)} is waiting for approval.`;
  if (heldBy !== undefined) return `The ${describeKind(deployment)} starts once nothing blocks it.`;
  const holder = others.find(occupies);
  const ahead = others.filter((each) => each.state === 'approved' || each.state === 'requested');
  const first = holder ?? (emergency ? undefined : ahead.find((each) => each.number < number));
  if (first) return `The ${describeKind(deployment)} starts when ${labelOf(first)} finishes.`;
  // They were requested at the same moment: their cards show which comes first.
  if (ahead.length > 0)
    return `The ${describeKind(deployment)} starts once no other deployment of ${service} is running in ${environment}.`;
  return `The ${describeKind(deployment)} starts now.`;
}
