import type { CardContent, Turn } from '../../../chat/contract';
import type { Connector } from '../../../connectors/contract';
import { bandState } from '../../../core/card';
import { requirePlace, unknownName } from '../../../core/catalog/refusals';
import { may, whoMay } from '../../../core/catalog/rights';
import type { Target } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { idFrom, lookUp } from '../../../core/keys';
import { cleanText, enumerate, plainText } from '../../../core/text';
import { footerTime } from '../../../core/time/clock';
import type { FeatureDependencies } from '../../contract';
import { describeObstacle } from '../../policy';
import type { Policy } from '../../policy';
import { lostWayBack } from '../checks';
import { isInCharge } from '../commands';
import type { Deployment, DeploymentRequest, FoundDeployment } from '../contract';
import { approvalFacts } from '../picker/cards';
import { changesBetween } from '../picker/facts';
import type { PickerParts } from '../picker/facts';
import { describeDeployment, isFinal, labelOf } from '../store';
import type { DeploymentStore } from '../store';
import { announcedPlace, describeEnd, statusOf, whatComesNext } from '../text';

/** The request of a deployment, and what its requester sees of it. */

const maxShown = 20;
const maxAuthors = 1_000;

/** Requests a deployment: every fact is read and every right checked here, whatever a card showed. */
export function createRequest(deps: FeatureDependencies, store: DeploymentStore, policy: Policy) {
  return async (request: DeploymentRequest): Promise<FoundDeployment> => {
    const { key, commit, overrideReason: _reason, ...asked } = request;
    const { kind, service, environment, version } = request;
    const id = idFrom('deployment', key);
    const present = await store.get(id);
    if (present) return { id, deployment: present.value };
    if (kind === 'rollback' && request.reason.trim() === '')
      throw new UserError('A rollback needs a reason, so nothing was requested. Say why, then try again.');
    requireRight(deps, request);
    const override = await admit(policy, request);
    const connector = deps.connectorOf(service);
    const [release, running] = await Promise.all([
      connector.sourceControl?.release(service, version),
      connector.environments?.running(service, environment),
    ]);
    const shown = plainText(version, 40);
    if (!release)
      throw new UserError(
        `${unknownName('release', version, [], 'nothing was requested', ` of ${service}`).message} Write \`deploy ${service}\` to choose one.`,
      );
    if (commit !== undefined && commit !== release.commit)
      throw new UserError(
        `${shown} is another commit now (${release.commit.slice(0, 7)}) than the one you were shown (${plainText(commit.slice(0, 7))}), so nothing was requested. Look at it again first.`,
      );
    if (running?.version === release.version && running.commit === release.commit)
      throw new UserError(`${service} ${shown} runs in ${environment} already, so nothing was requested.`);
    // A rollback has rules of its own, so it must be one: back to an older release that was verified there.
    const why = kind === 'rollback' ? await store.whyNoRollback(service, environment, release) : undefined;
    if (why !== undefined) throw noRollback(request, version, why);
    const noWayBack = await lostWayBack(deps, store, request, kind === 'deploy' ? running : undefined);
    const change = await changeOf(connector, service, running?.version, version);
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

/** Says why going to a release is no rollback. */
export function noRollback({ service, environment }: Target, version: string, why: string): UserError {
  return new UserError(
    `That isn't a rollback, so nothing was requested. ${plainText(why, 300)} Write \`deploy ${service} ${plainText(version, 40)} to ${environment}\` to deploy it by the rules for deployments.`,
  );
}

/** Refuses while a freeze or a lock stands in the way; what is overridden goes on record. */
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
  const names = whoMay(catalog(), 'deploy', target).map((person) => plainText(person.name, 60));
  const who =
    names.length === 0 ? 'Nobody may yet; an admin gives that right with grant' : `${enumerate(names.slice(0, 4))} can`;
  throw new UserError(`You may not deploy ${service} to ${environment}, so nothing was requested. ${who}.`);
}

/** When it goes back, the commits that get lost. What can't be compared is a change without a list. A list that was cut says so. */
async function changeOf(
  { sourceControl: source }: Connector,
  service: string,
  from: string | undefined,
  to: string,
): Promise<Required<Pick<Deployment, 'changes' | 'authors'>>> {
  const isGone = source && from !== undefined && !(await source.release(service, from));
  if (!source || isGone) {
    const gap = isGone ? `the release ${from}, which runs there, no longer exists` : 'there is no source control';
    return { changes: { commits: [], total: 0, direction: 'forward' }, authors: { people: [], gap } };
  }
  const { commits, direction, authors } = await changesBetween(source, service, from, to);
  const { people, gap } = authors ?? { people: [], gap: 'source control does not say who wrote what' };
  const isCut = people.length > maxAuthors;
  return {
    changes: { commits: commits.slice(0, maxShown), total: commits.length, direction },
    authors: {
      people: people.slice(0, maxAuthors),
      ...(isCut ? { gap: `more than ${maxAuthors} people wrote it` } : gap !== undefined && { gap }),
    },
  };
}

/** What these cards are about. */
export const requestTopic = (id: string): string => `request:${id}`;

/** What the requester sees after the click: the number, who must approve, and where its own card is. Without a viewer as everybody sees it. */
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
  const waits = (state === 'requested' || state === 'awaiting approval') && rule !== undefined && rule.required > 0;
  const isOpen = !isFinal(deployment);
  const mayCancel = isOpen && viewer !== undefined && isInCharge(catalog, viewer, deployment);
  const title = describeDeployment(deployment);
  const isPractice = lookUp(catalog.environments, environment)?.practice === true;
  const rules = waits && {
    approvers: await parts.approvals.whoCouldApprove({
      ...{ target: { service, environment }, requester, rule },
      ...(deployment.authors && { authors: deployment.authors }),
    }),
    ...{ isPractice, needsSecondApproval: false },
  };
  return {
    about: requestTopic(id),
    card: 'deployments/requested',
    data: {
      id,
      kind: kind === 'rollback' ? 'Roll back' : 'Deploy',
      state: bandState(state === 'requested' && !waits ? 'approved' : statusOf(state)),
      title: plainText(title, 200),
      summary: `${label}: ${title}, ${waits ? 'waits for approval' : state}`,
      sentence: describeRequested(deployment, waits, await whatComesNext(deps, parts.deployments, { id, deployment }), {
        now: deps.clock.now(),
        timeZone: catalog.timeZone,
      }),
      facts: [
        { title: 'Commit', value: cleanText(deployment.commit, 40).slice(0, 7) },
        ...(rules ? approvalFacts(rule, rules) : []),
        { title: 'Card', value: await describePlace(parts, turn, deployment) },
      ],
      cancel: mayCancel ? `Cancel ${label}…` : '',
      refreshFor: isOpen ? [requester.id] : [],
      footer: `${label} · ${footerTime(deps.clock.now(), catalog.timeZone)} · ref ${turn.reference}`,
    },
  };
}

function describeRequested(
  deployment: Deployment,
  waits: boolean,
  next: string,
  view: Parameters<typeof describeEnd>[1],
): string {
  const { state } = deployment;
  const label = labelOf(deployment);
  if (waits) return `**${label} requested.** It starts as soon as it is approved. You don't have to wait here.`;
  if (state === 'requested' || state === 'approved')
    return `**${label} requested.** No further approval is needed. ${next}`;
  return isFinal(deployment)
    ? describeEnd(deployment, view)
    : `**${label} is ${statusOf(state)}.** Its card shows the progress.`;
}

async function describePlace({ announcements, deps }: PickerParts, turn: Pick<Turn, 'place'>, deployment: Deployment) {
  const placeId = (await announcedPlace(deps, announcements, deployment)) ?? deployment.placeId;
  if (placeId !== turn.place.id) return `In the channel of ${deployment.service}`;
  return turn.place.kind === 'personal' ? 'In this chat' : `In ${plainText(turn.place.name, 60)}`;
}
