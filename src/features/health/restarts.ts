import { defaultRetentionMs } from '../../core/catalog/retention';
import type { Person } from '../../chat/contract';
import type { Running } from '../../connectors/contract';
import type { ApprovalRule } from '../../core/catalog';
import { ConflictError, ConnectorError, UserError } from '../../core/errors';
import { idFrom, newId } from '../../core/ids';
import { lookUp } from '../../core/look-up';
import { plainText } from '../../core/text';
import { timeOfDay } from '../../core/time/words';
import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { Stored } from '../../store/contract';
import type { ApprovalOutcome, Approvals, SubjectFacts } from '../approvals';
import type { FeatureDependencies } from '../contract';
import { describeObstacle } from '../policy';
import type { Policy } from '../policy';
import { servingConnector } from '../serving-connector';
import type { HealthReader } from './reader';
import { askedRestart, decidedRestart, endedRestart, isOpen, lapsedRestart } from './restart';
import type { Restart, RestartAsk, RestartResult } from './restart';
import { binding, createRestartChecks, hasMoved, ruleHasChanged } from './restart-checks';
import { restartFacts } from './restart-facts';
import { restartMessage } from './restart-words';

export interface Restarts {
  /** Asks once: a resent click gets the restart it asked for before. Throws `UserError` when facts refuse it. */
  ask(ask: Omit<RestartAsk, 'version' | 'commit'>): Promise<Restart>;
  /** What it would restart; nothing is asked for. Throws `UserError` where facts or rules refuse it. */
  foresee(
    ask: Pick<RestartAsk, 'service' | 'environment' | 'requester'>,
  ): Promise<{ running: Running; rule: ApprovalRule }>;
}

export interface RestartDependencies extends FeatureDependencies {
  readonly approvals: Approvals;
  readonly policy: Policy;
  readonly reader: HealthReader;
}

/** The name under which the sweeper and the approvals know restarts. */
const restartKind = 'restart';
/** The chat tool may deliver a click again within this time. */
const resentWithinMs = 60_000;
const maxAttempts = 4;

