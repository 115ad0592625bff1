import { z } from 'zod';
import type { Action, Command, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { lookUp } from '../../core/look-up';
import { plainText, withFullStop } from '../../core/text';
import { defineAction } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { approvalWords, restartEffect } from './buttons';
import type { HealthCards } from './reports';
import { askedWords } from './restart-words';
import type { Restarts } from './restarts';
import { checkedTarget, requireAnyView, requireRight, TargetId, targetOf } from './target';
import type { ServiceTarget } from './target';

export interface HealthTalk {
  readonly deps: FeatureDependencies;
  readonly cards: HealthCards;
  readonly restarts: Restarts;
  /** The channel that hears about a service; undefined: where it was asked. */
  readonly placeOf: (service: string) => Promise<string | undefined>;
}

/** What one may type about health. */
export function healthCommands(talk: HealthTalk): Command[] {
  const catalog = talk.deps.catalog;
  return [
    {
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
        if (service !== undefined) return open(talk, turn, checkedTarget(catalog(), service, environment));
        if (environment !== undefined)
          throw new UserError(
            `Name the service too, for example \`health shop in ${environment}\`, or type \`health\` for all.`,
          );
        return fleet(talk, turn);
      },
    },
    {
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
      inManifest: false,
      preview: async (turn, { service = '', environment }) =>
        foreseen(talk, turn, checkedTarget(catalog(), service, environment)),
      run: async (turn, { service = '', environment, reason = '' }) =>
        restart(talk, turn, checkedTarget(catalog(), service, environment), reason.trim()),
    },
  ];
}

/** What one may click on the cards of health. */
export function healthActions(talk: HealthTalk): Action[] {
  const catalog = talk.deps.catalog;
  return [
    defineAction({
      verb: 'health.refresh',
      operation: 'look',
      input: z.object({ id: TargetId }),
      run: async (turn, { id }) => open(talk, turn, targetOf(catalog(), id)),
    }),
    defineAction({
      verb: 'health.open',
      operation: 'look',
      input: z.object({ id: z.union([TargetId, z.literal('fleet')]), target: TargetId.optional() }),
      run: async (turn, { id, target }) => {
        const chosen = target ?? id;
        return chosen === 'fleet' ? fleet(talk, turn) : open(talk, turn, targetOf(catalog(), chosen));
      },
    }),
    defineAction({
      verb: 'health.fleet',
      operation: 'look',
      input: z.object({ id: z.string().max(90) }),
      run: (turn) => fleet(talk, turn),
    }),
    defineAction({
      verb: 'health.restart',
      operation: 'restart',
      acts: async (_turn, { id }) => [{ operation: 'restart', reach: targetOf(catalog(), id) }],
      input: z.object({ id: TargetId, why: z.string().trim().min(1, 'A restart needs a reason.').max(500) }),
      freeText: ['why'],
      preview: async (turn, { id, why }) =>
        `${await foreseen(talk, turn, targetOf(catalog(), id))} Why: ${withFullStop(plainText(why, 300))}`,
      run: async (turn, { id, why }) => restart(talk, turn, targetOf(catalog(), id), why),
    }),
  ];
}

async function open({ deps, cards }: HealthTalk, turn: Turn, target: ServiceTarget): Promise<Reply> {
  requireRight(deps.catalog(), turn.person.id, 'view', `see ${target.service} in ${target.environment}`, target);
  return cards.card(target.service, target.environment, viewerOf(turn), turn.reference);
}

async function fleet({ deps, cards }: HealthTalk, turn: Turn): Promise<Reply> {
  requireAnyView(deps.catalog(), turn.person.id);
  return cards.fleet(turn.person.id, turn.reference);
}

/** A card typed for in a channel is seen by all, so it shows only what all may; a clicked one is the clicker's own. */
function viewerOf(turn: Turn): string | undefined {
  return turn.trigger === 'typed' && turn.place.kind !== 'personal' ? undefined : turn.person.id;
}

/** What a restart would do, to whoever may restart it. */
async function foreseen({ deps, restarts }: HealthTalk, turn: Turn, target: ServiceTarget): Promise<string> {
  requireRight(deps.catalog(), turn.person.id, 'operate', `restart ${target.service} in ${target.environment}`, target);
  const { running, rule } = await restarts.foresee({ ...target, requester: turn.person });
  const effect = restartEffect(target, plainText(running.version, 40));
  // Whoever reads this is about to approve or confirm it: that nothing else is needed would contradict the card.
  return rule.required > 0 ? `${effect} ${approvalWords(rule)}` : effect;
}

async function restart(talk: HealthTalk, turn: Turn, target: ServiceTarget, reason: string): Promise<Reply> {
  const { deps, restarts, placeOf } = talk;
  const { service, environment } = target;
  requireRight(deps.catalog(), turn.person.id, 'operate', `restart ${service} in ${environment}`, target);
  const announced = await placeOf(service);
  const elsewhere = announced !== undefined && announced !== turn.place.id;
  const asked = await restarts.ask({
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
  return { notice: askedWords(asked, rule) };
}
