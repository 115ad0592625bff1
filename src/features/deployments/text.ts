import { bandState, coming, lifeLine, passed } from '../../core/card';
import type { Stage, StatusName } from '../../core/card';
import { lookUp } from '../../core/keys';
import { capitalize, cleanText, enumerate, plainText, quote, withFullStop } from '../../core/text';
import { describeDuration, describeMoment, describeWhen, footerTime } from '../../core/time/clock';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import { asPast, describeWithinLimits } from '../health';
import type { Deployment, DeploymentState } from './contract';
import { describeDeployment, describeReason, describeState, gavel, isRollingBack, isWaiting, labelOf } from './store';

/** Sentences and facts about a deployment that its cards and messages share. */

export interface CardView {
  readonly now: number;
  readonly timeZone: string;
  /** The name of the connector that people know. */
  readonly connector: string;
}

export interface CardFact {
  readonly title: string;
  readonly value: string;
}

/** The band's word for each state. */
export function statusOf(state: DeploymentState): StatusName {
  return state === 'requested' || state === 'awaiting approval' ? 'waiting' : state;
}

/** The band's text if the state alone isn't enough: it is being rolled back, or something else has replaced it. */
function bandOf(deployment: Deployment): { glyph: string; word: string; tone: string } {
  if (isRollingBack(deployment)) return { ...bandState('rolled back'), word: 'Rolling back' };
  if (deployment.replacedBy) return { ...bandState('succeeded'), word: 'Was live', tone: 'emphasis' };
  return bandState(statusNow(deployment));
}

/**
 * As its state says, but for a deployment that something keeps from starting, a run or a verification that somebody has canceled and that hasn't ended
 * yet, and a run that waits in its own system.
 */
export function statusNow({ state, cancelRequestedBy, heldBy, waitsFor, run }: Deployment): StatusName {
  if (state === 'approved' && heldBy !== undefined) return 'held';
  if (state === 'approved' && waitsFor !== undefined) return 'queued';
  const isStopping = cancelRequestedBy !== undefined && (state === 'running' || state === 'verifying');
  if (isStopping) return 'stopping';
  const waits = run?.state === 'queued' || run?.state === 'waiting' || run?.state === 'stopping';
  return state === 'running' && waits ? run.state : statusOf(state);
}

/** Who requested it, who approved it, why. */
export function describePeople(deployment: Deployment, { now, timeZone }: CardView): CardFact[] {
  const { requester, requestedAt, approvedBy, override, emergency } = deployment;
  const approvers = enumerate(approvedBy.map((person) => plainText(person.name, 80)));
  const facts = [
    {
      title: 'Requested\u00A0by',
      value: `${plainText(requester.name, 80)}, ${describeMoment(requestedAt, now, timeZone)}`,
    },
    { title: 'Approved\u00A0by', value: emergency ? 'Nobody: an emergency, to be reviewed' : approvers },
    { title: 'Reason', value: describeReason(deployment) },
    { title: 'Override', value: override ? describeOverride(override) : '' },
  ];
  return facts.filter(({ value }) => value !== '');
}

/** The rule that was overridden, by whom, and why. */
export function describeOverride({ by, reason, what }: NonNullable<Deployment['override']>): string {
  return `${plainText(capitalize(what), 400)}. ${plainText(by.name, 80)}: ${quote(reason, 400)}`;
}

/** What every card of a deployment shows, whatever its state. */
export function frameOf(id: string, deployment: Deployment, view: CardView) {
  return {
    id,
    kind: `Deployment ${labelOf(deployment)}`,
    state: bandOf(deployment),
    title: plainText(describeDeployment(deployment), 200),
    life: lifeOf(deployment),
    footer: footerOf(deployment, view),
  };
}

