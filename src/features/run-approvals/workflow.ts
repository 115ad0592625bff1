import { pipelineAddress } from '../../core/catalog/pipelines';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { defineWorkflow } from '../../workflows';
import type { AuditEffect, Change, Circumstance } from '../../workflows';
import { finalRunApprovalStates } from './contract';
import type { DecisionMade, RunApproval, RunApprovalEnd, RunApprovalState, StepStanding } from './contract';

/** The life of a step that waits: `waiting -> deciding -> approved`, or how else it ended. Pure. */

/** What may change about a step while it waits. */
type SeenStep = Pick<RunApproval, 'name' | 'url' | 'whyNot'>;

export type RunApprovalEvent =
  | { readonly type: 'open'; readonly approval: Omit<RunApproval, 'state' | 'stateSince' | 'wakeAt'> }
  | { readonly type: 'see'; readonly step: SeenStep }
  /** A vote, a reminder or another approver. */
  | { readonly type: 'approval changed' }
  | { readonly type: 'decide'; readonly decision: DecisionMade }
  | { readonly type: 'expire' }
  | { readonly type: 'try' }
  /** The tool never got it. */
  | { readonly type: 'take back' }
  | { readonly type: 'sent' }
  | { readonly type: 'refuse' }
  /** What was decided no longer counts: a complete sentence of outside text. */
  | { readonly type: 'void'; readonly reason: string }
  | { readonly type: 'look'; readonly standing: StepStanding }
  /** The tool didn't answer. */
  | { readonly type: 'look later' };

/** `request` asks the approvers, `withdraw` ends that. */
interface RunApprovalEffect {
  readonly kind: 'request' | 'card' | 'send' | 'withdraw';
  readonly topic?: string;
}

export type RunApprovalChange = Change<RunApproval, RunApprovalEffect>;
type Context = Pick<Circumstance, 'id' | 'now'>;

export const runApprovalWorkflow = defineWorkflow({
  name: 'run-approvals',
  keyPrefix: 'run-approval',
  collection: {
    name: 'run-approvals',
    schema: 1,
    indexes: {
      isOpen: (approval) => (isRunApprovalOver(approval) ? undefined : 'yes'),
    },
    queries: [{ where: ['isOpen'] }],
    expiresAt: (approval) =>
      isRunApprovalOver(approval) ? approval.stateSince + defaultRetentionMs('approvals') : undefined,
  },
  transition: runApprovalTransition,
  isOver: isRunApprovalOver,
});

export function isRunApprovalOver({ state }: Pick<RunApproval, 'state'>): boolean {
  return finalRunApprovalStates.some((each) => each === state);
}

/** `A-1b2c3d`: what people type. */
export function runApprovalLabel(id: string): string {
  return `A-${id.slice(0, 6)}`;
}

/** Undefined if it changes nothing. */
function runApprovalTransition(
  approval: RunApproval | undefined,
  event: RunApprovalEvent,
  { id, now }: Context,
): RunApprovalChange | undefined {
  if (event.type === 'open') return approval ? undefined : opened(event.approval, now);
  if (!approval || isRunApprovalOver(approval)) return undefined;
  return next(approval, event, { id, now });
}

function next(
  approval: RunApproval,
  event: Exclude<RunApprovalEvent, { readonly type: 'open' }>,
  context: Context,
): RunApprovalChange | undefined {
  const { now } = context;
  const isDeciding = approval.state === 'deciding';
  const isSent = isDeciding && approval.triedAt !== undefined;
  switch (event.type) {
    case 'see':
      return seen(approval, event.step);
    case 'approval changed':
      return { record: approval, effects: [card] };
    case 'decide':
      return isDeciding ? undefined : decided(approval, event.decision, now);
    case 'expire':
      return isDeciding ? undefined : ended(approval, 'expired', {}, context);
    case 'try':
      return isDeciding && !isSent
        ? { record: { ...approval, triedAt: now, looks: 0, wakeAt: now + firstLookMs } }
        : undefined;
    case 'take back':
      return isSent ? { record: { ...approval, triedAt: undefined, wakeAt: undefined } } : undefined;
    case 'sent':
      return isSent ? ended(approval, outcomeOf(approval), {}, context) : undefined;
    case 'refuse':
      return isDeciding ? ended(approval, 'refused', {}, context) : undefined;
    case 'void':
      return isDeciding && !isSent ? ended(approval, 'unsent', { reason: event.reason }, context) : undefined;
    case 'look':
      return looked(approval, event.standing, context);
    case 'look later':
      return isSent ? { record: { ...approval, wakeAt: now + runApprovalLookMs } } : undefined;
  }
}

