import { z } from 'zod';
import { defineAction, isSeenByAll, listTopic } from '../../chat/contract';
import type { Action, Command, Reply, Turn } from '../../chat/contract';
import { cannotSee, requireEnvironment, requirePlace, requireService } from '../../core/catalog/refusals';
import { mayAnywhere } from '../../core/catalog/rights';
import type { Reach } from '../../core/catalog/rights';
import type { FeatureDependencies } from '../contract';
import { statusCard } from './cards';
import { readStatus } from './facts';
import type { StatusNeeds } from './facts';

interface StatusParts {
  readonly deps: FeatureDependencies;
  readonly needs: StatusNeeds;
}

/** What the card shows that changes. */
const statusShows = [
  ...['deployments', 'approvals', 'delegations', 'granted-rights'],
  ...['freezes', 'locks', 'health', 'pipeline-runs'],
];

const phrasings = [
  'today',
  'overview',
  '[what is] status [of|for] [{service}]',
  'how are we [doing]',
  'how are things [going] [{environment}]',
  'how is everything [going]',
  'what is running [where] [in {environment}]',
  'what is running|deployed|live on|in {environment}',
  'what is up [with {service}]',
  'what is going on [with {service}]',
  'what is happening [with {service}]',
  'what is new [with {service}]',
  'what is down|broken|failing|wrong [in {environment}]',
  'what is wrong with {service}',
  'which|what version|release [of] {service} is [live|running|deployed] [in|on] {environment}',
  'which|what version|release is [live|running|deployed] in|on {environment}',
  'what is in staging but not [yet] in production',
  '{service} status [in] [{environment}]',
  '{service} {environment} status',
  '{environment} status',
  'is {environment} frozen|locked|blocked|free',
  'is {service} locked|frozen|blocked|free [in|on] [{environment}]',
  'who locked|has|holds {service} [in|on] [{environment}]',
  'who has locked {service} [in|on] [{environment}]',
  'until when is {environment} frozen',
  'what needs me|attention',
  'is anything|something down|broken|wrong|failing|running [in {environment}]',
  'are there [any] problems|issues [in {environment}]',
  'anything new|broken|wrong|down',
  'any problems|issues|news',
  'what is different|differs between staging and production',
];

/** The commands that people type. */
export function statusCommands(parts: StatusParts): Command[] {
  return [
    {
      name: 'status',
      isInFront: true,
      operation: 'look',
      phrasings,
      summary: 'Show what needs attention, is waiting, or is running',
      shows: statusShows,
      topic: 'Look',
      arguments: [
        { name: 'service', kind: 'service', summary: 'only this service; leave it out for all of them' },
        {
          name: 'environment',
          kind: 'environment',
          summary: 'only this environment; leave it out for all of them',
          keyword: 'in',
        },
      ],
      examples: ['status', 'status shop', 'status shop in production'],
      right: 'view',
      run: (turn, { service, environment }) => showStatus(parts, turn, { service, environment }),
    },
  ];
}

/** `shop/production`; an omitted part means all. */
const Scope = z
  .string()
  .regex(/^[^/\s]{0,64}\/[^/\s]{0,64}$/)
  .transform((id) => {
    const [service, environment] = id.split('/');
    return { service: service || undefined, environment: environment || undefined };
  });

export function statusActions(parts: StatusParts): Action[] {
  return [
    defineAction({
      verb: 'status.refresh',
      operation: 'look',
      input: z.object({ id: Scope }),
      run: async (turn, { id }) => {
        const { service = '', environment } = id;
        const line = ['status', service, environment === undefined ? '' : `in ${environment}`]
          .filter(Boolean)
          .join(' ');
        return { ...(await showStatus(parts, turn, id)), about: listTopic(line, statusShows) };
      },
    }),
  ];
}

async function showStatus({ deps, needs }: StatusParts, turn: Turn, scope: Reach): Promise<Reply> {
  requireVisible(deps, turn, scope);
  return statusCard(await readStatus(deps, needs, turn, scope), {
    turn,
    canDeploy: !isSeenByAll(turn) && mayAnywhere(deps.catalog(), turn.person.id, 'deploy', scope),
  });
}

/** Refuses a name that the catalog doesn't have, and people who can't view anything they named. */
function requireVisible({ catalog: catalogNow }: FeatureDependencies, { person }: Turn, scope: Reach): void {
  const catalog = catalogNow();
  const { service, environment } = scope;
  const so = 'there is nothing to show';
  if (service !== undefined && environment !== undefined) requirePlace(catalog, service, environment, so);
  else if (service !== undefined) requireService(catalog, service, so);
  else if (environment !== undefined) requireEnvironment(catalog, environment, so);
  if (mayAnywhere(catalog, person.id, 'view', scope)) return;
  throw cannotSee(catalog, scope);
}
