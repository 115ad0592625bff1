import type { ApprovalSubject, EvidenceFact, SubjectFacts } from './contract';
import type { ApprovalEvent } from './decide';
import type { Approval } from './record';

/** A click is answered within two seconds, so what an outside system does not say in this time is shown as last known. */
const patienceMs = 1_000;

/** What the card shows of the thing to be decided: as it is now, else as it was when it was asked for. */
export async function factsOf(subject: ApprovalSubject, approval: Approval): Promise<SubjectFacts> {
  const { request, askedFacts } = approval;
  const now = subject.facts(request.subjectId);
  return askedFacts ? orElse(now, askedFacts) : now;
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

/** What stands against an approval now: evidence that is required and does not hold, and what the subject itself says. */
export async function lackingIn(
  { evidence, objection }: ApprovalSubject,
  subjectId: string,
  { person, note }: ApprovalEvent & { kind: 'approve' },
  once: (look: () => Promise<readonly EvidenceFact[]>) => Promise<readonly EvidenceFact[]>,
): Promise<string[]> {
  const [found, against] = await Promise.all([
    evidence ? once(() => evidence(subjectId)) : [],
    objection?.(subjectId, person, note),
  ]);
  const missing = found.filter(({ required, holds }) => required && !holds).map(({ words }) => words);
  return against === undefined ? missing : [...missing, against];
}
