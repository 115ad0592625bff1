import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Question, Reply, Turn } from '../../../chat/contract';
import { describeNeededApprovals, neededApprovals } from '../../../core/catalog/needed-approvals';
import { refuseTarget } from '../../../core/catalog/refusals';
import { placeIdForm } from '../../../core/catalog/schema';
import { UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import { approvedRelease, describeRelease, releaseAct } from '../../../core/release-acts';
import type { ReleaseThere } from '../../../core/release-acts';
import { plainText, quote } from '../../../core/text';
import { requireVisible } from '../commands';
import type { Deployment, FoundDeployment } from '../contract';
import { endPicker, isLiveThere, onOwnPicker, ownPicker, requestFrom, requestRelease } from '../picker/actions';
import { nameApprovers, pickerTopic } from '../picker/cards';
import type { Picker } from '../picker/commands';
import type { PickerParts } from '../picker/facts';
import { requestedCard, whatComesNext } from '../request';
import { isFinal, labelOf } from '../store';
import { describeOutcome, rollbackButton } from '../text';
import { drawRollback, nothingBefore } from './cards';
import { mayRollBack } from './facts';

const Reason = z.string().trim().max(500).default('');

/**
 * The id of the rollback card's own record, or `service/environment[/release]` from a card about that state; the release is the one that its button named.
 */
const RollbackInput = z.object({
  id: z.union([z.string().regex(/^[0-9a-f]{32}$/), z.string().refine(isPlaceOrRelease)]),
  reason: Reason,
});

function isPlaceOrRelease(id: string): boolean {
  const [service = '', environment = '', release, ...more] = id.split('/');
  const isRelease = release === undefined || /^[\w.+-]{1,60}$/.test(release);
  return placeIdForm.test(`${service}/${environment}`) && isRelease && more.length === 0;
}

/** The id of a deployment, and the release that the button on its card named; cards of earlier versions named the one that was replaced. */
const ReleaseInput = z.object({
  id: z.string().regex(/^[0-9a-f]{32}(\/[\w.+-]{1,60})?$/),
  reason: Reason,
});

/** The rollback buttons: the one that requests it, and the one that reopens a closed card. */
export function rollbackActions(parts: PickerParts): Action[] {
  const { deps, deployments } = parts;
  /** The clicked deployment, and the release that its button named. */
  const clicked = async (turn: Turn, id: string) => {
    const [deploymentId = '', named] = id.split('/');
    return { found: await requireVisible(deps, deployments, turn, deploymentId), named };
  };
  return [
    defineAction({
      verb: 'deployments.rollback',
      operation: 'rollback',
      async acts(turn, { id }) {
        const { found, named } = await clicked(turn, id);
        return [releaseAct('rollback', await releaseBefore(parts, found.deployment, named))];
      },
      input: ReleaseInput,
      freeText: ['reason'],
      async asks(turn, id) {
        const { found, named } = await clicked(turn, id);
        const there = await releaseBefore(parts, found.deployment, named);
        refuseTarget(deps.catalog(), turn.person.id, there, 'rollback');
        await requireStillLive(parts, found.deployment, there);
        return askRollback(parts, turn, there);
      },
      async run(turn, { id, reason }, approved) {
        const { found, named } = await clicked(turn, id);
        const release = approvedRelease(approved);
        const there = release ?? (await releaseBefore(parts, found.deployment, named));
        return rollBackFrom(parts, turn, found, there, reason, release && turn.correlationId);
      },
    }),
    defineAction({
      verb: 'deployments.rollback-service',
      operation: 'rollback',
      acts: async (turn, { id }) => [releaseAct('rollback', await meantBy(parts, turn, id))],
      input: RollbackInput,
      freeText: ['reason'],
      asks: async (turn, id) => askRollback(parts, turn, await meantBy(parts, turn, id)),
      async preview(turn, { id, reason }) {
        if (reason === '') throw new UserError('Enter a reason for the rollback. Nothing was requested.');
        const meant = await meantBy(parts, turn, id);
        return `Requests a rollback of ${meant.service} in ${meant.environment} to ${plainText(describeRelease(meant), 100)}. Reason: ${quote(reason, 300)}.`;
      },
      run: async (turn, { id, reason }, approved) => {
        const release = approvedRelease(approved);
        return release || id.includes('/')
          ? rollBackTarget(parts, turn, id, reason, release)
          : rollBackShown(parts, turn, id, reason);
      },
    }),
    defineAction({
      verb: 'deployments.rollback-preview',
      operation: 'look',
      input: RollbackInput,
      freeText: ['reason'],
      run: (turn, { id, reason }) =>
        onOwnPicker(parts, turn, id, (picker, ownId) => showAgain(parts, turn, ownId, picker, reason)),
    }),
  ];
}

/** What a rollback to this release replaces and needs, before it's requested. */
async function askRollback({ deps, approvals }: PickerParts, { person }: Turn, there: ReleaseThere): Promise<Question> {
  const { service, environment, release } = there;
  const catalog = deps.catalog();
  const running = await deps.systems.running(service, environment)?.read();
  const target = { service, environment };
  const needed = neededApprovals(catalog, 'rollback', target);
  const { before, rule } = needed;
  const request = rule && { target, requester: person, rule };
  const approvers = request && (await approvals.whoCouldApprove(request));
  const replaced = running === undefined ? ' goes live' : ` replaces ${plainText(running.version, 40)}`;
  return {
    title: `Roll back ${service} in ${environment}?`,
    sentence:
      `**${plainText(release, 40)}${replaced}** in ${environment}. ${describeNeededApprovals(needed, 'rollback')}`.trimEnd(),
    facts: approvers ? [{ title: 'Can approve', value: nameApprovers(approvers) }] : [],
    fields: [{ name: 'reason', label: 'Reason', error: 'Enter a reason.' }],
    go: before || rule ? 'Request rollback' : rollbackButton(release),
  };
}

/** The release that a click on either card would restore; throws what the click would be refused with. */
async function meantBy(parts: PickerParts, turn: Turn, id: string): Promise<ReleaseThere> {
  if (id.includes('/')) return meantOn(parts, turn, id);
  const { shown } = (await ownPicker(parts, turn, id)).picker;
  if (!shown) throw new UserError(namesNothing);
  refuseTarget(parts.deps.catalog(), turn.person.id, shown, 'rollback');
  return shown;
}

/** From a card about the state of a service: what a rollback would restore now, if its button named that. */
async function meantOn(parts: PickerParts, turn: Turn, id: string): Promise<ReleaseThere> {
  const [service = '', environment = '', named] = id.split('/');
  const target = { service, environment };
  refuseTarget(parts.deps.catalog(), turn.person.id, target, 'rollback');
  const back = await parts.deployments.rollbackTarget(service, environment);
  if (!back) throw nothingBefore(target);
  if (named !== undefined && named !== back.version)
    throw new UserError(
      `A rollback of ${service} in ${environment} would now restore ${plainText(back.version, 40)}, not ${plainText(named, 40)}. Nothing was requested. Type \`rollback ${service} in ${environment}\` to see what it would change.`,
    );
  return { ...target, release: back.version, commit: back.commit };
}

const namesNothing = 'This card doesn’t name a release to roll back to. Type `rollback` to start again.';

/** From the rollback card: requests exactly what that card showed, or shows the current state. */
function rollBackShown(parts: PickerParts, turn: Turn, cardId: string, reason: string): Promise<Reply> {
  return onOwnPicker(parts, turn, cardId, async (picker, id) => {
    const { shown } = picker;
    if (!shown) throw new UserError(namesNothing);
    if (await isLiveThere(parts, shown)) return endPicker(parts, turn, { id, picker, end: 'superseded' });
    const { service, environment, release, commit } = shown;
    const why = await parts.deployments.whyNoRollback(service, environment, { version: release, commit });
    if (why !== undefined) return showAgain(parts, turn, id, picker, reason);
    refuseTarget(parts.deps.catalog(), turn.person.id, shown, 'rollback');
    return requestFrom(parts, turn, id, shown, askedWith(reason, id));
  });
}

/**
 * Exactly what was approved, whatever the card shows now; without an approval, what a card about the state of a service means. A rollback in progress isn't
 * requested again, and two clicks request once: the key contains the latest deployment there.
 */
async function rollBackTarget(
  parts: PickerParts,
  turn: Turn,
  cardId: string,
  reason: string,
  approved: ReleaseThere | undefined,
): Promise<Reply> {
  const [service = '', environment = ''] = approved ? [approved.service, approved.environment] : cardId.split('/');
  if (!approved) refuseTarget(parts.deps.catalog(), turn.person.id, { service, environment }, 'rollback');
  const [latest] = await parts.deployments.recent({ service, environment, limit: 1 });
  const isUnderWay = latest?.deployment.kind === 'rollback' && !isFinal(latest.deployment);
  if (latest && isUnderWay && (!approved || latest.deployment.commit === approved.commit))
    return requestedCard(parts, turn, latest, turn.person.id);
  const release = approved ?? (await meantOn(parts, turn, cardId));
  refuseTarget(parts.deps.catalog(), turn.person.id, release, 'rollback');
  const from = approved ? [turn.correlationId] : [service, environment, latest?.id ?? ''];
  const key = idFrom('rollback', ...from, release.commit);
  return requestFrom(parts, turn, cardId, release, askedWith(reason, key));
}

function askedWith(reason: string, key: string) {
  return { key, kind: 'rollback', reason, overrideReason: reason } as const;
}

async function showAgain(parts: PickerParts, turn: Turn, id: string, picker: Picker, typed: string): Promise<Reply> {
  const { service, environment } = picker.choice;
  const reason = typed || picker.choice.reason;
  if (service === undefined || environment === undefined)
    throw new UserError('This card doesn’t say what to roll back. Type `rollback` to start again.');
  refuseTarget(parts.deps.catalog(), turn.person.id, { service, environment }, 'rollback');
  const drawn = await drawRollback(parts, turn, id, { service, environment, reason });
  await parts.pickers.update(id, (value) => ({
    ...value,
    choice: { ...value.choice, reason },
    shown: drawn.shown,
  }));
  if (drawn.obstacles.length > 0) await parts.blocked.note(id, { ...picker, service, environment }, drawn.obstacles);
  return { ...drawn.content, about: pickerTopic(id) };
}

/** The release that a rollback from this card would restore, with its commit; throws what the click would be refused with. */
async function releaseBefore({ deps }: PickerParts, deployment: Deployment, named = deployment.replaces?.version) {
  const { service, environment, replaces } = deployment;
  if (named === undefined || !mayRollBack(deployment)) throw noReleaseBefore(deployment);
  const commit =
    named === replaces?.version ? replaces.commit : (await deps.systems.source(service)?.release(named))?.commit;
  if (commit === undefined) throw noReleaseBefore(deployment);
  return { service, environment, release: named, commit };
}

function noReleaseBefore(deployment: Deployment): UserError {
  const { service, environment } = deployment;
  return new UserError(
    `${labelOf(deployment)} has no release to roll back to. Type \`rollback ${service} in ${environment}\` to see what’s available.`,
  );
}

/**
 * Requests that release while this deployment's release is still live. Two clicks request once: `key` identifies the request if the latest deployment there
 * doesn't.
 */
async function rollBackFrom(
  parts: PickerParts,
  turn: Turn,
  { id, deployment }: FoundDeployment,
  there: ReleaseThere,
  reason: string,
  key: string | undefined,
): Promise<Reply> {
  if (!mayRollBack(deployment)) throw noReleaseBefore(deployment);
  const { deps, deployments } = parts;
  const { service, environment, release, commit } = there;
  const [latest] = await deployments.recent({ service, environment, limit: 1 });
  const { kind, version, commit: its } = latest?.deployment ?? {};
  const isSame = kind === 'rollback' && version === release && its === commit;
  const asked = latest && isSame && !isFinal(latest.deployment) ? latest : await ask();
  if (isFinal(asked.deployment)) return { notice: describeOutcome(asked.deployment) };
  const what = `${labelOf(asked.deployment)} will roll back ${service} in ${environment} to ${plainText(release, 40)}.`;
  return { notice: `${what} ${await whatComesNext(deps, deployments, asked)}` };

  async function ask(): Promise<FoundDeployment> {
    await requireStillLive(parts, deployment, there);
    return requestRelease(parts, turn, there, askedWith(reason, idFrom('rollback', id, key ?? latest?.id ?? '')));
  }
}

/** Refuses to roll back a release that another one has replaced. */
async function requireStillLive(
  { deps }: PickerParts,
  { commit }: Deployment,
  { service, environment, release }: ReleaseThere,
): Promise<void> {
  const running = await deps.systems.running(service, environment)?.read();
  if (!running || running.commit === commit || running.version === release) return;
  throw new UserError(
    `${plainText(running.version, 40)} is live in ${environment} now. Nothing was requested. Type \`rollback ${service} in ${environment}\` to see what’s available.`,
  );
}
