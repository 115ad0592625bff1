import { z } from 'zod';
import type { Action, Command, Reply, Turn } from '../../../chat/contract';
import { UserError } from '../../../core/errors';
import { idFrom, newId } from '../../../core/ids';
import { placeIdForm } from '../../../core/catalog/names';
import { plainText, withFullStop } from '../../../core/text';
import { defineAction } from '../../../chat/contract';
import { finalStates } from '../contract';
import { approvedRelease, describeRelease, releaseAct } from '../../release-act';
import type { ReleaseThere } from '../../release-act';
import { quoted, refuseTarget } from './choice';
import { noteRequested, ownPicker } from './desk';
import type { Desk } from './desk';
import { openedPicker } from './record';
import type { Picker, Shown } from './record';
import { requestedCard } from './requested-card';
import { drawRollback, nothingBefore } from './rollback-card';

const Reason = z
  .string()
  .max(500)
  .optional()
  .transform((value) => value?.trim() ?? '');

/** The id of the rollback card's own record, or `service/environment[/release]` from a card about that state; the release is the one its button named. */
const RollbackInput = z.object({
  id: z.union([z.string().regex(/^[0-9a-f]{32}$/), z.string().refine(isPlaceOrRelease)]),
  reason: Reason,
});
type RollbackInput = z.infer<typeof RollbackInput>;

function isPlaceOrRelease(id: string): boolean {
  const [service = '', environment = '', release, ...more] = id.split('/');
  const isRelease = release === undefined || /^[\w.+-]{1,60}$/.test(release);
  return placeIdForm.test(`${service}/${environment}`) && isRelease && more.length === 0;
}

/** `rollback <service> in <environment>`: names the release it would put back, and asks first. */
export function rollbackCommand(desk: Desk): Command {
  const first = Object.entries(desk.deps.catalog().services)[0];
  const example = first ? `rollback ${first[0]} in ${first[1].environments.at(-1)}` : 'rollback shop in production';
  return {
    name: 'rollback',
    operation: 'rollback',
    synonyms: ['roll back', 'revert', 'undo'],
    summary: 'Puts back the release that served well before',
    topic: 'Ship',
    arguments: [
      { name: 'service', kind: 'service', summary: 'what to roll back', required: true },
      { name: 'release', kind: 'release', summary: 'which release, if not the one before', keyword: 'to' },
      { name: 'environment', kind: 'environment', summary: 'where', keyword: 'in', required: true },
    ],
    examples: [example],
    right: 'deploy',
    asksFirst: true,
    inManifest: true,
    async run(turn, args) {
      const { service, environment, release } = args;
      if (service === undefined || environment === undefined)
        throw new UserError('Say what to roll back and where, for example: ' + example);
      refuseTarget(desk.deps.catalog(), turn.person.id, { service, environment });
      const target = { service, environment };
      const id = newId();
      const drawn = await drawRollback(desk, turn, id, target, release);
      const now = desk.deps.clock.now();
      await desk.pickers.insert(id, openedPicker('rollback', turn.person.id, drawn.shown, drawn.shown, now));
      return drawn.content;
    },
  };
}

/** The verbs of rolling back: the click that asks, and opening a closed card again. */
export function rollbackActions(desk: Desk): Action[] {
  return [
    defineAction({
      verb: 'deployments.rollback-service',
      operation: 'rollback',
      async acts(turn, { id }) {
        return [releaseAct('rollback', await meantBy(desk, turn, id))];
      },
      input: RollbackInput,
      freeText: ['reason'],
      async preview(turn, { id, reason }) {
        if (reason === '')
          throw new UserError('A rollback needs a reason, so nothing was asked for. Say why, then try again.');
        const meant = await meantBy(desk, turn, id);
        const { service, environment } = meant;
        return `Asks to put back ${plainText(describeRelease(meant), 100)} of ${service} in ${environment}, by the rules there. Why: ${withFullStop(plainText(reason, 300))}`;
      },
      run: async (turn, { id, reason }, approved) => {
        const release = approvedRelease(approved);
        if (release) return rollBackApproved(desk, turn, id, release, reason);
        return id.includes('/') ? rollBackTarget(desk, turn, id, reason) : rollBackShown(desk, turn, id, reason);
      },
    }),
    defineAction({
      verb: 'deployments.rollback-preview',
      operation: 'look',
      input: RollbackInput,
      freeText: ['reason'],
      async run(turn, input) {
        const { id, picker } = await ownPicker(desk, input.id, turn.person.id);
        return (await alreadyAsked(desk, turn, picker)) ?? showAgain(desk, turn, id, picker);
      },
    }),
  ];
}

/** The release that a click on either card would put back; throws what the click would be refused with. */
async function meantBy(desk: Desk, turn: Turn, id: string): Promise<Shown> {
  if (id.includes('/')) return meantOn(desk, turn, id);
  const { shown } = (await ownPicker(desk, id, turn.person.id)).picker;
  if (!shown) throw new UserError(namesNothing);
  refuseTarget(desk.deps.catalog(), turn.person.id, shown);
  return shown;
}

