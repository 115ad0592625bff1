import type { CardContent, Turn } from '../../../chat/contract';
import { lookUp } from '../../../core/look-up';
import { may } from '../../../core/catalog/rights';
import { bandState } from '../../../core/card/status';
import type { StatusName } from '../../../core/card/status';
import { cleanText } from '../../../core/text';
import { footerTime } from '../../../core/time/words';
import { finalStates } from '../contract';
import type { Deployment, DeploymentState } from '../contract';
import { whatComesNext } from '../text';
import type { Desk } from './desk';
import { approverNames, ruleWords } from './rule-words';

/** What the requester sees after the click: the number, who must approve, and where its own card is. */
export async function requestedCard(desk: Desk, turn: Turn, id: string, deployment: Deployment): Promise<CardContent> {
  const { deps } = desk;
  const catalog = deps.catalog();
  const { service, environment, version, kind, state, requester } = deployment;
  const label = `D-${deployment.number}`;
  const rule = lookUp(catalog.environments, environment)?.[kind];
  const waits = (state === 'requested' || state === 'awaiting approval') && rule !== undefined && rule.required > 0;
  const open = !finalStates.includes(state);
  const mine = requester.id === turn.person.id;
  const mayCancel = mine || may(catalog, turn.person.id, 'operate', { service, environment });
  const title =
    kind === 'rollback' ? `${service} back to ${version} in ${environment}` : `${service} ${version} to ${environment}`;
  const where = await placeWords(desk, turn, deployment);
  const facts = [
    { title: 'Commit', value: cleanText(deployment.commit, 40).slice(0, 7) },
    ...(waits
      ? [
          { title: 'Rule', value: ruleWords(rule) },
          { title: 'Who', value: approverNames(catalog, rule, { service, environment }, requester.id) },
        ]
      : []),
    { title: 'Card', value: where },
  ];
  return {
    card: 'deployments/requested',
    data: {
      id,
      kind: kind === 'rollback' ? 'Roll back' : 'Deploy',
      state: bandState(state === 'requested' && !waits ? 'approved' : stateName(state)),
      title,
      summary: `${label}: ${title}, ${waits ? 'waits for approval' : state}`,
      sentence: sentenceOf(label, state, {
        waits,
        open,
        next: await whatComesNext(deps, desk.deployments, { id, deployment }),
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
  if (waits) return `**${label} is asked for.** It starts once it is approved; you need not stay here.`;
  if (state === 'requested' || state === 'approved')
    return `**${label} is asked for.** No further approval is needed. ${next}`;
  if (open) return `**${label} is ${stateName(state)}.** Its card shows how far it is.`;
  return `**${label} is over: ${state}.** Write deploy to ask for another.`;
}

/** The band's word for each state of a deployment. */
export function stateName(state: DeploymentState): StatusName {
  return state === 'requested' || state === 'awaiting approval' ? 'waiting' : state;
}

async function placeWords(
  { announcements, deps }: Desk,
  turn: Turn,
  { service, environment, placeId }: Deployment,
): Promise<string> {
  const practice = lookUp(deps.catalog().environments, environment)?.practice === true;
  const announced = (practice ? undefined : await announcements?.placeOf(service)) ?? placeId;
  if (announced !== turn.place.id) return `In the channel of ${service}`;
  return turn.place.kind === 'personal' ? 'In this chat' : `In ${cleanText(turn.place.name, 60)}`;
}
