import { defaultRetentionMs } from '../../core/catalog/retention';
import type { Person, Place } from '../../chat/contract';
import type { Scope } from '../../core/catalog/rights';
import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';
import type { ApprovalOutcome } from '../approvals';

/** Somebody asks for a role. Pure, but for being stored. */
export interface AccessRequest extends Scope {
  readonly person: Person;
  readonly role: string;
  /** What the role allowed when it was asked for: an approval of something else does not count. */
  readonly rights: readonly string[];
  readonly until?: number;
  readonly reason: string;
  /** The role whose holders decide. */
  readonly givers: string;
  /** The catalog knew the person when it was asked for; somebody new is known by what is granted. */
  readonly wasKnown?: true;
  readonly place: Place;
  readonly thread: string | undefined;
  readonly correlationId: string;
  readonly askedAt: number;
  readonly expiresAt: number;
  readonly outcome?: ApprovalOutcome;
  readonly pending: readonly PendingEffect[];
}

export const accessSpec: CollectionSpec<AccessRequest> = {
  name: 'access-requests',
  schema: 1,
  indexes: { dueAt, person: ({ person }) => person.id },
  queries: [{ orderBy: 'dueAt' }, { where: ['person'] }],
  expiresAt: ({ outcome, pending, askedAt }) =>
    outcome && pending.length === 0 ? askedAt + defaultRetentionMs('accessRequests') : undefined,
};

export function newRequest(opening: Omit<AccessRequest, 'outcome' | 'pending'>): AccessRequest {
  return { ...opening, pending: [effect('ask', opening.askedAt)] };
}

/** What somebody wrote with their approval, and when. */
export type Said = NonNullable<Extract<ApprovalOutcome, { state: 'approved' }>['said']>[number];

/** All that was written; earlier versions kept neither who nor when. */
export function saidWith(
  { said, notes = [], at }: Extract<ApprovalOutcome, { state: 'approved' }>,
  by: Person,
): readonly Said[] {
  return said ?? notes.map((note) => ({ by, at, note }));
}

/** The decision counts once. */
export function decidedRequest(
  request: AccessRequest,
  outcome: ApprovalOutcome,
  now: number,
): AccessRequest | undefined {
  if (request.outcome) return undefined;
  return { ...request, outcome, pending: [...request.pending, effect('settle', now)] };
}

const effect = (kind: string, now: number): PendingEffect => ({ key: kind, kind, attempts: 0, dueAt: now });
