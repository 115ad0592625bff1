import { z } from 'zod';
import type { Action, Command, Reply, Turn } from '../../../chat/contract';
import { bandState } from '../../../core/card/status';
import { UserError } from '../../../core/errors';
import { idFrom, newId } from '../../../core/ids';
import { may } from '../../../core/catalog/rights';
import { cleanText, plainText } from '../../../core/text';
import { footerTime } from '../../../core/time/words';
import { defineAction } from '../../../chat/contract';
import { approvedRelease, describeRelease, releaseAct } from '../../release-act';
import type { ReleaseThere } from '../../release-act';
import { refuseTarget } from './choice';
import { drawPicker, noteRequested, ownPicker } from './desk';
import type { Desk } from './desk';
import { openedPicker, wasShown } from './record';
import type { Choice, Picker, Shown } from './record';
import { requestedCard } from './requested-card';

const Wished = z
  .string()
  .max(100)
  .optional()
  .transform((value) => value?.trim() || undefined);

/** What the client sends with any click on the picker; an input that is not on the card is absent. */
const PickerInput = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  service: Wished,
  environment: Wished,
  release: Wished,
  override: z.string().max(500).default(''),
});
type PickerInput = z.infer<typeof PickerInput>;

/** `deploy [service] [release] [to <environment>]`: opens the picker as far as the words went. */
export function deployCommand(desk: Desk): Command {
  return {
    name: 'deploy',
    operation: 'deploy',
    synonyms: ['release'],
    summary: 'Shows what a release would change, then asks for it',
    topic: 'Ship',
    arguments: [
      { name: 'service', kind: 'service', summary: 'what to deploy' },
      { name: 'release', kind: 'release', summary: 'which version' },
      { name: 'environment', kind: 'environment', summary: 'where to', keyword: 'to' },
    ],
    examples: ['deploy', ...exampleLines(desk)],
    right: 'deploy',
    asksFirst: true,
    inManifest: true,
    run: (turn, { service, environment, release }) => openPicker(desk, turn, { service, environment, release }),
  };
}

function exampleLines({ deps }: Desk): string[] {
  const [first] = Object.entries(deps.catalog().services);
  if (!first) return [];
  return [`deploy ${first[0]} to ${first[1].environments[0]}`];
}

/** A new picker, as far as the wish goes. */
export async function openPicker(desk: Desk, turn: Turn, wish: Choice): Promise<Reply> {
  refuseTarget(desk.deps.catalog(), turn.person.id, wish);
  const id = newId();
  const drawn = await drawPicker(desk, turn, id, wish);
  await desk.pickers.insert(
    id,
    openedPicker('deploy', turn.person.id, drawn.choice, drawn.shown, desk.deps.clock.now()),
  );
  return drawn.content;
}

/** The verbs of the picker's own card. */
export function pickerActions(desk: Desk): Action[] {
  return [
    defineAction({
      verb: 'deployments.preview',
      operation: 'look',
      input: PickerInput,
      freeText: ['override'],
      run: (turn, input) => previewChoice(desk, turn, input),
    }),
    defineAction({
      verb: 'deployments.request',
      operation: 'deploy',
      async acts(turn, input) {
        const { picker } = await ownPicker(desk, input.id, turn.person.id);
        const wish = wishOf(input, picker);
        refuseTarget(desk.deps.catalog(), turn.person.id, wish);
        return [releaseAct('deploy', seenBefore(picker, wish))];
      },
      input: PickerInput,
      freeText: ['override'],
      async preview(turn, input) {
        const { picker } = await ownPicker(desk, input.id, turn.person.id);
        const seen = seenBefore(picker, wishOf(input, picker));
        const { service, environment } = seen;
        return `Asks for ${plainText(describeRelease(seen), 100)} of ${service} in ${environment}, by the rules there.`;
      },
      run: async (turn, input, approved) => {
        const release = approvedRelease(approved);
        return release ? requestApproved(desk, turn, input, release) : requestChoice(desk, turn, input);
      },
    }),
    defineAction({
      verb: 'deployments.close',
      operation: 'look',
      input: PickerInput,
      freeText: ['override'],
      run: (turn, input) => closePicker(desk, turn, input),
    }),
  ];
}

/** What the owner was shown, when it is what they wish. Nobody decides on a release whose changes its requester didn't see. */
function seenBefore({ shown, ...picker }: Picker, wish: Choice): Shown {
  if (shown && wasShown({ ...picker, shown }, wish)) return shown;
  throw new UserError('Choose Show changes first, then ask: nothing was asked for yet.');
}

