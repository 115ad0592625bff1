import { z } from 'zod';
import { defineAction, isSeenByAll, listTopic } from '../../chat/contract';
import type { Action, CardContent, Command, Question, Reply, Turn } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { describeNeededApprovals, neededApprovals } from '../../core/catalog/needed-approvals';
import { requireEnvironment } from '../../core/catalog/refusals';
import { UserError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { plainText, withFullStop } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import { askMore, askRestart } from './cards';
import type { DeploymentHistory, HealthReports } from './contract';
import { visibleTargets } from './list';
import type { FleetView } from './list';
import { checkedTarget, requireAnyView, requireRight, TargetId, targetId, targetOf } from './parse';
import type { ServiceTarget } from './parse';
import type { Restarts } from './restarts/store';
import { describeRequested, describeRestart } from './restarts/text';

/** What these cards show that changes. */
const healthShows = ['health', 'deployments'];

interface HealthParts {
  readonly deps: FeatureDependencies;
  readonly reports: HealthReports;
  /** The card of all services that this person can view, worst first. */
  readonly readFleet: (view: FleetView) => Promise<CardContent>;
  readonly restarts: Restarts;
  readonly history: DeploymentHistory;
  /** The channel that is notified about a service; undefined: where it was requested. */
  readonly placeOf: (service: string) => Promise<string | undefined>;
}

export function healthCommands(parts: HealthParts): Command[] {
  const { catalog } = parts.deps;
  return [
    {
      name: 'health',
      phrasings: [
        '{service} health [in] [{environment}]',
        '{service} {environment} health',
        '{environment} health',
        'is {service} [still] healthy|up|ok|okay|alive|fine|working|down|broken|slow|available|running [in|on] [{environment}]',
        'is {service} in|on {environment} [still] healthy|up|ok|okay|alive|fine|working|down|broken|slow',
        'is {service} {environment} [still] healthy|up|ok|okay|down|working',
        'is {environment} [still] healthy|up|ok|okay|fine|working|down',
        'is everything|all [still] healthy|up|ok|okay|fine|working|green|running',
        'are all services healthy|up|ok|fine|working',
        'how healthy is {service} [in] [{environment}]',
        'how is {service} doing|going|feeling [in] [{environment}]',
        'how is {environment} [doing]',
        'what is the health of {service} [in] [{environment}]',
        'health [of|for] everything|all',
        'why is {service} down|slow|broken|unhealthy|degraded|red [in|on] [{environment}]',
        'since when is {service} down|up|healthy|degraded [in] [{environment}]',
        'how long has {service} been down|up|healthy|degraded [in] [{environment}]',
        'uptime [of|in|for] {service} [in] [{environment}]',
        'how fast|slow is {service} [in] [{environment}]',
      ],
      isInFront: true,
      operation: 'look',
      synonyms: ['how is'],
      summary: 'Show the health of a service, or of all of them',
      shows: healthShows,
      topic: 'Look',
      arguments: [
        { name: 'service', kind: 'service', summary: 'the service; leave it out to see all of them' },
        { name: 'environment', kind: 'environment', summary: 'where it runs', keyword: 'in' },
      ],
      examples: ['health', 'health shop', 'health shop in production'],
      right: 'view',
      async run(turn, { service, environment }) {
        if (service !== undefined) return showHealth(parts, turn, checkedTarget(catalog(), service, environment));
        return showFleet(parts, turn, environment);
      },
    },
    {
      name: 'restart',
      phrasings: ['reboot|bounce {service} [in|on] [{environment}]'],
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

/** The buttons of the health cards. */
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
      asks: async (turn) => askService(catalog(), turn),
      run: async (turn, { id, target }) => {
        const chosen = target ?? id;
        return chosen === 'fleet' ? showFleet(parts, turn) : showHealth(parts, turn, targetOf(catalog(), chosen));
      },
    }),
    defineAction({
      verb: 'health.fleet',
      operation: 'look',
      input: z.object({ id: z.string().max(90) }),
      run: (turn, { id }) => showFleet(parts, turn, lookUp(catalog().environments, id) && id),
    }),
    defineAction({
      verb: 'health.more',
      operation: 'look',
      input: z.object({ id: TargetId }),
      async asks({ person }, id) {
        const target = targetOf(catalog(), id);
        requireRight(catalog(), person.id, 'see', target);
        return askMore(parts.deps, parts.history, target, person.id);
      },
      run: async (turn, { id }) => showHealth(parts, turn, targetOf(catalog(), id)),
    }),
    defineAction({
      verb: 'health.restart',
      operation: 'restart',
      acts: async (_turn, { id }) => [{ operation: 'restart', reach: targetOf(catalog(), id) }],
      input: z.object({
        id: TargetId,
        why: z.string().trim().min(1, 'Enter a reason for the restart. Nothing was requested.').max(500),
        /** The release that the question named; cards of earlier versions don't say it. */
        revision: z
          .string()
          .regex(/^[\w .:/+-]{0,100}$/)
          .default(''),
      }),
      freeText: ['why'],
      async asks(turn, id) {
        const target = targetOf(catalog(), id);
        const running = await foreseeRestart(parts, turn, target);
        return askRestart(target, running, neededApprovals(catalog(), 'restart', target));
      },
      preview: async (turn, { id, why }) =>
        `${await previewRestart(parts, turn, targetOf(catalog(), id))} Why: ${withFullStop(plainText(why, 300))}`,
      async run(turn, { id, why, revision }) {
        const target = targetOf(catalog(), id);
        if (revision !== '') await requireSameRelease(parts, turn, target, revision);
        return restart(parts, turn, target, why);
      },
    }),
  ];
}

