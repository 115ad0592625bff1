import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, DescribeAudit, Feature, Guard, PersonalData, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { RefusalError } from '../../core/refusal';
import { readEach } from '../../store/contract';
import { isUnfinished } from '../../workflows';
import { describeAsked } from './cards';
import { confirmationFor, secondApprovalFor } from './policy';
import { createGateStore } from './store';
import type { GateParts, GateStore } from './store';

/**
 * Holds what the catalog marks until the requester confirms it (`confirm`) or another person approves it (`fourEyes`); with both marks, in this order.
 * `features` are its buttons and those of earlier versions.
 */
export function createGates(
  deps: GateParts['deps'],
  needs: Omit<GateParts, 'deps'>,
): { readonly features: readonly Feature[]; readonly guard: Guard } {
  const gates = createGateStore({ deps, ...needs });
  const action = (verb: string, answer: 'confirmed' | 'left'): Action =>
    defineAction({
      verb,
      operation: 'answer',
      input: z.object({ id: z.string().min(1).max(100) }),
      run: (turn, { id }) => answerIt(gates, turn, id, answer),
    });
  return {
    features: [
      {
        name: 'gates',
        actions: [action('gates.confirm', 'confirmed'), action('gates.cancel', 'left')],
        personalData: [questionsOf(gates)],
        describeAudit,
      },
      // The same buttons on cards of earlier versions.
      {
        name: 'confirmations',
        actions: [action('confirmations.do', 'confirmed'), action('confirmations.leave', 'left')],
        describeAudit,
      },
    ],
    async guard(turn, asked, preview) {
      const mark = confirmationFor(deps.catalog(), asked.acts) ?? secondApprovalFor(deps.catalog(), asked.acts);
      return mark && gates.hold(turn, asked, mark, preview);
    },
  };
}

async function answerIt(gates: GateStore, turn: Turn, id: string, answer: 'confirmed' | 'left'): Promise<Reply> {
  const { verdict, stored, changed } = await gates.answer(id, turn.person.id, answer);
  const gate = stored?.value;
  if (gate?.kind !== 'confirm')
    throw new UserError('This confirmation no longer exists. Nothing was done. Type your command again.');
  if (verdict && 'refusal' in verdict)
    throw new RefusalError({
      act: `confirm or cancel this for ${gate.person.name}`,
      nothing: 'nothing was changed',
      why: 'Only the person who requested it can confirm or cancel it.',
      able: [gate.person.name],
      can: 'answer it',
    });
  return {
    ...gates.draw(id, gate),
    ...(changed && { audit: { target: describeAsked(gate.asked).slice(0, 120), outcome: answer } }),
  };
}

/**
 * The questions that somebody was asked before something was done. Open questions stay: their cards are waiting, and confirmed ones still have to be done.
 */
function questionsOf({ confirmations }: GateStore): PersonalData {
  const ofPerson = async (person: string) => (await confirmations.find({ where: { person }, limit: 1_000 })).items;
  return {
    name: 'pending confirmations',
    stays: 'A confirmation that is waiting for you stays for up to a day, or until you answer it.',
    async *exportOf(person) {
      for await (const { value } of readEach(confirmations, { where: { person } })) {
        const { asked, place, outcome, askedAt } = value;
        yield {
          at: new Date(askedAt).toISOString(),
          what: asked.words ?? asked.line ?? asked.action,
          place: place.name,
          state: outcome?.state ?? 'open',
        };
      }
    },
    async deleteOf(personId) {
      const over = (await ofPerson(personId)).filter(({ value }) => value.outcome && !isUnfinished(value));
      for (const { id } of over) await confirmations.remove(id);
      return over.length;
    },
  };
}

const describeAudit: DescribeAudit = ({ target, outcome }) => {
  if (outcome === 'confirmed') return `confirmed “${target}”`;
  return outcome === 'left' ? `canceled “${target}”` : undefined;
};
