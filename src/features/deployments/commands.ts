import type { Command, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { may } from '../../core/catalog/rights';
import { enumerate, plainText } from '../../core/text';
import { requireService } from '../../core/catalog/unknown-names';
import type { FeatureDependencies } from '../contract';
import { cancelDeployment, cancelEffect } from './cancel';
import type { Deployment, Deployments } from './contract';
import { isFinal, labelOf, titleOf } from './record';
import type { Ledger } from './ledger';
import { listCard } from './list-card';
import type { RollbackTargets } from './rollback-targets';

const shownRows = 10;

export interface Talk {
  readonly deps: FeatureDependencies;
  readonly ledger: Ledger;
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
        id === undefined ? openWords(talk, turn) : cancelEffect(talk.deps, turn, (await named(talk, id)).deployment),
      run: async (turn, { id }) =>
        id === undefined ? { notice: await openWords(talk, turn) } : cancelByNumber(talk, turn, id),
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
  return listCard(seen.slice(0, shownRows), {
    service,
    more: seen.length - Math.min(shownRows, seen.length),
    now: deps.clock.now(),
    timeZone: catalog.timeZone,
    reference: turn.reference,
  });
}

async function named({ deployments }: Talk, word: string): Promise<{ id: string; deployment: Deployment }> {
  const found = await deployments.find(word);
  if (found) return found;
  throw new UserError(`There is no deployment ${plainText(word, 40)}. Write deployments to see the latest.`);
}

/** What somebody could cancel; a bare `cancel` may only mean a question of Gavel that is over. */
async function openWords({ deps, deployments }: Talk, turn: Turn): Promise<string> {
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
    .map(({ deployment }) => `\`cancel ${labelOf(deployment)}\` for ${plainText(titleOf(deployment), 80)}`);
  return `Nothing was canceled yet. Write ${enumerate(lines, 'or')}.`;
}

async function cancelByNumber(talk: Talk, turn: Turn, word: string): Promise<Reply> {
  const { deployment } = await cancelDeployment(talk.deps, talk.ledger, turn, await named(talk, word));
  const name = `${labelOf(deployment)}, ${plainText(titleOf(deployment), 200)},`;
  return {
    notice: isFinal(deployment)
      ? `${name} is cancelled.${deployment.runId === undefined ? ' Nothing was deployed.' : ''}`
      : `${name} is being stopped. Its card says when it has stopped.`,
  };
}