async function showHealth({ deps, reports }: HealthParts, turn: Turn, target: ServiceTarget): Promise<Reply> {
  const { service, environment } = target;
  requireRight(deps.catalog(), turn.person.id, 'see', target);
  // Everybody in a channel sees a card that answers a typed line, so it shows only what they all can view; a clicked card is only for the person who clicked.
  const card = await reports.card(service, environment, isSeenByAll(turn) ? undefined : turn.person.id, turn.reference);
  return { ...card, about: listTopic(`health ${service} in ${environment}`, healthShows) };
}

async function showFleet({ deps, readFleet }: HealthParts, turn: Turn, only?: string): Promise<Reply> {
  if (only !== undefined) requireEnvironment(deps.catalog(), only, 'there is nothing to show');
  requireAnyView(deps.catalog(), turn.person.id, { environment: only });
  const card = await readFleet({ viewer: turn.person.id, reference: turn.reference, only });
  return { ...card, about: listTopic(only === undefined ? 'health' : `health in ${only}`, healthShows) };
}

function askService(catalog: Catalog, { person }: Turn): Question {
  requireAnyView(catalog, person.id);
  return {
    title: 'Show the health of a service',
    sentence: 'Choose a service and its environment.',
    fields: [
      {
        name: 'target',
        label: 'Service and environment',
        error: 'Choose a service.',
        choices: visibleTargets(catalog, person.id).map((target) => ({
          title: `${target.service} in ${target.environment}`,
          value: targetId(target),
        })),
      },
    ],
    go: 'Show health',
  };
}

/** What would be restarted, for people who can restart it. */
async function foreseeRestart({ deps, restarts }: HealthParts, { person }: Turn, target: ServiceTarget) {
  requireRight(deps.catalog(), person.id, 'restart', target);
  return restarts.foresee({ ...target, requester: person });
}

/** Refuses to restart another release than the one in the question. */
async function requireSameRelease(
  parts: HealthParts,
  turn: Turn,
  target: ServiceTarget,
  release: string,
): Promise<void> {
  const running = await foreseeRestart(parts, turn, target);
  if (running.version === release) return;
  throw new UserError(
    `Nothing was restarted: ${target.service} in ${target.environment} now runs ${plainText(running.version, 40)}, not ${plainText(release, 40)}. Type \`health ${target.service} in ${target.environment}\` to check it.`,
  );
}

/** What a restart would do, for people who can restart it. */
async function previewRestart(parts: HealthParts, turn: Turn, target: ServiceTarget): Promise<string> {
  const running = await foreseeRestart(parts, turn, target);
  const effect = describeRestart(target, plainText(running.version, 40), running);
  // The reader is about to confirm it or to give the second approval.
  const after = { ...neededApprovals(parts.deps.catalog(), 'restart', target), before: undefined };
  return `${effect} ${describeNeededApprovals(after, 'restart', 'the requester')}`.trimEnd();
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
  const here = turn.place.kind === 'personal' ? 'this chat' : plainText(turn.place.name, 60);
  const there = elsewhere ? await deps.placeName?.(announced) : undefined;
  const where = elsewhere ? plainText(there ?? `the channel of ${service}`, 60) : here;
  return { notice: describeRequested(requested, rule, where) };
}
