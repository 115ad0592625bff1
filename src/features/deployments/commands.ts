import { cannotSee, lacksRight } from '../../core/catalog/refusals';
import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Command, Question, Turn } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { may, whoMay } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { newId } from '../../core/keys';
import type { Act, Operation } from '../../core/operations';
import { enumerate, nameRelease, plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import { deploymentCard, deploymentTopic } from './cards';
import type { CardParts } from './cards';
import type { Deployment, Deployments, FoundDeployment } from './contract';
import { askCancel, askSettling, describeCanceling } from './run/cards';
import type { Settled } from './run/cards';
import { aftermathOf, cancelsHow } from './run/facts';
import { describeDeployment, describeState, gavel, isFinal, labelOf } from './store';
import type { DeploymentParts, EventResult } from './store';

/** What people do with an existing deployment: show it, cancel it, record the outcome of its run. */

const Id = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  reason: z.string().trim().max(500).default(''),
  /** The state in which the question was asked; cards of earlier versions asked nothing. */
  revision: z.string().max(40).default(''),
});
type Clicked = z.infer<typeof Id>;

export function deploymentCommands(parts: DeploymentParts): Command[] {
  const { store } = parts;
  return [
    {
      name: 'cancel',
      phrasings: ['cancel|stop|abort deployment {id}'],
      operation: 'cancel',
      synonyms: ['stop', 'abort'],
      summary: 'Cancel a waiting or running deployment',
      topic: 'Ship',
      arguments: [
        { name: 'id', kind: 'deployment', summary: 'its number' },
        { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' },
      ],
      examples: ['cancel D-1042', 'cancel D-1042 because the release is the wrong one'],
      right: 'deploy',
      acts: async (_turn, { id }) => (id === undefined ? [] : [actOn('cancel', await requireDeployment(store, id))]),
      preview: async (turn, { id }) =>
        id === undefined
          ? describeCancelable(parts, turn)
          : previewCancel(parts, turn, await requireDeployment(store, id)),
      async run(turn, { id, reason = '' }) {
        if (id === undefined) return { notice: await describeCancelable(parts, turn) };
        const found = await requireDeployment(store, id);
        const { deployment } = await cancelDeployment(parts, turn, found, reason.slice(0, 500));
        const name = `${labelOf(deployment)}, ${plainText(describeDeployment(deployment), 200)},`;
        return {
          notice: isFinal(deployment)
            ? `${name} was canceled.${deployment.runId === undefined ? ` Nothing was ${describeEffect(deployment)}.` : ''}`
            : `${name} is being stopped. Its card will show when it has stopped.`,
        };
      },
    },
  ];
}

interface ButtonParts {
  readonly asks?: (turn: Turn, found: FoundDeployment) => Promise<Question>;
  readonly preview?: (turn: Turn, found: FoundDeployment) => Promise<string>;
}

/** The buttons of a deployment's card and list. */
export function deploymentActions(parts: CardParts): Action[] {
  /** A button on the card of a deployment. It acts on the stored target, whatever the click says, and shows the card. */
  const button = (
    name: string,
    operation: 'look' | 'cancel' | 'settle',
    act: (turn: Turn, found: FoundDeployment, clicked: Clicked) => Promise<FoundDeployment>,
    { asks, preview }: ButtonParts = {},
  ): Action => {
    const visible = (turn: Turn, { id }: { id: string }) => requireVisible(parts.deps, parts.store, turn, id);
    return defineAction<Clicked>({
      verb: `deployments.${name}`,
      operation,
      input: Id,
      freeText: ['reason'],
      ...(asks && { asks: async (turn, id) => asks(turn, await visible(turn, { id })) }),
      ...(operation !== 'look' && { acts: async (turn, input) => [actOn(operation, await visible(turn, input))] }),
      ...(preview && { preview: async (turn, input) => preview(turn, await visible(turn, input)) }),
      async run(turn, input) {
        const { id, deployment } = await act(turn, await visible(turn, input), input);
        const card = await deploymentCard(parts, id, deployment, turn.person.id);
        // In a channel, each step of a run would end the view that one person opened. A dialog only needs to know whether the card below shows it.
        const isCurrent = turn.place.kind === 'personal' || input.revision !== '';
        return isCurrent ? { ...card, about: deploymentTopic(id) } : card;
      },
    });
  };
  const settling = (as: Settled): Action =>
    button(`settle-${as}`, 'settle', (turn, found) => settle(parts, turn, found, as), {
      async asks(turn, found) {
        await settle(parts, turn, found, as, 'foresee');
        return askSettling(found.deployment, as);
      },
    });
  return [
    button('view', 'look', async (_turn, found) => found),
    button('open', 'look', async (_turn, found) => found),
    button(
      'cancel',
      'cancel',
      async (turn, found, { reason, revision }) => {
        // On a card from before it ended, the answer is how it ended.
        if (isFinal(found.deployment) && revision === '') return found;
        if (revision !== '') requireSameState(parts, found.deployment, revision);
        return cancelDeployment(parts, turn, found, reason);
      },
      {
        preview: (turn, found) => previewCancel(parts, turn, found),
        async asks(turn, found) {
          await previewCancel(parts, turn, found);
          return askCancel(parts.deps.catalog(), found.deployment);
        },
      },
    ),
    settling('ran'),
    settling('again'),
    settling('not'),
  ];
}

function actOn(operation: Operation, { deployment: { service, environment } }: FoundDeployment): Act {
  return { operation, reach: { service, environment } };
}

/** The deployment with this number or id; throws if there is none. */
export async function requireDeployment({ find }: Pick<Deployments, 'find'>, word: string): Promise<FoundDeployment> {
  const found = await find(word);
  if (found) return found;
  throw new UserError(`There is no deployment ${plainText(word, 40)}. Type \`deployments\` to see the latest.`);
}

/** The clicked deployment, for people who can view it. */
export async function requireVisible(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  { find }: Pick<Deployments, 'find'>,
  { person }: Turn,
  id: string,
): Promise<FoundDeployment> {
  const found = await find(id);
  if (!found) throw new UserError('That deployment no longer exists. Type `deployments` to see the latest.');
  requireView(catalog(), person.id, found.deployment);
  return found;
}

export function mayView(catalog: Catalog, personId: string, { service, environment }: Deployment): boolean {
  return may(catalog, personId, 'view', { service, environment });
}

/** Refuses people who can't view it. */
export function requireView(catalog: Catalog, personId: string, deployment: Deployment): void {
  if (mayView(catalog, personId, deployment)) return;
  const { service, environment } = deployment;
  throw cannotSee(catalog, { service, environment });
}

/** The requester, and people with the right `operate` on the service there. */
export function isInCharge(catalog: Catalog, who: string, { requester, service, environment }: Deployment): boolean {
  return who === requester.id || may(catalog, who, 'operate', { service, environment });
}

/** Lets the people in charge through, and tells others who they are. */
function requireCharge(catalog: Catalog, personId: string, deployment: Deployment, act: string): void {
  requireView(catalog, personId, deployment);
  if (isInCharge(catalog, personId, deployment)) return;
  const { service, environment, requester } = deployment;
  const names = [requester, ...whoMay(catalog, 'operate', { service, environment })].map(({ name }) => name);
  throw lacksRight(catalog, {
    ...{ right: 'operate', reach: { service, environment }, act: `${act} ${labelOf(deployment)}` },
    why: `Only the requester and people with the operate permission for ${service} in ${environment} can do that.`,
    able: [...new Set(names)].filter((name) => name !== gavel.name),
  });
}

/** What somebody could cancel; a bare `cancel` may only be a late answer to a question from Gavel. */
async function describeCancelable({ deps, store }: DeploymentParts, turn: Turn): Promise<string> {
  const catalog = deps.catalog();
  const lines = (await store.recent({ limit: 50 }))
    .filter(({ deployment }) => !isFinal(deployment) && isInCharge(catalog, turn.person.id, deployment))
    .slice(0, 4)
    .map(({ deployment }) => `\`cancel ${labelOf(deployment)}\` for ${plainText(describeDeployment(deployment), 80)}`);
  return lines.length === 0
    ? 'There’s nothing you can cancel: I’m not waiting for an answer from you, and no deployment that you can cancel is in progress.'
    : `Nothing has been canceled yet. Type ${enumerate(lines, 'or')}.`;
}

/** Cancels for the people in charge; canceling twice changes nothing more. */
async function cancelDeployment({ deps, store }: DeploymentParts, turn: Turn, found: FoundDeployment, reason: string) {
  const { id, deployment } = found;
  requireCharge(deps.catalog(), turn.person.id, deployment, 'cancel');
  if (deployment.state === 'cancelled' && deployment.ended?.by?.id === turn.person.id) return found;
  return changed(await store.apply(id, { type: 'cancel', by: turn.person, reason }));
}

/** Completes “Nothing was …”. */
const describeEffect = ({ kind }: Deployment): string => (kind === 'rollback' ? 'rolled back' : 'deployed');

async function previewCancel({ deps, store }: DeploymentParts, turn: Turn, { id, deployment }: FoundDeployment) {
  requireCharge(deps.catalog(), turn.person.id, deployment, 'cancel');
  changed(await store.foresee(id, { type: 'cancel', by: turn.person }));
  const name = `${labelOf(deployment)}, ${plainText(describeDeployment(deployment), 200)}`;
  if (deployment.state === 'verifying') return `Cancels ${name}. ${describeCanceling(deps.catalog(), deployment)}`;
  const afterwards = `Its card then shows what’s live in ${deployment.environment}.`;
  if (deployment.runId !== undefined) return `Stops ${name}, partway through its run. ${afterwards}`;
  // The tool may already have the request.
  if (deployment.state === 'running') return `Cancels ${name}, which is starting. ${afterwards}`;
  return `Cancels ${name}, which is ${describeState(deployment.state)}. Nothing will be ${describeEffect(deployment)}.`;
}

/** Canceling has a different effect once a request runs, or a run is being verified. */
function requireSameState({ deps }: DeploymentParts, deployment: Deployment, asked: string): void {
  const wouldDo = cancelsHow(deps.catalog(), deployment);
  if (wouldDo === undefined || wouldDo === asked) return;
  throw new UserError(
    `Nothing was canceled. ${labelOf(deployment)} is ${describeState(deployment.state)} now, so canceling it has a different effect. To see the effect and cancel it anyway, use the button on its card.`,
  );
}

/** Only a person can say what happened to a run that Gavel lost; anything that can be checked must agree. */
async function settle(
  { deps, store }: DeploymentParts,
  turn: Turn,
  { id, deployment }: FoundDeployment,
  as: Settled,
  how: 'apply' | 'foresee' = 'apply',
): Promise<FoundDeployment> {
  requireCharge(deps.catalog(), turn.person.id, deployment, 'record the outcome of');
  const { service, environment, version, commit } = deployment;
  if (as === 'ran' && deployment.state === 'unclear') {
    const running = await deps.systems.running(service, environment)?.read();
    if (running && (running.version !== version || running.commit !== commit))
      throw new UserError(
        `${nameRelease(running)} is live in ${environment}, not ${nameRelease({ version, commit })}. Nothing was changed.`,
      );
  }
  const aftermath = await aftermathOf({ deps, store }, id, deployment, false);
  const runKey = `deployment:${newId()}`;
  return changed(await store[how](id, { type: 'settled', as, by: turn.person, runKey, aftermath }));
}

/** The result of an event; throws why it changed nothing. */
function changed({ refused, ...found }: EventResult): FoundDeployment {
  if (refused !== undefined) throw new UserError(plainText(refused, 400));
  return found;
}
