import { z } from 'zod';
import type { Action, Command, Reply, Turn } from '../../../chat/contract';
import { defineAction } from '../../../chat/contract';
import { UserError } from '../../../core/errors';
import { plainText } from '../../../core/text';
import { approvalId, decisionActs, explainRefusal, personOf } from '../commands';
import type { ApprovalParts } from '../commands';
import { waitingCard } from './cards';

/** What waits for somebody in every place, and deciding on several of it at once. */

export function listCommands(parts: ApprovalParts): Command[] {
  return [
    {
      name: 'approvals',
      operation: 'look',
      summary: 'What waits for your decision, in every place',
      topic: 'Decide',
      arguments: [],
      examples: ['approvals'],
      right: 'view',
      inManifest: true,
      run: (turn) => waitingCard(parts, turn),
    },
  ];
}

const maxAtOnce = 10;

/** What a choice of several sends: their ids with commas between. */
const Chosen = z.object({
  id: z.string(),
  chosen: z
    .string()
    .max(1_000)
    .default('')
    .transform((text) => text.split(',').filter((each) => each !== ''))
    .pipe(z.array(approvalId).max(maxAtOnce, 'Choose at most ten at once.')),
});

export function listActions(parts: ApprovalParts): Action[] {
  return [
    defineAction({
      verb: 'approvals.approve-chosen',
      operation: 'approve',
      acts: (turn, given) => decisionActs(parts, turn, 'approve', given.chosen),
      input: Chosen,
      run: (turn, given) => approveChosen(parts, turn, given.chosen),
    }),
  ];
}

/** Each is decided by itself, with every rule checked anew; the answer says of each what came of it. */
async function approveChosen(parts: ApprovalParts, turn: Turn, chosen: readonly string[]): Promise<Reply> {
  if (chosen.length === 0) throw new UserError('Nothing was chosen, so nothing was approved.');
  const outcomes: string[] = [];
  for (const id of new Set(chosen)) outcomes.push(await approveOne(parts, turn, id));
  return { notice: outcomes.join(' ') };
}

async function approveOne(parts: ApprovalParts, turn: Turn, id: string): Promise<string> {
  try {
    const result = await parts.approvals.decide(id, { type: 'approve', person: personOf(turn), note: '' });
    if (result.refusal) return await explainRefusal(parts, result, result.refusal);
    return `${plainText(result.approval.label)}: approved.`;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
