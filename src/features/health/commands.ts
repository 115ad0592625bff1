import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, CardContent, Command, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import type { FeatureDependencies } from '../contract';
import type { HealthReports } from './contract';
import { checkedTarget, requireAnyView, requireRight, TargetId, targetOf } from './parse';
import type { ServiceTarget } from './parse';

interface HealthParts {
  readonly deps: FeatureDependencies;
  readonly reports: HealthReports;
  /** The card of all services that this person may see, worst first. */
  readonly readFleet: (viewer: string, reference: string) => Promise<CardContent>;
}

export function healthCommand(parts: HealthParts): Command {
  return {
    name: 'health',
    operation: 'look',
    synonyms: ['status', 'how is'],
    summary: 'How a service is, or all of them, worst first',
    topic: 'Look',
    arguments: [
      { name: 'service', kind: 'service', summary: 'the service; without it all of them' },
      { name: 'environment', kind: 'environment', summary: 'where it runs', keyword: 'in' },
    ],
    examples: ['health', 'health shop', 'health shop in production'],
    right: 'view',
    inManifest: true,
    async run(turn, { service, environment }) {
      if (service !== undefined)
        return showHealth(parts, turn, checkedTarget(parts.deps.catalog(), service, environment));
      if (environment !== undefined)
        throw new UserError(
          `Name the service too, for example \`health shop in ${environment}\`, or type \`health\` for all.`,
        );
      return showFleet(parts, turn);
    },
  };
}

/** What one may click on the cards of health to look further. */
export function healthActions(parts: HealthParts): Action[] {
  const { catalog } = parts.deps;
  return [
    defineAction({
      verb: 'health.refresh',
      operation: 'look',
      input: z.object({ id: TargetId }),
      run: async (turn, { id }) => showHealth(parts, turn, targetOf(catalog(), id)),
    }),
    defineAction({
      verb: 'health.open',
      operation: 'look',
      input: z.object({ id: z.union([TargetId, z.literal('fleet')]), target: TargetId.optional() }),
      run: async (turn, { id, target }) => {
        const chosen = target ?? id;
        return chosen === 'fleet' ? showFleet(parts, turn) : showHealth(parts, turn, targetOf(catalog(), chosen));
      },
    }),
    defineAction({
      verb: 'health.fleet',
      operation: 'look',
      input: z.object({ id: z.string().max(90) }),
      run: (turn) => showFleet(parts, turn),
    }),
  ];
}

async function showHealth({ deps, reports }: HealthParts, turn: Turn, target: ServiceTarget): Promise<CardContent> {
  const { service, environment } = target;
  requireRight(deps.catalog(), turn.person.id, 'view', `see ${service} in ${environment}`, target);
  // A card typed for in a channel is seen by all, so it shows only what all may; a clicked one is the clicker's own.
  const isShared = turn.trigger === 'typed' && turn.place.kind !== 'personal';
  return reports.card(service, environment, isShared ? undefined : turn.person.id, turn.reference);
}

async function showFleet({ deps, readFleet }: HealthParts, turn: Turn): Promise<CardContent> {
  requireAnyView(deps.catalog(), turn.person.id);
  return readFleet(turn.person.id, turn.reference);
}
