import { lookUp } from '../../core/look-up';
import type { PendingEffect } from '../../jobs/contract';
import type { AuditEntry, Stored } from '../../store/contract';
import type { Announcements } from '../announcements';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import { approvalIdOf } from './approval-id';
import type { Deployment, EmergencyListener, EndListener, StartListener } from './contract';
import type { AuditStep, Effect } from './effects';
import type { Ledger } from './ledger';
import type { Messages } from './messages';
import { lostInCatalog, ruleIsGone, ruleNow } from './ground';
import { gavel, isAutomatic, labelOf, targetKey } from './record';
import type { RunSteps } from './run-steps';

export interface PerformParts {
  readonly deps: FeatureDependencies;
  readonly ledger: Ledger;
  readonly approvals: Approvals;
  readonly announcements: Announcements;
  readonly messages: Messages;
  readonly steps: RunSteps;
  readonly emergency: EmergencyListener;
  readonly started: StartListener;
  readonly ended: EndListener;
}

/** Performs one effect of a deployment; every one may be performed again. */
export function createPerform(
  parts: PerformParts,
): (record: Stored<Deployment>, effect: PendingEffect) => Promise<void> {
  const { deps, ledger, approvals, messages, steps } = parts;

  async function perform(record: Stored<Deployment>, effect: PendingEffect): Promise<void> {
    const { id, value } = record;
    switch (effect.kind as Effect['kind']) {
      case 'audit':
        return deps.store.audit.append(auditEntry(id, value, effect));
      case 'ask':
        return ask(id, value);
      case 'supersede':
        return supersede(value);
      case 'review':
        return parts.emergency(id, value);
      case 'withdraw':
        return approvals.withdraw(approvalIdOf(id), value.ended?.by ?? gavel, value.ended?.reason ?? '');
      case 'begin':
        return steps.begin(id);
      case 'start':
        return start(id, effect.attempts);
      case 'stop':
        return steps.stop(id);
      case 'card':
        return showCard(record);
      case 'reply':
        await messages.reply(record);
        return parts.ended(id, value);
      case 'health':
        return messages.health(record);
      case 'roll back':
        return rollBack(id, value);
      case 'tell original':
        return tellOriginal(value);
    }
  }

  async function start(id: string, attempts: number): Promise<void> {
    await steps.start(id, attempts);
    const after = (await ledger.get(id))?.value;
    if (after?.runId !== undefined) await parts.started(id, after);
  }

  async function ask(id: string, deployment: Deployment): Promise<void> {
    const { state, service, environment, requester, commit, requestedAt, correlationId } = deployment;
    if (state !== 'requested') return;
    const lost = lostInCatalog(deps.catalog(), deployment);
    if (lost !== undefined) return void (await ledger.apply(id, { type: 'lapsed', reason: lost }));
    if (isAutomatic(deployment) || deployment.emergency) return void (await ledger.apply(id, { type: 'admitted' }));
    const rule = ruleNow(deps.catalog(), deployment);
    // Without a rule nothing says that no approval is needed.
    if (!rule) return void (await ledger.apply(id, { type: 'lapsed', reason: ruleIsGone(deployment) }));
    if (rule.required === 0) return void (await ledger.apply(id, { type: 'admitted' }));
    const practice = lookUp(deps.catalog().environments, environment)?.practice;
    const announced = practice ? undefined : await parts.announcements.placeOf(service);
    await approvals.open({
      id: approvalIdOf(id),
      kind: 'deployment',
      subjectId: id,
      target: { service, environment },
      requester,
      rule,
      authors: deployment.authors ?? { people: [], gap: 'it was requested from an earlier version' },
      boundTo: commit,
      placeId: announced ?? deployment.placeId,
      expiresAt: requestedAt + rule.expiresAfterSeconds * 1000,
      correlationId,
      ...(practice && { practice }),
    });
    await ledger.apply(id, { type: 'asked' });
  }

  /** A newer request for the same place takes the place of those that nobody has approved. */
  async function supersede({ number, version, requester, ...deployment }: Deployment): Promise<void> {
    const waiting = await ledger.find({
      where: { target: targetKey(deployment), state: { in: ['requested', 'awaiting approval'] } },
      orderBy: 'requestedAt',
      limit: 100,
    });
    for (const { id, value } of waiting)
      if (value.number < number) await ledger.apply(id, { type: 'replaced', by: { number, version, requester } });
  }

  /** What Gavel puts back by itself is shown on the card of the deployment that failed: one card for one thing. */
  async function showCard(record: Stored<Deployment>): Promise<void> {
    const { value } = record;
    if (!isAutomatic(value)) return messages.card(record);
    if (value.unclearSince !== undefined) await messages.card(record);
    const rollback = { number: value.number, state: value.state, ...(value.run && { run: value.run }) };
    if (value.rollbackOf !== undefined) await ledger.apply(value.rollbackOf, { type: 'rollback seen', rollback });
  }

  async function tellOriginal({ number, state, run, rollbackOf }: Deployment): Promise<void> {
    if (rollbackOf === undefined) return;
    await ledger.apply(rollbackOf, { type: 'rollback ended', rollback: { number, state, ...(run && { run }) } });
  }

  async function rollBack(id: string, failed: Deployment): Promise<void> {
    const { rollbackId, replaces } = failed;
    if (rollbackId === undefined || !replaces || (await ledger.get(rollbackId))) return;
    const now = deps.clock.now();
    await ledger.insert(rollbackId, {
      number: await ledger.nextNumber(),
      kind: 'rollback',
      service: failed.service,
      environment: failed.environment,
      version: replaces.version,
      commit: replaces.commit,
      replaces: { version: failed.version, commit: failed.commit, since: failed.stateSince },
      requester: gavel,
      reason: `${labelOf(failed)} failed: ${failed.failure?.reason ?? ''}`,
      requestedAt: now,
      placeId: failed.placeId,
      thread: failed.thread,
      correlationId: failed.correlationId,
      state: 'requested',
      stateSince: now,
      changes: { commits: [], total: 0, direction: 'back' },
      approvedBy: [],
      runKey: `deployment:${rollbackId}`,
      rollbackOf: id,
      effectsMade: 2,
      pending: [
        { key: '1:audit', kind: 'audit', detail: { step: 'requested' }, attempts: 0, dueAt: now },
        { key: '2:ask', kind: 'ask', attempts: 0, dueAt: now },
      ],
    });
  }

  return perform;
}

const auditWords: Record<AuditStep, string> = {
  requested: 'deployments.request',
  approved: 'deployments.approve',
  started: 'deployments.start',
  'cancel asked': 'deployments.cancel',
  unclear: 'deployments.unclear',
  settled: 'deployments.settle',
  rollback: 'deployments.rollback',
  ended: 'deployments.end',
};

function auditEntry(id: string, deployment: Deployment, { key, detail = {} }: PendingEffect): AuditEntry {
  const { service, environment, version, kind, requester, placeId, correlationId, reason } = deployment;
  const step = String(detail['step']) as AuditStep;
  const requested = step === 'requested';
  return {
    at: requested ? deployment.requestedAt : Number(detail['at'] ?? deployment.stateSince),
    who: requested ? requester.id : String(detail['who'] ?? gavel.id),
    what: auditWords[step],
    target: `${labelOf(deployment)} ${service} in ${environment}`,
    from: placeId,
    outcome: String(detail['outcome'] ?? step),
    detail: { kind, version, ...(requested && reason !== '' && { reason }) },
    correlationId,
    key: `deployment:${id}:${key}`,
  };
}
