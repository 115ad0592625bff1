import type { CardContent, Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { ConflictError, UserError } from '../../core/errors';
import type { Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { approvalCard } from './cards';
import type { ApprovalRequest, Approvals, SubjectFacts } from './contract';
import { createDelegationStore } from './delegations/store';
import type { DelegationStore } from './delegations/store';
import { approvalEffects } from './effects';
import { createSubjects } from './facts';
import type { Identified } from './facts';
import { decidersOf, hasSeatEver, recount, seatOf } from './policy';
import type { Circumstances } from './policy';
import type { Approval } from './record';
import { describeShortfall } from './text';
import { approvalWorkflow } from './workflow';
import type { ApprovalEvent, Refusal } from './workflow';

/** The approvals in the store: opened, decided once, told to everybody. */

export interface DecisionResult {
  readonly refusal: Refusal | undefined;
  readonly approval: Approval;
  /** What is required and does not hold. */
  readonly lacking: readonly string[];
}

export interface ApprovalStore extends Approvals {
  find(idOrLabel: string): Promise<Stored<Approval> | undefined>;
  /** The oldest first. */
  waiting(): Promise<readonly Stored<Approval>[]>;
  decide(id: string, event: ApprovalEvent): Promise<DecisionResult>;
  /** As this person sees it; undefined: as everybody in a channel does. */
  card(record: Identified, viewer: string | undefined): Promise<CardContent>;
  /** Whose decision counts now. */
  deciders(approval: Approval): Promise<readonly Person[]>;
  /** Whether this person could ever decide on it. */
  hasSeatEver(personId: string, approval: Approval): Promise<boolean>;
  readonly delegations: DelegationStore;
}

export function createApprovalStore(deps: FeatureDependencies): ApprovalStore {
  const { catalog, clock, outbox } = deps;
  const subjects = createSubjects();
  const decidedCards = createDecidedCards(() => clock.now(), catalog);
  const delegations = createDelegationStore(deps, redraw);

  async function circumstancesOf(approval: Approval): Promise<Circumstances> {
    const [given, ruleNow] = await Promise.all([delegations.active(), subjects.ruleNow(approval)]);
    return { catalog: catalog(), delegations: given, ruleNow };
  }

  async function deciders(approval: Approval): Promise<readonly Person[]> {
    const circumstances = await circumstancesOf(approval);
    return decidersOf(catalog(), recount(approval, circumstances, clock.now()), circumstances.delegations);
  }

  async function draw({ id, value }: Identified, facts: SubjectFacts, viewer?: string): Promise<CardContent> {
    const circumstances = value.state === 'waiting' ? await circumstancesOf(value) : undefined;
    const now = clock.now();
    const approval = circumstances ? recount(value, circumstances, now) : value;
    const given = circumstances?.delegations ?? [];
    return approvalCard({ id, approval, facts, catalog: catalog(), delegations: given, now, viewer });
  }

  const { records, apply: applyEvent } = openWorkflow(deps, approvalWorkflow, () => ({
    effects: approvalEffects({ outbox, subjects, draw, deciders, timeZone: () => catalog().timeZone }),
    wake: async ({ id }) => void (await decide(id, { type: 'time' })),
  }));

  async function decide(id: string, event: ApprovalEvent): Promise<DecisionResult> {
    const before = await records.get(id);
    if (!before) throw new UserError('This request is not known any more. Nothing was changed.');
    const { value } = before;
    // Nothing opens again what is over: whoever comes too late asks no outside system and writes nothing.
    if (value.state !== 'waiting') return { refusal: 'over', approval: value, lacking: [] };
    const circumstances = await circumstancesOf(value);
    // Whoever has no seat makes nobody read a note or ask an outside system.
    const bar = barOf(recount(value, circumstances, clock.now()), event, circumstances, clock.now());
    if (bar) return { refusal: bar, approval: value, lacking: [] };
    const findings = await subjects.findOut(before, event);
    const { verdict, stored } = await applyEvent(id, event, { ...circumstances, ...findings, catalog: catalog() });
    if (!stored) throw new UserError('This request is not known any more. Nothing was changed.');
    return { refusal: verdict?.refusal, approval: stored.value, lacking: findings.lacking };
  }

  /** Applies what needs neither the subject nor a rule. */
  async function apply(id: string, event: ApprovalEvent): Promise<void> {
    const given = await delegations.active();
    await applyEvent(id, event, { catalog: catalog(), delegations: given, ruleNow: undefined, lacking: [] });
  }

  async function redraw(personId: string, key: string): Promise<void> {
    const given = await delegations.active();
    for (const { id, value } of await waitingIn(records, clock.now()))
      if (decidersOf(catalog(), value, given).some((each) => each.id === personId))
        await apply(id, { type: 'redraw', key });
  }

  outbox.onUndeliverable('approval:', async (key) => {
    const [, id = '', kind, index] = key.split(':');
    if (kind === 'person') await apply(id, { type: 'miss', copy: Number(index) });
  });

  return {
    delegations,
    deciders,
    decide,
    registerSubject: subjects.register,
    find: (idOrLabel) => findIn(records, idOrLabel),
    waiting: () => waitingIn(records, clock.now()),
    async card(record, viewer) {
      if (record.value.state === 'waiting') return draw(record, await subjects.readFacts(record), viewer);
      return decidedCards.of(record.id, async () => draw(record, await subjects.readFacts(record)));
    },
    hasSeatEver: async (personId, approval) =>
      hasSeatEver(approval, personId, { catalog: catalog(), delegations: await delegations.active() }),
    open: async (request) => openOnce(apply, request, await subjects.of({ request }).facts(request.subjectId)),
    async whyLapsed(id) {
      const found = (await records.get(id))?.value;
      if (found?.state !== 'approved') return 'Its approval is no longer on record.';
      const circumstances = await circumstancesOf(found);
      if (subjects.of(found).rule && !circumstances.ruleNow) return 'The rule for it is no longer in the catalog.';
      return describeShortfall(catalog(), recount(found, circumstances, clock.now()));
    },
    async withdraw(id, by, reason) {
      if (await records.get(id)) await decide(id, { type: 'withdraw', person: by, reason });
    },
  };
}

type Records = ReturnType<typeof openWorkflow<Approval, ApprovalEvent, never, never>>['records'];

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
    // Another request has this label: its own id tells them apart.
    await apply(request.id, { ...event, label: `${facts.label}-${request.id.slice(0, 6)}` });
  }
}