/** Restarts with their approval, each performed once, whatever ends in between. */
export function createRestarts(deps: RestartDependencies): Restarts {
  const { approvals, sweeper, clock, connectorOf } = deps;
  const { ruleNow, groundOf, whyNot } = createRestartChecks(deps, (id) => idFrom(restartKind, id));
  const restarts = deps.store.collection<Restart>({
    name: 'restarts',
    schema: 1,
    indexes: { dueAt, target: targetKey, requestedAt: (restart) => restart.requestedAt },
    queries: [{ orderBy: 'dueAt' }, { where: ['target'], orderBy: 'requestedAt' }],
    unique: { open: (restart) => (isOpen(restart) ? targetKey(restart) : undefined) },
    expiresAt: (restart) =>
      isOpen(restart) || restart.pending.length > 0 ? undefined : restart.stateSince + defaultRetentionMs('restarts'),
  });

  async function change(id: string, next: (restart: Restart) => Restart | undefined): Promise<void> {
    const stored = await restarts.update(id, next);
    if (stored?.changed) sweeper.kick(restartKind, id);
  }

  async function runningOf(restart: Pick<Restart, 'service' | 'environment'>): Promise<Running | undefined> {
    return connectorOf(restart.service).environments?.running(restart.service, restart.environment);
  }

  async function perform({ id, version, value }: Stored<Restart>, effect: PendingEffect): Promise<void> {
    if (effect.kind === 'audit') return deps.store.audit.append(auditEntry(id, value, String(effect.detail?.['step'])));
    if (effect.kind === 'approval') return openApproval(id, value);
    if (effect.kind === 'restart') return performRestart(id, value, effect.attempts);
    await deps.outbox.put({
      key: `restart:${id}`,
      destination: { to: 'place', placeId: value.placeId, thread: value.thread },
      content: restartMessage(value, servingConnector(deps, value.service)?.name ?? 'Its connector'),
      revision: version,
      final: !isOpen(value),
      onBehalfOf: value.requester.id,
    });
  }

  function auditEntry(id: string, restart: Restart, step: string): Parameters<typeof deps.store.audit.append>[0] {
    const asked = step === 'asked';
    return {
      at: asked ? restart.requestedAt : restart.stateSince,
      who: asked ? restart.requester.id : 'gavel',
      what: 'health.restart',
      target: `${restart.service} in ${restart.environment}`,
      from: restart.placeId,
      outcome: asked ? 'asked' : restart.state,
      detail: { reason: restart.reason, version: restart.version },
      correlationId: restart.correlationId,
      key: `restart:${id}:${step}`,
    };
  }

  async function openApproval(id: string, restart: Restart): Promise<void> {
    if (restart.state !== 'awaiting approval') return;
    const rule = ruleNow(restart);
    const lost = groundOf(restart) ?? (rule && rule.required > 0 ? undefined : ruleHasChanged);
    if (lost !== undefined || !rule)
      return change(id, (record) => lapsedRestart(record, lost ?? ruleHasChanged, clock.now()));
    await approvals.open({
      id: idFrom(restartKind, id),
      kind: restartKind,
      subjectId: id,
      target: { service: restart.service, environment: restart.environment },
      requester: restart.requester,
      rule,
      boundTo: binding(restart),
      placeId: restart.placeId,
      expiresAt: restart.requestedAt + rule.expiresAfterSeconds * 1000,
      correlationId: restart.correlationId,
    });
  }

  async function performRestart(id: string, restart: Restart, attempts: number): Promise<void> {
    if (restart.state !== 'approved') return;
    const result = await resultOf(id, restart, attempts);
    await change(id, (record) => endedRestart(record, result, clock.now()));
  }

  /** The same key restarts once, so an unclear end is asked again; throws for the sweeper to come back. */
  async function resultOf(id: string, restart: Restart, attempts: number): Promise<RestartResult> {
    const why = restart.triedAt === undefined ? await whyNot(id, restart) : undefined;
    if (why !== undefined) return { state: 'superseded', why };
    try {
      const running = await runningOf(restart);
      if (running && binding(running) !== binding(restart)) return { state: 'superseded', why: hasMoved(restart) };
      const services = connectorOf(restart.service).services;
      if (!services) return { state: 'failed' };
      await restarts.update(id, (each) => (each.triedAt === undefined ? { ...each, triedAt: clock.now() } : undefined));
      const { processId } = await services.restart(restart.service, restart.environment, `restart:${id}`);
      return { state: 'restarted', processId };
    } catch (error) {
      const failure = error instanceof ConnectorError ? error.failure : 'unclear';
      deps.logger.warn({ restart: id, failure, error, correlationId: restart.correlationId }, 'A restart failed');
      if (failure === 'refused' || failure === 'not found') return { state: 'failed' };
      if (attempts + 1 < maxAttempts) throw error;
      return { state: failure === 'unreachable' ? 'failed' : 'unclear' };
    }
  }

  async function factsOf(id: string): Promise<SubjectFacts> {
    const stored = await restarts.get(id);
    if (!stored) throw new Error(`No restart ${id}`);
    const { report } = await deps.reader.read(stored.value.service, stored.value.environment);
    return restartFacts(id, stored.value, report);
  }

  sweeper.register<Restart>({ name: restartKind, collection: restarts, perform });
  approvals.registerSubject(restartKind, {
    facts: factsOf,
    rule: async (id) => {
      const restart = (await restarts.get(id))?.value;
      return restart && ruleNow(restart);
    },
    async ground(id) {
      const restart = (await restarts.get(id))?.value;
      if (!restart) return undefined;
      const lost = groundOf(restart);
      if (lost !== undefined) return lost;
      const running = await runningOf(restart);
      return running && binding(running) !== binding(restart) ? hasMoved(restart) : undefined;
    },
    async boundTo(id) {
      const restart = (await restarts.get(id))?.value;
      if (restart?.state !== 'awaiting approval') return undefined;
      const running = await runningOf(restart);
      // What isn't running may be down, which is what a restart is for.
      return running ? binding(running) : binding(restart);
    },
    decided: (id, outcome: ApprovalOutcome) => change(id, (record) => decidedRestart(record, outcome, clock.now())),
  });

  /** The restart that stands in the way of asking anew, or the one this very click asked for before. */
  async function latest(ask: Omit<RestartAsk, 'version' | 'commit'>): Promise<Restart | undefined> {
    const page = await restarts.find({
      where: { target: targetKey(ask) },
      orderBy: 'requestedAt',
      descending: true,
      limit: 1,
    });
    const restart = page.items[0]?.value;
    if (!restart) return undefined;
    const resent =
      restart.requester.id === ask.requester.id &&
      restart.reason === ask.reason &&
      clock.now() - restart.requestedAt < resentWithinMs;
    if (resent) return restart;
    if (isOpen(restart)) throw new UserError(alreadyAsked(restart, deps.catalog().timeZone));
    return undefined;
  }

  function ruleOf({ service, environment }: Pick<RestartAsk, 'service' | 'environment'>): ApprovalRule {
    const connector = connectorOf(service);
    const rule = lookUp(deps.catalog().environments, environment)?.restart;
    if (connector.services && rule) return rule;
    throw new UserError(`Nothing was changed: ${plainText(connector.name, 40)} cannot restart ${service}.`);
  }

  async function admitted(ask: Pick<RestartAsk, 'service' | 'environment' | 'requester'>): Promise<Running> {
    const obstacles = await deps.policy.obstacles(ask, 'restart', ask.requester);
    if (obstacles.length > 0) throw new UserError(describeObstacle(obstacles, 'restarted'));
    const running = await runningOf(ask);
    if (running) return running;
    throw new UserError(
      `Nothing was changed: ${ask.service} is not deployed in ${ask.environment}, so there is nothing to restart.`,
    );
  }

  return {
    async foresee(ask) {
      const rule = ruleOf(ask);
      return { running: await admitted(ask), rule };
    },
    async ask(ask) {
      const rule = ruleOf(ask);
      const before = await latest(ask);
      if (before) return before;
      const { version, commit } = await admitted(ask);
      const id = newId();
      try {
        const stored = await restarts.insert(
          id,
          askedRestart({ ...ask, version, commit }, rule.required > 0, clock.now()),
        );
        sweeper.kick(restartKind, id);
        return stored.value;
      } catch (error) {
        const winner = error instanceof ConflictError ? await latest(ask) : undefined;
        if (winner) return winner;
        throw error;
      }
    },
  };
}

function targetKey({ service, environment }: Pick<Restart, 'service' | 'environment'>): string {
  return `${service}/${environment}`;
}

function alreadyAsked({ service, environment, requester, requestedAt }: Restart, timeZone: string): string {
  const who: Person = requester;
  return `${plainText(who.name, 80)} asked to restart ${service} in ${environment} at ${timeOfDay(requestedAt, timeZone)}. Nothing more was asked.`;
}
