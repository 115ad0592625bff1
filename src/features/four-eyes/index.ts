import type { Content, Reply, Turn } from '../../chat/contract';
import type { ApprovalRule, Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { seatHolders, stagesOf } from '../../core/approval-rule';
import { cleanText, listWords, plainText } from '../../core/text';
import type { PendingEffect } from '../../jobs/contract';
import type { Stored } from '../../store/contract';
import type { ApprovalOutcome, Approvals } from '../approvals';
import type { Asked, FeatureDependencies, Guard } from '../contract';
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

const kind = 'four-eyes';
const most = 4_000;

/** A second pair of eyes for whatever the catalog marks: the same card and rules as for deployments. */
export function createFourEyes(deps: FeatureDependencies, approvals: Approvals): FourEyes {
  const { catalog, clock, outbox, store, sweeper } = deps;
  const held = store.collection(heldActionsSpec);
  let doer: Doer = () => Promise.reject(new Error('Nobody does what is approved yet'));

  async function decided(id: string, outcome: ApprovalOutcome): Promise<void> {
    const stored = await held.update(id, (action) => decidedAction(action, outcome, clock.now()));
    if (stored?.changed) sweeper.kick(kind, id);
  }

  async function perform({ id, value }: Stored<HeldAction>, effect: PendingEffect): Promise<void> {
    if (effect.kind === 'ask') return ask(id, value);
    const content = effect.kind === 'run' ? contentOf(await doer(turnOf(value), value.asked)) : outcomeWords(value);
    if (!content) return;
    await outbox.put({
      key: `four-eyes:${id}:${effect.kind}`,
      destination: { to: 'place', placeId: value.place.id, thread: value.thread },
      content,
      revision: 1,
      final: true,
    });
  }

  async function ask(id: string, action: HeldAction): Promise<void> {
    await approvals.open({
      id: idFrom(kind, id),
      kind,
      subjectId: id,
      target: action.asked.target,
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
        title: wordsOf(action.asked),
        label: `A-${id.slice(0, 6)}`,
        nothingIs: 'done',
        approveTitle: 'Approve',
        facts: [{ title: 'Does', value: action.effect ?? plainText(action.asked.action, 60) }],
        commitsTitle: '',
        commits: [],
        commitsMore: '',
      };
    },
    boundTo: async (id) => ((await held.get(id))?.value.outcome ? undefined : id),
    decided,
  });

  return {
    doBy: (given) => void (doer = given),
    async guard(turn, asked, foreseen) {
      const rule = ruleFor(catalog(), asked);
      if (!rule || rule.required === 0) return undefined;
      if (JSON.stringify(asked).length > most)
        throw new UserError('That is too long to be looked at by somebody else, so nothing was done. Say it shorter.');
      const { person, place, thread, trigger, correlationId } = turn;
      const id = idFrom(kind, correlationId, asked.action);
      const effect = await foreseen();
      await held.upsert(
        id,
        (known) =>
          known ??
          heldAction({
            asked,
            ...(effect && { effect }),
            rule,
            person: { id: person.id, name: person.name },
            place,
            thread,
            trigger,
            correlationId,
            askedAt: clock.now(),
          }),
      );
      sweeper.kick(kind, id);
      return { notice: heldWords(catalog(), asked, rule, person.id) };
    },
  };
}

function ruleFor({ fourEyes }: Catalog, { action, target }: Asked): ApprovalRule | undefined {
  return fourEyes.find(
    (each) =>
      each.action === action &&
      (each.environments === undefined ||
        target.environment === undefined ||
        each.environments.includes(target.environment)),
  )?.approval;
}

/** What is to be done, as one line of outside text. */
function wordsOf({ words, line, action, input }: Asked): string {
  return cleanText(words ?? line ?? `${action} ${JSON.stringify(input ?? {})}`, 160);
}

function heldWords(catalog: Catalog, asked: Asked, rule: ApprovalRule, asker: string): string {
  const [first] = stagesOf(rule);
  const names = (first ? seatHolders(catalog, first, asked.target) : [])
    .filter(({ id }) => rule.requesterMayApprove || id !== asker)
    .map(({ name }) => plainText(name, 60));
  const who = names.length === 0 ? 'nobody yet, because no one else has that say' : listWords(names.slice(0, 4), 'or');
  return `This needs a second pair of eyes, so it is not done yet. It is up to ${who}; the card with the question is here.`;
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

function outcomeWords({ asked, outcome }: HeldAction): Content {
  const what = plainText(wordsOf(asked), 160);
  if (outcome?.state === 'rejected')
    return {
      text: `**Not done**: ${what}. ${plainText(outcome.by.name, 60)} said no: ${plainText(outcome.reason, 300)}`,
    };
  return { text: `**Not done**: ${what}. Nobody decided in time.` };
}
