import type { CardContent, Person, Turn } from '../../chat/contract';
import { ConflictError, UserError } from '../../core/errors';
import type { Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { approvalCard } from './approval-card';
import type { Approvals, ApprovalSubject, SubjectFacts } from './contract';
import { follow } from './decide';
import type { ApprovalEvent, Refusal } from './decide';
import { createDecidedCards } from './decided-cards';
import { barredFrom, decidersOf, hasSay } from './deciders';
import { withCopies } from './copies';
import { createDelegations } from './delegations';
import type { Delegations } from './delegations';
import { createEffects } from './effects';
import { judge } from './judge';
import { notEnough } from './lapse-words';
import { createReadings } from './readings';
import { reckon } from './reckon';
import type { Circumstances } from './reckon';
import { approvalsSpec, newApproval } from './record';
import type { Approval } from './record';

/** The approvals in the store: opened, decided once, told to everybody. */

export type DecisionResult = {
  readonly refusal: Refusal | undefined;
  readonly id: string;
  readonly approval: Approval;
  /** What is required and does not hold. */
  readonly lacking: readonly string[];
};

/** An approval with its id. */
export type Identified = Pick<Stored<Approval>, 'id' | 'value'>;

export interface ApprovalBook extends Approvals {
  find(idOrLabel: string): Promise<Stored<Approval> | undefined>;
  waiting(): Promise<readonly Stored<Approval>[]>;
  decide(id: string, event: ApprovalEvent): Promise<DecisionResult>;
  /** As this person sees it; undefined: as everybody in a channel does. */
  card(record: Identified, viewer: string | undefined): Promise<CardContent>;
  /** Whose decision counts now. */
  deciders(approval: Approval): Promise<readonly Person[]>;
  /** Draws anew what waits for this person: who may decide has changed. `key` makes it once. */
  redraw(personId: string, key: string): Promise<void>;
  /** Whether this person ever had a say in it. */
  hasSay(personId: string, approval: Approval): Promise<boolean>;
  readonly delegations: Delegations;
}

const sweepName = 'approvals';

export function createApprovalBook(deps: FeatureDependencies): ApprovalBook {
  const { catalog, clock, outbox, sweeper, store } = deps;
  const records = store.collection(approvalsSpec);
  const subjects = new Map<string, ApprovalSubject>();

  function subjectOf({ request }: Pick<Approval, 'request'>): ApprovalSubject {
    const subject = subjects.get(request.kind);
    if (!subject) throw new Error(`Nobody asks for approvals of kind ${request.kind}`);
    return subject;
  }

  const { readFacts, boundToNow, groundNow, ruleNow, lackingNow } = createReadings(subjectOf);
  const decidedCards = createDecidedCards(() => clock.now(), catalog);
  const delegations = createDelegations(deps);

  /** As it counts now, whatever the store says still. */
  async function asItCounts(approval: Approval): Promise<Approval> {
    const [rule, given] = await Promise.all([ruleNow(approval), delegations.active()]);
    return reckon(approval, { catalog: catalog(), delegations: given, ruleNow: rule, now: clock.now() });
  }

  async function draw(
    { id, value }: Identified,
    facts: SubjectFacts,
    viewer: string | undefined,
  ): Promise<CardContent> {
    const waits = value.state === 'waiting';
    const given = waits ? await delegations.active() : [];
    return approvalCard({
      id,
      approval: waits ? await asItCounts(value) : value,
      facts,
      catalog: catalog(),
      delegations: given,
      now: clock.now(),
      viewer,
    });
  }

  async function decideOnce(id: string, event: ApprovalEvent): Promise<DecisionResult> {
    const before = await records.get(id);
    if (!before) throw new UserError('This request is not known any more. Nothing was changed.');
    // Nothing opens again what is over: whoever comes too late asks no outside system and writes nothing.
    if (before.value.state !== 'waiting') return { refusal: 'over', id, approval: before.value, lacking: [] };
    const [given, rule] = await Promise.all([delegations.active(), ruleNow(before.value)]);
    const circumstances = (): Circumstances => ({
      catalog: catalog(),
      delegations: given,
      ruleNow: rule,
      now: clock.now(),
    });
    // Whoever has no seat makes nobody read a note or ask an outside system.
    const barred = barredFrom(reckon(before.value, circumstances()), event, circumstances());
    if (barred) return { refusal: barred, id, approval: before.value, lacking: [] };
    // A look from time to time must not fail because an outside system does; it comes again.
    const bearing = <T>(read: Promise<T>): Promise<T | undefined> =>
      event.kind === 'time' ? read.catch(() => undefined) : read;
    const judges = event.kind === 'approve' || event.kind === 'time';
    const [boundTo, ground, facts, lacking = []] = await Promise.all([
      judges ? bearing(boundToNow(before)) : undefined,
      judges ? bearing(groundNow(before)) : undefined,
      event.kind === 'time' ? undefined : readFacts(before).catch(() => undefined),
      event.kind === 'approve' ? lackingNow(before, event) : undefined,
    ]);
    let refusal: Refusal | undefined;
    const after = await records.update(id, (stored) => {
      const judgment = judge(stored, event, circumstances(), { boundTo, ground, lacking });
      const { next } = judgment;
      refusal = judgment.refusal;
      if (!next) return undefined;
      return next.state !== 'waiting' && facts ? { ...next, decidedFacts: facts } : next;
    });
    if (!after) throw new UserError('This request is not known any more. Nothing was changed.');
    if (after.changed) sweeper.kick(sweepName, id);
    return { refusal, id, approval: after.value, lacking };
  }

  const deciders = async (approval: Approval): Promise<readonly Person[]> =>
    decidersOf(catalog(), await asItCounts(approval), await delegations.active());
  const timeZone = (): string => catalog().timeZone;
  const perform = createEffects({
    outbox,
    audit: store.audit,
    subjectOf,
    readFacts,
    draw,
    deciders,
    now: () => clock.now(),
    timeZone,
  });

  sweeper.register<Approval>({
    name: sweepName,
    collection: records,
    perform,
    wake: async ({ id }) => void (await decideOnce(id, { kind: 'time' })),
  });
  outbox.onUndeliverable('approval:', async (key) => {
    const [, id = '', kind, index] = key.split(':');
    if (kind !== 'person') return;
    await records.update(id, (approval) => {
      const name = approval.personalCopies[Number(index)]?.name;
      if (name === undefined || approval.notReached.includes(name) || approval.state !== 'waiting') return undefined;
      const missed = { ...approval, notReached: [...approval.notReached, name] };
      // A publication that has not begun yet, behind the effect in work, will show this too.
      const willShow = approval.pending.slice(1).some((effect) => effect.kind === 'publish');
      return willShow ? missed : follow(missed, clock.now(), [{ kind: 'publish', key: `publish:missed:${index}` }]);
    });
    sweeper.kick(sweepName, id);
  });

  /** Harmless when it is there already; rejects when its label is another's. */
  async function insertOnce(approval: Approval): Promise<void> {
    try {
      await records.insert(approval.request.id, approval);
    } catch (error) {
      if (!(error instanceof ConflictError) || !(await records.get(approval.request.id))) throw error;
    }
  }

  async function waiting(): Promise<readonly Stored<Approval>[]> {
    const now = clock.now();
    const found: Stored<Approval>[] = [];
    let cursor: string | undefined;
    do {
      const page = await records.find({ where: { state: 'waiting' }, orderBy: 'askedAt', limit: 500, cursor });
      found.push(...page.items.filter(({ value }) => value.request.expiresAt > now));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return found;
  }

  return {
    waiting,
    async redraw(personId, key) {
      const given = await delegations.active();
      for (const { id, value } of await waiting()) {
        if (!decidersOf(catalog(), value, given).some((each) => each.id === personId)) continue;
        await records.update(id, (approval) =>
          approval.state === 'waiting'
            ? follow(withCopies(catalog(), approval, given), clock.now(), [{ kind: 'publish', key: `publish:${key}` }])
            : undefined,
        );
        sweeper.kick(sweepName, id);
      }
    },
    async card(record, viewer) {
      if (record.value.state === 'waiting') return draw(record, await readFacts(record), viewer);
      return decidedCards.of(record.id, async () => draw(record, await readFacts(record), undefined));
    },
    delegations,
    deciders,
    hasSay: async (personId, approval) => hasSay(catalog(), approval, personId, await delegations.active()),
    decide: decideOnce,
    registerSubject(kind, subject) {
      if (subjects.has(kind)) throw new Error(`Two subjects are called ${kind}`);
      subjects.set(kind, subject);
    },
    async open(request) {
      const facts = await subjectOf({ request }).facts(request.subjectId);
      const approval = withCopies(catalog(), newApproval(request, facts, [], clock.now()), await delegations.active());
      await insertOnce(approval).catch(async (error: unknown) => {
        if (!(error instanceof ConflictError)) throw error;
        // Another request has this label: its own id tells them apart.
        await insertOnce({ ...approval, label: `${approval.label}-${request.id.slice(0, 6)}` });
      });
      sweeper.kick(sweepName, request.id);
    },
    async whyLapsed(id) {
      const found = (await records.get(id))?.value;
      if (found?.state !== 'approved') return 'Its approval is no longer on record.';
      if (subjectOf(found).rule && !(await ruleNow(found))) return 'The rule for it is no longer in the catalog.';
      return notEnough(catalog(), await asItCounts(found));
    },
    async withdraw(id, by, reason) {
      if (await records.get(id)) await decideOnce(id, { kind: 'withdraw', person: by, reason });
    },
    async find(idOrLabel) {
      const byId = await records.get(idOrLabel);
      if (byId) return byId;
      const label = /^\d+$/.test(idOrLabel) ? `d-${idOrLabel}` : idOrLabel.toLowerCase().replace(/^d(\d)/, 'd-$1');
      const found = await records.find({ where: { label }, orderBy: 'askedAt', descending: true, limit: 1 });
      return found.items[0];
    },
  };
}

/** The person of a turn as records keep it. */
export function personOf(turn: Turn): Person {
  return { id: turn.person.id, name: turn.person.name };
}