/** From a card about the state of a service: what a rollback puts back now, if that is what its button named. */
async function meantOn(desk: Desk, turn: Turn, id: string): Promise<Shown> {
  const [service = '', environment = '', named] = id.split('/');
  const target = { service, environment };
  refuseTarget(desk.deps.catalog(), turn.person.id, target);
  const back = await desk.deployments.rollbackTarget(service, environment);
  if (!back) throw nothingBefore(target);
  if (named !== undefined && named !== back.version)
    throw new UserError(
      `By now a rollback would put back ${back.version}, not ${quoted(named)}. Look again, then decide.`,
    );
  return { ...target, release: back.version, commit: back.commit };
}

const namesNothing = 'This card names no release to put back. Write rollback to begin again.';

/** Exactly what was approved, whatever the card shows by now. What is on its way back to that release already isn't asked for twice. */
async function rollBackApproved(
  desk: Desk,
  turn: Turn,
  cardId: string,
  release: ReleaseThere,
  reason: string,
): Promise<Reply> {
  const { service, environment, commit } = release;
  const [latest] = await desk.deployments.recent({ service, environment, limit: 1 });
  const isUnderWay = latest?.deployment.kind === 'rollback' && !finalStates.includes(latest.deployment.state);
  if (latest && isUnderWay && latest.deployment.commit === commit)
    return requestedCard(desk, turn, latest.id, latest.deployment);
  const asked = await ask(desk, turn, release, idFrom('rollback', turn.correlationId, commit), reason);
  if (!cardId.includes('/')) await noteRequested(desk, cardId, turn.person.id, asked.id);
  return requestedCard(desk, turn, asked.id, asked.deployment);
}

/** From the rollback card: asks for exactly what that card showed, or shows what is true by now. */
async function rollBackShown(desk: Desk, turn: Turn, cardId: string, reason: string): Promise<Reply> {
  const { id, picker } = await ownPicker(desk, cardId, turn.person.id);
  const done = await alreadyAsked(desk, turn, picker);
  if (done) return done;
  const { shown } = picker;
  if (!shown) throw new UserError(namesNothing);
  const { service, environment, release, commit } = shown;
  if ((await desk.deployments.whyNoRollback(service, environment, { version: release, commit })) !== undefined)
    return showAgain(desk, turn, id, picker);
  const asked = await ask(desk, turn, shown, id, reason);
  await desk.pickers.update(id, (value) => ({ ...value, deploymentId: asked.id }));
  return requestedCard(desk, turn, asked.id, asked.deployment);
}

/** From a card about the state of a service. Two clicks on it ask once: the key names what came last there. */
async function rollBackTarget(desk: Desk, turn: Turn, id: string, reason: string): Promise<Reply> {
  const [service = '', environment = ''] = id.split('/');
  refuseTarget(desk.deps.catalog(), turn.person.id, { service, environment });
  const [latest] = await desk.deployments.recent({ service, environment, limit: 1 });
  if (latest?.deployment.kind === 'rollback' && !finalStates.includes(latest.deployment.state))
    return requestedCard(desk, turn, latest.id, latest.deployment);
  const shown = await meantOn(desk, turn, id);
  const key = idFrom('rollback', service, environment, latest?.id ?? '', shown.commit);
  const asked = await ask(desk, turn, shown, key, reason);
  return requestedCard(desk, turn, asked.id, asked.deployment);
}

function ask(
  desk: Desk,
  turn: Turn,
  shown: Shown,
  key: string,
  reason: string,
): ReturnType<Desk['deployments']['request']> {
  const { service, environment, release, commit } = shown;
  refuseTarget(desk.deps.catalog(), turn.person.id, { service, environment });
  return desk.deployments.request({
    key,
    kind: 'rollback',
    service,
    environment,
    version: release,
    commit,
    requester: turn.person,
    reason,
    ...(reason !== '' && { overrideReason: reason }),
    placeId: turn.place.id,
    thread: turn.thread,
    correlationId: turn.correlationId,
  });
}

async function alreadyAsked(desk: Desk, turn: Turn, picker: Picker): Promise<Reply | undefined> {
  if (picker.deploymentId === undefined) return undefined;
  const found = await desk.deployments.find(picker.deploymentId);
  if (!found) throw new UserError('This card has done its work. Write rollback to begin again.');
  return requestedCard(desk, turn, found.id, found.deployment);
}

async function showAgain(desk: Desk, turn: Turn, id: string, picker: Picker): Promise<Reply> {
  const { service, environment } = picker.choice;
  if (service === undefined || environment === undefined) throw new UserError('Write rollback to begin again.');
  refuseTarget(desk.deps.catalog(), turn.person.id, { service, environment });
  const drawn = await drawRollback(desk, turn, id, { service, environment });
  await desk.pickers.update(id, (value) => ({ ...value, shown: drawn.shown }));
  return drawn.content;
}
