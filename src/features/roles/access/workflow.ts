import { defaultRetentionMs } from '../../../core/catalog/retention';
import type { Person, Place } from '../../../chat/contract';
import type { Scope } from '../../../core/catalog/rights';
import { defineWorkflow } from '../../../workflows';
import type { Change, WorkflowRecord } from '../../../workflows';
import type { ApprovalOutcome } from '../../approvals';

/** Somebody asks for a role. Pure. */
export interface AccessRequest extends Scope, WorkflowRecord {
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
}

type AccessEvent =
  | { readonly type: 'ask'; readonly request: AccessRequest }
  | { readonly type: 'decide'; readonly outcome: ApprovalOutcome };

/** `ask` opens the approval; `settle` gives what was approved, or says why not. */
export interface AccessEffect {
  readonly kind: 'ask' | 'settle';
  readonly key: string;
}

export type AccessVerdict = Change<AccessRequest, AccessEffect> | undefined;

export const accessWorkflow = defineWorkflow({
  name: 'access',
  collection: {
    name: 'access-requests',
    schema: 1,
    indexes: { person: ({ person }) => person.id },
    queries: [{ where: ['person'] }],
    expiresAt: ({ outcome, askedAt }) => (outcome ? askedAt + defaultRetentionMs('accessRequests') : undefined),
  },
  transition: accessTransition,
  isOver: ({ outcome }) => outcome !== undefined,
});

/** Asked once, and the decision counts once. */
function accessTransition(request: AccessRequest | undefined, event: AccessEvent, _context: object): AccessVerdict {
  if (event.type === 'ask')
    return request ? undefined : { record: event.request, effects: [{ kind: 'ask', key: 'ask' }] };
  if (!request || request.outcome) return undefined;
  return { record: { ...request, outcome: event.outcome }, effects: [{ kind: 'settle', key: 'settle' }] };
}

/** What somebody wrote with their approval, and when. */
export type ApproverNote = NonNullable<Extract<ApprovalOutcome, { state: 'approved' }>['said']>[number];

/** All that was written; earlier versions kept neither who nor when. */
export function notesIn(
  { said, notes = [], at }: Extract<ApprovalOutcome, { state: 'approved' }>,
  by: Person,
): readonly ApproverNote[] {
  return said ?? notes.map((note) => ({ by, at, note }));
}
