import type { Person, Turn } from '../../chat/contract';
import type { CardContent } from '../../chat/contract';
import { ConflictError, UserError } from '../../core/errors';
import { holdsRole, whoHolds } from '../../core/rights';
import { plainText } from '../../core/text';
import type { PendingEffect } from '../../jobs/contract';
import type { Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { approvalCard } from './approval-card';
import type { ApprovalOutcome, Approvals, ApprovalSubject, SubjectFacts } from './contract';
import { decide, follow } from './decide';
import type { ApprovalEvent, Refusal } from './decide';
import { approvalsSpec } from './record';
import type { Approval } from './record';

/** The approvals in the store: opened, decided once, told to everybody. */

export type DecisionResult = {
  readonly refusal: Refusal | undefined;
  readonly id: string;
  readonly approval: Approval;
};

export interface ApprovalBook extends Approvals {
  find(idOrLabel: string): Promise<Stored<Approval> | undefined>;
  waiting(): Promise<readonly Stored<Approval>[]>;
  decide(id: string, event: ApprovalEvent): Promise<DecisionResult>;
  card(record: { id: string; value: Approval }, viewer: string | undefined): Promise<CardContent>;
  mayDecide(personId: string, approval: Approval): boolean;
}

const mostPersonalCopies = 20;
const sweepName = 'approvals';

export function createApprovalBook(deps: FeatureDependencies): ApprovalBook {
  const { catalog, clock, outbox, sweeper, store } = deps;
  const records = store.collection(approvalsSpec);
  const subjects = new Map<string, ApprovalSubject>();

  function subjectOf({ request }: Approval): ApprovalSubject {
    const subject = subjects.get(request.kind);
    if (!subject) throw new Error(`Nobody asks for approvals of kind ${request.kind}`);
    return subject;
  }

  const factsOf = (approval: Approval): Promise<SubjectFacts> =>
    approval.decidedFacts
      ? Promise.resolve(approval.decidedFacts)
      : subjectOf(approval).facts(approval.request.subjectId);

  const mayDecide = (personId: string, { request }: Approval): boolean =>
    holdsRole(catalog(), personId, request.rule.role, request.target);

  async function card(
    { id, value }: { id: string; value: Approval },
    viewer: string | undefined,
  ): Promise<CardContent> {
    return approvalCard({
      id,
      approval: value,
      facts: await factsOf(value),
      catalog: catalog(),
      now: clock.now(),
      viewer,
    });
  }

  async function decideOnce(id: string, event: ApprovalEvent): Promise<DecisionResult> {
    const before = await records.get(id);
    if (!before) throw new UserError('This request is not known any more. Nothing was changed.');
    const open = before.value.state === 'waiting';
    const needed = open && event.kind === 'approve';
    const boundTo = needed ? await subjectOf(before.value).boundTo(before.value.request.subjectId) : undefined;
    const facts = open && event.kind !== 'time' ? await factsOf(before.value).catch(() => undefined) : undefined;
    let refusal: Refusal | undefined;
    const after = await records.update(id, (approval) => {
      const mayDo = 'person' in event && mayDecide(event.person.id, approval);
      const verdict = decide(approval, event, { now: clock.now(), mayDecide: mayDo, boundTo });
      refusal = 'refusal' in verdict ? verdict.refusal : undefined;
      if ('refusal' in verdict) return undefined;
      const over = verdict.next.state !== 'waiting';
      return over && facts ? { ...verdict.next, decidedFacts: facts } : verdict.next;
    });
    if (!after) throw new UserError('This request is not known any more. Nothing was changed.');
    if (after.changed) sweeper.kick(sweepName, id);
    return { refusal, id, approval: after.value };
  }

  async function publish(record: Stored<Approval>): Promise<void> {
    const { id, version, value } = record;
    const final = value.state !== 'waiting';
    const { placeId } = value.request;
    await outbox.put({
      key: `approval:${id}:place`,
      destination: { to: 'place', placeId },
      content: await card(record, undefined),
      revision: version,
      final,
    });
    for (const [index, person] of value.personalCopies.entries())
      await outbox.put({
        key: `approval:${id}:person:${index}`,
        destination: { to: 'person', personId: person.id },
        content: await card(record, person.id),
        revision: version,
        final,
      });
  }

  function outcomeOf({ state, approvals, ended, stateSince: at }: Approval): ApprovalOutcome {
    if (state === 'rejected' && ended) return { state, by: ended.person, reason: ended.note, at };
    if (state === 'approved') return { state, by: approvals.map((each) => each.person), at };
    return { state: 'expired', at };
  }

  async function writeAudit({ id, value }: Stored<Approval>, effect: PendingEffect): Promise<void> {
    const [, step = '', who] = effect.key.split(/:(approve|rejected|expired|withdrawn):?/);
    const vote = value.approvals.find((each) => each.person.id === who);
    const expired = step === 'expired';
    const note = step === 'approve' ? vote?.note : value.ended?.note;
    await store.audit.append({
      at: vote?.at ?? value.stateSince,
      who: vote?.person.id ?? (expired ? 'gavel' : (value.ended?.person.id ?? 'gavel')),
      what: `approvals.${{ approve: 'approve', rejected: 'reject', expired: 'expire', withdrawn: 'withdraw' }[step] ?? step}`,
      target: value.label,
      from: value.request.placeId,
      outcome: vote
        ? `${value.approvals.findIndex((each) => each === vote) + 1} of ${value.request.rule.required}`
        : value.state,
      ...(note ? { detail: { note } } : {}),
      correlationId: value.request.correlationId,
      key: `approval:${id}:${effect.key}`,
    });
  }

  async function perform(record: Stored<Approval>, effect: PendingEffect): Promise<void> {
    if (effect.kind === 'audit') return writeAudit(record, effect);
    if (effect.kind === 'publish') return publish(record);
    await subjectOf(record.value).decided(record.value.request.subjectId, outcomeOf(record.value));
  }

  sweeper.register<Approval>({
    name: sweepName,
    collection: records,
    perform,
    wake: async ({ id }) => void (await decideOnce(id, { kind: 'time' })),
  });
  outbox.onUndeliverable('approval:', async (key) => {
    const [, id = '', kind, index] = key.split(':');
    if (kind !== 'person') return;
    await records.update(id, (approval) => {
      const name = approval.personalCopies[Number(index)]?.name;
      if (name === undefined || approval.notReached.includes(name) || approval.state !== 'waiting') return undefined;
      const missed = { ...approval, notReached: [...approval.notReached, name] };
      return follow(missed, clock.now(), [{ kind: 'publish', key: `publish:missed:${index}` }]);
    });
    sweeper.kick(sweepName, id);
  });

  return {
    card,
    mayDecide,
    decide: decideOnce,
    registerSubject(kind, subject) {
      if (subjects.has(kind)) throw new Error(`Two subjects are called ${kind}`);
      subjects.set(kind, subject);
    },
    async open(request) {
      const facts = await subjects.get(request.kind)?.facts(request.subjectId);
      const now = clock.now();
      const personal = whoHolds(catalog(), request.rule.role, request.target)
        .filter((each) => request.rule.requesterMayApprove || each.id !== request.requester.id)
        .slice(0, mostPersonalCopies);
      const approval: Approval = {
        request,
        label: facts?.label ?? request.id.slice(0, 8),
        askedAt: now,
        state: 'waiting',
        stateSince: now,
        approvals: [],
        personalCopies: personal,
        notReached: [],
        pending: [],
        wakeAt: request.expiresAt,
      };
      try {
        await records.insert(request.id, follow(approval, now, [{ kind: 'publish', key: 'publish:open' }]));
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
      sweeper.kick(sweepName, request.id);
    },
    async withdraw(id, by, reason) {
      if (await records.get(id)) await decideOnce(id, { kind: 'withdraw', person: by, reason });
    },
    async find(idOrLabel) {
      const byId = await records.get(idOrLabel);
      if (byId) return byId;
      const label = /^\d+$/.test(idOrLabel) ? `d-${idOrLabel}` : idOrLabel.toLowerCase().replace(/^d(\d)/, 'd-$1');
      const found = await records.find({ where: { label }, orderBy: 'askedAt', descending: true, limit: 1 });
      return found.items[0];
    },
    async waiting() {
      return (await records.find({ where: { state: 'waiting' }, orderBy: 'askedAt', limit: 200 })).items;
    },
  };
}

/** One plain sentence for a click or command that changed nothing. */
export function refusalWords(refusal: Refusal, approval: Approval, deciders: readonly string[]): string {
  const label = plainText(approval.label);
  const who =
    deciders.length > 0
      ? deciders.map((name) => plainText(name, 60)).join(' or ')
      : `nobody yet: no one holds the role ${approval.request.rule.role}`;
  switch (refusal) {
    case 'own request':
      return `You asked for ${label} yourself, so others decide: ${who}. Nothing was changed.`;
    case 'not an approver':
      return `You may not decide on ${label}. ${who} can. Nothing was changed.`;
    case 'no reason':
      return `A rejection needs a reason. Write \`reject ${label} because …\` or use the card. Nothing was changed.`;
    case 'changed':
      return `What ${label} would do has changed since it was asked for, so this approval does not count. Ask for it again.`;
    case 'gone':
      return `${label} does not wait for a decision any more. Nothing was changed.`;
    case 'twice':
      return `You have approved ${label} already; others are still missing.`;
    case 'over':
      return overWords(approval);
  }
}

function overWords({ label, state, approvals, ended }: Approval): string {
  const name = (person: Person | undefined): string => plainText(person?.name ?? 'somebody', 60);
  if (state === 'approved')
    return `${plainText(label)} was approved already by ${name(approvals[approvals.length - 1]?.person)}.`;
  if (state === 'expired') return `${plainText(label)} has expired; nobody decided in time.`;
  return `${plainText(label)} was ${state === 'rejected' ? 'rejected' : 'cancelled'} by ${name(ended?.person)}${ended?.note ? `: ${plainText(ended.note)}` : ''}.`;
}

/** The person of a turn as records keep it. */
export function personOf(turn: Turn): Person {
  return { id: turn.person.id, name: turn.person.name };
}
