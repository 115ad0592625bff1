import type { CardContent, Outbox, Person } from '../../chat/contract';
import { plainText } from '../../core/text';
import { describeMoment } from '../../core/time/words';
import type { PendingEffect } from '../../jobs/contract';
import type { AuditLog, Stored } from '../../store/contract';
import type { ApprovalOutcome, ApprovalSubject, SubjectFacts } from './contract';
import type { Approval } from './record';

/** What follows from a decision: its audit entry, the subject told, every copy of the card. Each is harmless when done again. */

const maxCalled = 5;

export interface EffectParts {
  readonly outbox: Outbox;
  readonly audit: AuditLog;
  subjectOf(approval: Approval): ApprovalSubject;
  readFacts(record: Stored<Approval>): Promise<SubjectFacts>;
  draw(record: Stored<Approval>, facts: SubjectFacts, viewer: string | undefined): Promise<CardContent>;
  deciders(approval: Approval): Promise<readonly Person[]>;
  now(): number;
  timeZone(): string;
}

/** Performs one pending effect of an approval. */
export function createEffects(parts: EffectParts): (record: Stored<Approval>, effect: PendingEffect) => Promise<void> {
  return async (record, effect) => {
    if (effect.kind === 'audit') return writeAudit(parts, record, effect);
    if (effect.kind === 'publish') return publish(parts, record);
    if (effect.kind === 'call') return call(parts, record, effect.key);
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
    content: await draw(record, facts, undefined),
    revision,
    final,
    tryFor: 'a day',
    onBehalfOf: value.request.requester.id,
  });
  for (const [index, person] of value.personalCopies.entries())
    await outbox.put({
      key: `approval:${id}:person:${index}`,
      destination: { to: 'person', personId: person.id },
      content: await draw(record, facts, person.id),
      revision,
      final,
      tryFor: 'a day',
    });
}

/** Calls those whose decision is still missing, below the card: a person is named only when that person must act. */
async function call(parts: EffectParts, { id, value }: Stored<Approval>, key: string): Promise<void> {
  if (value.state !== 'waiting') return;
  const { outbox, deciders, now, timeZone } = parts;
  const called = (await deciders(value)).slice(0, maxCalled);
  const who = called.map((_, index) => `@[${index}]`).join(', ');
  const until = describeMoment(value.request.expiresAt, now(), timeZone());
  const words = key.endsWith('escalated')
    ? 'nobody has decided yet, so it is up to you too'
    : 'this still waits for your decision';
  await outbox.put({
    key: `approval:${id}:${key}`,
    destination: { to: 'thread of', messageKey: `approval:${id}:place` },
    content: {
      text: `${who === '' ? '' : `${who}: `}**${plainText(value.label)}** ${words}. It ends at ${until}.`,
      mentions: called,
    },
    revision: 1,
    final: true,
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
  if (state === 'lapsed') return { state, reason: ended?.note ?? '', at };
  const said = approvals.flatMap(({ person: by, at: when, note }) => (note === '' ? [] : [{ by, at: when, note }]));
  if (state === 'approved')
    return { state, by: approvals.map((each) => each.person), at, ...(said.length > 0 && { said }) };
  return { state: 'expired', at };
}
