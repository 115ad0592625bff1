import type { Destination, Outbox } from '../../chat/contract';
import { lookUp } from '../../core/keys';
import { plainText } from '../../core/text';
import type { Stored } from '../../store/contract';
import type { ActivityOf } from '../../workflows';
import type { Announcements } from '../announcements';
import { approvalTopic } from '../approvals';
import type { Approvals } from '../approvals';
import type { TicketLinks } from '../tickets';
import { cardKey, deploymentCard, deploymentTopic } from './cards';
import { lostInCatalog, ruleIsGone, ruleNow } from './checks';
import type { Deployment } from './contract';
import { requestTopic } from './request';
import { begin, startRun, stopRun } from './run/effects';
import type { RunParts } from './run/effects';
import {
  approvalIdOf,
  describeDeployment,
  gavel,
  isAutomatic,
  isFinal,
  isWaiting,
  labelOf,
  targetKey,
  waitsForApproval,
} from './store';
import { announcedPlace, describeEnd, describeOutcome, isForAll, referenceOf } from './text';
import { isLive } from './transitions';
import type { DeploymentVerdict } from './transitions';

/** The events that other features can listen to. */
export type DeploymentMoment = 'emergency' | 'start' | 'wait' | 'end';

interface EffectParts extends RunParts {
  readonly approvals: Approvals;
  readonly announcements: Announcements;
  readonly tickets: Pick<TicketLinks, 'showOn'> | undefined;
  /** Calls the listeners of this event. */
  tell(moment: DeploymentMoment, id: string, deployment: Deployment): Promise<void>;
}

/** The effects of a change of a deployment; each may be performed again. */
export function deploymentEffects(parts: EffectParts): ActivityOf<Deployment, DeploymentVerdict>['effects'] {
  const { approvals } = parts;
  return {
    ask: (call) => askForApproval(parts, call),
    supersede: ({ value }) => supersede(parts, value),
    retire: ({ id, value }) => retire(parts, id, value),
    review: ({ id, value }) => parts.tell('emergency', id, value),
    async withdraw({ id, value: { ended } }) {
      await showCopies(parts, id);
      const { by = gavel, reason = '', successor } = ended ?? {};
      await approvals.withdraw(approvalIdOf(id), { by, reason, ...(successor && { successor: labelOf(successor) }) });
    },
    begin: ({ id }) => begin(parts, id),
    start: ({ id, attempts }) => start(parts, id, attempts),
    stop: ({ id }) => stopRun(parts, id),
    card: (call) => showCard(parts, call),
    reply: (call) => postReply(parts, call),
    health: (call) => postHealth(parts, call),
    'roll back': ({ id, value }) => rollBack(parts, id, value),
    'tell original': ({ value }) => tellOriginal(parts, 'rollback ended', value),
  };
}

async function askForApproval(
  { deps, store, approvals, announcements }: EffectParts,
  { id, value: deployment }: Stored<Deployment>,
): Promise<void> {
  const { state, service, environment, requester, commit, requestedAt, correlationId } = deployment;
  if (state !== 'requested') return;
  const catalog = deps.catalog();
  const goesPast = isAutomatic(deployment) || deployment.emergency;
  const rule = ruleNow(catalog, deployment);
  // Without a rule, nothing says that no approval is needed.
  const lost = lostInCatalog(catalog, deployment) ?? (rule || goesPast ? undefined : ruleIsGone(deployment));
  if (lost !== undefined) return void (await store.apply(id, { type: 'lapsed', reason: lost }));
  if (!rule || goesPast || rule.required === 0) return void (await store.apply(id, { type: 'admitted' }));
  const practice = lookUp(catalog.environments, environment)?.practice;
  await approvals.open({
    id: approvalIdOf(id),
    kind: 'deployment',
    subjectId: id,
    target: { service, environment },
    requester,
    rule,
    authors: deployment.authors ?? { people: [], gap: 'it was requested from an earlier version' },
    boundTo: commit,
    placeId: (await announcedPlace(deps, announcements, deployment)) ?? deployment.placeId,
    expiresAt: requestedAt + rule.expiresAfterSeconds * 1000,
    correlationId,
    ...(practice && { practice }),
  });
  await store.apply(id, { type: 'asked' });
}