/** What has happened to it, and what is still to come. */
function lifeOf(deployment: Deployment) {
  const { state, approvedAt, approvedBy, emergency, runId, run, failure, replacedBy } = deployment;
  const requested = passed('Requested');
  const { glyph, word } = bandState(statusNow(deployment));
  const now: Stage = { glyph, word };
  if (approvedAt === undefined)
    return isWaiting(deployment)
      ? lifeLine([requested, { glyph, word: 'Approval' }, coming('Run'), coming('Verify')], 1)
      : lifeLine([requested, now]);
  const given = approvedBy.length > 0 ? 'Approved' : emergency && 'Emergency';
  const begun = given ? [requested, passed(given)] : [requested];
  if (statusNow(deployment) === 'approved')
    return lifeLine([...begun, coming('Run'), coming('Verify')], begun.length - 1);
  const next = begun.length;
  if (state === 'approved') return lifeLine([...begun, now, coming('Verify')], next);
  // What is being stopped won’t be verified.
  if (state === 'running' && !failure)
    return lifeLine([...begun, now, ...(deployment.cancelRequestedBy ? [] : [coming('Verify')])], next);
  if (state === 'unclear') return lifeLine([...begun, { glyph, word: 'Run unclear' }]);
  if (runId === undefined || failure?.during === 'run') {
    const isDropped = state === 'cancelled' || state === 'superseded';
    const failed = failure?.during === 'run' && !isDropped && { glyph: '✕', word: 'Run failed' };
    return lifeLine([...begun, ...(failed ? [failed] : []), ...(failed && state === 'failed' ? [] : [aftermath()])]);
  }
  const took = describeSpan(run?.startedAt, run?.endedAt);
  const ran = [...begun, passed(took === '' ? 'Ran' : `Ran in ${took}`)];
  if (failure)
    return lifeLine([
      ...ran,
      { glyph: '✕', word: 'Verification failed' },
      ...(state === 'failed' ? [] : [aftermath()]),
    ]);
  if (state === 'verifying' || state === 'cancelled') return lifeLine([...ran, now]);
  return lifeLine([...ran, passed('Verified'), ...(replacedBy ? [{ glyph: '»', word: 'Replaced' }] : [])]);

  function aftermath(): Stage {
    return isRollingBack(deployment) ? { glyph: bandState('rolled back').glyph, word: 'Rolling back' } : now;
  }
}

function footerOf(deployment: Deployment, { now, timeZone, connector }: CardView): string {
  const name = plainText(connector, 40);
  const source = deployment.runId === undefined ? name : `${name} run ${plainText(deployment.runId.slice(0, 8))}`;
  return `${source} · ${footerTime(now, timeZone)} · ref\u00A0${referenceOf(deployment)}`;
}

/** Connects what people see with the log. */
export function referenceOf({ correlationId }: Deployment): string {
  return correlationId.replace(/[^0-9a-z]/gi, '').slice(0, 8);
}

/** `31 s`; empty if it isn't known. */
export function describeSpan(from: number | undefined, to: number | undefined): string {
  return from === undefined || to === undefined ? '' : describeDuration(to - from);
}

