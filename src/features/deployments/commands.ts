import type { Command, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { may, whoMay } from '../../core/catalog/rights';
import { enumerate, plainText } from '../../core/text';
import { requireService } from '../../core/catalog/unknown-names';
import type { Right } from '../../core/catalog';
import type { FeatureDependencies } from '../contract';
import type { Deployment, Deployments, FoundDeployment } from './contract';
import { deploymentList } from './list';
import { isFinal, labelOf, describeDeployment } from './record';
import type { RollbackTargets } from './rollback/facts';
import type { DeploymentStore } from './store';

const shownRows = 10;

export interface Talk {
  readonly deps: FeatureDependencies;
  readonly store: DeploymentStore;
  readonly deployments: Deployments;
  readonly targets: RollbackTargets;
}

/** What is typed about deployments here: the list, and cancelling. */
export function lifeCommands(talk: Talk): Command[] {
  const service = Object.keys(talk.deps.catalog().services)[0];
  return [
    {
      name: 'deployments',
      operation: 'look',
      synonyms: ['deploys', 'who deployed', 'who shipped', 'what was deployed'],
      summary: 'The latest deployments and how they ended',
      topic: 'Ship',
      arguments: [{ name: 'service', kind: 'service', summary: 'only this one' }],
      examples: ['deployments', ...(service ? [`deployments ${service}`] : [])],
      right: 'view',
      inManifest: true,
      run: (turn, args) => listDeployments(talk, turn, args['service']),
    },
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
        const { service, environment } = (await named(talk, args['id'])).deployment;
        return [{ operation: 'cancel', reach: { service, environment } }];
      },
      preview: async (turn, { id }) =>
        id === undefined ? describeCancelable(talk, turn) : previewCancel(talk, turn, await named(talk, id)),
      run: async (turn, { id }) =>
        id === undefined ? { notice: await describeCancelable(talk, turn) } : cancelByNumber(talk, turn, id),
    },
  ];
}

async function listDeployments({ deps, deployments }: Talk, turn: Turn, service: string | undefined): Promise<Reply> {
  const catalog = deps.catalog();
  if (service !== undefined) requireService(catalog, service, 'there is nothing to list');
  const recent = await deployments.recent({ ...(service !== undefined && { service }), limit: 30 });
  const seen = recent.filter(({ deployment }) =>
    may(catalog, turn.person.id, 'view', { service: deployment.service, environment: deployment.environment }),
  );
  if (seen.length === 0)
    return { notice: `There was no deployment${service ? ` of ${service}` : ''} yet. Write deploy to begin.` };
  return deploymentList(seen.slice(0, shownRows), {
    service,
    more: seen.length - Math.min(shownRows, seen.length),
    now: deps.clock.now(),
    timeZone: catalog.timeZone,
    reference: turn.reference,
  });
}

async function named({ deployments }: Talk, word: string): Promise<FoundDeployment> {
  const found = await deployments.find(word);
  if (found) return found;
  throw new UserError(`There is no deployment ${plainText(word, 40)}. Write deployments to see the latest.`);
}

/** What somebody could cancel; a bare `cancel` may only mean a question of Gavel that is over. */
async function describeCancelable({ deps, deployments }: Talk, turn: Turn): Promise<string> {
  const catalog = deps.catalog();
  const recent = await deployments.recent({ limit: 50 });
  const own = recent.filter(
    ({ deployment }) =>
      !isFinal(deployment) &&
      (deployment.requester.id === turn.person.id ||
        may(catalog, turn.person.id, 'operate', { service: deployment.service, environment: deployment.environment })),
  );
  if (own.length === 0)
    return 'I have no open question for you, and no deployment that you may cancel is waiting or running, so nothing was changed.';
  const lines = own
    .slice(0, 4)
    .map(({ deployment }) => `\`cancel ${labelOf(deployment)}\` for ${plainText(describeDeployment(deployment), 80)}`);
  return `Nothing was canceled yet. Write ${enumerate(lines, 'or')}.`;
}

async function cancelByNumber(talk: Talk, turn: Turn, word: string): Promise<Reply> {
  const { deployment } = await cancelDeployment(talk, turn, await named(talk, word));
  const name = `${labelOf(deployment)}, ${plainText(describeDeployment(deployment), 200)},`;
  return {
    notice: isFinal(deployment)
      ? `${name} is cancelled.${deployment.runId === undefined ? ' Nothing was deployed.' : ''}`
      : `${name} is being stopped. Its card says when it has stopped.`,
  };
}

/** Cancels for the one who asked for it, and for whoever operates the service there; done already by the same person, it is done. */
export async function cancelDeployment(
  { deps, store }: Talk,
  turn: Turn,
  { id, deployment }: FoundDeployment,
): Promise<FoundDeployment> {
  refuseStrangers(deps, turn, deployment, 'cancel', 'operate');
  if (deployment.state === 'cancelled' && deployment.ended?.by?.id === turn.person.id) return { id, deployment };
  const changed = await store.apply(id, { type: 'cancel', by: turn.person });
  if (changed.refused !== undefined) throw new UserError(plainText(changed.refused, 400));
  return changed;
}

/** What cancelling it would stop, to whoever may cancel it. */
export async function previewCancel(
  { deps, store }: Talk,
  turn: Turn,
  { id, deployment }: FoundDeployment,
): Promise<string> {
  refuseStrangers(deps, turn, deployment, 'cancel', 'operate');
  const { refused } = await store.foresee(id, { type: 'cancel', by: turn.person });
  if (refused !== undefined) throw new UserError(plainText(refused, 400));
  const name = `${labelOf(deployment)}, ${plainText(describeDeployment(deployment), 200)}`;
  return deployment.runId === undefined
    ? `Ends ${name}, which is ${deployment.state}. Nothing is deployed by it.`
    : `Stops the run of ${name}, in the middle. Its card says what serves ${deployment.environment} then.`;
}

/** Lets the requester and people with this right through; says to others who can. */
export function refuseStrangers(
  { catalog }: FeatureDependencies,
  { person }: Turn,
  deployment: Deployment,
  verb: string,
  right: Right,
): void {
  const { service, environment, requester } = deployment;
  const target = { service, environment };
  const label = labelOf(deployment);
  if (!may(catalog(), person.id, 'view', target))
    throw new UserError(`You may not look at ${service} in ${environment}. Write access viewer to ask for it.`);
  if (person.id === requester.id || may(catalog(), person.id, right, target)) return;
  const names = [requester.name, ...whoMay(catalog(), right, target).map((each) => each.name)]
    .filter((name, index, all) => all.indexOf(name) === index && name !== 'Gavel')
    .map((name) => plainText(name, 60));
  throw new UserError(
    `You may not ${verb} ${label}, so nothing was changed. ${enumerate(names.slice(0, 4), 'or')} can.`,
  );
}
