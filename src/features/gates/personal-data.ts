import type { PersonalData } from '../../chat/contract';
import { isUnfinished } from '../../workflows';
import type { GateStore } from './store';

/** What somebody was asked before it was done. An open question stays: its card waits, and what was confirmed is still to be done. */
export function questionsOf({ confirmations }: GateStore): PersonalData {
  const ofPerson = async (person: string) => (await confirmations.find({ where: { person }, limit: 1_000 })).items;
  return {
    name: 'questions before harm',
    stays: 'A question that still waits for you stays until you have answered it, a day at most.',
    exportOf: async (personId) =>
      (await ofPerson(personId)).map(({ value: { asked, place, outcome, askedAt } }) => ({
        at: new Date(askedAt).toISOString(),
        what: asked.words ?? asked.line ?? asked.action,
        place: place.name,
        state: outcome?.state ?? 'open',
      })),
    async deleteOf(personId) {
      const over = (await ofPerson(personId)).filter(({ value }) => value.outcome && !isUnfinished(value));
      for (const { id } of over) await confirmations.remove(id);
      return over.length;
    },
  };
}
