import { z } from 'zod';
import type { Action, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom, newId } from '../../core/ids';
import type { Act, Operation } from '../../core/operations';
import { may } from '../../core/catalog/rights';
import { plainText } from '../../core/text';
import { defineAction } from '../../chat/contract';
import type { CardMaker } from './cards';
import { cancelDeployment, previewCancel, refuseStrangers } from './commands';
import type { Talk } from './commands';
import type { Deployment, FoundDeployment } from './contract';
import { isFinal, labelOf } from './record';
import { approvedRelease, releaseAct } from '../release-act';
import type { ReleaseThere } from '../release-act';
import { mayRollBack } from './rollback/policy';
import { aftermathOf } from './run/facts';
import { whatComesNext } from './text';

const Id = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/) });
/** The id, and the release that the button named; cards of earlier versions named the one that was replaced. */
const RollbackInput = z.object({
  id: z.string().regex(/^[0-9a-f]{32}(\/[\w.+-]{1,60})?$/),
  reason: z.string().trim().max(500).default(''),
});

/** What is clicked on a deployment's card and list. */
export function lifeActions(talk: Talk, cards: CardMaker): Action[] {
  const show = async (turn: Turn, { id, deployment }: FoundDeployment): Promise<Reply> =>
    cards.card(id, deployment, turn.person.id);
  /** On the target of the stored deployment, whatever the click says. */
  const on =
    (operation: Operation) =>
    async (turn: Turn, { id }: { id: string }): Promise<readonly Act[]> => {
      const { service, environment } = (await seen(talk, turn, id)).deployment;
      return [{ operation, reach: { service, environment } }];
    };
  const looking = (verb: string): Action =>
    defineAction({
      verb,
      operation: 'look',
      input: Id,
      run: async (turn, { id }) => show(turn, await seen(talk, turn, id)),
    });
  const settling = (word: 'ran' | 'again' | 'not'): Action =>
    defineAction({
      verb: `deployments.settle-${word}`,
      operation: 'settle',
      acts: on('settle'),
      input: Id,
      run: async (turn, { id }) => show(turn, await settle(talk, turn, await seen(talk, turn, id), word)),
    });
  return [
    looking('deployments.view'),
    looking('deployments.open'),
    defineAction({
      verb: 'deployments.cancel',
      operation: 'cancel',
      acts: on('cancel'),
      input: Id,
      preview: async (turn, { id }) => previewCancel(talk, turn, await seen(talk, turn, id)),
      async run(turn, { id }) {
        return show(turn, await cancelDeployment(talk, turn, await seen(talk, turn, id)));
      },
    }),
    defineAction({
      verb: 'deployments.rollback',
      operation: 'rollback',
      async acts(turn, { id }) {
        const [deploymentId = '', release] = id.split('/');
        const { deployment } = await seen(talk, turn, deploymentId);
        return [releaseAct('rollback', await releaseBefore(talk, deployment, release))];
      },
      input: RollbackInput,
      freeText: ['reason'],
      async run(turn, { id, reason }, approved) {
        const [deploymentId = '', named] = id.split('/');
        const release = approvedRelease(approved);
        const { key, ...wish } = release
          ? { release: release.release, commit: release.commit, key: turn.correlationId }
          : { release: named, commit: undefined, key: undefined };
        return rollBack(talk, turn, await seen(talk, turn, deploymentId), { reason, key, ...wish });
      },
    }),
    settling('ran'),
    settling('again'),
    settling('not'),
  ];
}

async function seen({ deps, deployments }: Talk, turn: Turn, id: string): Promise<FoundDeployment> {
  const found = await deployments.find(id);
  if (!found) throw new UserError('That deployment is no longer there. Write deployments to see the latest.');
  const { service, environment } = found.deployment;
  if (!may(deps.catalog(), turn.person.id, 'view', { service, environment }))
    throw new UserError(`You may not look at ${service} in ${environment}. Write access viewer to ask for it.`);
  return found;
}

interface RollbackWish {
  readonly reason: string;
  readonly release: string | undefined;
  /** The commit that was approved. */
  readonly commit: string | undefined;
  /** What asks once, where it isn't what came last there. */
  readonly key: string | undefined;
}

/** The release that a rollback from this card would restore, with its commit; throws what the click would be refused with. */
async function releaseBefore(
  { deps }: Talk,
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

/** Asks for the release that the card named, while what this deployment brought still serves. Two clicks ask once. */
async function rollBack(
  { deps, deployments }: Talk,
  turn: Turn,
  { id, deployment }: FoundDeployment,
  { reason, release, commit, key }: RollbackWish,
): Promise<Reply> {
  const { service, environment, replaces } = deployment;
  const named = release ?? replaces?.version;
  if (named === undefined || !mayRollBack(deployment)) throw noReleaseBefore(deployment);
  const meant = commit ?? (named === replaces?.version ? replaces.commit : undefined);
  const [latest] = await deployments.recent({ service, environment, limit: 1 });
  const same =
    latest?.deployment.kind === 'rollback' &&
    latest.deployment.version === named &&
    (meant === undefined || latest.deployment.commit === meant);
  const asked = latest && same && !isFinal(latest.deployment) ? latest : await ask();
  const label = labelOf(asked.deployment);
  const what = `${label} is the request to roll ${service} in ${environment} back to ${plainText(named, 40)}.`;
  return { notice: `${what} ${await whatComesNext(deps, deployments, asked)}` };

  async function ask(): Promise<FoundDeployment> {
    const running = await deps.connectorOf(service).environments?.running(service, environment);
    if (running && running.commit !== deployment.commit && running.version !== named)
      throw new UserError(
        `${plainText(running.version, 40)} runs in ${environment} now, so nothing was requested. Write \`rollback ${service} in ${environment}\` to see what there is.`,
      );
    return deployments.request({
      key: idFrom('rollback', id, key ?? latest?.id ?? ''),
      kind: 'rollback',
      service,
      environment,
      version: named ?? '',
      ...(meant !== undefined && { commit: meant }),
      requester: turn.person,
      reason,
      overrideReason: reason,
      placeId: turn.place.id,
      thread: turn.thread,
      correlationId: turn.correlationId,
    });
  }
}

/** Only a person may say what became of a run that Gavel lost; where facts can speak, they must agree. */
async function settle(
  { deps, store, targets }: Talk,
  turn: Turn,
  found: FoundDeployment,
  as: 'ran' | 'again' | 'not',
): Promise<FoundDeployment> {
  const { id, deployment } = found;
  refuseStrangers(deps, turn, deployment, 'settle', 'operate');
  const { service, environment, version, commit } = deployment;
  if (as === 'ran' && deployment.state === 'unclear') {
    const running = await deps.connectorOf(service).environments?.running(service, environment);
    if (running && (running.version !== version || running.commit !== commit))
      throw new UserError(
        `${plainText(running.version, 40)} serves ${environment}, so it did not run as ${plainText(version, 40)}. Nothing was changed.`,
      );
  }
  const changed = await store.apply(id, {
    type: 'settled',
    as,
    by: turn.person,
    runKey: `deployment:${newId()}`,
    aftermath: await aftermathOf({ deps, targets }, id, deployment, false),
  });
  if (changed.refused !== undefined) throw new UserError(plainText(changed.refused, 400));
  return changed;
}
