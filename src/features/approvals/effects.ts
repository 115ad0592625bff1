import type { CardContent, Outbox } from '../../chat/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { AuditLog, Stored } from '../../store/contract';
import type { ApprovalOutcome, ApprovalSubject, SubjectFacts } from './contract';
import type { Approval } from './record';

/** What follows from a decision: its audit entry, the subject told, every copy of the card. Each is harmless when done again. */

export interface EffectParts {
  readonly outbox: Outbox;
  readonly audit: AuditLog;
  subjectOf(approval: Approval): ApprovalSubject;
  readFacts(record: Stored<Approval>): Promise<SubjectFacts>;
  draw(record: Stored<Approval>, facts: SubjectFacts, viewer: string | undefined): CardContent;
}

/** Performs one pending effect of an approval. */
export function createEffects(parts: EffectParts): (record: Stored<Approval>, effect: PendingEffect) => Promise<void> {
  return async (record, effect) => {
    if (effect.kind === 'audit') return writeAudit(parts, record, effect);
    if (effect.kind === 'publish') return publish(parts, record);
    const { value } = record;
    await parts.subjectOf(value).decided(value.request.subjectId, outcomeOf(value));
  };
}

async function publish({ outbox, readFacts, draw }: EffectParts, record: Stored<Approval>): Promise<void> {
  const { id, version: revision, value } = record;
  const final = value.state !== 'waiting';
  const facts = await readFacts(record);
  await outbox.put({
    key: `approval:${id}:place`,
    destination: { to: 'place', placeId: value.request.placeId },
    content: draw(record, facts, undefined),
    revision,
    final,
  });
  for (const [index, person] of value.personalCopies.entries())
    await outbox.put({
      key: `approval:${id}:person:${index}`,
      destination: { to: 'person', personId: person.id },
      content: draw(record, facts, person.id),
      revision,
      final,
    });
}

async function writeAudit(
  { audit }: EffectParts,
  { id, value }: Stored<Approval>,
  { key, detail }: PendingEffect,
): Promise<void> {
  const note = String(detail?.['note'] ?? '');
  await audit.append({
    at: Number(detail?.['at'] ?? value.stateSince),
    who: String(detail?.['who'] ?? 'gavel'),
    what: String(detail?.['what'] ?? 'approvals.decide'),
    target: value.label,
    from: value.request.placeId,
    outcome: String(detail?.['outcome'] ?? value.state),
    ...(note !== '' && { detail: { note } }),
    correlationId: value.request.correlationId,
    key: `approval:${id}:${key}`,
  });
}

function outcomeOf({ state, approvals, ended, stateSince: at }: Approval): ApprovalOutcome {
  if (state === 'rejected' && ended) return { state, by: ended.person, reason: ended.note, at };
  if (state === 'approved') return { state, by: approvals.map((each) => each.person), at };
  return { state: 'expired', at };
}
