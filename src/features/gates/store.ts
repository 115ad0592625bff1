import type { Asked, Guard, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { openWorkflow } from '../../workflows';
import type { ActivityOf, Applied, Workflow } from '../../workflows';
import type { ApprovalOutcome } from '../approvals';
import { createAskLimit } from '../policy';
import type { FeatureDependencies } from '../contract';
import type { GateMark } from './policy';
import { describeApprovers } from './text';
import { confirmationWorkflow, secondApprovalWorkflow } from './workflow';
import type { Gate, GateContext, GateEvent, GateVerdict, SecondApproval } from './workflow';

type Preview = Parameters<Guard>[2];

/** The gates that are kept, of both kinds. */
export interface GateStore {
  /**
   * Holds what was asked, once, and gives the answer to whoever asked. Throws `UserError` if it's too long for a card, if the preview refuses it, or if
   * they asked others too often.
   */
  hold(turn: Turn, asked: Asked, mark: GateMark, preview: Preview): Promise<Reply>;
  /** What somebody answers to a confirmation. */
  answer(id: string, personId: string, answer: 'confirmed' | 'left'): Promise<Applied<Gate, GateVerdict>>;
  /** What became of a second approval; counts once. */
  decide(id: string, outcome: ApprovalOutcome): Promise<void>;
  secondApproval(id: string): Promise<SecondApproval | undefined>;
  readonly confirmations: Workflow<Gate, GateEvent, GateContext, GateVerdict>['records'];
}

const maxCharacters = 4_000;

export function createGateStore(
  deps: FeatureDependencies,
  effectsOf: (gates: GateStore) => ActivityOf<Gate, GateVerdict>['effects'],
): GateStore {
  const { catalog, clock } = deps;
  const limit = createAskLimit(deps);
  const gates: GateStore = {
    async hold(turn, asked, mark, preview) {
      refuseTooLong(asked, mark);
      const { person, place, thread, trigger, correlationId } = turn;
      const effect = await readPreview(preview, deps);
      const id = gateId(turn, asked, mark);
      if (mark.kind === 'four-eyes') await limit.count(person.id, 'second approval', id);
      const askedAt = clock.now();
      const by = { id: person.id, name: person.name };
      const held = { asked, ...(effect && { effect }), person: by, place, thread, trigger, correlationId, askedAt };
      if (mark.kind === 'confirm') {
        const gate: Gate = { ...held, kind: 'confirm', wakeAt: askedAt + mark.expiresAfterMs };
        await confirmations.apply(id, { type: 'hold', gate }, {});
        return trigger === 'typed'
          ? { nothing: true }
          : { notice: 'Nothing was done yet: look at it once more, the question stands below.' };
      }
      const gate: SecondApproval = { ...held, ...mark };
      await secondApprovals.apply(id, { type: 'hold', gate }, {});
      return { notice: describeApprovers(catalog(), gate) };
    },
    answer: (id, personId, answer) => confirmations.apply(id, { type: 'answer', answer, personId }, {}),
    decide: async (id, outcome) => void (await secondApprovals.apply(id, { type: 'decided', outcome }, {})),
    async secondApproval(id) {
      const gate = (await secondApprovals.records.get(id))?.value;
      return gate?.kind === 'four-eyes' ? gate : undefined;
    },
    get confirmations() {
      return confirmations.records;
    },
  };
  const secondApprovals = openWorkflow(deps, secondApprovalWorkflow, () => ({ effects: effectsOf(gates) }));
  const confirmations = openWorkflow(deps, confirmationWorkflow, ({ apply }) => ({
    effects: effectsOf(gates),
    wake: async ({ id }) => void (await apply(id, { type: 'time' }, {})),
  }));
  return gates;
}

/** The same line or click is held once by the same mark, also when it's delivered again. */
function gateId({ correlationId }: Turn, { action }: Asked, mark: GateMark): string {
  return mark.kind === 'confirm'
    ? idFrom('confirmations', correlationId, action)
    : idFrom('four-eyes', correlationId, action, JSON.stringify(mark.covers));
}

function refuseTooLong(asked: Asked, { kind }: GateMark): void {
  if (JSON.stringify(asked).length <= maxCharacters) return;
  const why = kind === 'confirm' ? 'to be confirmed on a card' : 'for a second approval';
  throw new UserError(`That is too long ${why}, so nothing was done. Shorten it.`);
}

/** If the preview can't be read, only what refuses the act itself is passed on. */
async function readPreview(preview: Preview, { logger }: FeatureDependencies): Promise<string | undefined> {
  try {
    return await preview();
  } catch (error) {
    if (error instanceof UserError) throw error;
    logger.warn({ error }, 'What something would change could not be read');
    return undefined;
  }
}
