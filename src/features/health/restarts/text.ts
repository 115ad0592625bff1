import type { DescribeAudit, TextContent } from '../../../chat/contract';
import { statuses } from '../../../core/card';
import type { ApprovalRule } from '../../../core/catalog';
import { describeNeededApprovals } from '../../../core/catalog/needed-approvals';
import { lookUp } from '../../../core/keys';
import { enumerate, nameRelease, plainText, quote } from '../../../core/text';
import type { Restarter } from '../../../connectors/contract';
import { describeMoment, timeOfDay } from '../../../core/time/clock';
import type { SubjectFacts } from '../../approvals';
import type { HealthReport } from '../contract';
import type { ServiceTarget } from '../parse';
import type { FoundRestart, Restart } from './workflow';

/** What the channel reads about a restart: one message, edited when it ends. */
export function restartMessage(restart: Restart, connector: string): TextContent {
  const text = `${describeRestarted(restart, connector)} ${describePeople(restart)}`;
  // If it ends without a restart, only the requester is told.
  return restart.why === undefined ? { text } : { text: `@[0] ${text}`, mentions: [restart.requester] };
}

/** What people call a restart, also in commands: `RS-1f93c7`. */
const labelOf = (id: string): string => `RS-${id.slice(0, 6)}`;

/** What the requester is told at once. `where` is the place of its card: `Deployments`, `this chat`. */
export function describeRequested({ id, restart }: FoundRestart, rule: ApprovalRule, where: string): string {
  const what = `${restart.service} in ${restart.environment}`;
  if (restart.state === 'awaiting approval')
    return `You requested a restart of ${what}. ${describeNeededApprovals({ before: undefined, rule }, 'restart')} Nothing happens until it’s approved. You can follow it on the ${labelOf(id)} card in ${where}.`;
  if (restart.state === 'restarted') return `${what} was restarted.`;
  return `I’m restarting ${what} and will post the result in ${where}.`;
}

function describeRestarted({ service, environment, state, version: raw, why }: Restart, connector: string): string {
  const what = `${service} in ${environment}`;
  const version = plainText(raw, 40);
  const system = plainText(connector, 40);
  const look = `Type \`health ${what}\` to check it.`;
  switch (state) {
    case 'restarted':
      return `**${what} was restarted** and is running ${version} again.`;
    case 'failed':
      return `**${what} wasn’t restarted**: ${system} couldn’t restart it. ${look}`;
    case 'unclear':
      return `**Gavel can’t tell whether ${what} was restarted**: ${system} stopped responding. ${look}`;
    case 'superseded':
      return `**${what} wasn’t restarted**: ${why === undefined ? `the restart was requested for ${version}, which is no longer live.` : plainText(why, 500)}`;
    default:
      return `**Restarting ${what}** with the same release, ${version}.`;
  }
}

function describePeople({ requester, approvedBy, reason }: Restart): string {
  const approvers = enumerate(approvedBy.map(({ name }) => plainText(name, 80)));
  const by = `Requested by ${plainText(requester.name, 80)}${approvers === '' ? '' : `, approved by ${approvers}`}`;
  return reason === '' ? `${by}.` : `${by}: ${quote(reason, 500)}.`;
}

export function describeOpenRestart(restart: Restart, timeZone: string): string {
  const { service, environment, requester, requestedAt } = restart;
  return `${plainText(requester.name, 80)} already requested a restart of ${service} in ${environment} at ${timeOfDay(requestedAt, timeZone)}, so nothing new was requested.`;
}

/** What an approver sees of a restart that waits for a decision. */
export function restartFacts(
  id: string,
  restart: Restart,
  report: HealthReport,
  timeZone: string,
  { effect }: Pick<Restarter, 'effect'>,
): SubjectFacts {
  const { service, environment } = restart;
  const { running } = report.live;
  const { glyph, word } = statuses[report.state];
  const live = running ? `, live since ${describeMoment(running.since, report.readAt, timeZone)}` : '';
  return {
    title: `Restart of ${service} in ${environment}`,
    label: labelOf(id),
    nothingIs: 'restarted',
    approveTitle: 'Approve restart',
    facts: [
      ...(restart.reason === '' ? [] : [{ title: 'Reason', value: quote(restart.reason, 500) }]),
      {
        title: 'Release',
        value: `${nameRelease(restart)}${live}`,
      },
      { title: 'Health', value: `${glyph}\u00A0${word}${report.trouble === '' ? '' : `: ${report.trouble}`}` },
      { title: 'Effect', value: effects[effect ?? 'stops'](service) },
    ],
  };
}

/** `requested a restart of shop in production: “it leaks memory”`: the lines of the audit log about restarts. */
export const describeRestartAudit: DescribeAudit = ({ what, target, outcome, detail }) => {
  if (what !== 'health.restart') return undefined;
  const reason = detail?.['reason'];
  if (outcome === 'asked')
    return `requested a restart of ${target}${typeof reason === 'string' && reason !== '' ? `: “${reason}”` : ''}`;
  return lookUp(restartEndings, outcome)?.(target);
};

const restartEndings: Readonly<Record<string, (target: string) => string>> = {
  restarted: (target) => `restarted ${target}`,
  failed: (target) => `couldn’t restart ${target}`,
  unclear: (target) => `couldn’t tell whether ${target} restarted`,
  superseded: (target) => `dropped the restart of ${target} because something newer replaced it`,
};

const effects: Readonly<Record<'rolling' | 'stops', (service: string) => string>> = {
  rolling: (service) => `the copies of ${service} are replaced, usually one after the other`,
  stops: (service) => `${service} is unavailable while it restarts`,
};

/** What a restart does. */
export function describeRestart(
  { service, environment }: ServiceTarget,
  version: string,
  { effect }: Pick<Restarter, 'effect'>,
): string {
  if (effect === 'rolling')
    return `Replaces the copies of ${service} in ${environment}, usually one after the other, with new ones of ${version}.`;
  return `Stops ${service} in ${environment} and starts ${version} again. ${service} is unavailable while it restarts.`;
}
