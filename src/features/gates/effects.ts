import type { Command, Content } from '../../chat/contract';
import { contentOf, turnOnBehalfOf } from '../../chat/contract';
import { idFrom } from '../../core/keys';
import { reachOfAll } from '../../core/operations';
import { plainText } from '../../core/text';
import type { ActivityOf } from '../../workflows';
import { secondApproval } from '../approvals';
import type { ApprovalSubject, Approvals } from '../approvals';
import type { FeatureDependencies, LaterTurns } from '../contract';
import { confirmationCard } from './cards';
import { findObstacle, secondApprovalFor } from './policy';
import type { GateStore } from './store';
import { addressTo, describeAsked, describeInput, describeNotDone, describeRefusal } from './text';
import type { Confirmation, Gate, GateVerdict, SecondApproval } from './workflow';

export interface GateParts {
  readonly deps: FeatureDependencies;
  readonly approvals: Approvals;
  /** All that can be typed. */
  readonly commands: () => readonly Command[];
  readonly carryOut: LaterTurns['carryOut'];
  readonly gates: GateStore;
}

/** Asks, tells, and does what was confirmed or approved. */
export function gateEffects(parts: GateParts): ActivityOf<Gate, GateVerdict>['effects'] {
  return {
    ask: ({ id, value }) => (value.kind === 'confirm' ? show(parts, id, value) : openApproval(parts, id, value)),
    tell: ({ id, value }) =>
      value.kind === 'confirm'
        ? show(parts, id, value)
        : post(parts, id, value, { what: 'tell', content: describeNotDone(value, describeRefusal(value)) }),
    async run({ id, value }) {
      const content = await passOn(parts, id, value);
      if (content) await post(parts, id, value, { what: 'run', content });
    },
  };
}

/** The confirmation as it stands. */
export function drawConfirmation({ deps, commands }: GateParts, id: string, gate: Confirmation): Content {
  const command = commands().find(({ name }) => name === gate.asked.action);
  return confirmationCard({ id, gate, command, catalog: deps.catalog(), now: deps.clock.now() });
}

function show(parts: GateParts, id: string, gate: Confirmation): Promise<void> {
  const content = drawConfirmation(parts, id, gate);
  return post(parts, id, gate, { what: 'show', content, isOpen: gate.outcome === undefined });
}

function openApproval({ approvals }: GateParts, id: string, gate: SecondApproval): Promise<void> {
  const { covers, person, rule, place, askedAt, correlationId } = gate;
  return approvals.open({
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
  });
}

const approvalId = (id: string): string => idFrom(secondApproval, id);

/** What came of it, said to whoever asked for it. Another rule can hold the rest: nothing is done before all have let it through. */
async function passOn(parts: GateParts, id: string, gate: Gate): Promise<Content | undefined> {
  const { deps, approvals, commands, gates } = parts;
  const catalog = deps.catalog();
  if (gate.kind === 'four-eyes') {
    // Whoever approved may have lost their say since.
    const obstacle = findObstacle(catalog, gate, commands()) ?? (await approvals.whyLapsed(approvalId(id)));
    if (obstacle !== undefined) return describeNotDone(gate, plainText(obstacle, 500));
  }
  const turn = turnOnBehalfOf({ ...gate, receivedAt: gate.askedAt });
  const next = secondApprovalFor(catalog, gate.kind === 'confirm' ? gate.asked.acts : gate.others);
  const reply = next
    ? await gates.hold(turn, gate.asked, next, async () => gate.effect)
    : await parts.carryOut(turn, gate.asked);
  const content = contentOf(reply);
  return gate.kind === 'confirm' ? content : addressTo(gate, content);
}

async function post(
  { deps }: GateParts,
  id: string,
  { kind, place, thread, person }: Gate,
  { what, content, isOpen }: { readonly what: string; readonly content: Content; readonly isOpen?: boolean },
): Promise<void> {
  await deps.outbox.put({
    key: `${kind === 'confirm' ? 'confirmation' : kind}:${id}:${what}`,
    destination: { to: 'place', placeId: place.id, thread },
    content,
    revision: what === 'show' && !isOpen ? 2 : 1,
    final: !isOpen,
    onBehalfOf: person.id,
  });
}

/** What the approval of a held act shows and asks. */
export function secondApprovalSubject({ deps, commands, gates }: GateParts): ApprovalSubject {
  return {
    async facts(id) {
      const gate = await gates.secondApproval(id);
      if (!gate) throw new Error(`No second approval ${id}`);
      const { asked, effect } = gate;
      const does = effect ?? plainText(describeInput(asked) || describeAsked(asked), 300);
      return {
        title: describeAsked(asked),
        label: `A-${id.slice(0, 6)}`,
        nothingIs: 'done',
        approveTitle: 'Approve',
        facts: [{ title: 'Does', value: does }],
        commitsTitle: '',
        commits: [],
        commitsMore: '',
      };
    },
    async rule(id) {
      const gate = await gates.secondApproval(id);
      // A mark that is gone asks for nothing more than it did.
      return gate && (secondApprovalFor(deps.catalog(), gate.covers)?.rule ?? gate.rule);
    },
    async ground(id) {
      const gate = await gates.secondApproval(id);
      return gate && findObstacle(deps.catalog(), gate, commands());
    },
    boundTo: async (id) => ((await gates.secondApproval(id))?.outcome ? undefined : id),
    decided: (id, outcome) => gates.decide(id, outcome),
  };
}
