import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Command, Reply, Turn } from '../../../chat/contract';
import { lookUp } from '../../../core/keys';
import { plainText, withFullStop } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import { checkedTarget, requireRight, TargetId, targetOf } from '../parse';
import type { ServiceTarget } from '../parse';
import { describeNeeds, describeRestart } from '../cards';
import type { Restarts } from './store';
import { describeRequested } from './text';

interface RestartParts {
  readonly deps: FeatureDependencies;
  readonly restarts: Restarts;
  /** The channel that is notified about a service; undefined: where it was requested. */
  readonly placeOf: (service: string) => Promise<string | undefined>;
}

export function restartCommand(parts: RestartParts): Command {
  const { catalog } = parts.deps;
  return {
    name: 'restart',
    operation: 'restart',
    summary: 'Restart a service with the release it has',
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
  };
}

/** The form of the health card. */
export function restartAction(parts: RestartParts): Action {
  const { catalog } = parts.deps;
  return defineAction({
    verb: 'health.restart',
    operation: 'restart',
    acts: async (_turn, { id }) => [{ operation: 'restart', reach: targetOf(catalog(), id) }],
    input: z.object({ id: TargetId, why: z.string().trim().min(1, 'A restart needs a reason.').max(500) }),
    freeText: ['why'],
    preview: async (turn, { id, why }) =>
      `${await previewRestart(parts, turn, targetOf(catalog(), id))} Why: ${withFullStop(plainText(why, 300))}`,
    run: async (turn, { id, why }) => restart(parts, turn, targetOf(catalog(), id), why),
  });
}

/** What a restart would do, to whoever may restart it. */
async function previewRestart({ deps, restarts }: RestartParts, turn: Turn, target: ServiceTarget): Promise<string> {
  requireRight(deps.catalog(), turn.person.id, 'operate', `restart ${target.service} in ${target.environment}`, target);
  const { running, rule } = await restarts.foresee({ ...target, requester: turn.person });
  const effect = describeRestart(target, plainText(running.version, 40));
  // Whoever reads this is about to approve or confirm it: that nothing else is needed would contradict the card.
  return rule.required > 0 ? `${effect} ${describeNeeds(rule)}` : effect;
}

async function restart(
  { deps, restarts, placeOf }: RestartParts,
  turn: Turn,
  target: ServiceTarget,
  reason: string,
): Promise<Reply> {
  const { service, environment } = target;
  requireRight(deps.catalog(), turn.person.id, 'operate', `restart ${service} in ${environment}`, target);
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
