import type { CardContent } from '../../chat/contract';
import { plainText } from '../../core/text';
import { describeMoment } from '../../core/time/words';
import { band, footer, peopleFacts } from './card-words';
import type { Seen } from './card-words';
import type { Deployment } from './contract';
import { labelOf, titleOf } from './record';

/** `cards/deployments/unclear.json`: Gavel does not know whether a run happened, and asks instead of starting it again. */
export function unclearCard(id: string, deployment: Deployment, view: Seen & { canSettle: boolean }): CardContent {
  const { version, environment, service, unclearSince, unclearReason = '', replaces } = deployment;
  const release = plainText(version, 40);
  const since = describeMoment(unclearSince ?? deployment.stateSince, view.now, view.timeZone);
  return {
    card: 'deployments/unclear',
    data: {
      id,
      kind: 'Deployment',
      state: band(deployment),
      title: titleOf(deployment),
      summary: `${labelOf(deployment)} is unclear: did ${service} ${version} run in ${environment}? Somebody has to say.`,
      sentence: `**Nobody knows whether this ran**, since ${since}: ${plainText(unclearReason, 300)}. Look in ${plainText(view.connector, 40)}, then say what became of it. Gavel starts nothing by itself.`,
      facts: [
        ...peopleFacts(deployment, view),
        ...(replaces ? [{ title: 'Replaces', value: plainText(replaces.version, 40) }] : []),
        { title: 'Held', value: `${service} in ${environment}, until this is settled` },
      ],
      viewer: { canSettle: view.canSettle },
      ran: {
        title: `It ran as ${version.length > 10 ? 'asked' : version}…`,
        effect: `Gavel checks that ${service} ${release} serves ${environment}, then watches its health as after every run.`,
        button: 'It ran, watch it now',
      },
      again: {
        title: 'Start again…',
        effect: 'Only when you are sure that no run is under way: two at once can harm.',
        button: 'Start the run again',
      },
      not: {
        title: 'It did not run…',
        effect: `Ends ${labelOf(deployment)} without a run. Nothing is started and nothing is put back.`,
        button: `End ${labelOf(deployment)}`,
      },
      footer: footer(deployment, view),
    },
  };
}
