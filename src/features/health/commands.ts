import { z } from 'zod';
import { defineAction, isSeenByAll } from '../../chat/contract';
import type { Action, CardContent, Command, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { plainText, withFullStop } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import { describeNeeds, describeRestart } from './cards';
import type { HealthReports } from './contract';
import { checkedTarget, requireAnyView, requireRight, TargetId, targetOf } from './parse';
import type { ServiceTarget } from './parse';
import type { Restarts } from './restarts/store';
import { describeRequested } from './restarts/text';

interface HealthParts {
  readonly deps: FeatureDependencies;
  readonly reports: HealthReports;
  /** The card of all services that this person may see, worst first. */
  readonly readFleet: (viewer: string, reference: string) => Promise<CardContent>;
  readonly restarts: Restarts;
  /** The channel that is notified about a service; undefined: where it was requested. */
  readonly placeOf: (service: string) => Promise<string | undefined>;
}

export function healthCommands(parts: HealthParts): Command[] {
  const { catalog } = parts.deps;
  return [
    {
      name: 'health',
      isInFront: true,
      operation: 'look',
      synonyms: ['how is'],
      summary: 'Show the health of a service, or of all of them',
      shows: ['health', 'deployments'],
      topic: 'Look',
      arguments: [
        { name: 'service', kind: 'service', summary: 'the service; without it all of them' },
        { name: 'environment', kind: 'environment', summary: 'where it runs', keyword: 'in' },
      ],
      examples: ['health', 'health shop', 'health shop in production'],
      right: 'view',
      async run(turn, { service, environment }) {
        if (service !== undefined) return showHealth(parts, turn, checkedTarget(catalog(), service, environment));
        if (environment !== undefined)
          throw new UserError(
            `Name the service too, for example \`health shop in ${environment}\`, or type \`health\` for all.`,
          );
        return showFleet(parts, turn);
      },
    },
    {
      name: 'restart',
      operation: 'restart',
      summary: 'Restart a service with its current release',
      topic: 'Ship',
      arguments: [
        { name: 'service', kind: 'service', summary: 'the service to restart', required: true },
        { name: 'environment', kind: 'environment', summary: 'where it runs', keyword: 'in', required: true },
        { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' },
      ],
      examples: ['restart shop in production', 'restart shop in staging because it leaks memory'],
      right: 'operate',
      preview: async (turn, { service = '', environment }) =>
        previewRestart(parts, turn, checkedTarget(catalog(), service, environment)),
      run: async (turn, { service = '', environment, reason = '' }) =>
        restart(parts, turn, checkedTarget(catalog(), service, environment), reason.trim()),
    },
  ];
}

/** What one may click on the cards of health. */
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
    // The form of the health card.
    defineAction({
      verb: 'health.restart',
      operation: 'restart',
      acts: async (_turn, { id }) => [{ operation: 'restart', reach: targetOf(catalog(), id) }],
      input: z.object({ id: TargetId, why: z.string().trim().min(1, 'A restart needs a reason.').max(500) }),
      freeText: ['why'],
      preview: async (turn, { id, why }) =>
        `${await previewRestart(parts, turn, targetOf(catalog(), id))} Why: ${withFullStop(plainText(why, 300))}`,
      run: async (turn, { id, why }) => restart(parts, turn, targetOf(catalog(), id), why),
    }),
  ];
}

async function showHealth({ deps, reports }: HealthParts, turn: Turn, target: ServiceTarget): Promise<CardContent> {
  const { service, environment } = target;
  requireRight(deps.catalog(), turn.person.id, 'see', target);
  // A card typed for in a channel is seen by all, so it shows only what all may; a clicked one is the clicker's own.
  return reports.card(service, environment, isSeenByAll(turn) ? undefined : turn.person.id, turn.reference);
}

async function showFleet({ deps, readFleet }: HealthParts, turn: Turn): Promise<CardContent> {
  requireAnyView(deps.catalog(), turn.person.id);
  return readFleet(turn.person.id, turn.reference);
}

/** What a restart would do, to whoever may restart it. */
async function previewRestart({ deps, restarts }: HealthParts, turn: Turn, target: ServiceTarget): Promise<string> {
  requireRight(deps.catalog(), turn.person.id, 'restart', target);
  const { running, rule } = await restarts.foresee({ ...target, requester: turn.person });
  const effect = describeRestart(target, plainText(running.version, 40));
  // Whoever reads this is about to approve or confirm it: that nothing else is needed would contradict the card.
  return rule.required > 0 ? `${effect} ${describeNeeds(rule)}` : effect;
}

async function restart(
  { deps, restarts, placeOf }: HealthParts,
  turn: Turn,
  target: ServiceTarget,
  reason: string,
): Promise<Reply> {
  const { service, environment } = target;
  requireRight(deps.catalog(), turn.person.id, 'restart', target);
  const announced = await placeOf(service);
  const elsewhere = announced !== undefined && announced !== turn.place.id;
  const requested = await restarts.request({
    service,
    environment,
    requester: turn.person,
    reason,
    placeId: elsewhere ? announced : turn.place.id,
    thread: elsewhere ? undefined : turn.thread,
    correlationId: turn.correlationId,
  });
  const rule = lookUp(deps.catalog().environments, environment)?.restart;
  if (!rule) throw new Error(`No environment ${environment} in the catalog`);
  return { notice: describeRequested(requested, rule) };
}
