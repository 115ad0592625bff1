import type { TextContent } from '../../chat/contract';
import type { ApprovalRule } from '../../core/catalog';
import { enumerate, plainText } from '../../core/text';
import { approvalWords } from './buttons';
import type { Restart } from './restart';

/** What the channel reads about a restart: one message, edited when it ends. */
export function restartMessage(restart: Restart, connector: string): TextContent {
  const text = `${restartSentence(restart, connector)} ${whoWords(restart)}`;
  // What ends without having been done is told to who asked for it.
  return restart.why === undefined ? { text } : { text: `@[0] ${text}`, mentions: [restart.requester] };
}

/** What the person who asked is told at once. */
export function askedWords(restart: Restart, rule: ApprovalRule): string {
  const what = `${restart.service} in ${restart.environment}`;
  if (restart.state === 'awaiting approval')
    return `Asked to restart ${what}. ${approvalWords(rule)} Nothing happens until then.`;
  if (restart.state === 'restarted') return `${what} was restarted.`;
  return `Restarting ${what}. What comes of it is said in its channel.`;
}

function restartSentence(restart: Restart, connector: string): string {
  const what = `${restart.service} in ${restart.environment}`;
  const version = plainText(restart.version, 40);
  switch (restart.state) {
    case 'restarted':
      return `**${what} was restarted** and answers again with ${version}.`;
    case 'failed':
      return `**${what} was not restarted**: ${plainText(connector, 40)} did not do it. Type \`health ${restart.service} in ${restart.environment}\` to see how it is.`;
    case 'unclear':
      return `**Nobody knows whether ${what} was restarted**: ${plainText(connector, 40)} stopped answering. Type \`health ${restart.service} in ${restart.environment}\` to see how it is.`;
    case 'superseded':
      if (restart.why !== undefined) return `**${what} was not restarted**: ${plainText(restart.why, 500)}`;
      return `**${what} was not restarted**: it no longer runs ${version}, for which the restart was asked.`;
    default:
      return `**Restarting ${what}** with the same release ${version}.`;
  }
}

function whoWords({ requester, approvedBy, reason }: Restart): string {
  const approvers = enumerate(approvedBy.map(({ name }) => plainText(name, 80)));
  const by = `Asked by ${plainText(requester.name, 80)}${approvers === '' ? '' : `, approved by ${approvers}`}`;
  return reason === '' ? `${by}.` : `${by}: ${plainText(reason, 500)}`;
}
