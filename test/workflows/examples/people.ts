import fc from 'fast-check';

/** A few people who appear again and again. */
export const people = [
  { id: 'p:dana', name: 'Dana Developer' },
  { id: 'p:avery', name: 'Avery Approver' },
  { id: 'p:noor', name: 'Noor Operator' },
] as const;

export const person = fc.constantFrom(...people);
export const reason = fc.constantFrom('', 'a reason', 'the release of the year', ' ');
/** Around the time at which the example lives begin. */
export const moment = fc.integer({ min: Date.UTC(2026, 2, 1), max: Date.UTC(2026, 2, 20) });
/** Each turn has its own; the same one appears again when a message is delivered again. */
export const correlationId = fc.integer({ min: 1, max: 40 }).map((turn) => `turn ${turn}`);

/** The possible outcomes of an approval. */
export const outcome = fc.oneof(
  fc.record({ state: fc.constant('approved'), by: person.map((by) => [by]), at: moment }),
  fc.record({ state: fc.constant('rejected'), by: person, reason, at: moment }),
  fc.record({ state: fc.constant('expired'), at: moment }),
  fc.record({ state: fc.constant('lapsed'), reason, at: moment }),
);
