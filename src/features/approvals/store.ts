import type { CardContent, Person } from '../../chat/contract';
import { createInFlight, withTimeLimit } from '../../core/concurrency';
import { ConflictError, UserError } from '../../core/errors';
import { readAll } from '../../store/contract';
import type { Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { approvalCard, createDecidedCards } from './cards';
import { runApprovalId } from './contract';
import type { ApprovalRequest, Approvals, ApprovalSubject, StepToDecide, SubjectFacts } from './contract';
import { openDelegations } from './delegations/workflow';
import type { Delegations } from './delegations/workflow';
import { approvalEffects, showOutcome } from './effects';
import { decidableBy } from './list';
import { decidersOf, recount, seatOf } from './policy';
import type { Circumstances } from './policy';
import { approvalTopic, labeled } from './record';
import type { Approval, Findings, Identified } from './record';
import { describeShortfall } from './text';
import { approvalTransition, approvalWorkflow } from './workflow';
import type { ApprovalEvent, Refusal } from './workflow';

/** The approvals in the store: opened, decided once, shown to everybody. */

export interface DecisionResult {
  readonly refusal: Refusal | undefined;
  readonly approval: Approval;
  /** Required evidence that doesn't hold. */
  readonly lacking: readonly string[];
}

export interface ApprovalStore extends Approvals {
  find(idOrLabel: string): Promise<Stored<Approval> | undefined>;
  /** The oldest first. */
  waiting(): Promise<readonly Stored<Approval>[]>;
  decide(id: string, event: ApprovalEvent): Promise<DecisionResult>;
  /** Why this person can't decide that now, as far as that is known without asking an outside system. */
  refusalOf(approval: Approval, event: ApprovalEvent): Promise<Refusal | undefined>;
  /** The approval as this event would leave it, decided by the rules of the event; as it counts now if the event would be refused. */
  after(approval: Approval, event: ApprovalEvent): Promise<Approval>;
  /** The current card for this person; after the decision, the card of its subject if that has one. Undefined: for everybody in a channel. */
  draw(record: Identified, viewer: string | undefined): Promise<CardContent>;
  /** The topic of its card in a channel. */
  topic(record: Identified): string;
  /** Whose decision counts now. */
  deciders(approval: Approval): Promise<readonly Person[]>;
  readonly delegations: Delegations;
}

/** The approval as it counts now, and by what it is judged. */
interface CountedApproval {
  readonly counted: Approval;
  readonly circumstances: Circumstances;
}

export function createApprovalStore(deps: FeatureDependencies): ApprovalStore {
  const { catalog, clock, outbox } = deps;
  const subjects = createSubjects();
  const delegations = openDelegations(deps, async (personId, key) => {
    const given = await delegations.active();
    for (const { id, value } of await waiting())
      if (decidersOf(catalog(), value, given).some((each) => each.id === personId))
        await apply(id, { type: 'redraw', key });
  });

  async function countNow(approval: Approval): Promise<CountedApproval> {
    const [given, ruleNow] = await Promise.all([delegations.active(), subjects.ruleNow(approval)]);
    const circumstances = { catalog: catalog(), delegations: given, ruleNow };
    return { counted: recount(approval, circumstances, clock.now()), circumstances };
  }

  async function deciders(approval: Approval): Promise<readonly Person[]> {
    const { counted, circumstances } = await countNow(approval);
    return decidersOf(catalog(), counted, circumstances.delegations);
  }

  async function draw({ id, value }: Identified, facts: SubjectFacts, viewer?: string) {
    const now = value.state === 'waiting' ? await countNow(value) : undefined;
    const { counted: approval = value, circumstances: { delegations: given = [] } = {} } = now ?? {};
    return approvalCard({ id, approval, facts, catalog: catalog(), delegations: given, now: clock.now(), viewer });
  }

  const { records, apply: applyEvent } = openWorkflow(deps, approvalWorkflow, () => ({
    effects: approvalEffects({ deps, subjects, draw, deciders }),
    wake: async ({ id }) => void (await decide(id, { type: 'time' })),
  }));

  /** Nothing reopens a closed approval. If somebody has no seat, no note is parsed and no outside system is called. */
  async function judge(approval: Approval, event: ApprovalEvent) {
    if (approval.state !== 'waiting') return { bar: 'over' } as const;
    const { counted, circumstances } = await countNow(approval);
    return { bar: barOf(counted, event, circumstances, clock.now()), circumstances };
  }

  async function decide(id: string, event: ApprovalEvent): Promise<DecisionResult> {
    const before = await records.get(id);
    if (!before) throw new UserError('This request no longer exists. Nothing was changed.');
    const { bar, circumstances } = await judge(before.value, event);
    if (bar || !circumstances) return { refusal: bar, approval: before.value, lacking: [] };
    const findings = await subjects.findOut(before, event);
    const { verdict, stored } = await applyEvent(id, event, { ...circumstances, ...findings, catalog: catalog() });
    return { refusal: verdict?.refusal, approval: stored?.value ?? before.value, lacking: findings.lacking };
  }

  /** Applies an event that needs neither the subject nor a rule. */
  async function apply(id: string, event: ApprovalEvent): Promise<void> {
    const known = { catalog: catalog(), delegations: await delegations.active() };
    await applyEvent(id, event, { ...known, ruleNow: undefined, lacking: [] });
  }

  async function waiting(): Promise<readonly Stored<Approval>[]> {
    const all = await readAll(records, { where: { state: 'waiting' }, orderBy: 'askedAt' });
    return all.filter(({ value }) => value.request.expiresAt > clock.now());
  }

  outbox.onUndeliverable('approval:', async (key) => {
    const [, id = '', kind, index] = key.split(':');
    if (kind === 'person') await apply(id, { type: 'miss', copy: Number(index) });
  });

  return {
    ...{ delegations, deciders, decide, waiting },
    after: async (approval, event) => leftBy(event, await countNow(approval), clock.now()),
    refusalOf: async (approval, event) => (await judge(approval, event)).bar,
    registerSubject: subjects.register,
    whoCouldApprove: delegations.whoCouldApprove,
    waitingFor: async (personId) => decidableBy(personId, catalog(), await waiting(), await delegations.active()),
    find: async (idOrLabel) => (await records.get(idOrLabel)) ?? (await records.find(labeled(idOrLabel))).items[0],
    ...viewsOf(deps, { records, subjects, draw, deciders }),
    open: async (request) => openOnce(apply, request, await subjects.of({ request }).facts(request.subjectId)),
    async whyLapsed(id) {
      const found = (await records.get(id))?.value;
      if (found?.state !== 'approved') return 'The approval is no longer on record.';
      const { counted, circumstances } = await countNow(found);
      if (subjects.of(found).rule && !circumstances.ruleNow) return 'The approval rule is no longer in the catalog.';
      return describeShortfall(catalog(), counted);
    },
    withdraw: async (id, { by, ...withdrawal }) =>
      void ((await records.get(id)) && (await decide(id, { type: 'withdraw', person: by, ...withdrawal }))),
  };
}

interface Viewed {
  readonly records: { get(id: string): Promise<Stored<Approval> | undefined> };
  readonly subjects: Subjects;
  draw(record: Identified, facts: SubjectFacts, viewer?: string): Promise<CardContent<'approvals/approval'>>;
  deciders(approval: Approval): Promise<readonly Person[]>;
}

/** What people see of an approval: itself while it waits, then the card of its subject or else the decision. */
function viewsOf(
  deps: FeatureDependencies,
  { records, subjects, draw, deciders }: Viewed,
): Pick<ApprovalStore, 'draw' | 'topic' | 'card' | 'showOutcome' | 'askedAbout'> {
  const decidedCards = createDecidedCards(deps);
  const drawApproval = async (record: Identified, viewer: string | undefined) =>
    draw(record, await subjects.readFacts(record), viewer);
  return {
    async draw(record, viewer) {
      const { state, request } = record.value;
      if (state === 'waiting') return drawApproval(record, viewer);
      const { ownCard } = subjects.of(record.value);
      return ownCard
        ? ownCard.draw(request.subjectId, viewer)
        : decidedCards.of(record.id, () => drawApproval(record, viewer));
    },
    topic: ({ id, value }) => subjects.of(value).ownCard?.topic(value.request.subjectId) ?? approvalTopic(id),
    async askedAbout(connection, run, steps) {
      const asked: StepToDecide[] = [];
      for (const { id: step, name } of steps) {
        const approvalId = runApprovalId(connection, run, step);
        const found = (await records.get(approvalId))?.value;
        if (found?.state === 'waiting')
          asked.push({ step, name, approvalId, label: found.label, deciders: await deciders(found) });
      }
      return asked;
    },
    async card(id, viewer) {
      const record = await records.get(id);
      return record && drawApproval(record, viewer);
    },
    async showOutcome(id, revision, drawFor) {
      const record = await records.get(id);
      if (record) await showOutcome(deps, record, revision, drawFor);
    },
  };
}

async function openOnce(
  apply: (id: string, event: ApprovalEvent) => Promise<void>,
  request: ApprovalRequest,
  facts: SubjectFacts,
): Promise<void> {
  const event = { type: 'open', request, facts } as const;
  try {
    await apply(request.id, event);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    // Another request has this label, so its own id distinguishes it.
    await apply(request.id, { ...event, label: `${facts.label}-${request.id.slice(0, 6)}` });
  }
}

function leftBy(event: ApprovalEvent, { counted, circumstances }: CountedApproval, now: number): Approval {
  const { boundTo } = counted.request;
  const verdict = approvalTransition(counted, event, { ...circumstances, boundTo, lacking: [], now, waiting: [] });
  return verdict && 'record' in verdict ? verdict.record : counted;
}

/** Why this person can't do it, before a word of their note is parsed. */
function barOf(
  approval: Approval,
  event: ApprovalEvent,
  circumstances: Circumstances,
  now: number,
): Refusal | undefined {
  if ((event.type !== 'approve' && event.type !== 'reject') || now >= approval.request.expiresAt) return undefined;
  const seat = seatOf(approval, event.person.id, circumstances);
  return typeof seat === 'string' ? seat : undefined;
}

/** A click is answered within two seconds, so anything that an outside system doesn't say in this time is shown as last known. */
const patienceMs = 1_000;

export type Subjects = ReturnType<typeof createSubjects>;

/** What approvals ask their subjects. Many people click at once, so the outside systems are called once for all of them. */
function createSubjects() {
  const subjects = new Map<string, ApprovalSubject>();
  const inFlight = createInFlight();

  function of({ request }: Pick<Approval, 'request'>): ApprovalSubject {
    const subject = subjects.get(request.kind);
    if (!subject) throw new Error(`Nobody asks for approvals of kind ${request.kind}`);
    return subject;
  }

  /** What its card shows: as decided, or else as it is now, or else as it was requested. */
  async function readFacts({ id, value }: Identified): Promise<SubjectFacts> {
    const { request, askedFacts, decidedFacts } = value;
    if (decidedFacts) return decidedFacts;
    return inFlight.join(`facts ${id}`, async () => {
      const read = of(value).facts(request.subjectId);
      if (!askedFacts) return read;
      return (await withTimeLimit(read, patienceMs).catch(() => undefined)) ?? askedFacts;
    });
  }

  /** What prevents an approval: required evidence that doesn't hold, and the subject's own objections. */
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
    register(kind: string, subject: ApprovalSubject): void {
      if (subjects.has(kind)) throw new Error(`Two subjects are called ${kind}`);
      subjects.set(kind, subject);
    },
    ruleNow: async ({ request }: Approval) => of({ request }).rule?.(request.subjectId),
    /** What must be known at the moment of this event. */
    async findOut(record: Identified, event: ApprovalEvent): Promise<Findings> {
      const { id, value } = record;
      const subject = of(value);
      const { subjectId } = value.request;
      const isTime = event.type === 'time';
      const decides = event.type === 'approve' || isTime;
      // A failing outside system must not fail a regular check; the check is repeated anyway.
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
