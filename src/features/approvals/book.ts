import type { CardContent, Person, Turn } from '../../chat/contract';
import { ConflictError, UserError } from '../../core/errors';
import { createInFlight } from '../../core/in-flight';
import { holdsRole } from '../../core/rights';
import type { Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { approvalCard } from './approval-card';
import type { Approvals, ApprovalSubject, SubjectFacts } from './contract';
import { decide, follow } from './decide';
import type { ApprovalEvent, Refusal } from './decide';
import { createDecidedCards } from './decided-cards';
import { decidersOf } from './deciders';
import { createEffects } from './effects';
import { factsOf } from './facts';
import { approvalsSpec, newApproval } from './record';
import type { Approval } from './record';

/** The approvals in the store: opened, decided once, told to everybody. */

export type DecisionResult = {
  readonly refusal: Refusal | undefined;
  readonly id: string;
  readonly approval: Approval;
};

/** An approval with its id. */
export type Identified = Pick<Stored<Approval>, 'id' | 'value'>;

export interface ApprovalBook extends Approvals {
  find(idOrLabel: string): Promise<Stored<Approval> | undefined>;
  waiting(): Promise<readonly Stored<Approval>[]>;
  decide(id: string, event: ApprovalEvent): Promise<DecisionResult>;
  /** As this person sees it; undefined: as everybody in a channel does. */
  card(record: Identified, viewer: string | undefined): Promise<CardContent>;
  mayDecide(personId: string, approval: Approval): boolean;
}

const mostPersonalCopies = 20;
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

  const inFlight = createInFlight();
  const decidedCards = createDecidedCards(() => clock.now(), catalog);

  /** Many people click at once: the outside systems are asked once for all of them. */
  function readFacts({ id, value }: Identified): Promise<SubjectFacts> {
    const { decidedFacts } = value;
    return decidedFacts
      ? Promise.resolve(decidedFacts)
      : inFlight.join(`facts ${id}`, () => factsOf(subjectOf(value), value));
  }

  const boundToNow = ({ id, value }: Identified): Promise<string | undefined> =>
    inFlight.join(`bound ${id}`, () => subjectOf(value).boundTo(value.request.subjectId));

  const mayDecide = (personId: string, { request }: Approval): boolean =>
    holdsRole(catalog(), personId, request.rule.role, request.target);

  function draw({ id, value }: Identified, facts: SubjectFacts, viewer: string | undefined): CardContent {
    return approvalCard({ id, approval: value, facts, catalog: catalog(), now: clock.now(), viewer });
  }

  async function decideOnce(id: string, event: ApprovalEvent): Promise<DecisionResult> {
    const before = await records.get(id);
    if (!before) throw new UserError('This request is not known any more. Nothing was changed.');
    // Nothing opens again what is over: whoever comes too late asks no outside system and writes nothing.
    if (before.value.state !== 'waiting') return { refusal: 'over', id, approval: before.value };
    const [boundTo, facts] = await Promise.all([
      event.kind === 'approve' ? boundToNow(before) : undefined,
      event.kind !== 'time' ? readFacts(before).catch(() => undefined) : undefined,
    ]);
    let refusal: Refusal | undefined;
    const after = await records.update(id, (approval) => {
      const mayDo = 'person' in event && mayDecide(event.person.id, approval);
      const verdict = decide(approval, event, { now: clock.now(), mayDecide: mayDo, boundTo });
      refusal = 'refusal' in verdict ? verdict.refusal : undefined;
      if (!verdict.next) return undefined;
      return verdict.next.state !== 'waiting' && facts ? { ...verdict.next, decidedFacts: facts } : verdict.next;
    });
    if (!after) throw new UserError('This request is not known any more. Nothing was changed.');
    if (after.changed) sweeper.kick(sweepName, id);
    return { refusal, id, approval: after.value };
  }

  const perform = createEffects({ outbox, audit: store.audit, subjectOf, readFacts, draw });

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
      return follow(missed, clock.now(), [{ kind: 'publish', key: `publish:missed:${index}` }]);
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

  return {
    async card(record, viewer) {
      if (record.value.state === 'waiting') return draw(record, await readFacts(record), viewer);
      return decidedCards.of(record.id, async () => draw(record, await readFacts(record), undefined));
    },
    mayDecide,
    decide: decideOnce,
    registerSubject(kind, subject) {
      if (subjects.has(kind)) throw new Error(`Two subjects are called ${kind}`);
      subjects.set(kind, subject);
    },
    async open(request) {
      const facts = await subjectOf({ request }).facts(request.subjectId);
      const copies = decidersOf(catalog(), request).slice(0, mostPersonalCopies);
      const approval = newApproval(request, facts, copies, clock.now());
      await insertOnce(approval).catch(async (error: unknown) => {
        if (!(error instanceof ConflictError)) throw error;
        // Another request has this label: its own id tells them apart.
        await insertOnce({ ...approval, label: `${approval.label}-${request.id.slice(0, 6)}` });
      });
      sweeper.kick(sweepName, request.id);
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
    async waiting() {
      const now = clock.now();
      const found: Stored<Approval>[] = [];
      let cursor: string | undefined;
      do {
        const page = await records.find({ where: { state: 'waiting' }, orderBy: 'askedAt', limit: 500, cursor });
        found.push(...page.items.filter(({ value }) => value.request.expiresAt > now));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    },
  };
}

/** The person of a turn as records keep it. */
export function personOf(turn: Turn): Person {
  return { id: turn.person.id, name: turn.person.name };
}
