import { createInFlight } from '../../core/concurrency';
import type { ApprovalRule } from '../../core/catalog';
import type { Stored } from '../../store/contract';
import type { ApprovalSubject, SubjectFacts } from './contract';
import type { Approval } from './record';
import type { ApprovalEvent } from './workflow';

/** An approval with its id. */
export type Identified = Pick<Stored<Approval>, 'id' | 'value'>;

/** What only the subject and the outside systems can say, read right before the decision. */
export interface Findings {
  /** What is required and does not hold. */
  readonly lacking: readonly string[];
  /** What would happen now; undefined when the subject no longer waits. */
  readonly boundTo?: string | undefined;
  /** Why it can't take effect any more, whoever approves it: a whole sentence in outside text. */
  readonly ground?: string | undefined;
  /** What the card says from the decision on. */
  readonly facts?: SubjectFacts | undefined;
}

/** What approvals ask of their subjects. Many people click at once: the outside systems are asked once for all of them. */
export interface Subjects {
  register(kind: string, subject: ApprovalSubject): void;
  of(approval: Pick<Approval, 'request'>): ApprovalSubject;
  ruleNow(approval: Pick<Approval, 'request'>): Promise<ApprovalRule | undefined>;
  /** What its card shows: as decided, else as it is now, else as it was requested. */
  readFacts(record: Identified): Promise<SubjectFacts>;
  /** What must be known at the moment of this event. */
  findOut(record: Identified, event: ApprovalEvent): Promise<Findings>;
}

/** A click is answered within two seconds, so what an outside system doesn't say in this time is shown as last known. */
const patienceMs = 1_000;

export function createSubjects(): Subjects {
  const subjects = new Map<string, ApprovalSubject>();
  const inFlight = createInFlight();

  function of({ request }: Pick<Approval, 'request'>): ApprovalSubject {
    const subject = subjects.get(request.kind);
    if (!subject) throw new Error(`Nobody asks for approvals of kind ${request.kind}`);
    return subject;
  }

  async function readFacts({ id, value }: Identified): Promise<SubjectFacts> {
    const { request, askedFacts, decidedFacts } = value;
    if (decidedFacts) return decidedFacts;
    const read = (): Promise<SubjectFacts> => of(value).facts(request.subjectId);
    return inFlight.join(`facts ${id}`, () => (askedFacts ? orElse(read(), askedFacts) : read()));
  }

  /** What stands against an approval: evidence that is required and doesn't hold, and what the subject itself says. */
  async function findLacking(
    { id, value }: Identified,
    { person, note }: Extract<ApprovalEvent, { type: 'approve' }>,
  ): Promise<string[]> {
    const { evidence, objection } = of(value);
    const { subjectId } = value.request;
    const [found, against] = await Promise.all([
      evidence ? inFlight.join(`evidence ${id}`, () => evidence(subjectId)) : [],
      objection?.(subjectId, person, note),
    ]);
    const missing = found.filter(({ required, holds }) => required && !holds).map(({ words }) => words);
    return against === undefined ? missing : [...missing, against];
  }

  return {
    of,
    readFacts,
    register(kind, subject) {
      if (subjects.has(kind)) throw new Error(`Two subjects are called ${kind}`);
      subjects.set(kind, subject);
    },
    ruleNow: async ({ request }) => of({ request }).rule?.(request.subjectId),
    async findOut(record, event) {
      const { id, value } = record;
      const subject = of(value);
      const { subjectId } = value.request;
      const isTime = event.type === 'time';
      const decides = event.type === 'approve' || isTime;
      // A look from time to time must not fail because an outside system does; it comes again.
      const read = <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
        const reading = inFlight.join(`${what} ${id}`, work);
        return isTime ? reading.catch(() => undefined) : reading;
      };
      const [boundTo, ground, facts, lacking = []] = await Promise.all([
        decides ? read('bound', () => subject.boundTo(subjectId)) : undefined,
        decides ? read('ground', async () => subject.ground?.(subjectId)) : undefined,
        isTime ? undefined : readFacts(record).catch(() => undefined),
        event.type === 'approve' ? findLacking(record, event) : undefined,
      ]);
      return { boundTo, ground, facts, lacking };
    },
  };
}

async function orElse(facts: Promise<SubjectFacts>, known: SubjectFacts): Promise<SubjectFacts> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<SubjectFacts>((resolve) => {
    timer = setTimeout(() => resolve(known), patienceMs);
  });
  try {
    return await Promise.race([facts.catch(() => known), late]);
  } finally {
    clearTimeout(timer);
  }
}
