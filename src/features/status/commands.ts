import { z } from 'zod';
import { defineAction, isSeenByAll } from '../../chat/contract';
import type { Action, Command, Reply, Turn } from '../../chat/contract';
import { requireEnvironment, requirePlace, requireService } from '../../core/catalog/refusals';
import { mayAnywhere } from '../../core/catalog/rights';
import type { Reach } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import type { FeatureDependencies } from '../contract';
import { statusCard } from './cards';
import { readStatus } from './facts';
import type { StatusNeeds } from './facts';

interface StatusParts {
  readonly deps: FeatureDependencies;
  readonly needs: StatusNeeds;
}

/** Each is understood with a service or an environment behind it: "what's running in production". */
const phrasings = [
  ...['today', 'overview', 'show status', 'status of', 'show me the status', 'give me the status'],
  ...['what is the status', "what's the status", 'whats the status'],
  ...['what is the status of', "what's the status of", 'whats the status of'],
  ...['what is running', "what's running", 'whats running', "what's running right now", 'what is running right now'],
  ...['what is up', "what's up", 'whats up', "what's up with", 'what is up with', 'whats up with'],
  ...['what is going on', "what's going on", 'whats going on', "what's going on with", 'what is going on with'],
  ...['what is happening', "what's happening", 'whats happening', "what's new", 'what is new'],
  ...['is anything down', 'is anything broken', "what's down", 'what is down', "what's broken", 'what is broken'],
];

/** What people type. */
export function statusCommands(parts: StatusParts): Command[] {
  return [
    {
      name: 'status',
      isInFront: true,
      operation: 'look',
      synonyms: phrasings,
      summary: 'Show what needs attention, waits or is running',
      shows: ['deployments', 'approvals', 'delegations', 'granted-rights', 'freezes', 'locks', 'health'],
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

/** `shop/production`; a part that is left out stands for all. */
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
      run: (turn, { id }) => showStatus(parts, turn, id),
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

/** Refuses a name that the catalog doesn't have, and whoever may see nothing of what they named. */
function requireVisible({ catalog: catalogNow }: FeatureDependencies, { person }: Turn, scope: Reach): void {
  const catalog = catalogNow();
  const { service, environment } = scope;
  const so = 'there is nothing to show';
  if (service !== undefined && environment !== undefined) requirePlace(catalog, service, environment, so);
  else if (service !== undefined) requireService(catalog, service, so);
  else if (environment !== undefined) requireEnvironment(catalog, environment, so);
  if (mayAnywhere(catalog, person.id, 'view', scope)) return;
  const what = service ?? (environment === undefined ? 'any service' : `anything in ${environment}`);
  throw new UserError(
    `You can’t view ${what}${service && environment ? ` in ${environment}` : ''} yet. Write \`access viewer\` to request access.`,
  );
}
