import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Reply, Turn } from '../../../chat/contract';
import { may } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import { cleanText, plainText } from '../../../core/text';
import { approvedRelease, describeRelease, releaseAct } from '../../../core/operations';
import type { ReleaseThere } from '../../../core/operations';
import type { FoundDeployment } from '../contract';
import { requestedBefore, requestedCard } from '../request/cards';
import { closedCard, pickerCard } from './cards';
import { readPicker } from './facts';
import { refuseTarget } from './policy';
import { noteRequested, ownPicker, requestFor, wasShown } from './store';
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
  return [
    defineAction({
      verb: 'deployments.preview',
      operation: 'look',
      input: PickerInput,
      freeText: ['override'],
      run: (turn, input) => previewChoice(parts, turn, input),
    }),
    defineAction({
      verb: 'deployments.request',
      operation: 'deploy',
      async acts(turn, input) {
        const { picker } = await ownPicker(parts, input.id, turn.person.id);
        const wanted = choiceIn(input, picker);
        refuseTarget(parts.deps.catalog(), turn.person.id, wanted);
        return [releaseAct('deploy', seenBefore(picker, wanted))];
      },
      input: PickerInput,
      freeText: ['override'],
      async preview(turn, input) {
        const { picker } = await ownPicker(parts, input.id, turn.person.id);
        const seen = seenBefore(picker, choiceIn(input, picker));
        const { service, environment } = seen;
        return `Asks for ${plainText(describeRelease(seen), 100)} of ${service} in ${environment}, by the rules there.`;
      },
      run: async (turn, input, approved) => {
        const release = approvedRelease(approved);
        return release ? requestApproved(parts, turn, input, release) : requestChoice(parts, turn, input);
      },
    }),
    defineAction({
      verb: 'deployments.close',
      operation: 'look',
      input: PickerInput,
      freeText: ['override'],
      run: (turn, input) => closePicker(parts, turn, input),
    }),
  ];
}

/** What the owner was shown, when it is what they want. Nobody decides on a release whose changes its requester didn't see. */
function seenBefore({ shown, ...picker }: Picker, wanted: ReleaseChoice): ReleaseThere {
  if (shown && wasShown({ ...picker, shown }, wanted)) return shown;
  throw new UserError('Choose Show changes first, then ask: nothing was asked for yet.');
}

async function previewChoice(parts: PickerParts, turn: Turn, input: PickerInput): Promise<Reply> {
  const { id, picker } = await ownPicker(parts, input.id, turn.person.id);
  const done = await requestedBefore(parts, turn, picker);
  return done ?? showChoice(parts, turn, id, choiceIn(input, picker));
}

async function requestChoice(parts: PickerParts, turn: Turn, input: PickerInput): Promise<Reply> {
  const { deps, pickers } = parts;
  const { id, picker } = await ownPicker(parts, input.id, turn.person.id);
  const done = await requestedBefore(parts, turn, picker);
  if (done) return done;
  const wanted = choiceIn(input, picker);
  if (!picker.shown || !wasShown(picker, wanted)) return showChoice(parts, turn, id, wanted);
  const { service, environment, release, commit } = picker.shown;
  if (!may(deps.catalog(), turn.person.id, 'deploy', { service, environment }))
    refuseTarget(deps.catalog(), turn.person.id, { service, environment });
  const now = await deps.connectorOf(service).sourceControl?.release(service, release);
  if (!now || now.commit !== commit) return showChoice(parts, turn, id, wanted);
  const asked = await request(parts, turn, picker.shown, id, input.override);
  await pickers.update(id, (value) => ({ ...value, deploymentId: asked.id }));
  return requestedCard(parts, turn, asked);
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
  { deployments }: PickerParts,
  turn: Turn,
  release: ReleaseThere,
  key: string,
  override: string,
): Promise<FoundDeployment> {
  const overrideReason = cleanText(override, 300);
  return deployments.request(requestFor(release, turn, { key, kind: 'deploy', reason: '', overrideReason }));
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

async function closePicker(parts: PickerParts, turn: Turn, input: PickerInput): Promise<Reply> {
  const { id, picker } = await ownPicker(parts, input.id, turn.person.id);
  const done = await requestedBefore(parts, turn, picker);
  if (done) return done;
  const { clock, catalog } = parts.deps;
  return closedCard(id, picker.kind, { turn, now: clock.now(), catalog: catalog() });
}
