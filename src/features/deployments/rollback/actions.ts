import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Reply, Turn } from '../../../chat/contract';
import { placeIdForm } from '../../../core/catalog/names';
import { UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import { plainText, withFullStop } from '../../../core/text';
import { approvedRelease, describeRelease, releaseAct } from '../../../core/operations';
import type { ReleaseThere } from '../../../core/operations';
import { requireVisible } from '../commands';
import type { Deployment, FoundDeployment } from '../contract';
import { quoted, refuseTarget } from '../picker/policy';
import { noteRequested, ownPicker, requestFor } from '../picker/store';
import type { Picker, PickerParts } from '../picker/store';
import { isFinal, labelOf } from '../record';
import { requestedBefore, requestedCard } from '../request/cards';
import { whatComesNext } from '../text';
import { drawRollback, nothingBefore } from './cards';
import { mayRollBack } from './policy';

const Reason = z
  .string()
  .max(500)
  .optional()
  .transform((value) => value?.trim() ?? '');

/** The id of the rollback card's own record, or `service/environment[/release]` from a card about that state; the release is the one its button named. */
const RollbackInput = z.object({
  id: z.union([z.string().regex(/^[0-9a-f]{32}$/), z.string().refine(isPlaceOrRelease)]),
  reason: Reason,
});
type RollbackInput = z.infer<typeof RollbackInput>;

function isPlaceOrRelease(id: string): boolean {
  const [service = '', environment = '', release, ...more] = id.split('/');
  const isRelease = release === undefined || /^[\w.+-]{1,60}$/.test(release);
  return placeIdForm.test(`${service}/${environment}`) && isRelease && more.length === 0;
}

/** The id of a deployment, and the release that the button on its card named; cards of earlier versions named the one that was replaced. */
const ReleaseInput = z.object({
  id: z.string().regex(/^[0-9a-f]{32}(\/[\w.+-]{1,60})?$/),
  reason: z.string().trim().max(500).default(''),
});

/** The verbs of rolling back: the click that asks, and opening a closed card again. */
export function rollbackActions(parts: PickerParts): Action[] {
  return [
    defineAction({
      verb: 'deployments.rollback',
      operation: 'rollback',
      async acts(turn, { id }) {
        const [deploymentId = '', release] = id.split('/');
        const { deployment } = await requireVisible(parts, turn, deploymentId);
        return [releaseAct('rollback', await releaseBefore(parts, deployment, release))];
      },
      input: ReleaseInput,
      freeText: ['reason'],
      async run(turn, { id, reason }, approved) {
        const [deploymentId = '', named] = id.split('/');
        const found = await requireVisible(parts, turn, deploymentId);
        const release = approvedRelease(approved);
        if (release) return rollBackFrom(parts, turn, found, release, reason, turn.correlationId);
        return rollBackFrom(parts, turn, found, await releaseBefore(parts, found.deployment, named), reason);
      },
    }),
    defineAction({
      verb: 'deployments.rollback-service',
      operation: 'rollback',
      async acts(turn, { id }) {
        return [releaseAct('rollback', await meantBy(parts, turn, id))];
      },
      input: RollbackInput,
      freeText: ['reason'],
      async preview(turn, { id, reason }) {
        if (reason === '')
          throw new UserError('A rollback needs a reason, so nothing was asked for. Say why, then try again.');
        const meant = await meantBy(parts, turn, id);
        const { service, environment } = meant;
        return `Asks to put back ${plainText(describeRelease(meant), 100)} of ${service} in ${environment}, by the rules there. Why: ${withFullStop(plainText(reason, 300))}`;
      },
      run: async (turn, { id, reason }, approved) => {
        const release = approvedRelease(approved);
        if (release) return rollBackApproved(parts, turn, id, release, reason);
        return id.includes('/') ? rollBackTarget(parts, turn, id, reason) : rollBackShown(parts, turn, id, reason);
      },
    }),
    defineAction({
      verb: 'deployments.rollback-preview',
      operation: 'look',
      input: RollbackInput,
      freeText: ['reason'],
      async run(turn, input) {
        const { id, picker } = await ownPicker(parts, input.id, turn.person.id);
        return (await requestedBefore(parts, turn, picker)) ?? showAgain(parts, turn, id, picker);
      },
    }),
  ];
}

/** The release that a click on either card would restore; throws what the click would be refused with. */
async function meantBy(parts: PickerParts, turn: Turn, id: string): Promise<ReleaseThere> {
  if (id.includes('/')) return meantOn(parts, turn, id);
  const { shown } = (await ownPicker(parts, id, turn.person.id)).picker;
  if (!shown) throw new UserError(namesNothing);
  refuseTarget(parts.deps.catalog(), turn.person.id, shown);
  return shown;
}

/** From a card about the state of a service: what a rollback would restore now, if its button named that. */
async function meantOn(parts: PickerParts, turn: Turn, id: string): Promise<ReleaseThere> {
  const [service = '', environment = '', named] = id.split('/');
  const target = { service, environment };
  refuseTarget(parts.deps.catalog(), turn.person.id, target);
  const back = await parts.deployments.rollbackTarget(service, environment);
  if (!back) throw nothingBefore(target);
  if (named !== undefined && named !== back.version)
    throw new UserError(
      `By now a rollback would put back ${back.version}, not ${quoted(named)}. Look again, then decide.`,
    );
  return { ...target, release: back.version, commit: back.commit };
}

const namesNothing = 'This card names no release to put back. Write rollback to begin again.';

/** Exactly what was approved, whatever the card shows by now. What is on its way back to that release already isn't asked for twice. */
async function rollBackApproved(
  parts: PickerParts,
  turn: Turn,
  cardId: string,
  release: ReleaseThere,
  reason: string,
): Promise<Reply> {
  const { service, environment, commit } = release;
  const [latest] = await parts.deployments.recent({ service, environment, limit: 1 });
  const isUnderWay = latest?.deployment.kind === 'rollback' && !isFinal(latest.deployment);
  if (latest && isUnderWay && latest.deployment.commit === commit) return requestedCard(parts, turn, latest);
  const asked = await request(parts, turn, release, idFrom('rollback', turn.correlationId, commit), reason);
  if (!cardId.includes('/')) await noteRequested(parts, cardId, turn.person.id, asked.id);
  return requestedCard(parts, turn, asked);
}

/** From the rollback card: asks for exactly what that card showed, or shows what is true by now. */
async function rollBackShown(parts: PickerParts, turn: Turn, cardId: string, reason: string): Promise<Reply> {
  const { id, picker } = await ownPicker(parts, cardId, turn.person.id);
  const done = await requestedBefore(parts, turn, picker);
  if (done) return done;
  const { shown } = picker;
  if (!shown) throw new UserError(namesNothing);
  const { service, environment, release, commit } = shown;
  if ((await parts.deployments.whyNoRollback(service, environment, { version: release, commit })) !== undefined)
    return showAgain(parts, turn, id, picker);
  const asked = await request(parts, turn, shown, id, reason);
  await parts.pickers.update(id, (value) => ({ ...value, deploymentId: asked.id }));
  return requestedCard(parts, turn, asked);
}

/** From a card about the state of a service. Two clicks on it ask once: the key names what came last there. */
async function rollBackTarget(parts: PickerParts, turn: Turn, id: string, reason: string): Promise<Reply> {
  const [service = '', environment = ''] = id.split('/');
  refuseTarget(parts.deps.catalog(), turn.person.id, { service, environment });
  const [latest] = await parts.deployments.recent({ service, environment, limit: 1 });
  if (latest?.deployment.kind === 'rollback' && !isFinal(latest.deployment)) return requestedCard(parts, turn, latest);
  const shown = await meantOn(parts, turn, id);
  const key = idFrom('rollback', service, environment, latest?.id ?? '', shown.commit);
  const asked = await request(parts, turn, shown, key, reason);
  return requestedCard(parts, turn, asked);
}

function request(
  { deps, deployments }: PickerParts,
  turn: Turn,
  release: ReleaseThere,
  key: string,
  reason: string,
): Promise<FoundDeployment> {
  refuseTarget(deps.catalog(), turn.person.id, release);
  return deployments.request(requestFor(release, turn, { key, kind: 'rollback', reason, overrideReason: reason }));
}

async function showAgain(parts: PickerParts, turn: Turn, id: string, picker: Picker): Promise<Reply> {
  const { service, environment } = picker.choice;
  if (service === undefined || environment === undefined) throw new UserError('Write rollback to begin again.');
  refuseTarget(parts.deps.catalog(), turn.person.id, { service, environment });
  const drawn = await drawRollback(parts, turn, id, { service, environment });
  await parts.pickers.update(id, (value) => ({ ...value, shown: drawn.shown }));
  return drawn.content;
}

/** The release that a rollback from this card would restore, with its commit; throws what the click would be refused with. */
async function releaseBefore(
  { deps }: PickerParts,
  deployment: Deployment,
  named = deployment.replaces?.version,
): Promise<ReleaseThere> {
  const { service, environment, replaces } = deployment;
  if (named === undefined || !mayRollBack(deployment)) throw noReleaseBefore(deployment);
  const commit =
    named === replaces?.version
      ? replaces.commit
      : (await deps.connectorOf(service).sourceControl?.release(service, named))?.commit;
  if (commit === undefined) throw noReleaseBefore(deployment);
  return { service, environment, release: named, commit };
}

function noReleaseBefore(deployment: Deployment): UserError {
  const { service, environment } = deployment;
  return new UserError(
    `${labelOf(deployment)} has no release to roll back to. Write \`rollback ${service} in ${environment}\` to see what there is.`,
  );
}

/**
 * Asks for that release, while what this deployment brought still runs. Two clicks ask once: `key` says what asks once, where it isn't what came
 * last there.
 */
async function rollBackFrom(
  { deps, deployments }: PickerParts,
  turn: Turn,
  { id, deployment }: FoundDeployment,
  there: ReleaseThere,
  reason: string,
  key?: string,
): Promise<Reply> {
  if (!mayRollBack(deployment)) throw noReleaseBefore(deployment);
  const { service, environment, release, commit } = there;
  const [latest] = await deployments.recent({ service, environment, limit: 1 });
  const { kind, version, commit: its } = latest?.deployment ?? {};
  const isSame = kind === 'rollback' && version === release && its === commit;
  const asked = latest && isSame && !isFinal(latest.deployment) ? latest : await ask();
  const what = `${labelOf(asked.deployment)} is the request to roll ${service} in ${environment} back to ${plainText(release, 40)}.`;
  return { notice: `${what} ${await whatComesNext(deps, deployments, asked)}` };

  async function ask(): Promise<FoundDeployment> {
    const running = await deps.connectorOf(service).environments?.running(service, environment);
    if (running && running.commit !== deployment.commit && running.version !== release)
      throw new UserError(
        `${plainText(running.version, 40)} runs in ${environment} now, so nothing was requested. Write \`rollback ${service} in ${environment}\` to see what there is.`,
      );
    const said = { key: idFrom('rollback', id, key ?? latest?.id ?? ''), reason, overrideReason: reason };
    return deployments.request(requestFor(there, turn, { ...said, kind: 'rollback' }));
  }
}