async function findIn(records: Records, idOrLabel: string): Promise<Stored<Approval> | undefined> {
  const byId = await records.get(idOrLabel);
  if (byId) return byId;
  const label = /^\d+$/.test(idOrLabel) ? `d-${idOrLabel}` : idOrLabel.toLowerCase().replace(/^d(\d)/, 'd-$1');
  const { items } = await records.find({ where: { label }, orderBy: 'askedAt', descending: true, limit: 1 });
  return items[0];
}

async function waitingIn(records: Records, now: number): Promise<readonly Stored<Approval>[]> {
  const found: Stored<Approval>[] = [];
  let cursor: string | undefined;
  do {
    const page = await records.find({ where: { state: 'waiting' }, orderBy: 'askedAt', limit: 500, cursor });
    found.push(...page.items.filter(({ value }) => value.request.expiresAt > now));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

/** Why whoever does this may not, known before a word of it is read. */
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

const minuteMs = 60_000;
const maxKept = 50;

/** Once decided, the card says the same to everybody: a thousand late clicks get the very same one, drawn once. */
function createDecidedCards(
  now: () => number,
  catalog: () => Catalog,
): { of(id: string, draw: () => Promise<CardContent>): Promise<CardContent> } {
  const kept = new Map<
    string,
    { readonly catalog: Catalog; readonly minute: number; readonly card: Promise<CardContent> }
  >();
  return {
    of(id, draw) {
      // Drawn anew when its words about time or people may have changed.
      const minute = Math.floor(now() / minuteMs);
      const known = kept.get(id);
      if (known?.minute === minute && known.catalog === catalog()) return known.card;
      const card = draw();
      card.catch(() => kept.delete(id));
      kept.delete(id);
      kept.set(id, { catalog: catalog(), minute, card });
      if (kept.size > maxKept) kept.delete(kept.keys().next().value ?? '');
      return card;
    },
  };
}
