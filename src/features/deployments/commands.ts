import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Command, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { newId } from '../../core/keys';
import type { Act, Operation } from '../../core/operations';
import { enumerate, plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import type { CardMaker } from './cards';
import type { Deployments, FoundDeployment } from './contract';
import { isInCharge, requireCharge, requireView } from './policy';
import { describeDeployment, isFinal, labelOf } from './record';
import type { RollbackTargets } from './rollback/facts';
import { aftermathOf } from './run/facts';
import type { DeploymentStore } from './store';

/** What people do with a deployment that there is: see it, cancel it, settle what became of its run. */

interface DeploymentParts {
  readonly deps: FeatureDependencies;
  readonly store: DeploymentStore;
  readonly deployments: Deployments;
  readonly targets: RollbackTargets;
}

const Id = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/) });

export function deploymentCommands(parts: DeploymentParts): Command[] {
  return [
    {
      name: 'cancel',
      operation: 'cancel',
      synonyms: ['stop', 'abort'],
      summary: 'Stops a deployment that waits or runs',
      topic: 'Ship',
      arguments: [{ name: 'id', kind: 'deployment', summary: 'its number' }],
      examples: ['cancel D-1042'],
      right: 'deploy',
      inManifest: true,
      acts: async (_turn, args) => {
        if (args['id'] === undefined) return [];
        const { service, environment } = (await requireDeployment(parts, args['id'])).deployment;
        return [{ operation: 'cancel', reach: { service, environment } }];
      },
      preview: async (turn, { id }) =>
        id === undefined
          ? describeCancelable(parts, turn)
          : previewCancel(parts, turn, await requireDeployment(parts, id)),
      run: async (turn, { id }) =>
        id === undefined ? { notice: await describeCancelable(parts, turn) } : cancelByNumber(parts, turn, id),
    },
  ];
}

/** What is clicked on a deployment's card and list. */
export function deploymentActions(parts: DeploymentParts, cards: CardMaker): Action[] {
  const show = async (turn: Turn, { id, deployment }: FoundDeployment): Promise<Reply> =>
    cards.card(id, deployment, turn.person.id);
  /** On the target of the stored deployment, whatever the click says. */
  const on =
    (operation: Operation) =>
    async (turn: Turn, { id }: { id: string }): Promise<readonly Act[]> => {
      const { service, environment } = (await requireVisible(parts, turn, id)).deployment;
      return [{ operation, reach: { service, environment } }];
    };
  const looking = (verb: string): Action =>
    defineAction({
      verb,
      operation: 'look',
      input: Id,
      run: async (turn, { id }) => show(turn, await requireVisible(parts, turn, id)),
    });
  const settling = (word: 'ran' | 'again' | 'not'): Action =>
    defineAction({
      verb: `deployments.settle-${word}`,
      operation: 'settle',
      acts: on('settle'),
      input: Id,
      run: async (turn, { id }) => show(turn, await settle(parts, turn, await requireVisible(parts, turn, id), word)),
    });
  return [
    looking('deployments.view'),
    looking('deployments.open'),
    defineAction({
      verb: 'deployments.cancel',
      operation: 'cancel',
      acts: on('cancel'),
      input: Id,
      preview: async (turn, { id }) => previewCancel(parts, turn, await requireVisible(parts, turn, id)),
      async run(turn, { id }) {
        return show(turn, await cancelDeployment(parts, turn, await requireVisible(parts, turn, id)));
      },
    }),
    settling('ran'),
    settling('again'),
    settling('not'),
  ];
}

/** The one with this number or id; refuses a word that names none. */
export async function requireDeployment(
  { deployments }: Pick<DeploymentParts, 'deployments'>,
  word: string,
): Promise<FoundDeployment> {
  const found = await deployments.find(word);
  if (found) return found;
  throw new UserError(`There is no deployment ${plainText(word, 40)}. Write deployments to see the latest.`);
}

/** What somebody could cancel; a bare `cancel` may only be a late answer to a question from Gavel. */
async function describeCancelable({ deps, deployments }: DeploymentParts, turn: Turn): Promise<string> {
  const catalog = deps.catalog();
  const recent = await deployments.recent({ limit: 50 });
  const own = recent.filter(
    ({ deployment }) => !isFinal(deployment) && isInCharge(catalog, turn.person.id, deployment, 'operate'),
  );
  if (own.length === 0)
    return 'I have no open question for you, and no deployment that you may cancel is waiting or running, so nothing was changed.';
  const lines = own
    .slice(0, 4)
    .map(({ deployment }) => `\`cancel ${labelOf(deployment)}\` for ${plainText(describeDeployment(deployment), 80)}`);
  return `Nothing was canceled yet. Write ${enumerate(lines, 'or')}.`;
}

async function cancelByNumber(parts: DeploymentParts, turn: Turn, word: string): Promise<Reply> {
  const { deployment } = await cancelDeployment(parts, turn, await requireDeployment(parts, word));
  const name = `${labelOf(deployment)}, ${plainText(describeDeployment(deployment), 200)},`;
  return {
    notice: isFinal(deployment)
      ? `${name} is cancelled.${deployment.runId === undefined ? ' Nothing was deployed.' : ''}`
      : `${name} is being stopped. Its card says when it has stopped.`,
  };
}

/** Cancels for the requester and for whoever operates the service there; canceling twice changes nothing more. */
async function cancelDeployment(
  { deps, store }: DeploymentParts,
  turn: Turn,
  { id, deployment }: FoundDeployment,
): Promise<FoundDeployment> {
  requireCharge(deps.catalog(), turn.person.id, deployment, 'cancel', 'operate');
  if (deployment.state === 'cancelled' && deployment.ended?.by?.id === turn.person.id) return { id, deployment };
  const changed = await store.apply(id, { type: 'cancel', by: turn.person });
  refuseWith(changed.refused);
  return changed;
}

/** What cancelling it would stop, to whoever may cancel it. */
async function previewCancel(
  { deps, store }: DeploymentParts,
  turn: Turn,
  { id, deployment }: FoundDeployment,
): Promise<string> {
  requireCharge(deps.catalog(), turn.person.id, deployment, 'cancel', 'operate');
  const { refused } = await store.foresee(id, { type: 'cancel', by: turn.person });
  refuseWith(refused);
  const name = `${labelOf(deployment)}, ${plainText(describeDeployment(deployment), 200)}`;
  return deployment.runId === undefined
    ? `Ends ${name}, which is ${deployment.state}. Nothing is deployed by it.`
    : `Stops the run of ${name}, in the middle. Its card says what serves ${deployment.environment} then.`;
}

/** The deployment that was clicked on, for those who may see it. */
export async function requireVisible(
  { deps, deployments }: Pick<DeploymentParts, 'deps' | 'deployments'>,
  turn: Turn,
  id: string,
): Promise<FoundDeployment> {
  const found = await deployments.find(id);
  if (!found) throw new UserError('That deployment is no longer there. Write deployments to see the latest.');
  requireView(deps.catalog(), turn.person.id, found.deployment);
  return found;
}

/** Only a person may say what became of a run that Gavel lost; what can be checked must agree. */
async function settle(
  { deps, store, targets }: DeploymentParts,
  turn: Turn,
  found: FoundDeployment,
  as: 'ran' | 'again' | 'not',
): Promise<FoundDeployment> {
  const { id, deployment } = found;
  requireCharge(deps.catalog(), turn.person.id, deployment, 'settle', 'operate');
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
  refuseWith(changed.refused);
  return changed;
}

function refuseWith(refused: string | undefined): void {
  if (refused !== undefined) throw new UserError(plainText(refused, 400));
}
