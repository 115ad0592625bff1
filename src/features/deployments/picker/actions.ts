import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Reply, Turn } from '../../../chat/contract';
import { may } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import { approvedRelease, describeRelease, releaseAct } from '../../../core/operations';
import type { ReleaseThere } from '../../../core/operations';
import { cleanText, plainText } from '../../../core/text';
import type { FoundDeployment } from '../contract';
import { onOwnPicker, requestedCard } from '../request';
import { closedCard, pickerCard } from './cards';
import { readPicker } from './facts';
import { noteRequested, ownPicker, refuseTarget, requestRelease, shownBefore } from './store';
import type { Picker, PickerParts, ReleaseChoice } from './store';

const PickedWord = z
  .string()
  .max(100)
  .optional()
  .transform((value) => value?.trim() || undefined);

/** What the client sends with any click on the picker; an input that is not on the card is absent. */
const PickerInput = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  service: PickedWord,
  environment: PickedWord,
  release: PickedWord,
  override: z.string().max(500).default(''),
});
type PickerInput = z.infer<typeof PickerInput>;

/** The verbs of the picker's own card. */
export function pickerActions(parts: PickerParts): Action[] {
  const { deps } = parts;
  /** What the owner was shown, when it is what they want. Nobody decides on a release whose changes its requester didn't see. */
  async function seen(turn: Turn, input: PickerInput): Promise<ReleaseThere> {
    const { picker } = await ownPicker(parts, input.id, turn.person.id);
    const wanted = choiceIn(input, picker);
    refuseTarget(deps.catalog(), turn.person.id, wanted);
    const shown = shownBefore(picker, wanted);
    if (shown) return shown;
    throw new UserError('Choose Show changes first, then ask: nothing was asked for yet.');
  }
  const typed = { input: PickerInput, freeText: ['override'] };
  return [
    defineAction({
      verb: 'deployments.preview',
      operation: 'look',
      ...typed,
      run: (turn, input) =>
        onOwnPicker(parts, turn, input.id, (picker, id) => showChoice(parts, turn, id, choiceIn(input, picker))),
    }),
    defineAction({
      verb: 'deployments.request',
      operation: 'deploy',
      ...typed,
      acts: async (turn, input) => [releaseAct('deploy', await seen(turn, input))],
      async preview(turn, input) {
        const there = await seen(turn, input);
        return `Asks for ${plainText(describeRelease(there), 100)} of ${there.service} in ${there.environment}, by the rules there.`;
      },
      run: async (turn, input, approved) => {
        const release = approvedRelease(approved);
        return release ? requestApproved(parts, turn, input, release) : requestChoice(parts, turn, input);
      },
    }),
    defineAction({
      verb: 'deployments.close',
      operation: 'look',
      ...typed,
      run: (turn, input) =>
        onOwnPicker(parts, turn, input.id, async ({ kind }, id) => closedCard(deps, turn, id, kind)),
    }),
  ];
}

function requestChoice(parts: PickerParts, turn: Turn, input: PickerInput): Promise<Reply> {
  const { deps, pickers } = parts;
  return onOwnPicker(parts, turn, input.id, async (picker, id) => {
    const wanted = choiceIn(input, picker);
    const shown = shownBefore(picker, wanted);
    if (!shown) return showChoice(parts, turn, id, wanted);
    const { service, environment, release, commit } = shown;
    if (!may(deps.catalog(), turn.person.id, 'deploy', shown))
      refuseTarget(deps.catalog(), turn.person.id, { service, environment });
    const now = await deps.connectorOf(service).sourceControl?.release(service, release);
    if (now?.commit !== commit) return showChoice(parts, turn, id, wanted);
    const asked = await request(parts, turn, shown, id, input.override);
    await pickers.update(id, (value) => ({ ...value, deploymentId: asked.id }));
    return requestedCard(parts, turn, asked);
  });
}

/** Exactly what was approved, whatever the picker shows by now, and also once it is gone. */
async function requestApproved(
  parts: PickerParts,
  turn: Turn,
  input: PickerInput,
  release: ReleaseThere,
): Promise<Reply> {
  const asked = await request(parts, turn, release, idFrom(input.id, release.commit), input.override);
  await noteRequested(parts, input.id, turn.person.id, asked.id);
  return requestedCard(parts, turn, asked);
}

function request(
  parts: PickerParts,
  turn: Turn,
  release: ReleaseThere,
  key: string,
  override: string,
): Promise<FoundDeployment> {
  return requestRelease(parts, turn, release, {
    key,
    kind: 'deploy',
    reason: '',
    overrideReason: cleanText(override, 300),
  });
}

async function showChoice(parts: PickerParts, turn: Turn, id: string, wanted: ReleaseChoice): Promise<Reply> {
  const view = await readPicker(parts, turn, id, wanted);
  await parts.pickers.update(id, (picker) => ({ ...picker, choice: view.choice, shown: view.shown }));
  return pickerCard(view);
}

/** What the inputs say. A card without inputs (the closed one) goes on where it was; another service begins without a release. */
function choiceIn(input: PickerInput, picker: Picker): ReleaseChoice {
  if (!input.service && !input.environment && !input.release) return picker.choice;
  const moved = picker.choice.service !== undefined && picker.choice.service !== input.service;
  return { service: input.service, environment: input.environment, release: moved ? undefined : input.release };
}
