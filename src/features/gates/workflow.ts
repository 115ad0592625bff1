import type { Asked, Person, Place, Turn } from '../../chat/contract';
import type { ApprovalRule } from '../../core/catalog';
import { defaultRetentionMs } from '../../core/catalog/retention';
import type { Act } from '../../core/operations';
import { defineWorkflow } from '../../workflows';
import type { Change, Circumstance } from '../../workflows';
import type { ApprovalOutcome } from '../approvals';
import { confirmationFromOlder, effectFromOlder, secondApprovalFromOlder } from './older';

/** The workflow of a gate: an act that the catalog marks is held until somebody agrees, and then done exactly as requested. */

interface Held {
  readonly asked: Asked;
  /** What it would change, in sentences with outside text escaped; omitted if nobody can say. */
  readonly effect?: string;
  readonly person: Person;
  readonly place: Place;
  readonly thread: string | undefined;
  readonly trigger: Turn['trigger'];
  readonly correlationId: string;
  readonly askedAt: number;
}

/** The requester sees what would happen and confirms it. */
export interface Confirmation extends Held {
  readonly kind: 'confirm';
  readonly outcome?: { readonly state: 'confirmed' | 'left' | 'expired'; readonly at: number };
  /** When it expires. */
  readonly wakeAt?: number | undefined;
}

/** Another person approves it, under an approval rule. */
export interface SecondApproval extends Held {
  readonly kind: 'four-eyes';
  readonly rule: ApprovalRule;
  /** The acts that this rule covers: the approver needs its role for all of them. */
  readonly covers: readonly Act[];
  /** The other acts, which other rules can hold once this one is approved. */
  readonly others: readonly Act[];
  readonly outcome?: ApprovalOutcome;
  readonly wakeAt?: undefined;
}

export type Gate = Confirmation | SecondApproval;

export type GateEvent =
  | { readonly type: 'hold'; readonly gate: Gate }
  | { readonly type: 'answer'; readonly answer: 'confirmed' | 'left'; readonly personId: string }
  | { readonly type: 'decided'; readonly outcome: ApprovalOutcome }
  | { readonly type: 'time' };

/** `ask` asks the person who decides, `tell` reports the outcome, `run` does it. */
interface GateEffect {
  readonly kind: 'ask' | 'tell' | 'run';
}

/** Undefined: it's already held, or it has ended; the first answer counts. */
export type GateVerdict = Change<Gate, GateEffect> | { readonly refusal: 'unknown' | 'not yours' } | undefined;

export type GateContext = Pick<Circumstance, 'now'>;

export function gateTransition(gate: Gate | undefined, event: GateEvent, { now }: GateContext): GateVerdict {
  if (event.type === 'hold') return gate ? undefined : { record: event.gate, effects: [{ kind: 'ask' }] };
  if (!gate) return { refusal: 'unknown' };
  if (event.type === 'answer' && event.personId !== gate.person.id) return { refusal: 'not yours' };
  if (gate.outcome) return undefined;
  if (gate.kind === 'confirm') {
    if (event.type === 'decided') return undefined;
    const state = event.type === 'time' ? 'expired' : event.answer;
    const record: Gate = { ...gate, wakeAt: undefined, outcome: { state, at: now } };
    return { record, effects: [{ kind: 'tell' }, ...(state === 'confirmed' ? [{ kind: 'run' } as const] : [])] };
  }
  if (event.type !== 'decided') return undefined;
  const isApproved = event.outcome.state === 'approved';
  return { record: { ...gate, outcome: event.outcome }, effects: [{ kind: isApproved ? 'run' : 'tell' }] };
}

const isOver = ({ outcome }: Gate): boolean => outcome !== undefined;

const keptAs =
  (kind: 'confirmations' | 'heldActions') =>
  (gate: Gate): number | undefined =>
    isOver(gate) ? gate.askedAt + defaultRetentionMs(kind) : undefined;

// Each kind has its own collection, because the catalog sets a retention period for each.

export const confirmationWorkflow = defineWorkflow({
  name: 'confirmations',
  collection: {
    name: 'confirmations',
    schema: 3,
    upgrade: confirmationFromOlder,
    upgradeEffect: effectFromOlder,
    indexes: { person: ({ person }) => person.id },
    queries: [{ where: ['person'] }],
    expiresAt: keptAs('confirmations'),
  },
  transition: gateTransition,
  isOver,
});

export const secondApprovalWorkflow = defineWorkflow({
  name: 'four-eyes',
  collection: {
    name: 'held-actions',
    schema: 3,
    upgrade: secondApprovalFromOlder,
    indexes: {},
    expiresAt: keptAs('heldActions'),
  },
  transition: gateTransition,
  isOver,
});
