import type { CardContent } from '../../chat/contract';
import { bandState, statuses } from '../../core/card/status';
import { cleanText } from '../../core/text';
import { footerTime, describeMoment } from '../../core/time/words';

import type { Deployment } from './contract';
import { isFinal, isRollingBack, labelOf, describeDeployment } from './record';
import { statusOf } from './text';

interface ListView {
  readonly service: string | undefined;
  /** How many are left out. */
  readonly more: number;
  readonly now: number;
  readonly timeZone: string;
  readonly reference: string;
}

/** `cards/deployments/list.json`: newest first, each can be opened. */
export function deploymentList(
  found: readonly { id: string; deployment: Deployment }[],
  view: ListView,
): CardContent<'deployments/list'> {
  const open = found.filter(({ deployment }) => !isFinal(deployment)).length;
  const title = view.service === undefined ? 'Latest deployments' : `Deployments of ${view.service}`;
  const words = open === 0 ? 'All are over' : `${open} on ${open === 1 ? 'its' : 'their'} way`;
  return {
    card: 'deployments/list',
    data: {
      kind: 'Deployments',
      state: { ...bandState(open > 0 ? 'running' : 'draft'), word: words },
      title,
      summary: `${title}: ${found
        .slice(0, 3)
        .map(({ deployment }) => `${labelOf(deployment)} ${deployment.state}`)
        .join(', ')}`,
      sentence:
        open === 0
          ? '**None is on its way.** Choose one to see its card.'
          : `**${open} ${open === 1 ? 'is on its' : 'are on their'} way.** Choose one to see its card.`,
      rows: found.map(({ id, deployment }) => row(id, deployment, view)),
      more: view.more > 0 ? `and ${view.more} more` : '',
      footer: `${footerTime(view.now, view.timeZone)} · ref\u00A0${view.reference}`,
    },
  };
}

function row(id: string, deployment: Deployment, { now, timeZone }: ListView) {
  const { glyph, color, word } = statuses[isRollingBack(deployment) ? 'rolled back' : statusOf(deployment.state)];
  const since = describeMoment(deployment.stateSince, now, timeZone);
  const said = isRollingBack(deployment) ? 'Rolling back' : word;
  return {
    id,
    glyph,
    color,
    title: describeDeployment(deployment),
    detail: `${said} ${isFinal(deployment) ? 'at' : 'since'} ${since}, asked by ${cleanText(deployment.requester.name, 60)}`,
    number: labelOf(deployment),
    open: `Open ${labelOf(deployment)}`,
  };
}
