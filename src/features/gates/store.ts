import { contentOf, turnOnBehalfOf } from '../../chat/contract';
import type { Asked, Command, Content, Guard, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { currentName, reachOfAll } from '../../core/operations';
import { plainText } from '../../core/text';
import { openWorkflow } from '../../workflows';
import type { ActivityOf, Workflow } from '../../workflows';
import { secondApproval } from '../approvals';
import type { ApprovalRequest, Approvals, ApprovalSubject } from '../approvals';
import type { FeatureDependencies, LaterTurns } from '../contract';
import { createAskLimit } from '../policy';
import { confirmationCard, describeApprovers, describeAsked, describeInput, describeNotApproved } from './cards';
import { findObstacle, secondApprovalFor } from './policy';
import type { GateMark } from './policy';
import { confirmationWorkflow, secondApprovalWorkflow } from './workflow';
import type { Confirmation, Gate, GateContext, GateEvent, GateVerdict, SecondApproval } from './workflow';

export interface GateParts {
  readonly deps: FeatureDependencies;
  readonly approvals: Approvals;
  /** All commands. */
  readonly commands: () => readonly Command[];
  readonly carryOut: LaterTurns['carryOut'];
}

type Preview = Parameters<Guard>[2];

const maxCharacters = 4_000;

export type GateStore = ReturnType<typeof createGateStore>;

/** The gates of both kinds: they ask, say how they ended, and do what they held. */
export function createGateStore(parts: GateParts) {
  const { deps, approvals, commands } = parts;
  const { catalog, clock } = deps;
  const limit = createAskLimit(deps);
  const effects: ActivityOf<Gate, GateVerdict>['effects'] = {
    ask: ({ id, value }) => (value.kind === 'confirm' ? show(id, value) : approvals.open(approvalRequest(id, value))),
    tell: ({ id, value }) =>
      value.kind === 'confirm' ? show(id, value) : post(id, value, 'tell', notDone(value, describeNotApproved(value))),
    async run({ id, value }) {
      const content = await runHeld(id, value);
      if (content) await post(id, value, 'run', content);
    },
  };
  const secondApprovals = openWorkflow(deps, secondApprovalWorkflow, () => ({ effects }));
  const confirmations = openWorkflow(deps, confirmationWorkflow, ({ apply }) => ({
    effects,
    wake: async ({ id }) => void (await apply(id, { type: 'time' }, {})),
  }));

  async function hold(turn: Turn, asked: Asked, mark: GateMark, preview: Preview): Promise<Reply> {
    refuseTooLong(asked, mark);
    const { person, place, thread, trigger, correlationId } = turn;
    const effect = await readPreview(preview, deps);
    const id = gateId(turn, asked, mark);
    if (mark.kind === 'four-eyes') await limit.count(person.id, 'second approval', id);
    const askedAt = clock.now();
    const held = { asked, ...(effect && { effect }), person, place, thread, trigger, correlationId, askedAt };
    if (mark.kind === 'four-eyes') {
      const gate: SecondApproval = { ...held, ...mark };
      await secondApprovals.apply(id, { type: 'hold', gate }, {});
      return { notice: describeApprovers(catalog(), gate) };
    }
    const gate: Gate = { ...held, kind: 'confirm', wakeAt: askedAt + mark.expiresAfterMs };
    await confirmations.apply(id, { type: 'hold', gate }, {});
    if (trigger === 'typed') return { nothing: true };
    return { notice: 'Nothing has been done yet. Please confirm it on the card below.' };
  }

  /** The confirmation in its current state. */
  function draw(id: string, gate: Confirmation): Content {
    const command = commands().find(({ name }) => name === currentName(gate.asked.action));
    return confirmationCard({ id, gate, command, catalog: catalog(), now: clock.now() });
  }

  const show = (id: string, gate: Confirmation): Promise<void> => post(id, gate, 'show', draw(id, gate));

  async function post(id: string, gate: Gate, what: 'show' | 'tell' | 'run', content: Content): Promise<void> {
    const { kind, place, thread, person, outcome } = gate;
    await deps.outbox.put({
      key: `${kind === 'confirm' ? 'confirmation' : kind}:${id}:${what}`,
      destination: { to: 'place', placeId: place.id, thread },
      content,
      revision: what === 'show' && outcome ? 2 : 1,
      final: outcome !== undefined,
      onBehalfOf: person.id,
    });
  }

  /** Does what was held and tells the requester the result. Another rule can hold the rest: nothing is done before all of them have let it through. */
  async function runHeld(id: string, gate: Gate): Promise<Content | undefined> {
    if (gate.kind === 'four-eyes') {
      // The approver may have lost the right to approve in the meantime.
      const obstacle = findObstacle(catalog(), gate, commands()) ?? (await approvals.whyLapsed(approvalId(id)));
      if (obstacle !== undefined) return notDone(gate, plainText(obstacle, 500));
    }
    const turn = turnOnBehalfOf({ ...gate, receivedAt: gate.askedAt });
    const next = secondApprovalFor(catalog(), gate.kind === 'confirm' ? gate.asked.acts : gate.others);
    const reply = next
      ? await hold(turn, gate.asked, next, async () => gate.effect)
      : await parts.carryOut(turn, gate.asked);
    const content = contentOf(reply);
    // Sent to this person unless it already mentions somebody or is a card.
    if (gate.kind === 'confirm' || !content || !('text' in content) || content.mentions) return content;
    return { ...content, text: `@[0] ${content.text}`, mentions: [gate.person] };
  }

  approvals.registerSubject(secondApproval, secondApprovalSubject(parts, secondApprovals));
  return {
    /**
     * Holds the request, once, and returns the answer for the requester. Throws `UserError` if it's too long for a card, if the preview refuses it, or if the
     * person asked others too often.
     */
    hold,
    draw,
    /** Somebody's answer to a confirmation. */
    answer: (id: string, personId: string, answer: 'confirmed' | 'left') =>
      confirmations.apply(id, { type: 'answer', answer, personId }, {}),
    confirmations: confirmations.records,
  };
}

/** What the approval of a held act shows and asks. */
function secondApprovalSubject(
  { deps, commands }: GateParts,
  { records, apply }: Workflow<Gate, GateEvent, GateContext, GateVerdict>,
): ApprovalSubject {
  async function find(id: string): Promise<SecondApproval | undefined> {
    const gate = (await records.get(id))?.value;
    return gate?.kind === 'four-eyes' ? gate : undefined;
  }

  return {
    async facts(id) {
      const gate = await find(id);
      if (!gate) throw new Error(`No second approval ${id}`);
      const { asked, effect } = gate;
      const does = effect ?? plainText(describeInput(asked) || describeAsked(asked), 300);
      return {
        title: describeAsked(asked),
        label: `A-${id.slice(0, 6)}`,
        nothingIs: 'done',
        approveTitle: 'Approve',
        facts: [{ title: 'What\u00A0happens', value: does }],
      };
    },
    async rule(id) {
      const gate = await find(id);
      // If a mark was removed, the stored rule applies.
      return gate && (secondApprovalFor(deps.catalog(), gate.covers)?.rule ?? gate.rule);
    },
    async ground(id) {
      const gate = await find(id);
      return gate && findObstacle(deps.catalog(), gate, commands());
    },
    boundTo: async (id) => ((await find(id))?.outcome ? undefined : id),
    decided: async (id, outcome) => void (await apply(id, { type: 'decided', outcome }, {})),
  };
}

const approvalId = (id: string): string => idFrom(secondApproval, id);

function approvalRequest(id: string, gate: SecondApproval): ApprovalRequest {
  const { covers, person, rule, place, askedAt, correlationId } = gate;
  return {
    id: approvalId(id),
    kind: secondApproval,
    subjectId: id,
    target: reachOfAll(covers),
    requester: person,
    rule,
    boundTo: id,
    placeId: place.id,
    expiresAt: askedAt + rule.expiresAfterSeconds * 1000,
    correlationId,
  };
}

/** Tells the requester that it wasn't done; `why` is a complete sentence. */
function notDone({ asked, person }: SecondApproval, why: string): Content {
  return { text: `@[0] **Not done**: ${plainText(describeAsked(asked), 160)}. ${why}`, mentions: [person] };
}

/** The same mark holds the same line or click once, even if it's delivered again. */
function gateId({ correlationId }: Turn, { action }: Asked, mark: GateMark): string {
  return mark.kind === 'confirm'
    ? idFrom('confirmations', correlationId, action)
    : idFrom('four-eyes', correlationId, action, JSON.stringify(mark.covers));
}

function refuseTooLong(asked: Asked, { kind }: GateMark): void {
  if (JSON.stringify(asked).length <= maxCharacters) return;
  const why = kind === 'confirm' ? 'to confirm on a card' : 'for a second approval';
  throw new UserError(`That is too long ${why}. Nothing was done. Please shorten it.`);
}

/** If the preview can't be read, only refusals of the act itself are passed on. */
async function readPreview(preview: Preview, { logger }: FeatureDependencies): Promise<string | undefined> {
  try {
    return await preview();
  } catch (error) {
    if (error instanceof UserError) throw error;
    logger.warn({ error }, 'A preview could not be read');
    return undefined;
  }
}
