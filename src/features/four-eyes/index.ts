import type { Asked, Command, Content, Guard, Reply, Turn } from '../../chat/contract';
import type { ApprovalRule, Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { isMarkedBy, reachOfAll } from '../../core/operations';
import type { Act } from '../../core/operations';
import { seatHolders, stagesOf } from '../../core/catalog/approval-rule';
import { enumerate, plainText } from '../../core/text';
import type { PendingEffect } from '../../jobs/contract';
import type { Stored } from '../../store/contract';
import { secondApproval } from '../approvals';
import type { ApprovalOutcome, Approvals } from '../approvals';
import { describeAsked, describeInput } from '../asked';
import { createAskLimit } from '../ask-limit';
import type { FeatureDependencies } from '../contract';
import { whyLost } from './ground';
import { decidedAction, heldAction, heldActionsSpec } from './record';
import type { HeldAction } from './record';

/** Does what was asked for earlier, as if it were asked now. */
export type Doer = (turn: Turn, asked: Asked) => Promise<Reply>;

export interface FourEyes {
  /** Holds what the catalog marks, and opens its approval. */
  readonly guard: Guard;
  /** Who does it once it is approved; must be given before anything is decided. */
  doBy(doer: Doer): void;
}

const kind = secondApproval;
const most = 4_000;

type Foreseen = Parameters<Guard>[2];

/** A second approval for whatever the catalog marks: the same card and rules as for deployments. */
export function createFourEyes(
  deps: FeatureDependencies,
  approvals: Approvals,
  commands: () => readonly Command[],
): FourEyes {
  const { catalog, clock, outbox, store, sweeper } = deps;
  const held = store.collection(heldActionsSpec);
  const limit = createAskLimit(deps);
  let doer: Doer = () => Promise.reject(new Error('Nobody does what is approved yet'));

  async function decided(id: string, outcome: ApprovalOutcome): Promise<void> {
    const stored = await held.update(id, (action) => decidedAction(action, outcome, clock.now()));
    if (stored?.changed) sweeper.kick(kind, id);
  }

  async function perform({ id, value }: Stored<HeldAction>, effect: PendingEffect): Promise<void> {
    if (effect.kind === 'ask') return ask(id, value);
    const content = effect.kind === 'run' ? await done(id, value) : outcomeWords(value);
    if (!content) return;
    await outbox.put({
      key: `four-eyes:${id}:${effect.kind}`,
      destination: { to: 'place', placeId: value.place.id, thread: value.thread },
      content,
      revision: 1,
      final: true,
      onBehalfOf: value.person.id,
    });
  }

  /** What came of it, said to who asked for it; looked at right before: who approved may have lost their say since. */
  async function done(id: string, action: HeldAction): Promise<Content | undefined> {
    const lost = whyLost(catalog(), action, commands()) ?? (await approvals.whyLapsed(idFrom(kind, id)));
    return lost === undefined
      ? addressed(contentOf(await goOn(action)), action.person)
      : notDone(action, plainText(lost, 500));
  }

  /** Another rule can hold the rest of it; nothing is done before all have let it through. */
  async function goOn(action: HeldAction): Promise<Reply> {
    const turn = turnOf(action);
    return (await hold(turn, action.asked, action.others, async () => action.effect)) ?? doer(turn, action.asked);
  }

  async function ask(id: string, action: HeldAction): Promise<void> {
    await approvals.open({
      id: idFrom(kind, id),
      kind,
      subjectId: id,
      target: reachOfAll(action.covers),
      requester: action.person,
      rule: action.rule,
      boundTo: id,
      placeId: action.place.id,
      expiresAt: action.askedAt + action.rule.expiresAfterSeconds * 1000,
      correlationId: action.correlationId,
    });
  }

  sweeper.register<HeldAction>({ name: kind, collection: held, perform });
  approvals.registerSubject(kind, {
    async facts(id) {
      const action = (await held.get(id))?.value;
      if (!action) throw new Error(`No held action ${id}`);
      return {
        title: describeAsked(action.asked),
        label: `A-${id.slice(0, 6)}`,
        nothingIs: 'done',
        approveTitle: 'Approve',
        facts: [
          {
            title: 'Does',
            value: action.effect ?? plainText(describeInput(action.asked) || describeAsked(action.asked), 300),
          },
        ],
        commitsTitle: '',
        commits: [],
        commitsMore: '',
      };
    },
    async rule(id) {
      const action = (await held.get(id))?.value;
      // A mark that is gone asks for nothing more than it did.
      return action && (markOf(catalog(), action.covers)?.approval ?? action.rule);
    },
    async ground(id) {
      const action = (await held.get(id))?.value;
      return action && whyLost(catalog(), action, commands());
    },
    boundTo: async (id) => ((await held.get(id))?.value.outcome ? undefined : id),
    decided,
  });

  /** Holds these acts of what was asked, by the first rule that is about any of them. */
  async function hold(turn: Turn, asked: Asked, acts: readonly Act[], foreseen: Foreseen): Promise<Reply | undefined> {
    const mark = markOf(catalog(), acts);
    if (!mark) return undefined;
    if (JSON.stringify(asked).length > most)
      throw new UserError('That is too long for a second approval, so nothing was done. Shorten it.');
    const { person, place, thread, trigger, correlationId } = turn;
    const covers = acts.filter((act) => isMarkedBy(mark, act));
    const others = acts.filter((act) => !covers.includes(act));
    const id = idFrom(kind, correlationId, asked.action, JSON.stringify(covers));
    const effect = await foreseen();
    await limit.count(person.id, 'second approval', id);
    const rule = mark.approval;
    const by = { id: person.id, name: person.name };
    const opening = { asked, rule, covers, others, person: by, place, thread, trigger, correlationId };
    await held.upsert(
      id,
      (known) => known ?? heldAction({ ...opening, ...(effect && { effect }), askedAt: clock.now() }),
    );
    sweeper.kick(kind, id);
    return { notice: heldWords(catalog(), covers, rule, person.id) };
  }

  return {
    doBy: (given) => void (doer = given),
    guard: (turn, asked, foreseen) => hold(turn, asked, asked.acts, foreseen),
  };
}

function heldWords(catalog: Catalog, covers: readonly Act[], rule: ApprovalRule, asker: string): string {
  const [first] = stagesOf(rule);
  const names = (first ? seatHolders(catalog, first, reachOfAll(covers)) : [])
    .filter(({ id }) => rule.requesterMayApprove || id !== asker)
    .map(({ name }) => plainText(name, 60));
  const who =
    names.length === 0
      ? 'Nobody can give it yet: nobody else has that role there. An admin can grant it'
      : `${enumerate(names.slice(0, 4), 'or')} can approve it on the card here`;
  return `This needs a second approval, so it isn't done yet. ${who}.`;
}

function turnOf({ person, place, thread, trigger, correlationId, askedAt }: HeldAction): Turn {
  return {
    correlationId,
    reference: correlationId.slice(0, 8),
    receivedAt: askedAt,
    person,
    place,
    thread,
    trigger,
    begin: () => Promise.reject(new UserError('A dialog can not be begun by somebody else’s approval.')),
  };
}

function contentOf(reply: Reply): Content | undefined {
  if ('nothing' in reply) return undefined;
  return 'notice' in reply ? { text: reply.notice } : reply;
}

function markOf({ fourEyes }: Catalog, acts: readonly Act[]): Catalog['fourEyes'][number] | undefined {
  return fourEyes.find((each) => each.approval.required > 0 && acts.some((act) => isMarkedBy(each, act)));
}

function outcomeWords(action: HeldAction): Content {
  const { outcome } = action;
  if (outcome?.state === 'rejected')
    return notDone(action, `${plainText(outcome.by.name, 60)} said no: ${plainText(outcome.reason, 300)}`);
  if (outcome?.state === 'lapsed') return notDone(action, plainText(outcome.reason, 500));
  return notDone(action, 'Nobody approved it in time, so ask again.');
}

function notDone({ asked, person }: HeldAction, why: string): Content {
  return { text: `@[0] **Not done**: ${plainText(describeAsked(asked), 160)}. ${why}`, mentions: [person] };
}

/** Said to this person, unless it speaks to somebody already or is a card. */
function addressed(content: Content | undefined, person: HeldAction['person']): Content | undefined {
  if (!content || !('text' in content) || content.mentions) return content;
  return { ...content, text: `@[0] ${content.text}`, mentions: [person] };
}