/** How it ended, in sentences for a TextBlock or a message: the current state first. */
export function describeEnd(deployment: Deployment, { now, timeZone }: Pick<CardView, 'now' | 'timeZone'>): string {
  const { state, version, environment, ended, replaces, replacedBy } = deployment;
  const release = plainText(version, 40);
  const reason = plainText(ended?.reason ?? '', 400);
  const by = ended?.by ? ` by ${plainText(ended.by.name, 80)}` : '';
  const when = (moment: number | undefined): string => describeWhen(moment ?? now, now, timeZone);
  const liveSince = deployment.run?.endedAt ?? ended?.at ?? now;
  if (replacedBy)
    return `**Live from ${describeMoment(liveSince, now, timeZone)} to ${describeMoment(replacedBy.at, liveSince, timeZone)}.** Then ${plainText(replacedBy.version, 40)} replaced it (D-${replacedBy.number}).`;
  switch (state) {
    case 'succeeded':
      return `**${release} went live ${when(liveSince)}** and passed verification ${when(ended?.at)}. ${capitalize(describeWithinLimits(deployment.after?.loneFailure === true))}.`;
    case 'rolled back':
      return `**${plainText(replaces?.version ?? 'The previous release', 40)} is live again in ${environment}.** ${gavel.name} rolled back ${release}, which ${describeFailing(deployment)}.`;
    case 'failed':
      return describeFailure(deployment, release, reason);
    case 'cancelled':
      if (!ended?.by && ended?.reason && deployment.runId === undefined)
        return `**Not started.** ${reason} Nothing was deployed: ${keeps(deployment)}.`;
      return `**Canceled${by} ${when(ended?.at)}${describeCancellation(deployment)}`;
    case 'rejected':
      return `**Rejected${by} ${when(ended?.at)}**: ${quote(ended?.reason ?? '', 400)}. Nothing was deployed: ${keeps(deployment)}.`;
    case 'expired':
      return `**Expired: it wasn’t approved in time.** Nothing was deployed: ${keeps(deployment)}.`;
    case 'superseded':
      return describeSuperseded(deployment);
    default:
      return '';
  }
}

/** How it ended, in one sentence without the reason, which its card gives: for the requester, who is mentioned. Markdown. */
export function describeOutcome(deployment: Deployment): string {
  const { state, version, environment, service, ended, replaces, rollback, left, runId } = deployment;
  const what = `${plainText(describeDeployment(deployment), 200)} (${labelOf(deployment)})`;
  const by = ended?.by ? ` by ${plainText(ended.by.name, 80)}` : '';
  switch (state) {
    case 'succeeded':
      return `${service} ${plainText(version, 40)} is live and verified in ${environment} (${labelOf(deployment)}).`;
    case 'rolled back':
      return `${what} was rolled back. ${plainText(replaces?.version ?? 'The previous release', 40)} is live again.`;
    case 'failed':
      if (rollback) return `${what} couldn’t be rolled back. Please check ${service} in ${environment} now.`;
      return `${what} failed.${left?.version === version ? ` ${plainText(version, 40)} is still live in ${environment}.` : ''}`;
    case 'cancelled':
      return ended?.by ? `${what} was canceled${by}.` : `${what} wasn’t started.`;
    case 'rejected':
      return `${what} was rejected${by}.`;
    case 'expired':
      return `${what} expired: it wasn’t approved in time.`;
    default:
      return runId === undefined
        ? `${what} was superseded by a newer request.`
        : `${what} was superseded by a newer run.`;
  }
}

function describeSuperseded(deployment: Deployment): string {
  const { ended, runId, left } = deployment;
  const { successor, reason = '' } = ended ?? {};
  if (runId !== undefined)
    return `**Superseded**: ${plainText(reason, 400)}.${left ? ` ${describeServing(deployment, 'Nothing')}.` : ''}`;
  const nothing = 'This request didn’t deploy anything.';
  return successor === undefined
    ? `**Not started**: ${plainText(reason, 400)}. ${nothing}`
    : `**Superseded by ${labelOf(successor)}**, which requests ${plainText(successor.version, 40)} instead. ${nothing}`;
}

/** `failed verification: the error rate is 7.9% (limit 1%)` */
export function describeFailing({ failure, cancelRequestedBy: canceler }: Deployment): string {
  if (!failure) return 'failed';
  if (failure.during === 'verification' && canceler)
    return `was canceled by ${plainText(canceler.name, 80)} before it was verified`;
  if (failure.during === 'verification') return `failed verification: ${asPast(failure.reason)}`;
  return `failed during its run: ${plainText(failure.reason, 400)}`;
}

