import type { ApprovalRule } from '../../core/catalog';
import { createInFlight } from '../../core/in-flight';
import type { Stored } from '../../store/contract';
import type { ApprovalSubject, SubjectFacts } from './contract';
import type { ApprovalEvent } from './decide';
import { factsOf, lackingIn } from './facts';
import type { Approval } from './record';

type Identified = Pick<Stored<Approval>, 'id' | 'value'>;

/** What an approval asks of its subject. Many people click at once: the outside systems are asked once for all of them. */
export interface Readings {
  readFacts(record: Identified): Promise<SubjectFacts>;
  boundToNow(record: Identified): Promise<string | undefined>;
  groundNow(record: Identified): Promise<string | undefined>;
  ruleNow(approval: Pick<Approval, 'request'>): Promise<ApprovalRule | undefined>;
  lackingNow(record: Identified, event: ApprovalEvent & { kind: 'approve' }): Promise<string[]>;
}

export function createReadings(subjectOf: (approval: Pick<Approval, 'request'>) => ApprovalSubject): Readings {
  const inFlight = createInFlight();
  return {
    readFacts({ id, value }) {
      const { decidedFacts } = value;
      return decidedFacts
        ? Promise.resolve(decidedFacts)
        : inFlight.join(`facts ${id}`, () => factsOf(subjectOf(value), value));
    },
    boundToNow: ({ id, value }) =>
      inFlight.join(`bound ${id}`, () => subjectOf(value).boundTo(value.request.subjectId)),
    groundNow: ({ id, value }) =>
      inFlight.join(`ground ${id}`, async () => subjectOf(value).ground?.(value.request.subjectId)),
    ruleNow: async ({ request }) => subjectOf({ request }).rule?.(request.subjectId),
    lackingNow: ({ id, value }, event) =>
      lackingIn(subjectOf(value), value.request.subjectId, event, (look) => inFlight.join(`evidence ${id}`, look)),
  };
}