/** The first look comes soon, in case Gavel dies while it sends. */
const firstLookMs = 5_000;
export const runApprovalLookMs = 20_000;
/** A decision that the tool still doesn't show after so many looks and so much time never arrived. */
const surelyLooks = 3;
const surelyMs = 120_000;
/** A step that neither waits nor was decided, as the tool says, may only be on its way. */
const vagueLooks = 2;

/** Only the newest state matters. */
const card: RunApprovalEffect = { kind: 'card', topic: 'card' };

function opened(given: Omit<RunApproval, 'state' | 'stateSince' | 'wakeAt'>, now: number): RunApprovalChange {
  const record: RunApproval = { ...given, state: 'waiting', stateSince: now };
  return { record, effects: record.whyNot === undefined ? [{ kind: 'request' }, card] : [card] };
}

function seen(approval: RunApproval, { name, url, whyNot }: SeenStep): RunApprovalChange | undefined {
  if (approval.name === name && approval.url === url && approval.whyNot === whyNot) return undefined;
  const record = { ...approval, name, url, whyNot };
  const isDecidable = approval.whyNot !== undefined && whyNot === undefined && approval.state === 'waiting';
  return { record, effects: isDecidable ? [{ kind: 'request' }, card] : [card] };
}

function decided(approval: RunApproval, decision: DecisionMade, now: number): RunApprovalChange {
  return { record: { ...approval, state: 'deciding', stateSince: now, decision }, effects: [{ kind: 'send' }, card] };
}

const outcomeOf = ({ decision }: RunApproval): 'approved' | 'rejected' =>
  decision?.approves ? 'approved' : 'rejected';

function looked(approval: RunApproval, standing: StepStanding, context: Context): RunApprovalChange | undefined {
  const { now } = context;
  const { triedAt, looks = 0, expiresAt, state } = approval;
  const later = { looks: looks + 1, ...(triedAt !== undefined && { wakeAt: now + runApprovalLookMs }) };
  switch (standing.is) {
    case 'waiting':
      if (triedAt === undefined) return looks === 0 ? undefined : { record: { ...approval, looks: 0 } };
      if (later.looks >= surelyLooks && now - triedAt >= surelyMs)
        return ended(approval, 'unsent', { reason: 'The run is still waiting for a decision there.' }, context);
      return { record: { ...approval, ...later }, effects: later.looks === 1 ? [card] : [] };
    case 'decided': {
      const { isOurs, isTold, by, at, approves, comment } = standing;
      if (isOurs && state === 'deciding') return ended(approval, outcomeOf(approval), {}, context);
      if (!isTold && later.looks < vagueLooks) return { record: { ...approval, ...later } };
      return ended(approval, 'decided there', { by, at, approves, comment }, context);
    }
    case 'over':
      return now >= expiresAt
        ? ended(approval, 'expired', { reason: standing.reason }, context)
        : ended(approval, 'ended', { reason: standing.reason }, context);
  }
}

/** Unless its people decided, their approval ends, too. */
function ended(
  approval: RunApproval,
  state: Exclude<RunApprovalState, 'waiting' | 'deciding'>,
  end: RunApprovalEnd,
  { id, now }: Context,
): RunApprovalChange {
  const record: RunApproval = { ...approval, state, stateSince: now, end, wakeAt: undefined };
  const isAsked = approval.state === 'waiting' && approval.whyNot === undefined;
  return {
    record,
    effects: [audit(record, id, now), ...(isAsked ? [{ kind: 'withdraw' } as const] : []), card],
  };
}

function audit(approval: RunApproval, id: string, now: number): AuditEffect {
  const { connection, pipeline, placeId, correlationId, state, decision, end } = approval;
  const { by = end?.by, words = end?.reason ?? '' } = {
    by: decision?.by.map(({ name }) => name).join(', '),
    words: decision?.words,
  };
  return {
    kind: 'audit',
    key: 'end',
    at: now,
    who: 'gavel',
    what: 'run-approvals.end',
    target: `${runApprovalLabel(id)} ${pipelineAddress(connection, pipeline)}`,
    from: placeId,
    outcome: state,
    detail: { ...(by !== undefined && { by }), ...(words !== '' && { words }) },
    correlationId,
  };
}
