import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Copy, Reply, Turn } from '../../../chat/contract';
import { refuseTarget } from '../../../core/catalog/refusals';
import { may } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import { approvedRelease, describeRelease, releaseAct } from '../../../core/release-acts';
import type { ReleaseThere } from '../../../core/release-acts';
import { cleanText, plainText } from '../../../core/text';
import { requireVisible } from '../commands';
import type { DeploymentRequest, FoundDeployment } from '../contract';
import { requestedCard, requestTopic } from '../request';
import { drawRollback } from '../rollback/cards';
import { closedCard, pickerCard, pickerTopic } from './cards';
import type { PickerEnd } from './cards';
import { noteBlocks, openedPicker } from './commands';
import type { Picker } from './commands';
import { readPicker } from './facts';
import type { Asker, PickerParts, ReleaseChoice } from './facts';

const PickedWord = z
  .string()
  .max(100)
  .optional()
  .transform((value) => value?.trim() || undefined);

/** What the client sends with any click on the picker; inputs that aren't on the card are absent. */
const PickerInput = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  service: PickedWord,
  environment: PickedWord,
  release: PickedWord,
  reason: z.string().trim().max(500).optional(),
  override: z.string().max(500).default(''),
});
type PickerInput = z.infer<typeof PickerInput>;

/** The verbs of the picker's own card. */
export function pickerActions(parts: PickerParts): Action[] {
  const { deps } = parts;
  /** What the owner saw, if it is what they want. Nobody can request a release whose changes they didn't see. */
  async function requireShown(turn: Turn, input: PickerInput): Promise<ReleaseThere> {
    const { picker } = await ownPicker(parts, turn, input.id);
    const wanted = choiceIn(input, picker);
    refuseTarget(deps.catalog(), turn.person.id, wanted);
    const shown = shownBefore(picker, wanted);
    if (shown) return shown;
    throw new UserError('Click “Show changes” first. Nothing has been requested yet.');
  }
  const typed = { input: PickerInput, freeText: ['reason', 'override'] };
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
      acts: async (turn, input) => [releaseAct('deploy', await requireShown(turn, input))],
      async preview(turn, input) {
        const there = await requireShown(turn, input);
        return `Requests a deployment of ${there.service} to ${there.environment}. The release is ${plainText(describeRelease(there), 100)}.`;
      },
      async run(turn, input, approved) {
        const release = approvedRelease(approved);
        if (!release) return requestChoice(parts, turn, input);
        // Exactly what was approved, whatever the picker shows now, even if it is gone.
        return requestFrom(parts, turn, input.id, release, askedWith(input, idFrom(input.id, release.commit)));
      },
    }),
    defineAction({
      verb: 'deployments.requested',
      operation: 'look',
      input: z.object({ id: z.string().min(1).max(100) }),
      run: async (turn, { id }) =>
        requestedCard(parts, turn, await requireVisible(deps, parts.deployments, turn, id), turn.person.id),
    }),
    defineAction({
      verb: 'deployments.close',
      operation: 'look',
      ...typed,
      run: (turn, input) =>
        onOwnPicker(parts, turn, input.id, (picker, id) => endPicker(parts, turn, { id, picker, end: 'closed' })),
    }),
  ];
}

function requestChoice(parts: PickerParts, turn: Turn, input: PickerInput): Promise<Reply> {
  const { deps } = parts;
  return onOwnPicker(parts, turn, input.id, async (picker, id) => {
    const wanted = choiceIn(input, picker);
    const shown = shownBefore(picker, wanted);
    if (!shown) return showChoice(parts, turn, id, wanted);
    const { service, environment, release, commit } = shown;
    if (!may(deps.catalog(), turn.person.id, 'deploy', shown))
      refuseTarget(deps.catalog(), turn.person.id, { service, environment });
    const now = await deps.systems.source(service)?.release(release);
    if (now?.commit !== commit) return showChoice(parts, turn, id, wanted);
    if (await isLiveThere(parts, shown)) return endPicker(parts, turn, { id, picker, end: 'superseded' });
    return requestFrom(parts, turn, id, shown, askedWith(input, id));
  });
}

