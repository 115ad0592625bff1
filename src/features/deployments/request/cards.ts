import type { CardContent, Turn } from '../../../chat/contract';
import { bandState } from '../../../core/card';
import { UserError } from '../../../core/errors';
import { lookUp } from '../../../core/keys';
import { cleanText, plainText } from '../../../core/text';
import { footerTime } from '../../../core/time/clock';
import type { Deployment, DeploymentState, FoundDeployment } from '../contract';
import { describeRuleBriefly, nameApprovers } from '../picker/cards';
import type { Picker, PickerParts } from '../picker/store';
import { isInCharge } from '../policy';
import { describeDeployment, isFinal, labelOf } from '../record';
import { announcedPlace, statusOf, whatComesNext } from '../text';

/** What a picker's requester sees once it has led to a deployment, as that is by now; undefined while it has not. */
export async function requestedBefore(
  parts: PickerParts,
  turn: Turn,
  { kind, deploymentId }: Picker,
): Promise<CardContent | undefined> {
  if (deploymentId === undefined) return undefined;
  const found = await parts.deployments.find(deploymentId);
  if (!found) throw new UserError(`This card has done its work. Write ${kind} to begin again.`);
  return requestedCard(parts, turn, found);
}

/** What the requester sees after the click: the number, who must approve, and where its own card is. */
export async function requestedCard(
  parts: PickerParts,
  turn: Turn,
  { id, deployment }: FoundDeployment,
): Promise<CardContent<'deployments/requested'>> {
  const { deps } = parts;
  const catalog = deps.catalog();
  const { service, environment, kind, state, requester } = deployment;
  const label = labelOf(deployment);
  const rule = lookUp(catalog.environments, environment)?.[kind];
  const waits = (state === 'requested' || state === 'awaiting approval') && rule !== undefined && rule.required > 0;
  const open = !isFinal(deployment);
  const mayCancel = isInCharge(catalog, turn.person.id, deployment, 'operate');
  const title = describeDeployment(deployment);
  const where = await describePlace(parts, turn, deployment);
  const facts = [
    { title: 'Commit', value: cleanText(deployment.commit, 40).slice(0, 7) },
    ...(waits
      ? [
          { title: 'Rule', value: describeRuleBriefly(rule) },
          { title: 'Who', value: nameApprovers(catalog, rule, { service, environment }, requester.id) },
        ]
      : []),
    { title: 'Card', value: where },
  ];
  return {
    card: 'deployments/requested',
    data: {
      id,
      kind: kind === 'rollback' ? 'Roll back' : 'Deploy',
      state: bandState(state === 'requested' && !waits ? 'approved' : statusOf(state)),
      title: plainText(title, 200),
      summary: `${label}: ${title}, ${waits ? 'waits for approval' : state}`,
      sentence: sentenceOf(label, state, {
        waits,
        open,
        next: await whatComesNext(deps, parts.deployments, { id, deployment }),
      }),
      facts,
      cancel: open && mayCancel ? `Cancel ${label}` : '',
      footer: `${label} · ${footerTime(deps.clock.now(), catalog.timeZone)} · ref ${turn.reference}`,
    },
  };
}

function sentenceOf(
  label: string,
  state: DeploymentState,
  { waits, open, next }: { readonly waits: boolean; readonly open: boolean; readonly next: string },
): string {
  if (waits) return `**${label} is asked for.** It starts once it is approved; you don't have to stay here.`;
  if (state === 'requested' || state === 'approved')
    return `**${label} is asked for.** No further approval is needed. ${next}`;
  if (open) return `**${label} is ${statusOf(state)}.** Its card shows how far it is.`;
  return `**${label} is over: ${state}.** Write deploy to ask for another.`;
}

async function describePlace(
  { announcements, deps }: PickerParts,
  turn: Turn,
  deployment: Deployment,
): Promise<string> {
  const placeId = (await announcedPlace(deps, announcements, deployment)) ?? deployment.placeId;
  if (placeId !== turn.place.id) return `In the channel of ${deployment.service}`;
  return turn.place.kind === 'personal' ? 'In this chat' : `In ${plainText(turn.place.name, 60)}`;
}