function describeFailure(deployment: Deployment, release: string, reason: string): string {
  const { failure, rollback, environment, left, noWayBack, runId } = deployment;
  if (rollback)
    return `**${release} couldn’t be rolled back.** It ${describeFailing(deployment)}. The rollback (D-${rollback.number}) ${describeRollbackEnd(rollback.state)}. Someone has to check ${deployment.service} in ${environment} now.`;
  const gone = noWayBack
    ? ` Gavel couldn’t roll back, because ${plainText(describeLostRelease(noWayBack, `in ${environment}`), 200)}.`
    : '';
  if (failure?.during === 'verification')
    return `**${release} failed verification and is still live in ${environment}**: ${failure.reason}.${gone}`;
  if (runId === undefined) return `**Nothing was changed**: ${reason}. ${capitalize(keeps(deployment))}.`;
  return `**${release} wasn’t deployed**: ${reason}.${left ? ` ${describeServing(deployment, 'Nothing')}.` : ''}${gone}`;
}

function describeRollbackEnd(state: DeploymentState): string {
  return state === 'failed' || state === 'expired' ? state : `was ${bandState(statusOf(state)).word.toLowerCase()}`;
}

/** The rest of the sentence after `**Canceled by Dana at 14:09`. */
function describeCancellation(deployment: Deployment): string {
  const { left, runId, ended, failure } = deployment;
  const words = ended?.by && !ended.neverRan ? quote(ended.reason, 500) : plainText(ended?.reason ?? '', 500);
  const reason = ended?.reason ? `**: ${withFullStop(words)} ` : '.** ';
  // Somebody recorded the outcome of a lost run.
  if (ended?.neverRan) return `.** ${capitalize(withFullStop(words))}`;
  if (runId === undefined) return `${reason}Nothing was deployed: ${keeps(deployment)}.`;
  const now = left ? `, and ${describeServing(deployment)}` : '';
  if (failure?.during === 'verification') return `${reason}The verification was stopped${now}.`;
  return `${reason}The run was stopped${now}.`;
}

/** `2.13.2 is live in production`: what was live after the run. */
function describeServing({ left, environment }: Deployment, nothing = 'nothing'): string {
  return left?.version === undefined
    ? `${nothing} is live in ${environment} now`
    : `${plainText(left.version, 40)} is live in ${environment}`;
}

function keeps({ replaces, environment }: Deployment): string {
  return replaces
    ? `${plainText(replaces.version, 40)} is still live in ${environment}`
    : `${environment} stays as it was`;
}

/** `2.14.1 no longer exists. 2.14.0 was verified there earlier`: follows “because”; outside text. */
export function describeLostRelease({ version, next }: NonNullable<Deployment['noWayBack']>, where = 'there'): string {
  const before = next === undefined ? '' : `. ${next} was verified ${where} earlier`;
  return `${version} no longer exists${before}`;
}

/** The channel where its service is announced; undefined: where it was requested. */
export async function announcedPlace(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  announcements: Pick<Announcements, 'placeOf'> | undefined,
  { service, environment }: Deployment,
): Promise<string | undefined> {
  // Practice deployments interest nobody else.
  if (lookUp(catalog().environments, environment)?.practice === true) return undefined;
  return announcements?.placeOf(service);
}

/** What people approve is in the channel for everybody; everything else stays in the thread where it was requested. */
export function isForAll({ approvedAt, approvedBy }: Deployment): boolean {
  return approvedAt === undefined || approvedBy.length > 0;
}

const longestInButton = 14;

/** `Roll back to 2.13.2`, or `Roll back` where the name of the release is too long for a button. */
export function rollbackButton(version: string): string {
  return version.length <= longestInButton ? `Roll back to ${cleanText(version)}` : 'Roll back';
}

/** A word that somebody typed, repeated only if it can do no harm. */
export function quoted(word: string): string {
  return /^[\w.-]{1,40}$/.test(word) ? word : 'that';
}

/** `D-1007 (2.15.0) is verifying there.` */
export function describeOnItsWay({ number, version, state }: Deployment): string {
  return `D-${number} (${version}) is ${describeState(state)} there.`;
}
