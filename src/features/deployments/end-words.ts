import { plainText } from '../../core/text';
import { describeWithinLimits } from '../health';
import type { Deployment } from './contract';
import { gavel } from './record';
import { noWayBackWords } from './way-back';

/** How it ended, in sentences for a TextBlock or a message: what is so now first. */
export function endWords(deployment: Deployment): string {
  const { state, version, environment, ended, replaces } = deployment;
  const release = plainText(version, 40);
  const reason = plainText(ended?.reason ?? '', 400);
  const by = ended?.by ? ` by ${plainText(ended.by.name, 80)}` : '';
  switch (state) {
    case 'succeeded':
      return `**${release} serves ${environment}.** It was watched after the run, and ${describeWithinLimits(deployment.after?.loneFailure === true)}.`;
    case 'rolled back':
      return `**${plainText(replaces?.version ?? 'The release before', 40)} serves ${environment} again.** ${release} ${failedHow(deployment)}, and was rolled back${rolledBackBy(deployment)}.`;
    case 'failed':
      return failedWords(deployment, release, reason);
    case 'cancelled':
      if (!ended?.by && ended?.reason && deployment.runId === undefined)
        return `**Not started**: ${reason} Nothing was deployed; ${keeps(deployment)}.`;
      return `**Cancelled${by}.** ${cancelledWords(deployment)}`;
    case 'rejected':
      return `**Rejected${by}**: ${reason}. Nothing was deployed; ${keeps(deployment)}.`;
    case 'expired':
      return `**Expired: nobody decided in time.** Nothing was deployed; ${keeps(deployment)}.`;
    case 'superseded':
      return `**Not started**: ${reason}. Nothing was deployed by this request.`;
    default:
      return '';
  }
}

/** `failed its verification: errors 7.9 %, their limit 1 %` */
export function failedHow({ failure }: Deployment): string {
  if (!failure) return 'failed';
  if (failure.during === 'verification') return `failed its verification: ${failure.reason}`;
  return `did not get through its run: ${plainText(failure.reason, 400)}`;
}

function failedWords(deployment: Deployment, release: string, reason: string): string {
  const { failure, rollback, environment, left, runId } = deployment;
  if (rollback)
    return `**${release} failed and was not put back.** It ${failedHow(deployment)}; D-${rollback.number}, which was to put it back, is ${rollback.state}. Somebody has to look at ${deployment.service} in ${environment} now.`;
  const gone = deployment.noWayBack
    ? ` It was not rolled back: ${plainText(noWayBackWords(deployment.noWayBack), 200)}.`
    : '';
  if (failure?.during === 'verification')
    return `**${release} failed its verification and is still in ${environment}**: ${failure.reason}.${gone}`;
  if (runId === undefined) return `**Nothing was changed**: ${reason}. ${sentence(keeps(deployment))}.`;
  const now = left
    ? ` ${left.version === undefined ? `Nothing serves ${environment} now` : `${plainText(left.version, 40)} serves ${environment}`}.`
    : '';
  return `**${release} was not deployed**: ${reason}.${now}${gone}`;
}

function cancelledWords(deployment: Deployment): string {
  const { left, environment, runId, ended } = deployment;
  if (ended?.reason) return `${sentence(plainText(ended.reason, 200))}.`;
  if (runId === undefined) return `Nothing was deployed; ${keeps(deployment)}.`;
  if (!left) return 'The run was stopped.';
  return left.version === undefined
    ? `The run was stopped; nothing serves ${environment} now.`
    : `The run was stopped; ${plainText(left.version, 40)} serves ${environment}.`;
}

function rolledBackBy({ rollback }: Deployment): string {
  return rollback ? ` by ${gavel.name} (D-${rollback.number})` : '';
}

function keeps({ replaces, environment }: Deployment): string {
  return replaces
    ? `${plainText(replaces.version, 40)} keeps running in ${environment}`
    : `${environment} stays as it was`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