/** A newer request for the same place replaces requests that nobody has approved. */
async function supersede({ store }: EffectParts, { number, version, requester, ...place }: Deployment): Promise<void> {
  const waiting = await store.select({
    where: { target: targetKey(place), state: { in: ['requested', 'awaiting approval'] } },
    orderBy: 'requestedAt',
    limit: 100,
  });
  for (const { id, value } of waiting)
    if (value.number < number) await store.apply(id, { type: 'replaced', by: { number, version, requester } });
}

/** The release that was live there until now: its card says from when to when, and what replaced it. */
async function retire({ store }: EffectParts, id: string, deployment: Deployment): Promise<void> {
  const { number, version, run, ended } = deployment;
  const before = await store.select({
    where: { target: targetKey(deployment), state: { in: ['succeeded', 'failed'] } },
    orderBy: 'requestedAt',
    descending: true,
    limit: 20,
  });
  const endedAt = ended?.at ?? 0;
  const [latest] = before
    .filter((each) => each.id !== id && isLive(each.value) && (each.value.ended?.at ?? 0) < endedAt)
    .sort((one, other) => (other.value.ended?.at ?? 0) - (one.value.ended?.at ?? 0));
  if (latest)
    await store.apply(latest.id, { type: 'outlived', by: { id, number, version, at: run?.endedAt ?? endedAt } });
}

async function start(parts: EffectParts, id: string, attempts: number): Promise<void> {
  await startRun(parts, id, attempts);
  const after = (await parts.store.get(id))?.value;
  if (after?.runId !== undefined) await parts.tell('start', id, after);
}

/** An automatic rollback is shown on the card of the deployment that failed, so there is only one card. */
async function showCard(parts: EffectParts, record: Stored<Deployment>): Promise<void> {
  const { value } = record;
  if (!isAutomatic(value) || value.unclearSince !== undefined) await postCard(parts, record);
  if (isAutomatic(value)) await tellOriginal(parts, 'rollback seen', value);
  if (value.emergency) await parts.tell('emergency', record.id, value);
  await showCopies(parts, record.id);
  if (waitsForApproval(value)) await parts.tell('wait', record.id, value);
}

/** The other cards that show it: answers to people, and those of its request and its approval. */
async function showCopies({ deps: { outbox } }: EffectParts, id: string): Promise<void> {
  await outbox.changed(requestTopic(id));
  await outbox.changed(deploymentTopic(id));
  await outbox.changed(approvalTopic(approvalIdOf(id)));
}

async function tellOriginal(
  { store }: EffectParts,
  type: 'rollback seen' | 'rollback ended',
  { rollbackOf, number, state, run }: Deployment,
): Promise<void> {
  if (rollbackOf !== undefined)
    await store.apply(rollbackOf, { type, rollback: { number, state, ...(run && { run }) } });
}

async function rollBack({ deps, store }: EffectParts, id: string, failed: Deployment): Promise<void> {
  const { rollbackId, replaces, service, environment, placeId, thread, correlationId } = failed;
  if (rollbackId === undefined || !replaces || (await store.get(rollbackId))) return;
  const now = deps.clock.now();
  await store.create(rollbackId, {
    kind: 'rollback',
    service,
    environment,
    version: replaces.version,
    commit: replaces.commit,
    replaces: { version: failed.version, commit: failed.commit, since: failed.stateSince },
    requester: gavel,
    reason: failed.cancelRequestedBy
      ? `${labelOf(failed)} was canceled by ${failed.cancelRequestedBy.name}`
      : `${labelOf(failed)} failed: ${failed.failure?.reason ?? ''}`,
    requestedAt: now,
    placeId,
    thread,
    correlationId,
    state: 'requested',
    stateSince: now,
    changes: { commits: [], total: 0, direction: 'back' },
    approvedBy: [],
    runKey: `deployment:${rollbackId}`,
    rollbackOf: id,
  });
}

/**
 * Posts or edits its one card. A deployment that ended before anybody saw it gets none, and one that is long gone isn't posted again. A deployment that waits
 * on its approval's card, which earlier versions posted, gets its own card once it is approved.
 */
