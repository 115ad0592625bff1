import type { DescribeAudit, TextContent } from '../../../chat/contract';
import type { ApprovalRule } from '../../../core/catalog';
import { describeNeededApprovals } from '../../../core/catalog/needed-approvals';
import { lookUp } from '../../../core/keys';
import { cleanText, enumerate, plainText, plural, quote } from '../../../core/text';
import { timeOfDay } from '../../../core/time/clock';
import type { SubjectFacts } from '../../approvals';
import type { ServiceTarget } from '../../health';
import { describeRollout } from '../text';
import type { WorkloadReport } from '../facts';
import type { FoundChange, WorkloadAct, WorkloadChange } from './workflow';

/** Changes of workloads in words. Pure. */

interface ActWords {
  /** `Scale shop in production from 3 to 4 pods`. */
  readonly title: string;
  /** What it would do, as a sentence. Markdown. */
  readonly effect: string;
  /** `shop in production was scaled from 3 to 4 pods`. Markdown. */
  readonly done: string;
  /** `shop in production wasn’t scaled`. */
  readonly notDone: string;
  /** `Scaling shop in production`. */
  readonly doing: string;
  /** Completes “Nothing was …”. */
  readonly nothingWas: string;
  /** What it's called: `scaling`, with its article for `a rollback`. */
  readonly noun: string;
}

/** Everything that is said about an act. */
export function describeAct({ service, environment }: ServiceTarget, act: WorkloadAct): ActWords {
  const what = `${service} in ${environment}`;
  switch (act.kind) {
    case 'scale': {
      const span = `from ${act.from} to ${plural(act.to, 'pod')}`;
      return {
        ...{
          title: `Scale ${what} ${span}`,
          doing: `Scaling ${what}`,
          nothingWas: 'scaled',
          noun: 'a change of scale',
        },
        effect:
          act.to === 0
            ? `Scales ${what} ${span}. **Then nothing of it runs.**`
            : `Scales ${what} ${span}, with the same release.`,
        ...{ done: `${what} was scaled ${span}`, notDone: `${what} wasn’t scaled` },
      };
    }
    case 'undo': {
      const version = plainText(act.version, 40);
      const back = `revision ${act.revision} (${version})`;
      return {
        ...{ title: `Roll back ${what} to revision ${act.revision}`, doing: `Rolling back ${what}` },
        ...{ nothingWas: 'rolled back', noun: 'a rollback' },
        effect: `Rolls ${what} back from revision ${act.liveRevision} (${plainText(act.liveVersion, 40)}) to ${back}. Its pods are replaced, usually one after the other.`,
        ...{ done: `${what} is being rolled back to ${back}`, notDone: `${what} wasn’t rolled back` },
      };
    }
    case 'evict': {
      const pod = plainText(act.pod, 80);
      return {
        ...{
          title: `Remove a pod of ${what}`,
          doing: `Removing ${pod}`,
          nothingWas: 'removed',
          noun: 'the removal of a pod',
        },
        effect: `Removes the pod ${pod} of ${what} within its disruption budget. Another one is started in its place.`,
        ...{ done: `The pod ${pod} of ${what} was removed`, notDone: `The pod ${pod} of ${what} wasn’t removed` },
      };
    }
  }
}

/** What the channel reads: one message, edited when it ends. */
export function changeMessage(change: WorkloadChange, system: string): TextContent {
  const text = `${describeChange(change, plainText(system, 40))} ${describePeople(change)}`;
  // If nothing was done, only the requester is told.
  return change.why === undefined ? { text } : { text: `@[0] ${text}`, mentions: [change.requester] };
}

function describeChange({ service, environment, act, state, why = '' }: WorkloadChange, system: string): string {
  const words = describeAct({ service, environment }, act);
  const look = `Type \`pods ${service} in ${environment}\` to check.`;
  switch (state) {
    case 'done':
      return `**${words.done}.** ${look}`;
    case 'failed':
      return `**${words.notDone}**: ${system} couldn’t do it. ${look}`;
    case 'unclear':
      return `**Gavel can’t tell whether it worked**: ${system} stopped responding to “${words.title}”. ${look}`;
    case 'refused':
    case 'superseded':
      return `**${words.notDone}**: ${plainText(why, 500)}`;
    default:
      return `**${words.doing}.**`;
  }
}

function describePeople({ requester, approvedBy, reason }: WorkloadChange): string {
  const approvers = enumerate(approvedBy.map(({ name }) => plainText(name, 80)));
  const by = `Requested by ${plainText(requester.name, 80)}${approvers === '' ? '' : `, approved by ${approvers}`}`;
  return reason === '' ? `${by}.` : `${by}: ${quote(reason, 500)}.`;
}

/** What people call it: `W-1f93c7`. */
const labelOf = (id: string): string => `W-${id.slice(0, 6)}`;

/** What the requester is told at once. `where` is the place of its message: `Deployments`, `this chat`. */
export function describeRequestedChange(
  { id, change }: FoundChange,
  rule: ApprovalRule | undefined,
  where: string,
): string {
  const { doing, title } = describeAct(change, change.act);
  if (change.state === 'awaiting approval')
    return `You requested: ${title}. ${describeNeededApprovals({ before: undefined, rule }, 'change')} Nothing happens until it’s approved. You can follow it on the ${labelOf(id)} card in ${where}.`;
  return `${doing}. I’ll post the result in ${where}.`;
}

export function describeOpenChange(
  { requester, requestedAt, act, ...target }: WorkloadChange,
  timeZone: string,
): string {
  const { title } = describeAct(target, act);
  return `Another change comes first: ${plainText(requester.name, 80)} requested “${title}” at ${timeOfDay(requestedAt, timeZone)}. Nothing new was requested.`;
}

/** What an approver sees of a change that waits for a decision. */
export function changeFacts(id: string, change: WorkloadChange, report: WorkloadReport): SubjectFacts {
  const words = describeAct(change, change.act);
  return {
    ...{ title: words.title, label: labelOf(id), nothingIs: words.nothingWas, approveTitle: 'Approve' },
    facts: [
      ...(change.reason === '' ? [] : [{ title: 'Reason', value: quote(change.reason, 500) }]),
      { title: 'Effect', value: words.effect },
      { title: 'Pods now', value: describeRollout(report.status) },
    ],
  };
}

/** `requested “Scale shop in production from 3 to 4 pods”`: the lines of the audit log about changes of workloads. */
export const describeWorkloadAudit: DescribeAudit = ({ what, target, outcome, detail }) => {
  const deed = lookUp(deeds, what);
  if (deed === undefined) return undefined;
  const pod = typeof detail?.['pod'] === 'string' ? ` (${cleanText(detail['pod'], 80)})` : '';
  const said = `${deed[0]} ${target}${pod}`;
  switch (outcome) {
    case 'asked':
      return `asked to ${said}`;
    case 'done':
      return `${deed[1]} ${target}${pod}`;
    case 'failed':
      return `couldn’t ${said}`;
    case 'unclear':
      return `couldn’t tell whether the request to ${said} took effect`;
    case 'refused':
      return `couldn’t ${said}: its system refused`;
    case 'superseded':
      return `dropped the request to ${said} because it no longer applied`;
    default:
      return undefined;
  }
};

const deeds: Readonly<Record<string, readonly [will: string, did: string]>> = {
  'workloads.scale': ['scale', 'scaled'],
  'workloads.undo': ['restore an earlier revision of', 'restored an earlier revision of'],
  'workloads.evict': ['remove a pod of', 'removed a pod of'],
};