async function previewChoice(desk: Desk, turn: Turn, input: PickerInput): Promise<Reply> {
  const { id, picker } = await ownPicker(desk, input.id, turn.person.id);
  const done = await alreadyRequested(desk, turn, picker);
  return done ?? showChoice(desk, turn, id, wishOf(input, picker));
}

async function requestChoice(desk: Desk, turn: Turn, input: PickerInput): Promise<Reply> {
  const { deps, pickers } = desk;
  const { id, picker } = await ownPicker(desk, input.id, turn.person.id);
  const done = await alreadyRequested(desk, turn, picker);
  if (done) return done;
  const wish = wishOf(input, picker);
  if (!picker.shown || !wasShown(picker, wish)) return showChoice(desk, turn, id, wish);
  const { service, environment, release, commit } = picker.shown;
  if (!may(deps.catalog(), turn.person.id, 'deploy', { service, environment }))
    refuseTarget(deps.catalog(), turn.person.id, { service, environment });
  const now = await deps.connectorOf(service).sourceControl?.release(service, release);
  if (!now || now.commit !== commit) return showChoice(desk, turn, id, wish);
  const asked = await request(desk, turn, picker.shown, id, input.override);
  await pickers.update(id, (value) => ({ ...value, deploymentId: asked.id }));
  return requestedCard(desk, turn, asked.id, asked.deployment);
}

/** Exactly what was approved, whatever the picker shows by now, and also once it is gone. */
async function requestApproved(desk: Desk, turn: Turn, input: PickerInput, release: ReleaseThere): Promise<Reply> {
  const asked = await request(desk, turn, release, idFrom(input.id, release.commit), input.override);
  await noteRequested(desk, input.id, turn.person.id, asked.id);
  return requestedCard(desk, turn, asked.id, asked.deployment);
}

function request(
  { deployments }: Desk,
  turn: Turn,
  { service, environment, release, commit }: ReleaseThere,
  key: string,
  override: string,
): ReturnType<Desk['deployments']['request']> {
  return deployments.request({
    key,
    kind: 'deploy',
    service,
    environment,
    version: release,
    commit,
    requester: turn.person,
    reason: '',
    ...(override.trim() !== '' && { overrideReason: cleanText(override, 300) }),
    placeId: turn.place.id,
    thread: turn.thread,
    correlationId: turn.correlationId,
  });
}

/** The same click again shows the same deployment, as it is by now. */
async function alreadyRequested(desk: Desk, turn: Turn, picker: Picker): Promise<Reply | undefined> {
  if (picker.deploymentId === undefined) return undefined;
  const found = await desk.deployments.find(picker.deploymentId);
  if (!found) throw new UserError('This card has done its work. Write deploy to begin again.');
  return requestedCard(desk, turn, found.id, found.deployment);
}

async function showChoice(desk: Desk, turn: Turn, id: string, wish: Choice): Promise<Reply> {
  const drawn = await drawPicker(desk, turn, id, wish);
  await desk.pickers.update(id, (picker) => ({ ...picker, choice: drawn.choice, shown: drawn.shown }));
  return drawn.content;
}

/** What the inputs say. A card without inputs (the closed one) goes on where it was; another service begins without a release. */
function wishOf(input: PickerInput, picker: Picker): Choice {
  if (!input.service && !input.environment && !input.release) return picker.choice;
  const moved = picker.choice.service !== undefined && picker.choice.service !== input.service;
  return { service: input.service, environment: input.environment, release: moved ? undefined : input.release };
}

async function closePicker(desk: Desk, turn: Turn, input: PickerInput): Promise<Reply> {
  const { id, picker } = await ownPicker(desk, input.id, turn.person.id);
  const done = await alreadyRequested(desk, turn, picker);
  if (done) return done;
  const { deps } = desk;
  const place = plainText(turn.place.name, 60);
  return {
    card: 'deployments/closed',
    data: {
      id,
      kind: picker.kind === 'deploy' ? 'Deploy' : 'Roll back',
      state: { ...bandState('cancelled'), word: 'Closed' },
      title: 'Nothing was asked for',
      summary: `${picker.kind === 'deploy' ? 'Deploy picker' : 'Rollback'} closed: nothing was asked for`,
      sentence: 'You closed this card. Nothing has changed anywhere.',
      verb: picker.kind === 'deploy' ? 'deployments.preview' : 'deployments.rollback-preview',
      footer: `For you in ${place} · ${footerTime(deps.clock.now(), deps.catalog().timeZone)} · ref ${turn.reference}`,
    },
  };
}