async function postCard(parts: EffectParts, { id, version, value }: Stored<Deployment>): Promise<void> {
  const { deps, approvals } = parts;
  const { outbox } = deps;
  const isLate = isFinal(value) && (value.approvedAt === undefined || value.replacedBy !== undefined);
  if (isLate && (await outbox.fate(cardKey(id))) === undefined) return;
  if (isWaiting(value) && (await postedKey(outbox, id)) === olderKey(id)) return;
  await outbox.put({
    key: cardKey(id),
    destination: await destinationOf(parts, value),
    content: await deploymentCard(parts, id, value, undefined),
    revision: version,
    final: isFinal(value),
    onBehalfOf: value.requester.id,
  });
  if (isFinal(value) && value.approvedBy.length > 0)
    await approvals.showOutcome(approvalIdOf(id), version, (personId) => deploymentCard(parts, id, value, personId));
}

/** Mentions the requester below the card: if it didn't succeed and they don't know it already, and always for people who want that. */
async function postReply(parts: EffectParts, { id, value }: Stored<Deployment>): Promise<void> {
  const { deps } = parts;
  const { outbox } = deps;
  const messageKey = await postedKey(outbox, id);
  // Without a card, nothing else tells.
  const isNews = value.state !== 'succeeded' && !(messageKey !== undefined && isOwnEnd(value));
  if (isNews || (await deps.wantsEveryMention?.(value.requester.id)) === true) {
    const { placeId, thread, requester } = value;
    const view = { now: deps.clock.now(), timeZone: deps.catalog().timeZone };
    // Without a card, nothing else gives the reason.
    const text =
      messageKey === undefined
        ? `@[0] ${plainText(describeDeployment(value), 200)}: ${describeEnd(value, view)}`
        : `@[0] ${describeOutcome(value)}`;
    await outbox.put({
      key: `deployment:${id}:end`,
      destination: messageKey === undefined ? { to: 'place', placeId, thread } : { to: 'thread of', messageKey },
      content: { text, mentions: [requester] },
      revision: 1,
      final: true,
      onBehalfOf: requester.id,
    });
  }
  await parts.tell('end', id, value);
}

/** Whether the requester ended it: they canceled it, or replaced it by another request. */
function isOwnEnd({ state, ended, requester }: Deployment): boolean {
  return (state === 'cancelled' || state === 'superseded') && ended?.by?.id === requester.id;
}

/** The key of the approval's card that earlier versions posted. */
const olderKey = (id: string): string => `approval:${approvalIdOf(id)}:place`;

/** The key of the card that people see: its own, or its approval's, which earlier versions posted. */
async function postedKey({ fate }: Outbox, id: string): Promise<string | undefined> {
  for (const key of [cardKey(id), olderKey(id)]) if ((await fate(key)) !== undefined) return key;
  return undefined;
}

/** A health card is posted only if something isn't healthy; otherwise, the numbers are on the deployment's card. */
async function postHealth(parts: EffectParts, { id, value }: Stored<Deployment>): Promise<void> {
  const { deps, health } = parts;
  const { service, environment } = value;
  // Health is unknown for a service that the catalog no longer has.
  if (!lookUp(deps.catalog().services, service)) return;
  const { state } = await health.report(service, environment);
  if (state !== 'degraded' && state !== 'down') return;
  const messageKey = await postedKey(deps.outbox, id);
  await deps.outbox.put({
    key: `deployment:${id}:health`,
    destination: messageKey === undefined ? await destinationOf(parts, value) : { to: 'thread of', messageKey },
    content: await health.card(service, environment, undefined, referenceOf(value)),
    revision: 1,
    final: true,
  });
}

async function destinationOf({ deps, announcements }: EffectParts, deployment: Deployment): Promise<Destination> {
  const announced = await announcedPlace(deps, announcements, deployment);
  if (announced !== undefined) return { to: 'place', placeId: announced };
  const { placeId, thread } = deployment;
  return { to: 'place', placeId, thread: isForAll(deployment) ? undefined : thread };
}