function askedWith({ reason = '', override }: PickerInput, key: string): Said {
  return { key, kind: 'deploy', reason: cleanText(reason, 300), overrideReason: cleanText(override, 300) };
}

async function showChoice(parts: PickerParts, turn: Turn, id: string, wanted: ReleaseChoice): Promise<Reply> {
  const view = await readPicker(parts, turn, id, wanted);
  const { choice, shown } = view;
  const shows = { choice, shown, isClosed: false, isLive: false };
  const stored = await parts.pickers.update(id, (picker) => ({ ...picker, ...shows }));
  if (stored) await noteBlocks(parts, stored.value, view);
  return pickerCard(view);
}

/** The values of the inputs. A card without inputs (the closed one) continues with the earlier choice; another service starts without a release. */
function choiceIn(input: PickerInput, picker: Picker): ReleaseChoice {
  const { service, environment, release, override, reason = override || picker.choice.reason } = input;
  if (!service && !environment && !release) return { ...picker.choice, reason };
  const moved = picker.choice.service !== undefined && picker.choice.service !== service;
  return { service, environment, release: moved ? undefined : release, reason };
}

function shownBefore({ shown }: Picker, wanted: ReleaseChoice): ReleaseThere | undefined {
  const { service, environment, release } = wanted;
  const isSame = shown?.service === service && shown?.environment === environment && shown?.release === release;
  return isSame ? shown : undefined;
}

/** Whether this very release is live there by now, so that there is nothing left to request. */
export async function isLiveThere({ deps }: PickerParts, { service, environment, release, commit }: ReleaseThere) {
  const running = await deps.systems.running(service, environment)?.read();
  return running?.version === release && running.commit === commit;
}

/** Ends the picker without a request, on every copy of its card. */
export async function endPicker(
  { deps, pickers }: PickerParts,
  turn: Turn,
  ended: { readonly id: string; readonly picker: Picker | undefined; readonly end: PickerEnd },
): Promise<Reply> {
  const { id, end } = ended;
  if (end !== 'expired')
    await pickers.update(id, (own) => ({ ...own, isClosed: end === 'closed', isLive: end === 'superseded' }));
  await deps.outbox.changed(pickerTopic(id));
  return closedCard(deps, turn, ended);
}

function hasExpired({ expiresAt, deploymentId }: Picker, now: number): boolean {
  return deploymentId === undefined && expiresAt <= now;
}

/** As `findOwnPicker`, for what needs an open one. Rejects with `UserError` once it has expired, which its card then says, too. */
export async function ownPicker(parts: PickerParts, turn: Turn, id: string): Promise<OwnPicker> {
  const found = await findOwnPicker(parts, turn, id);
  if ('picker' in found) return found;
  await parts.deps.outbox.changed(pickerTopic(id));
  const start = found.expired?.kind ?? 'deploy';
  throw new UserError(`This card expired after an hour. Nothing was requested. Type \`${start}\` to start again.`);
}

interface OwnPicker {
  readonly id: string;
  readonly picker: Picker;
}

/** The picker of the person who clicked: the very one, or one of their own that starts with what the posted message shows; what is left once it has expired. */
async function findOwnPicker(
  { deps, pickers }: PickerParts,
  { person }: Turn,
  id: string,
): Promise<OwnPicker | { readonly expired: Picker | undefined }> {
  const now = deps.clock.now();
  const found = (await pickers.get(id))?.value;
  if (!found || hasExpired(found, now)) return { expired: found };
  if (found.owner === person.id) return { id, picker: found };
  const ownId = idFrom(id, person.id);
  const mine =
    (await pickers.get(ownId)) ??
    (await pickers.upsert(ownId, (own) => own ?? openedPicker(now, found.kind, person.id, found.posted)));
  return { id: ownId, picker: mine.value };
}

