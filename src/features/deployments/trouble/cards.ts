import type { CardContent } from '../../../chat/contract';
import { plainText } from '../../../core/text';
import { describeMoment } from '../../../core/time/clock';
import type { ShownTicket } from '../../tickets';
import type { Deployment } from '../contract';
import { describePeople, frameOf } from '../text';
import type { CardView } from '../text';

/** `cards/deployments/unclear.json`: Gavel doesn't know whether a run happened, and asks instead of starting it again. Pure. */

export function unclearCard(
  id: string,
  deployment: Deployment,
  view: CardView & { canSettle: boolean; ticket: ShownTicket },
): CardContent {
  const { version, environment, service, unclearSince, unclearReason = '', replaces } = deployment;
  const tool = plainText(view.connector, 40);
  const since = describeMoment(unclearSince ?? deployment.stateSince, view.now, view.timeZone);
  return {
    card: 'deployments/unclear',
    data: {
      ...frameOf(id, deployment, view),
      summary: `Gavel can’t tell whether the deployment of ${service} ${version} to ${environment} ran. Please check.`,
      sentence: `**Gavel can’t tell whether this ran.** Unclear since ${since}: ${plainText(unclearReason, 300)}. ${view.canSettle ? `Please check ${tool}, then choose what happened.` : `The requester or someone with the operate permission has to check ${tool} and say what happened.`} Gavel won’t start it again on its own.`,
      facts: [
        ...describePeople(deployment, view),
        ...(replaces ? [{ title: 'Replaces', value: plainText(replaces.version, 40) }] : []),
        { title: 'On\u00A0hold', value: `${service} in ${environment}, until this is resolved` },
        ...view.ticket.facts,
      ],
      ticket: view.ticket.button,
      viewer: { canSettle: view.canSettle },
    },
  };
}
