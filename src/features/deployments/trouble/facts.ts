import { cannotSee } from '../../../core/catalog/refusals';
import { may } from '../../../core/catalog/rights';
import { cleanText } from '../../../core/text';
import type { TicketNote } from '../../../connectors/contract';
import { noTicket } from '../../tickets';
import type { ShownTicket, TicketLinks, TroubleSource } from '../../tickets';
import { cardKey } from '../cards';
import type { Deployment } from '../contract';
import { firstError } from '../run/facts';
import { describeDeployment, labelOf } from '../store';
import type { DeploymentParts } from '../store';

/** Deployments that went wrong, for the tickets about them. */

const outcomes: Readonly<Partial<Record<Deployment['state'], string>>> = {
  failed: 'failed',
  'rolled back': 'failed and was rolled back',
  unclear: 'is unclear',
};

/** What the card of a deployment shows of its ticket; nothing while nothing went wrong. */
export async function showDeploymentTicket(
  tickets: Pick<TicketLinks, 'showOn'> | undefined,
  id: string,
  { service, environment, state }: Deployment,
  viewer: string | undefined,
): Promise<ShownTicket> {
  if (!tickets || outcomes[state] === undefined) return noTicket;
  return tickets.showOn({ kind: 'deployment', id }, { service, environment }, viewer);
}

/** The failed, rolled back, and unclear deployments. */
export function deploymentTroubles({ deps, store }: DeploymentParts): TroubleSource {
  return {
    async find(idOrLabel, personId) {
      const found = await store.find(idOrLabel);
      if (!found) return undefined;
      const { id, deployment } = found;
      const { service, environment, state } = deployment;
      const outcome = outcomes[state];
      if (!may(deps.catalog(), personId, 'view', { service, environment }))
        throw cannotSee(deps.catalog(), { service, environment });
      if (outcome === undefined) return undefined;
      return {
        ...{ id, label: labelOf(deployment), service, environment },
        title: `${describeDeployment(deployment)} ${outcome}`,
        description: describeTrouble(deployment),
        messageKey: cardKey(id),
        pages: pagesOf(deployment),
      };
    },
    redraw: async (id) => void ((await store.get(id)) && (await store.apply(id, { type: 'ticket changed' }))),
  };
}

function describeTrouble({ requester, failure, unclearReason, run, ended, reason }: Deployment): string {
  const why = failure?.reason ?? unclearReason ?? run?.reason ?? ended?.reason;
  const lines = run?.state === 'failed' ? firstError(run.lastLines, run.reason) : [];
  return [
    ...(why === undefined ? [] : [cleanText(why, 300)]),
    ...lines.map((line) => cleanText(line, 160)),
    `Requested by ${cleanText(requester.name, 80)}${reason === '' ? '' : `: ${cleanText(reason, 300)}`}`,
  ].join('\n');
}

const pagesOf = ({ run }: Deployment): readonly TicketNote[] =>
  run?.url === undefined ? [] : [{ text: 'Run', url: run.url }];