/** Acts on the picker of the person who clicked. Once it has led to a deployment, its requester sees the current state of that instead. */
export async function onOwnPicker(
  parts: PickerParts,
  turn: Turn,
  cardId: string,
  act: (picker: Picker, id: string) => Promise<Reply>,
): Promise<Reply> {
  const own = await findOwnPicker(parts, turn, cardId);
  if (!('picker' in own)) return endPicker(parts, turn, { id: cardId, picker: own.expired, end: 'expired' });
  const { id, picker } = own;
  if (picker.deploymentId === undefined) return act(picker, id);
  const found = await parts.deployments.find(picker.deploymentId);
  if (!found) throw new UserError(`This card has already been used. Type \`${picker.kind}\` to start again.`);
  return requestedCard(parts, turn, found, turn.person.id);
}

type Said = Pick<DeploymentRequest, 'key' | 'kind' | 'reason'> & { readonly overrideReason: string };

/** Requests exactly this release for the person of the turn. */
export function requestRelease(
  { deployments }: PickerParts,
  { person, place, thread, correlationId }: Turn,
  { release, ...there }: ReleaseThere,
  { overrideReason, ...said }: Said,
): Promise<FoundDeployment> {
  return deployments.request({
    ...said,
    ...(overrideReason !== '' && { overrideReason }),
    ...there,
    version: release,
    requester: person,
    placeId: place.id,
    thread,
    correlationId,
  });
}

/** The same from a card, which shows the result from then on; so does this person's picker, if it still exists. */
export async function requestFrom(parts: PickerParts, turn: Turn, cardId: string, release: ReleaseThere, said: Said) {
  const asked = await requestRelease(parts, turn, release, said);
  const owner = (await parts.pickers.get(cardId))?.value.owner;
  const id = owner === turn.person.id ? cardId : idFrom(cardId, turn.person.id);
  await parts.pickers.update(id, (own) =>
    own.deploymentId === undefined ? { ...own, deploymentId: asked.id } : undefined,
  );
  await parts.deps.outbox.changed(pickerTopic(id));
  return requestedCard(parts, turn, asked, turn.person.id);
}

function endOf(picker: Picker | undefined, now: number): PickerEnd | undefined {
  if (!picker || hasExpired(picker, now)) return 'expired';
  if (picker.isLive === true) return 'superseded';
  return picker.isClosed === true ? 'closed' : undefined;
}

/** The card after something that blocked it has ended; undefined if its owner can't choose that anymore. */
async function drawOpen(parts: PickerParts, copy: Copy, id: string, picker: Picker) {
  // In a channel, choosing something else changes only the view of the person who clicked.
  const { choice } = copy.place.kind === 'personal' ? picker : picker.posted;
  try {
    const { card, shown } = await drawChoice(parts, copy, id, picker.kind, choice);
    await parts.pickers.update(id, (own) => ({ ...own, choice, shown }));
    return card;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function drawChoice(parts: PickerParts, asker: Asker, id: string, kind: Picker['kind'], choice: ReleaseChoice) {
  const { service, environment, release, reason } = choice;
  if (kind === 'rollback' && service !== undefined && environment !== undefined) {
    const { content, shown } = await drawRollback(parts, asker, id, { service, environment, release, reason });
    return { card: content, shown };
  }
  const view = await readPicker(parts, asker, id, choice);
  return { card: pickerCard(view), shown: view.shown };
}

/** Keeps posted cards current: a picker shows its owner's request or its end, a request shows its deployment, as everybody in the place sees them. */
export function followPickers(parts: PickerParts): void {
  const { deps, deployments, pickers } = parts;
  const requestOf = async (copy: Copy, id: string) => {
    const found = await deployments.find(id);
    return found && requestedCard(parts, copy, found, copy.place.kind === 'personal' ? copy.person.id : undefined);
  };
  deps.outbox.drawCopies(pickerTopic(''), async (copy) => {
    const id = copy.about.slice(pickerTopic('').length);
    const picker = (await pickers.get(id))?.value;
    if (picker?.deploymentId !== undefined) return requestOf(copy, picker.deploymentId);
    const end = endOf(picker, deps.clock.now());
    if (end) return closedCard(deps, copy, { id, picker, end });
    return picker && drawOpen(parts, copy, id, picker);
  });
  deps.outbox.drawCopies(requestTopic(''), (copy) => requestOf(copy, copy.about.slice(requestTopic('').length)));
}
