import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { plainText } from '../../core/text';
import { drawConfirmation } from './effects';
import type { GateParts } from './effects';
import { describeAsked } from './text';

const ById = z.object({ id: z.string().min(1).max(100) });

/** The two buttons of a confirmation. */
export function gateActions(parts: GateParts): { readonly confirm: Action; readonly cancel: Action } {
  const action = (verb: string, answer: 'confirmed' | 'left'): Action =>
    defineAction({ verb, operation: 'answer', input: ById, run: (turn, { id }) => answerIt(parts, turn, id, answer) });
  return { confirm: action('gates.confirm', 'confirmed'), cancel: action('gates.cancel', 'left') };
}

async function answerIt(parts: GateParts, turn: Turn, id: string, answer: 'confirmed' | 'left'): Promise<Reply> {
  const { verdict, stored, changed } = await parts.gates.answer(id, turn.person.id, answer);
  const gate = stored?.value;
  if (gate?.kind !== 'confirm')
    throw new UserError("I don't know that question anymore, so nothing was done. Ask again.");
  if (verdict && 'refusal' in verdict)
    throw new UserError(`Only ${plainText(gate.person.name, 60)} can say that, so nothing was changed.`);
  return {
    ...drawConfirmation(parts, id, gate),
    ...(changed && { audit: { target: describeAsked(gate.asked).slice(0, 120), outcome: answer } }),
  };
}
