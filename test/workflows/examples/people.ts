import fc from 'fast-check';

/** A few people who meet again and again. */
export const people = [
  { id: 'p:dana', name: 'Dana Developer' },
  { id: 'p:avery', name: 'Avery Approver' },
  { id: 'p:noor', name: 'Noor Operator' },
] as const;

export const person = fc.constantFrom(...people);
export const reason = fc.constantFrom('', 'a reason', 'the release of the year', ' ');
/** Around the time at which the lives of examples begin. */
export const moment = fc.integer({ min: Date.UTC(2026, 2, 1), max: Date.UTC(2026, 2, 20) });
/** Each turn has its own; the same one comes again when a message is delivered again. */
export const correlationId = fc.integer({ min: 1, max: 40 }).map((turn) => `turn ${turn}`);
